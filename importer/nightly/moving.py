"""Files put elsewhere: whole, on disk, and never over another."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Final

from importer.errors import UsageError
from importer.files import (
    free_name,
    make_private_folder,
    sha256_of,
    sync_folder,
    write_atomically,
)

_TAKEN_OUT: Final = ".put-away"
"""A sheet that somebody else has kept, until its folder is cleared: no sheet any more."""


def claim_file(source: Path, target: Path) -> bool:
    """Rename a file, so that of several processes one alone gets it.

    Args:
        source: the file, which may have gone.
        target: its new place, in a folder that nobody else writes to.

    Returns:
        Whether this process has it.

    Raises:
        UsageError: the two folders are on different disks, where no rename is atomic.
        OSError: it cannot be renamed.
    """
    try:
        source.rename(target)
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        raise UsageError(
            f"{target.parent} is on another disk than {source.parent}, where two processes could "
            "take one file.",
            "Let the folder `taken` be an ordinary folder inside the inbox.",
        ) from error
    _sync(source.parent, target.parent)
    return True


def put_into(source: Path, folder: Path) -> Path:
    """Copy a file into a folder, made where it is missing, under the first name that is free.

    Done again after a crash, it is the same copy.

    Returns:
        The copy, on disk.

    Raises:
        OSError: the folder cannot be written.
    """
    make_private_folder(folder)
    target = folder / source.name
    if not (target.is_file() and sha256_of(target) == sha256_of(source)):
        target = free_name(target)
        copy_into(source, target)
    _sync(folder, folder.parent)
    return target


def remove_files(*paths: Path) -> None:
    """Delete files, in this order, on disk when this returns.

    Raises:
        OSError: one cannot be deleted; those before it are.
    """
    for path in paths:
        path.unlink()
    _sync(*(path.parent for path in paths))


def take_out(sheet: Path) -> None:
    """Let a sheet be none any more, in one step, before what lies beside it is removed.

    Were its control totals removed first, a crash would leave a sheet that takes those of the
    next export for its own.

    Raises:
        OSError: it cannot be moved, and is there as it was.
    """
    sheet.replace(sheet.with_name(_TAKEN_OUT))
    _sync(sheet.parent)


def clear_away(folder: Path, beside: Iterable[Path]) -> None:
    """Remove the folder of a sheet, and what lay beside that if it was taken out.

    Raises:
        OSError: something else is in it.
    """
    if (folder / _TAKEN_OUT).exists():
        for one in beside:
            one.unlink(missing_ok=True)
        (folder / _TAKEN_OUT).unlink()
    folder.rmdir()


def copy_into(source: Path, target: Path) -> None:
    """Copy a file to a path, on disk when this returns.

    Raises:
        OSError: it cannot be read or written, or the copy is not what was read.
    """

    def content(file: IO[bytes]) -> None:
        with source.open("rb") as original:
            copyfileobj(original, file)

    written = write_atomically(target, content)
    if sha256_of(written) != sha256_of(source):
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(written))


def _sync(*folders: Path) -> None:
    for folder in dict.fromkeys(folders):
        sync_folder(folder)
