"""What the name of a file in an inbox tells."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

_UNFINISHED: Final = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp")
"""How programs call a file that they are still writing."""


def fits(name: str, pattern: str) -> bool:
    """Whether a name fits a pattern, without regard to capitals."""
    return fnmatchcase(name.casefold(), pattern.casefold())


def is_unfinished(name: str) -> bool:
    """Whether a name is one that programs give to what they are still writing."""
    return name.casefold().endswith(_UNFINISHED)


def is_hidden(name: str) -> bool:
    """Whether it is one of those that systems and office programs leave beside people's files."""
    return name.startswith((".", "~$"))


def in_order(name: str) -> tuple[str, str]:
    """What names are sorted by."""
    return name.casefold(), name
