"""Files put elsewhere: whole, on disk, and never over another."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from shutil import copyfileobj
from typing import IO

from importer.errors import UsageError
from importer.files import (
    free_name,
    make_private_folder,
    sha256_of,
    sync_folder,
    write_atomically,
)


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
