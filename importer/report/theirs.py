"""Which files of a report a person has saved since it was written.

A workbook names the program that saved it last. A text file names nobody: what was written here is
kept as a digest in a hidden file beside it, which `sha256sum -c` reads too. Times prove nothing: a
file that is copied or restored has an old one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from importer.files import sha256_of, write_atomically
from importer.report.archive import saved_by_a_person

RECORD: Final = ".written.sha256"
"""In a run's folder: `<SHA-256>  <name>`, a line for each file."""

_BETWEEN: Final = "  "


def is_theirs(path: Path) -> bool:
    """Whether a person has put work into a file; one that is not on record counts as a person's.

    Raises:
        OSError: it cannot be read.
    """
    if path.suffix == ".xlsx":
        with path.open("rb") as file:
            return saved_by_a_person(file)
    return _recorded(path.parent).get(path.name) != sha256_of(path)


def record(path: Path) -> None:
    """Keep what a file was written as; those that are gone are forgotten.

    Until this is done the file counts as a person's: a crash loses nobody's work.

    Raises:
        OSError: the folder cannot be written.
    """
    folder = path.parent
    known = {name: one for name, one in _recorded(folder).items() if (folder / name).exists()}
    _write(folder, {**known, path.name: sha256_of(path)}.items())


def _write(folder: Path, known: Iterable[tuple[str, str]]) -> None:
    lines = (f"{digest}{_BETWEEN}{name}\n" for name, digest in sorted(known))
    write_atomically(folder / RECORD, "".join(lines).encode())


def _recorded(folder: Path) -> dict[str, str]:
    path = folder / RECORD
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = (line.partition(_BETWEEN) for line in lines)
    return {name: digest for digest, _, name in pairs}
