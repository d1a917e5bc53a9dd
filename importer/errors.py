"""Everything that can break a run, as one tree.

Bad *data* never raises: it is a `model.Problem` with a cell. These are for a run that cannot go on.
Each carries a sentence, and a hint that says what to do about it. Commands in them stand between
backticks with their own words alone, `importer settle RUN`: whoever shows them puts in the options
by which this person finds the workspace (`report.commands.with_options`).

    ImporterError                  exit code
    ├── UsageError                 2    a wrong argument, or files that do not go together
    ├── SettingsError              2    importer.toml, the environment, the token
    ├── MappingError               2    every mistake of a mapping at once, each with its line
    ├── SheetError                 3    a sheet that cannot be read, or is not the mapping's
    ├── SheetRefusedError          3    checks refused the sheet as a whole; nothing was sent
    ├── JournalError               1    the journal cannot be opened, read or written
    │   └── JournalVersionError    2    written by another version of the importer
    ├── BusyError                  75   another run holds the workspace's lock
    └── UnreachableError           75   the CRM did not answer before anything was sent
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class ImporterError(Exception):
    """A run cannot go on.

    Args:
        message: one sentence, for a person: what is wrong.
        hint: one sentence: what to do about it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class UsageError(ImporterError):
    """A wrong argument, a missing file, or files that do not go together."""

    exit_code = 2


class SettingsError(ImporterError):
    """`importer.toml`, the environment or the token are not usable."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mistake:
    """One mistake in a mapping."""

    line: int
    """1-based line of the mapping file; 0 when it concerns the whole file."""
    message: str
    """One sentence: what is wrong."""
    hint: str = ""
    """One sentence: what to write instead."""


class MappingError(ImporterError):
    """A mapping has mistakes; all of them are here, sorted by line."""

    exit_code = 2

    def __init__(self, file: str, mistakes: Sequence[Mistake]) -> None:
        self.file = file
        self.mistakes = tuple(sorted(mistakes))
        count = len(self.mistakes)
        super().__init__(
            f"The mapping {file} has {count} mistake{'s' if count != 1 else ''}.",
            "Correct these lines and run the command again.",
        )


class SheetError(ImporterError):
    """A sheet cannot be read, or it is not the sheet that the mapping describes."""

    exit_code = 3


class SheetRefusedError(ImporterError):
    """The checks refused the sheet as a whole; nothing was sent.

    Args:
        message: which rule, and by how much.
        hint: what to do.
        run: the run that is on record, whose report names every cell.
    """

    exit_code = 3

    def __init__(self, message: str, hint: str, *, run: str) -> None:
        super().__init__(message, hint)
        self.run = run


class JournalError(ImporterError):
    """The journal cannot be opened, read or written."""

    exit_code = 1


class JournalVersionError(JournalError):
    """The journal was written by another version of the importer."""

    exit_code = 2


class BusyError(ImporterError):
    """Another run holds the workspace's lock; later is safe."""

    exit_code = 75


class UnreachableError(ImporterError):
    """The CRM could not be reached before anything was sent; later is safe."""

    exit_code = 75
