"""What all accounts of a machine share about a workspace: one lock, and which journal serves it.

Two accounts with a journal each would book every row twice: neither ledger knows of the other.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from importer.errors import SettingsError
from importer.files import write_atomically
from importer.lock.foreign import owner_of
from importer.lock.held import hold

VARIABLE: Final = "IMPORTER_SHARED_FOLDER"
"""Environment variable that names another shared folder, one for all accounts."""

_FOR_ALL: Final = 0o666


def shared_folder(
    environment: Mapping[str, str] = os.environ,
    *,
    installed: Path = Path("/var/lib/importer"),
    platform: str = sys.platform,
) -> Path:
    """The one folder that all accounts of the machine share; it may not be there yet.

    Args:
        environment: where `IMPORTER_SHARED_FOLDER` and `PROGRAMDATA` are looked for.
        installed: what an administrator may have made on Linux.
        platform: `sys.platform`.
    """
    if named := environment.get(VARIABLE, "").strip():
        return Path(named)
    match platform:
        case "win32":
            return Path(environment.get("PROGRAMDATA") or r"C:\ProgramData", "importer")
        case "darwin":
            return Path("/Users/Shared/importer")
        case _:
            # Never by who may write it: two accounts would go to two places.
            return installed if installed.is_dir() else Path("/var/tmp/importer")  # noqa: S108 - a fixed name is the point: all accounts must find it


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where the accounts of a machine meet over one workspace."""

    folder: Path
    """As `shared_folder` tells it; made open to all accounts where it is missing."""
    slug: str
    """The workspace, as a file name."""
    is_named: bool = False
    """Somebody has said which folder it is, and so that it stays with the journal."""

    @classmethod
    def here(cls, slug: str, environment: Mapping[str, str] = os.environ) -> Self:
        """This machine."""
        named = bool(environment.get(VARIABLE, "").strip())
        return cls(folder=shared_folder(environment), slug=slug, is_named=named)

    @contextmanager
    def lock(self, words: Sequence[str] | None = None) -> Iterator[None]:
        """Hold the machine's lock of the workspace.

        Raises:
            BusyError: another run holds it.
            SettingsError: the folder or the lock cannot be made.
        """
        _make_open_folder(self.folder)
        with hold(self.lock_file, words, mode=_FOR_ALL, remedy=_open_to_all(self.folder)):
            yield

    def check(self, path: Path) -> None:
        """Refuse a journal that cannot be the workspace's, before it is opened or made.

        Raises:
            SettingsError: another journal serves the workspace, or the one that did is gone.
        """
        noted = self._read()
        if noted is None or (path.exists() and not _is_there(noted.journal)):
            return
        if not _is_there(noted.journal):
            raise self._lost(noted.journal)
        if not _same(noted.journal, path):
            raise SettingsError(
                "Another journal serves this workspace: its journal on this machine is "
                f"{noted.journal}, not {path}.",
                f"Name {noted.journal} as `path` under [journal], and give the command as its "
                f"account{_owner(noted.journal)}. If it was moved, let no copy of it stay behind.",
            )

    def note(self, path: Path, journal_id: str, mark: int) -> None:
        """Put on record, for all accounts, which journal serves the workspace.

        Args:
            path: the journal, opened and checked.
            journal_id: what tells it from one that was made anew in its place.
            mark: a number that is raised, in the journal, before each call of this.

        Raises:
            SettingsError: it is not the journal that served the workspace so far, or an older copy.
        """
        noted = self._read()
        if noted is not None and noted.id != journal_id:
            raise self._lost(noted.journal)
        if noted is not None and noted.mark >= mark:
            raise self._outdated(path)
        facts = {"journal": str(path.resolve()), "id": journal_id, "mark": mark}
        # Written at every run, so that whoever tidies /var/tmp by age leaves it.
        try:
            write_atomically(self._note_file, json.dumps(facts).encode(), mode=_FOR_ALL)
        except OSError as error:
            raise SettingsError(
                f"The note {self._note_file} cannot be written: {error.strerror}.",
                _open_to_all(self.folder),
            ) from error

    def knows(self, journal_id: str, mark: int) -> bool:
        """Whether the last run here left this journal exactly as far as it has come."""
        with suppress(SettingsError):  # `note` and `check` tell of a note that cannot be read
            noted = self._read()
            return noted is not None and (noted.id, noted.mark) == (journal_id, mark)
        return False

    @property
    def lock_file(self) -> Path:
        """The lock, which need not be there."""
        return self.folder / f"{self.slug}.lock"

    @property
    def _note_file(self) -> Path:
        return self.folder / f"{self.slug}.json"

    def _read(self) -> _Note | None:
        try:
            facts = json.loads(self._note_file.read_text(encoding="utf-8"))
            return _Note(
                journal=Path(facts["journal"]),
                id=str(facts["id"]),
                mark=int(facts["mark"]),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise SettingsError(
                f"The note {self._note_file}, which names this workspace's journal, cannot be "
                "read.",
                "Remove it if you are sure that [journal] names the journal of all earlier runs.",
            ) from error

    def _outdated(self, path: Path) -> SettingsError:
        return SettingsError(
            f"The journal {path} is an older copy, from a back-up perhaps: it knows nothing of "
            "what was sent since, and would send those rows again.",
            "Put the newer journal back. Only if that is lost for good: look up in the CRM what "
            f"was entered since the copy was made, and then remove the note {self._note_file}.",
        )

    def _lost(self, journal: Path) -> SettingsError:
        return SettingsError(
            f"The journal that served this workspace on this machine, {journal}, is gone, and the "
            "one that is named now knows nothing of what was sent.",
            "Restore it from a back-up, or name the place that it was moved to as `path` under "
            f"[journal]. Only if it is lost for good, remove the note {self._note_file}: rows that "
            "were sent before are then sent again.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    journal: Path
    id: str
    mark: int


def _owner(journal: Path) -> str:
    owner = owner_of(journal)
    return f" (`sudo -u {owner} importer …`)" if owner else ""


def _is_there(journal: Path) -> bool:
    try:
        return journal.exists()
    except OSError:
        # In another account's private folder: nobody may say that it is gone.
        return True


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _make_open_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Without the sticky bit, which keeps a second account from opening the first one's lock.
        if os.name == "posix" and folder.stat().st_uid == os.geteuid():
            folder.chmod(stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)
    except OSError as error:
        raise SettingsError(
            f"The folder {folder}, which all accounts of this machine share, cannot be made: "
            f"{error.strerror}.",
            _open_to_all(folder),
        ) from error


def _open_to_all(folder: Path) -> str:
    return f"Ask the machine's administrator to make {folder} and open it to all (chmod 0777)."
