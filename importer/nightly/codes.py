"""The exit code of several things at once: the most urgent of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from importer.pipeline.exits import Exit

_INTERRUPTED: Final = range(129, 256)
_ORDER: Final = (
    Exit.INTERNAL,
    *_INTERRUPTED,
    *(Exit.UNBALANCED, Exit.IN_DOUBT, Exit.STOPPED, Exit.SHEET, Exit.USAGE),
    *(Exit.LATER, Exit.INCOMPLETE, Exit.DONE),
)
"""The most urgent first: what a person has to fix comes before what the next night does."""


def worst(codes: Iterable[int]) -> int:
    """The most urgent of some exit codes; 0 where there is none."""
    return min(codes, key=_ORDER.index, default=0)


def interrupted(code: int) -> bool:
    """Whether a signal ended it: the night is over."""
    return code in _INTERRUPTED
