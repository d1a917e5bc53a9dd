"""What a check found: one line, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from importer.errors import ImporterError


class Grade(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    """It works, and somebody should look."""
    WRONG = "wrong"
    """A night would fail on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check of the doctor."""

    check: str
    """What was looked at, in one or two words."""
    grade: Grade
    said: str
    """One sentence."""
    remedy: str = ""
    """What to do; "" where it is OK."""


def ok(check: str, said: str) -> Finding:
    """All is well."""
    return Finding(check=check, grade=Grade.OK, said=said)


def warning(check: str, said: str, remedy: str) -> Finding:
    """Somebody should look."""
    return Finding(check=check, grade=Grade.WARNING, said=said, remedy=remedy)


def wrong(check: str, said: str, remedy: str) -> Finding:
    """A night would fail on it."""
    return Finding(check=check, grade=Grade.WRONG, said=said, remedy=remedy)


def broken(check: str, error: ImporterError) -> Finding:
    """What a night would be refused with."""
    return wrong(check, error.message, error.hint)
