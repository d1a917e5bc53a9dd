"""The exit code of several things at once: the most urgent of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_INTERRUPTED: Final = range(129, 256)
_ORDER: Final = (1, *_INTERRUPTED, 7, 5, 6, 75, 4, 3, 2, 0)
"""The most urgent first."""


def worst(codes: Iterable[int]) -> int:
    """The most urgent of some exit codes; 0 where there is none."""
    return min(codes, key=_ORDER.index, default=0)


def interrupted(code: int) -> bool:
    """Whether a signal ended it: the night is over."""
    return code in _INTERRUPTED
