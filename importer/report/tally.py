"""What the workbook's tabs hold, counted as they are written, and the formulas that count them.

A formula is given only where it comes to the exact figure. Excel keeps 15 digits of a number and
adds in binary, so of amounts that are too long for it the summary shows the exact sum as a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Final

from importer.letters import column_letter
from importer.model import Currency
from importer.report.cells import is_exact
from importer.report.figures import plain
from importer.report.lines import ActionLine, Line
from importer.report.listing import NAMES, amount_of, currency_of, mark_of
from importer.report.stretch import Stretch

_HAIR: Final = Decimal("0.1")
"""Of the last digit: far enough from the half that would round to another."""

Marks = str | None
"""A mark of `listing.mark_of`; None for every line, marked or not."""


@dataclass(slots=True)
class Sum:
    """The lines of one currency."""

    total: Decimal = Decimal(0)
    binary: float = 0.0
    """As a program adds up that knows no decimals."""
    decimals: int = 0
    """The most digits after the point that an amount has."""
    as_text: bool = False
    """An amount stands in its tab as a text, which no formula adds."""

    def add(self, digits: Sequence[str]) -> None:
        """Take in amounts, which are written with these digits."""
        self.total = sum(map(Decimal, digits), self.total)
        # One by one: what adds up floats by itself may keep what is lost of each.
        self.binary = reduce(add, map(float, digits), self.binary)
        self.decimals = max(self.decimals, *(len(one.partition(".")[2]) for one in digits))
        self.as_text |= not all(map(is_exact, digits))

    def join(self, other: Sum) -> None:
        """Take in another sum."""
        self.total += other.total
        self.binary += other.binary
        self.decimals = max(self.decimals, other.decimals)
        self.as_text |= other.as_text

    def is_computable(self, currency: Currency) -> bool:
        """Whether Excel comes to the exact total."""
        off = abs(Decimal(self.binary) - self.total).scaleb(self.decimals)
        near = off < _HAIR  # so that it does not depend on the order in which a program adds
        return near and not self.as_text and is_exact(plain(self.total, currency))


@dataclass(slots=True)
class Lines:
    """Some of the lines of some tabs: how many, and their money."""

    count: int = 0
    sums: dict[Currency, Sum] = field(default_factory=dict)

    def add(self, line: ActionLine) -> None:
        """Take in one line."""
        self.count += 1
        if (currency := currency_of(line)) is not None:
            self.sums.setdefault(currency, Sum()).add([amount_of(line)])

    def add_all(self, stretch: Stretch) -> None:
        """Take in the lines of a stretch."""
        self.count += len(stretch.kinds)
        for currency, digits in stretch.digits_by_currency().items():
            self.sums.setdefault(currency, Sum()).add(digits)

    def total(self, currency: Currency) -> Decimal:
        """Return their money of a currency, exactly."""
        return self.sums[currency].total if currency in self.sums else Decimal(0)

    def decimals(self, currency: Currency) -> int:
        """Return the most digits after the point that an amount has."""
        return self.sums[currency].decimals if currency in self.sums else currency.decimals

    def join(self, other: Lines) -> None:
        """Take in other lines."""
        self.count += other.count
        for currency, one in other.sums.items():
            self.sums.setdefault(currency, Sum()).join(one)


class Tally:
    """What the tabs of one outcome hold: `Created`, `Created 2` and so on."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        """Of its tabs, in their order."""
        self._lines: dict[Marks, Lines] = {}

    def add(self, line: Line) -> None:
        """Take in a line, or a stretch, that is written into the last of the tabs."""
        if isinstance(line, Stretch):
            self.of().add_all(line)
            return
        self.of().add(line)
        if mark := mark_of(line):
            self.of(mark).add(line)

    def of(self, mark: Marks = None) -> Lines:
        """Return what was taken in, as it grows."""
        return self._lines.setdefault(mark, Lines())


@dataclass(frozen=True, slots=True)
class Figure:
    """Lines of some tabs, with the formulas that come to the same."""

    tallies: tuple[Tally, ...]
    mark: Marks = None

    @property
    def lines(self) -> Lines:
        """What the formulas come to."""
        whole = Lines()
        for tally in self.tallies:
            whole.join(tally.of(self.mark))
        return whole

    @property
    def counts(self) -> str:
        """The formula of their number."""
        if self.mark is None:
            return f"COUNT({','.join(self._columns('Row'))})"
        return "+".join(f'COUNTIF({of},"{self.mark}")' for of in self._columns("Mark"))

    def adds(self, currency: Currency, decimals: int) -> str:
        """The formula of their money; rounded, since binary sums of paise are off by a hair."""
        columns = (self._columns(name) for name in ("Amount", "Currency", "Mark"))
        sums = "+".join(
            f'SUMIFS({amounts},{currencies},"{currency}"{self._marked(marks)})'
            for amounts, currencies, marks in zip(*columns, strict=True)
        )
        return f"ROUND({sums},{decimals})"

    def _marked(self, marks: str) -> str:
        return "" if self.mark is None else f',{marks},"{self.mark}"'

    def _columns(self, name: str) -> Iterator[str]:
        letter = _LETTERS[name]
        for tally in self.tallies:
            for title in tally.titles:
                sheet = f"'{title}'" if " " in title else title
                yield f"{sheet}!${letter}:${letter}"


_LETTERS: Final = {name: column_letter(index) for index, name in enumerate(NAMES)}


def without_formula(figures: Iterable[Figure]) -> set[Currency]:
    """Return the currencies of which a figure, or all of them together, is no matter for Excel."""
    whole = Lines()
    found = set[Currency]()
    for figure in figures:
        lines = figure.lines
        whole.join(lines)
        found |= {one for one, sums in lines.sums.items() if not sums.is_computable(one)}
    return found | {one for one, sums in whole.sums.items() if not sums.is_computable(one)}
