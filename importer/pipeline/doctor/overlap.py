"""Whether a file's name can fit two jobs that share a folder: neither of them would take it."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import combinations
from typing import Final

from importer.pipeline.doctor.finding import Finding, warning
from importer.settings import Job

_TOKEN: Final = re.compile(r"\[!?\]?[^\]]*\]|.", re.DOTALL)
"""One sign of a pattern: `*`, `?`, a class such as `[0-9]`, or a letter."""


def check_overlap(jobs: Sequence[Job], name: str) -> Iterator[Finding]:
    """Find jobs that would both be meant by one name.

    Args:
        jobs: all of them.
        name: of one job, to look at its pairs alone; "" for every pair.
    """
    for one, other in combinations(jobs, 2):
        if one.place != other.place or (name and name not in {one.name, other.name}):
            continue
        both = ((first, second) for first in one.patterns for second in other.patterns)
        if found := next((pair for pair in both if overlap(*pair)), None):
            yield warning(
                f"jobs {one.name} and {other.name}",
                f"A file in {one.inbox.parent} can fit both {found[0]} and {found[1]}: neither job "
                "would take it.",
                "Let each name fit one job alone, by their `inbox`, or give each job a folder.",
            )


def overlap(one: str, other: str) -> bool:
    """Whether there is a name that fits two patterns, in capitals or not."""
    return _meet(_tokens(one), _tokens(other))


def _tokens(pattern: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(pattern.casefold()))


@lru_cache(maxsize=4096)
def _meet(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if not one or not other:
        return set(one) | set(other) <= {"*"}
    if "*" in {one[0], other[0]}:
        star, rest = (one, other) if one[0] == "*" else (other, one)
        return _meet(star[1:], rest) or _meet(star, rest[1:])
    return _alike(one[0], other[0]) and _meet(one[1:], other[1:])


def _alike(one: str, other: str) -> bool:
    """Whether a letter fits two signs that each stand for one."""
    letters = {*string.printable.casefold(), *one, *other}
    return any(fnmatchcase(letter, one) and fnmatchcase(letter, other) for letter in letters)
