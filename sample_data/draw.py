"""Chance that is the same on every machine and in every version of Python."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def draw(*words: object) -> int:
    """Draw a number that depends on these words only."""
    digest = hashlib.sha256("|".join(map(str, words)).encode()).digest()
    return int.from_bytes(digest[:8])


def pick(choices: Sequence[T], *words: object) -> T:
    """Draw one of several."""
    return choices[draw(*words) % len(choices)]
