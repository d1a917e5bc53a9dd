"""Compact notes about many rows: a million of them cost a few bytes, or none."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from operator import lt


class Ranges:
    """A set of numbers, kept as ranges: the rows that a filter hides."""

    def __init__(self) -> None:
        self._firsts = array("I")
        self._lasts = array("I")

    def add(self, first: int, last: int) -> None:
        """Add the numbers from `first` to `last`."""
        if self._lasts and self._firsts[-1] <= first <= self._lasts[-1] + 1:
            self._lasts[-1] = max(last, self._lasts[-1])
            return
        self._firsts.append(first)
        self._lasts.append(last)

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        at = bisect_right(self._firsts, number) - 1
        return at >= 0 and number <= self._lasts[at]

    def __bool__(self) -> bool:
        return bool(self._firsts)

    def __iter__(self) -> Iterator[int]:
        for first, last in zip(self._firsts, self._lasts, strict=True):
            yield from range(first, last + 1)

    def settle(self) -> None:
        """Put the ranges into order, after the last one was added."""
        if _are_rising(self._firsts):
            return
        pairs = sorted(zip(self._firsts, self._lasts, strict=True))
        self._firsts, self._lasts = array("I"), array("I")
        for first, last in pairs:
            self.add(first, last)


class Runs:
    """What is to be said of the rows of one column: ranges of rows, each with a number's word."""

    def __init__(self) -> None:
        self._firsts = array("I")
        self._lasts = array("I")
        self._words = array("I")

    def add(self, first: int, last: int, word: int) -> None:
        """Say a word of the rows from `first` to `last`; of no row are two words said."""
        if self._lasts and self._words[-1] == word and self._lasts[-1] + 1 == first:
            self._lasts[-1] = last
            return
        self._firsts.append(first)
        self._lasts.append(last)
        self._words.append(word)

    def between(self, first: int, last: int) -> Iterator[tuple[int, int, int]]:
        """Yield the runs that touch some rows, cut to these: first, last, word."""
        for at in range(bisect_left(self._lasts, first), len(self._firsts)):
            if self._firsts[at] > last:
                break
            yield max(first, self._firsts[at]), min(last, self._lasts[at]), self._words[at]

    def settle(self) -> None:
        """Put the runs into order, after the last one was added."""
        if _are_rising(self._firsts):
            return
        runs = sorted(zip(self._firsts, self._lasts, self._words, strict=True))
        self.__init__()  # type: ignore[misc]  # begin again
        for run in runs:
            self.add(*run)


def _are_rising(numbers: array[int]) -> bool:
    return all(map(lt, numbers, numbers[1:]))


class Merges:
    """The merged ranges of a tab."""

    def __init__(self) -> None:
        self._ranges: list[tuple[int, int, int, int]] = []
        self._deepest: list[int] = []
        """The last row of any merge up to here."""

    def add(self, top: int, left: int, bottom: int, right: int) -> None:
        """Add the cells from row `top`, column `left` to row `bottom`, column `right`."""
        self._ranges.append((top, left, bottom, right))

    def settle(self) -> None:
        """Put them into order, after the last one was added."""
        self._ranges.sort()
        self._deepest = [*accumulate((bottom for _, _, bottom, _ in self._ranges), max)]

    def between(self, first: int, last: int) -> Iterator[tuple[int, int, int, int]]:
        """Yield the merges that touch some rows, whole."""
        start = bisect_left(self._deepest, first)
        end = bisect_right(self._ranges, last, key=lambda merge: merge[0])
        return (merge for merge in self._ranges[start:end] if merge[2] >= first)
