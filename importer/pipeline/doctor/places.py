"""Folders: whether they are there, may be written, are closed to others, and have room."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from importer.pipeline.doctor.finding import Finding, ok, warning, wrong

_MEGABYTE: Final = 1_000_000
_FREE_SOME: Final = (
    "Free some space: `importer purge --older-than 400d` removes old reports and kept inputs."
)
LEAST_FREE: Final = 200 * _MEGABYTE
"""Bytes; with less, a night may not get to its end."""
SCANT: Final = 2_000 * _MEGABYTE
"""Bytes; with less, somebody should look soon."""


def is_there(path: Path) -> bool:
    """Whether this account can see it: what lies in a closed folder counts as not there."""
    try:
        return path.exists()
    except OSError:
        return False


def is_closed(path: Path) -> bool:
    """Whether it is there, and this account may not look into it."""
    return is_there(path) and not os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK)


def check_folder(check: str, folder: Path, key: str) -> Iterator[Finding]:
    """A folder that the importer writes in, and makes where it is missing.

    Args:
        check: what it is, in words.
        folder: absolute.
        key: where importer.toml names it.
    """
    there = _nearest(folder)
    if not there.is_dir():
        yield wrong(check, f"{there} is a file, not a folder.", f"Correct {key} in your settings.")
        return
    if not os.access(there, os.W_OK | os.X_OK):
        yield wrong(
            check,
            f"This account may not write into {there}.",
            f"Let it, or name another folder as {key} in your settings.",
        )
        return
    yield _privacy(check, folder) if there == folder else ok(check, f"{folder} will be made.")


def check_disks(folders: Iterable[Path]) -> Iterator[Finding]:
    """What is free on each disk that some of these folders are on."""
    disks: dict[int, Path] = {}
    for folder in folders:
        there = _nearest(folder)
        disks.setdefault(there.stat().st_dev, there)
    yield from map(_room, disks.values())


def check_shared(folder: Path) -> Iterator[Finding]:
    """The folder in which the machine's accounts meet: every one of them must be able to write."""
    there = _nearest(folder)
    if not os.access(there, os.W_OK | os.X_OK):
        yield wrong(
            "machine's folder",
            f"This account may not write into {there}, where the accounts of the machine meet.",
            f"Ask the machine's administrator to make {folder} and open it to all (chmod 0777).",
        )


def check_private(check: str, file: Path) -> Iterator[Finding]:
    """A file that only its owner should read; nothing is said of one that is not there."""
    if is_there(file):
        yield _privacy(check, file)


def _privacy(check: str, path: Path) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    # Windows has no such bits. A group may be let in on purpose: accounts that share a journal.
    if os.name == "posix" and mode & stat.S_IRWXO:
        return warning(
            check,
            f"Every account of this machine may look into {path}.",
            f"Run: chmod o-rwx {path}",
        )
    shared = os.name == "posix" and mode & stat.S_IRWXG
    return ok(check, f"{path}{', open to its group as well' if shared else ''}.")


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    said = f"{free / _MEGABYTE:,.0f} MB are free where {folder} is."
    if free < LEAST_FREE:
        return wrong("disk", said, _FREE_SOME)
    return warning("disk", said, _FREE_SOME) if free < SCANT else ok("disk", said)


def _nearest(path: Path) -> Path:
    """The path itself, or the lowest folder above it that is there."""
    return next(one for one in (path, *path.parents) if is_there(one))
