"""A copy of the journal, made while another process may be sending."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importer.errors import JournalError
from importer.journal.store import Journal

_ONLY_READ: Final = "mode=ro&immutable=1"
"""A back-up has nothing beside it, and nothing is made beside it by a look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a copy of a journal says of itself."""

    id: str
    """That of the journal it is a copy of."""
    mark: int
    """How far that journal had come."""
    requests: int
    """How many requests it knows of."""
    inputs: tuple[tuple[str, str], ...]
    """(SHA-256, file name) of every sheet that its runs have read and kept."""


def copy_to(journal: Journal, target: Path) -> Copied:
    """Copy the journal, as of one moment, into a file that is there and empty.

    Whoever writes meanwhile is not held up: the copy is read in one step from what was committed.

    Raises:
        JournalError: it cannot be copied, or the copy is not the same.
    """
    source = journal.connection.connection.driver_connection
    identity, mark = journal.id, journal.mark_now
    try:
        with closing(sqlite3.connect(target)) as copy:
            if source is not None:
                source.backup(copy, pages=-1)
            # One file, that lacks nothing: the log beside it would be forgotten.
            copy.execute("PRAGMA journal_mode=DELETE")
        _sync(target)
    except sqlite3.Error as error:
        raise JournalError(
            f"The journal cannot be copied to {target}: {error}.",
            "Free some space there, or name another place.",
        ) from error
    copied = look_at(target)
    if copied is None or copied.id != identity or copied.mark < mark:
        raise JournalError(
            f"The copy {target} is not the same as the journal.",
            "Nothing was put in place. Try again; if it stays so, check the disk.",
        )
    return copied


def look_at(file: Path) -> Copied | None:
    """What a copy says of itself; None where it is none, or is damaged."""
    try:
        with _reading(file) as copy:
            if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                return None
            facts = dict(copy.execute("SELECT key, value FROM meta"))
            ((requests,),) = copy.execute("SELECT count(*) FROM requests").fetchall()
            inputs = copy.execute(
                "SELECT DISTINCT file_sha256, file FROM runs WHERE purged_at IS NULL"
            ).fetchall()
        return Copied(
            id=facts["id"], mark=int(facts["mark"]), requests=requests, inputs=tuple(inputs)
        )
    except (sqlite3.Error, KeyError, ValueError):
        return None


@contextmanager
def _reading(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?{_ONLY_READ}", uri=True)) as copy:
        yield copy


def _sync(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
