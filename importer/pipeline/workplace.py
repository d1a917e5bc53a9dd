"""Where a run happens: its settings, its journal, and the folders beside it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from importer.errors import SettingsError, UsageError
from importer.files import make_private_folder, sha256_of
from importer.journal.planning import void_unfinished
from importer.journal.sending import recover
from importer.journal.store import Journal, open_journal
from importer.lock import workspace_lock
from importer.model import RunRecord
from importer.settings import Settings
from importer.sheets import check_settled, format_of, unchanged

Advance = Callable[[int], object]
"""Told how many more are done."""


class Bars(Protocol):
    """How far a long stage is, for whoever watches; the pipeline itself never prints."""

    def stage(self, name: str, total: int | None) -> AbstractContextManager[Advance]:
        """A stage begins; it ends with the context."""
        ...


class NoBars:
    """Nobody watches."""

    def stage(self, name: str, total: int | None) -> AbstractContextManager[Advance]:  # noqa: ARG002 - the protocol's words
        """Count nothing."""
        return nullcontext(lambda _more: None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """An opened workspace."""

    settings: Settings
    journal: Journal

    def reports_of(self, run: RunRecord) -> Path:
        """The folder of a run's reports."""
        return self.settings.reports.folder / run.id

    def kept_input(self, run: RunRecord) -> Path:
        """The bytes that a run read."""
        return self._inputs / run.file_sha256 / run.file

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
            _copy_whole(sheet, copy)
            copy.chmod(0o600)
            digest = sha256_of(copy)
            make_private_folder(self._inputs / digest)
            return copy.replace(self._inputs / digest / sheet.name), digest

    @property
    def _inputs(self) -> Path:
        return self.settings.journal.path.parent / "inputs"


def _copy_whole(sheet: Path, copy: Path) -> None:
    """Copy a file that nobody changes meanwhile."""
    try:
        check_settled(sheet)
        with unchanged(sheet):
            shutil.copyfile(sheet, copy)
    except OSError as error:
        raise UsageError(
            f"The file {sheet} cannot be read: {error.strerror}.",
            "Check that no other program holds it, and that the disk has room.",
        ) from error


@contextmanager
def open_workplace(settings: Settings) -> Iterator[Workplace]:
    """Open a workspace to work in: locked, and recovered from whatever happened last.

    Raises:
        BusyError: another run holds the lock.
        JournalError: the journal cannot be used.
        SettingsError: the reports folder cannot be made; better known now than after the send.
    """
    _make_reports_folder(settings.reports.folder)
    with workspace_lock(settings.journal.path), visit_workplace(settings) as workplace:
        void_unfinished(workplace.journal)
        recover(workplace.journal)
        yield workplace


def _make_reports_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The reports folder {folder} cannot be made: {error.strerror}.",
            "Let `folder` under [reports] in importer.toml name a folder that you may write.",
        ) from error


@contextmanager
def visit_workplace(settings: Settings) -> Iterator[Workplace]:
    """Open a workspace to look at its runs, while another process may be sending.

    Raises:
        JournalError: the journal cannot be used.
    """
    with open_journal(settings.journal.path, settings.workspace.name) as journal:
        yield Workplace(settings=settings, journal=journal)
