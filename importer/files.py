"""Files that are whole or not there: atomic writes, private modes, digests.

A report or a note that a crash cut in half would be believed, so nothing is ever written in place:
the bytes go into a temp file beside the target, reach the disk, and then take the target's name.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO, Final

from importer.errors import UsageError

PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700

Content = bytes | Callable[[IO[bytes]], object]
"""What to write: the bytes, or a function that writes them into the open file it is given."""


def write_atomically(path: Path, data: Content, *, mode: int = PRIVATE_FILE) -> Path:
    """Write a file so that a reader finds the old content or the new, never a part of it.

    Args:
        path: the target; its folder exists.
        data: the bytes, or a function that writes them. An exception of that function leaves
            the target as it was.
        mode: permission bits. The file has them from its first byte on.

    Returns:
        The path that was written: `path`, or a free name beside it where the target could not be
        replaced because a program holds it open (Excel on Windows).

    Raises:
        OSError: the folder does not exist or cannot be written, or the disk is full.
    """
    with _temp_beside(path) as (file, temp):
        if os.name == "posix":
            os.fchmod(file.fileno(), mode)
        if isinstance(data, bytes):
            file.write(data)
        else:
            data(file)
        file.flush()
        os.fsync(file.fileno())
        file.close()  # Windows renames closed files only
        written = _take_name(temp, path)
    sync_folder(path.parent)
    return written


def make_private_folder(path: Path) -> None:
    """Make a folder that only its owner can enter, and whichever parents it lacks.

    A folder that is there already is left as it is: it may be a person's own, with other things
    in it.

    Raises:
        OSError: a parent cannot be written, or a file has the folder's name.
    """
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in (*reversed(missing), path):
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Bring a folder's new names to the disk; Windows has no such call and needs none.

    Raises:
        OSError: the folder is not there, or the disk fails.
    """
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hex digits.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def free_name(path: Path) -> Path:
    """Return the path itself, or the first of `name (2).ext`, `name (3).ext` … that is not there.

    The answer is for people's files in a private folder: it holds until somebody else takes it.
    """
    if not path.exists():
        return path
    names = (path.with_name(f"{path.stem} ({number}){path.suffix}") for number in count(2))
    return next(name for name in names if not name.exists())


def missing(path: Path) -> UsageError:
    """Return what to say of a file that is not there: which other one may be meant."""
    names: list[str] = []
    with suppress(OSError, ValueError):
        if path.is_symlink():
            return UsageError(
                f"{path} is a link that leads nowhere: there is no file {path.readlink()}.",
                "Name the file itself, or make the link anew.",
            )
        names = [other.name for other in path.parent.iterdir()]
    near = difflib.get_close_matches(path.name, names, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else "Check the name and the folder."
    return UsageError(f"There is no file {path}.", hint)


@contextmanager
def _temp_beside(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    temp = Path(name)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no Path
            yield file, temp
    finally:
        with suppress(FileNotFoundError):  # gone where it took the target's name
            temp.unlink()


def _take_name(temp: Path, path: Path) -> Path:
    try:
        return temp.replace(path)
    except PermissionError:
        if not path.is_file():
            raise
    return temp.replace(free_name(path))
