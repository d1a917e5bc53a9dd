"""The first tab of `reconciliation.xlsx`, written line by line; the only one with formulas."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Final

from importer.letters import column_letter
from importer.model import Currency
from importer.reconcile import Sums
from importer.report import looks
from importer.report.cells import Cell, Look, compared, computed, exact, number, text
from importer.report.figures import plain
from importer.report.inert import visible
from importer.report.tally import Figure
from importer.report.workbook import Book, lines_of_text

_LABELS: Final = 30
_COUNTS: Final = 12
_AMOUNTS: Final = 20
_TEXTS: Final = (54, 54, 20, 22)
_FIRST_AMOUNT: Final = 2
"""0-based column."""
_NOTHING: Final = Decimal(0)

AGREES: Final = "Agrees"
"""The label of a line that says whether two sides are equal."""


class SummaryTab:
    """The tab: label, count, an amount per currency, texts.

    Args:
        book: a workbook without a tab.
        currencies: those that have a column.
    """

    def __init__(self, book: Book, currencies: Sequence[Currency]) -> None:
        self._book = book
        self._currencies = currencies
        widths = (_LABELS, _COUNTS, *[_AMOUNTS] * len(currencies), *_TEXTS)
        self._tab = book.tab("Summary", widths=widths, frozen=0)

    @property
    def row(self) -> int:
        """Number of the row that was written last."""
        return self._tab.height

    def words(self, label: str, value: str = "") -> None:
        """Write a label and a sentence, if there is any of the two."""
        if label or value:
            self._tab.append([self._text(label), self._text(value)])

    def title(self, text: str) -> None:
        """Write the first line."""
        self._tab.append([self._text(text, looks.TITLE)], lines=2)

    def section(self, title: str) -> None:
        """Write a heading, apart from what is above."""
        self._tab.append([])
        self._tab.append([self._text(title, looks.SECTION)])

    def header(self, label: str, count: str, *names: str, money: bool = True) -> None:
        """Write the header of a table."""
        figures = (count, *map(str, self._currencies if money else ()))
        left, right = map(self._book.style, (looks.WRAPPED_HEADER, looks.NUMBER_HEADER))
        self._tab.append(
            [
                self._text(label, looks.HEADER),
                *(text(name, right) for name in figures),
                *(text(name, left) for name in names),
            ]
        )

    def figures(self, label: str, count: int | None, money: Sums, *texts: str) -> None:
        """Write a line of known figures."""
        counted = None if count is None else number(str(count), self._book.style(looks.COUNT))
        amounts = [self._known(currency, money.get(currency)) for currency in self._currencies]
        self._line(label, counted, amounts, texts)

    def computes(
        self, label: str, figure: Figure, *texts: str, inexact: Collection[Currency] = ()
    ) -> None:
        """Write a line that counts and adds up lines of the other tabs.

        Args:
            label: what they are.
            figure: the lines.
            texts: what stands behind the figures.
            inexact: currencies that Excel cannot add up; their sums are texts.
        """
        lines = figure.lines
        amounts = [
            self._computed(one, lines.total(one), figure.adds(one, lines.decimals(one)), inexact)
            for one in self._currencies
        ]
        self._line(label, self._counted(figure.counts, lines.count), amounts, texts)

    def counts(self, label: str, figure: Figure) -> None:
        """Write a line that counts lines of the other tabs."""
        self._line(label, self._counted(figure.counts, figure.lines.count), [], ())

    def adds(
        self,
        label: str,
        rows: range,
        count: int | None,
        money: Sums,
        inexact: Collection[Currency] = (),
    ) -> None:
        """Write a line that adds up lines above it.

        Args:
            label: what it is.
            rows: the numbers of those lines.
            count: what their counts come to; None where they have none.
            money: what their amounts come to.
            inexact: as in `computes`.
        """
        amounts = []
        for currency in self._currencies:
            total = money.get(currency, _NOTHING)
            decimals = len(plain(total, currency).partition(".")[2])
            letter = self._letter(currency)
            formula = f"ROUND(SUM({letter}{rows[0]}:{letter}{rows[-1]}),{decimals})"
            amounts.append(self._computed(currency, total, formula, inexact))
        formula = f"SUM(B{rows[0]}:B{rows[-1]})"
        counted = None if count is None else self._counted(formula, count)
        self._line(label, counted, amounts, look=looks.BOLD)

    def agrees(
        self,
        rows: tuple[int, int],
        sides: tuple[Sums, Sums],
        inexact: Collection[Currency] = (),
        counts: tuple[int, int] | None = None,
    ) -> None:
        """Write a line that says whether two lines above are equal.

        Args:
            rows: their numbers.
            sides: their amounts.
            inexact: as in `computes`; judged here, where the digits are all there.
            counts: their counts, where these are to be equal too.
        """
        left, right = rows
        equal = self._compared(f"B{left}=B{right}", counts[0] == counts[1]) if counts else None
        amounts: list[Cell | None] = []
        for currency in self._currencies:
            one, other = (side.get(currency, _NOTHING) for side in sides)
            letter = self._letter(currency)
            formula = f"{letter}{left}={letter}{right}"
            if currency in inexact:
                amounts.append(self._text(str(one == other).upper(), looks.CHECK))
            else:
                amounts.append(self._compared(formula, one == other))
        self._line(AGREES, equal, amounts, look=looks.BOLD)

    def counts_agree(self, formula: str, holds: bool) -> None:  # noqa: FBT001 - the cell's value
        """Write a line that says whether counts above agree."""
        self._line(AGREES, self._compared(formula, holds), [], look=looks.BOLD)

    def _line(
        self,
        label: str,
        count: Cell | None,
        amounts: Sequence[Cell | None],
        texts: Sequence[str] = (),
        look: Look = looks.TEXT,
    ) -> None:
        wrapped = [self._text(value, looks.WRAPPED) for value in texts]
        high = max(map(lines_of_text, texts, _TEXTS), default=1)
        self._tab.append([self._text(label, look), count, *amounts, *wrapped], high)

    def _text(self, value: str, look: Look = looks.TEXT) -> Cell | None:
        return text(visible(value), self._book.style(look)) if value else None

    def _counted(self, formula: str, count: int) -> Cell:
        return computed(formula, str(count), self._book.style(looks.COUNT))

    def _compared(self, formula: str, holds: bool) -> Cell:  # noqa: FBT001 - as in `compared`
        return compared(formula, holds, self._book.style(looks.CHECK))

    def _known(self, currency: Currency, amount: Decimal | None) -> Cell | None:
        if amount is None:
            return None
        digits = plain(amount, currency)
        style = self._book.style(looks.money(digits, currency))
        return exact(digits, style, self._book.style(looks.DIGITS))

    def _computed(
        self, currency: Currency, amount: Decimal, formula: str, inexact: Collection[Currency]
    ) -> Cell:
        digits = plain(amount, currency)
        if currency in inexact:
            return text(digits, self._book.style(looks.DIGITS))
        return computed(formula, digits, self._book.style(looks.money(digits, currency)))

    def _letter(self, currency: Currency) -> str:
        return column_letter(_FIRST_AMOUNT + self._currencies.index(currency))
