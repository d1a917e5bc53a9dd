"""Where a run happens: its settings, its journal, and the folders beside it."""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from importer.errors import SettingsError
from importer.files import make_private_folder, sha256_of, sync_folder
from importer.journal.planning import void_unfinished
from importer.journal.sending import recover
from importer.journal.store import Journal, open_journal
from importer.lock import (
    Machine,
    refuse_foreign,
    told_as_foreign,
    workspace_lock,
)
from importer.model import RunRecord
from importer.pipeline.copying import copy_whole
from importer.pipeline.machines import moved_from, other_machine, this_machine
from importer.places import check_journal_place
from importer.settings import Settings, WorkspaceKind
from importer.sheets import format_of

_log: Final = logging.getLogger(__name__)
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_DATABASE: Final = b"SQLite format 3\0"
"""How every SQLite database begins, whatever its name: https://www.sqlite.org/fileformat2.html."""
_COMPANIONS: Final = ("-wal", "-shm", "-journal", ".lock")
"""What lies beside a journal that is open. Closing one of them ends the locks that this process has
on it: https://www.sqlite.org/howtocorrupt.html, "Posix advisory locks canceled"."""
_NO_HOLDER = "Check that no other program holds it, and that the disk has room."


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """An opened workspace."""

    settings: Settings
    journal: Journal
    came_from: str = ""
    """The machine on which the journal was used last, where that was another one than this."""

    def reports_of(self, run_id: str) -> Path:
        """The folder of a run's reports."""
        return self.settings.reports.folder / run_id

    def kept_input(self, run: RunRecord) -> Path:
        """The bytes that a run read."""
        return self._inputs / run.file_sha256 / run.file

    def kept_inputs(self) -> Iterator[Path]:
        """Every input that is kept, also those of which no run was made: it was refused before."""
        for folder in sorted(filter(_is_of_content, self._inputs.glob("*"))):
            yield from sorted(one for one in folder.iterdir() if one.is_file())

    def other_databases(self) -> Iterator[Path]:
        """Databases that lie beside the journal: the kept inputs may be theirs as well.

        A copy of the journal counts, too: nobody knows which of its runs are in the other.
        """
        path = self.settings.journal.path
        for one in sorted(path.parent.iterdir()):
            open_one = one.name.endswith(_COMPANIONS) or (one.exists() and one.samefile(path))
            if not open_one and one.is_file() and _is_database(one):
                yield one

    def keep(self, sheet: Path) -> tuple[Path, str]:
        """Copy an input beside the journal, into a folder named by its content's hash.

        What is read afterwards is the copy: a sheet that somebody saves again in the meantime
        cannot become half one and half the other.

        Returns:
            The copy, and the SHA-256 of its bytes.

        Raises:
            UsageError: the file is not there or cannot be read.
            SheetError: it is no sheet at all, or is still being written.
        """
        format_of(sheet)
        make_private_folder(self._inputs)
        with tempfile.TemporaryDirectory(dir=self._inputs, prefix=".part-") as folder:
            copy = Path(folder, sheet.name)
            copy_whole(sheet, copy, f"The file {sheet}", _NO_HOLDER)
            digest = sha256_of(copy)
            make_private_folder(self._inputs / digest)
            kept = copy.replace(self._inputs / digest / sheet.name)
        # On disk, with its name and its folder's, before anything is planned from it.
        for changed in (kept.parent, self._inputs, self._inputs.parent):
            sync_folder(changed)
        return kept, digest

    @property
    def _inputs(self) -> Path:
        return self.settings.journal.path.parent / "inputs"


def _is_of_content(folder: Path) -> bool:
    """Whether it is named by a SHA-256, as `keep` names them."""
    return bool(_DIGEST.fullmatch(folder.name)) and folder.is_dir()


def _is_database(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(_DATABASE)) == _DATABASE
    except OSError:  # it may be one
        return True


@contextmanager
def open_workplace(settings: Settings) -> Iterator[Workplace]:
    """Open a workspace to work in: locked, and recovered from whatever happened last.

    Raises:
        BusyError: another run holds a lock of the workspace.
        JournalError: the journal cannot be used.
        SettingsError: the journal is where it cannot be trusted, or another one serves the
            workspace; or the reports folder cannot be made: better known now than after the send.
    """
    path, machine = settings.journal.path, machine_of(settings)
    # Before the lock, which would be made at the wrong place.
    _check_place(settings)
    refuse_foreign(path)
    _make_reports_folder(settings.reports.folder)
    with (
        workspace_lock(path, machine=machine),
        visit_workplace(settings) as workplace,
        _noted(machine, workplace) as noted,
    ):
        void_unfinished(workplace.journal)
        recover(workplace.journal)
        yield noted


@contextmanager
def _noted(machine: Machine | None, workplace: Workplace) -> Iterator[Workplace]:
    """Have it on record which journal serves the workspace, where, and how far it has come."""
    if machine is None:
        yield workplace
        return
    path, journal = workplace.settings.journal.path, workplace.journal
    before, here = other_machine(journal, machine), this_machine()
    if before:
        _log.warning("%s %s", *moved_from(before))
    # Before anything is sent: a copy that is older than this is known by its mark, however this
    # ends. After it: so is a copy that was made meanwhile.
    machine.note(path, journal.id, journal.mark(here))
    yield replace(workplace, came_from=before)
    machine.note(path, journal.id, journal.mark(here))


def machine_of(settings: Settings) -> Machine | None:
    """Where the machine's accounts meet, for a workspace that counts."""
    if settings.workspace.kind is WorkspaceKind.SANDBOX:
        return None
    return Machine.here(settings.workspace.slug)


def _check_place(settings: Settings) -> None:
    """A sandbox may be tried anywhere: a desktop that is synced is where many people start."""
    if settings.workspace.kind is WorkspaceKind.REAL:
        check_journal_place(settings.journal.path)


def _make_reports_folder(folder: Path) -> None:
    try:
        make_private_folder(folder)
    except OSError as error:
        raise SettingsError(
            f"The reports folder {folder} cannot be made: {error.strerror}.",
            "Let `folder` under [reports] in your settings name a folder that you may write.",
        ) from error


@contextmanager
def visit_workplace(settings: Settings) -> Iterator[Workplace]:
    """Open a workspace to look at its runs, while another process may be sending.

    Raises:
        JournalError: the journal cannot be used.
        SettingsError: the journal is where it cannot be trusted, or belongs to another account.
    """
    _check_place(settings)
    path = settings.journal.path
    refuse_foreign(path)
    with told_as_foreign(path.parent), open_journal(path, settings.workspace.name) as journal:
        yield Workplace(settings=settings, journal=journal)
