"""A back-up of the journal and of the sheets that it has kept, whoever is at work meanwhile."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from importer.errors import UsageError
from importer.files import PRIVATE_FILE, make_private_folder, sha256_of, sync_folder
from importer.files import write_atomically as write
from importer.journal.backup import Copied, copy_to, look_at
from importer.pipeline.workplace import visit_workplace
from importer.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class BackUp:
    """A back-up that was made just now."""

    file: Path
    """The copy of the journal."""
    copied: Copied
    new_inputs: int
    """Kept sheets that were copied now; those of an earlier back-up were there."""
    missing: tuple[str, ...]
    """Names of kept sheets that are gone beside the journal too."""


def back_up(settings: Settings, folder: Path) -> BackUp:
    """Copy the journal and its kept sheets into a folder, over an older back-up of the same one.

    The copy takes its name when it is whole, checked, and its sheets are there: whatever happens
    on the way, the folder holds the back-up of before.

    Args:
        settings: of the workspace; nothing of it is locked or changed.
        folder: of the back-ups of this journal; made where it is missing.

    Raises:
        UsageError: there is no journal, or the folder holds something else.
        JournalError: the copy is not whole.
    """
    path = settings.journal.path
    if not path.is_file():
        raise UsageError(
            f"There is no journal yet: {path} is not there.", "Run a sheet first; then back it up."
        )
    target = folder / path.name
    try:
        make_private_folder(folder)
        with visit_workplace(settings) as workplace, _part_beside(target) as part:
            _refuse_other(path, target, workplace.journal.id, workplace.journal.mark_now)
            copied = copy_to(workplace.journal, part)
            new, missing = _copy_inputs(path.parent / "inputs", folder / "inputs", copied)
            part.replace(target)
        sync_folder(folder)
    except OSError as error:
        raise UsageError(
            f"The back-up cannot be written to {folder}: {error.strerror}.",
            "Name a folder on a disk with room, that you may write to.",
        ) from error
    return BackUp(file=target, copied=copied, new_inputs=new, missing=missing)


def _refuse_other(path: Path, target: Path, journal_id: str, mark: int) -> None:
    """Refuse to write over anything but an older back-up of the same journal."""
    if not target.exists():
        return
    if target.samefile(path):
        raise UsageError(
            f"{target} is the journal itself.", "Name a folder of its own, best on another disk."
        )
    there = look_at(target)
    if there is None or there.id != journal_id or there.mark > mark:
        what = "a newer copy of it" if there and there.id == journal_id else "something else"
        raise UsageError(
            f"{target} is no older back-up of this journal, but {what}. Nothing was written.",
            "Name another folder; each journal needs one of its own.",
        )


@contextmanager
def _part_beside(target: Path) -> Iterator[Path]:
    descriptor, name = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.name}.", suffix=".part"
    )
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
    finally:
        with suppress(FileNotFoundError):  # gone where it took the target's name
            part.unlink()


def _copy_inputs(kept: Path, folder: Path, copied: Copied) -> tuple[int, tuple[str, ...]]:
    new, missing = 0, []
    for digest, name in copied.inputs:
        source, target = kept / digest / name, folder / digest / name
        if target.is_file() and sha256_of(target) == digest:
            continue
        if not source.is_file() or sha256_of(source) != digest:
            missing.append(name)
            continue
        make_private_folder(target.parent)
        write(target, source.read_bytes(), mode=PRIVATE_FILE)
        new += 1
    return new, tuple(missing)
