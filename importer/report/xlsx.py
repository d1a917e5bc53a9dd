"""`reconciliation.xlsx`: a summary, and a tab for each outcome that has rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Final

from importer.model import Currency, Money, Outcome
from importer.report import looks
from importer.report.cells import Cell, exact, number, text
from importer.report.figures import plain
from importer.report.lines import ActionLine
from importer.report.overview import write_overview
from importer.report.source import Report
from importer.report.words import OUTCOME_WORDS
from importer.report.workbook import MOST_ROWS, Book, Tab, lines_of_text

_SKIPPED: Final = "Skipped"
_SENTENCES: Final = 60
_COLUMNS: Final = (
    ("Cell", 30),
    ("Row", 8),
    ("Lead", 27),
    ("Action", 16),
    ("Type", 11),
    ("Currency", 10),
    ("Amount", 17),
    ("Outcome", 22),
    ("Action id", 27),
    ("Why", _SENTENCES),
    ("What to do", _SENTENCES),
    ("Reference", 22),
)
_HEADS: Final = {
    "Row": looks.NUMBER_HEADER,
    "Amount": looks.NUMBER_HEADER,
    "Why": looks.WRAPPED_HEADER,
    "What to do": looks.WRAPPED_HEADER,
}


def write_workbook(
    file: IO[bytes], report: Report, lines: Iterable[ActionLine], *, most_rows: int = MOST_ROWS
) -> None:
    """Write the workbook; a tab that is full goes on in a second one.

    Args:
        file: where to.
        report: what is shown.
        lines: every action and every skipped row.
        most_rows: of a tab.
    """
    books, run = report.books, report.books.run
    with Book(title=f"Reconciliation of run {run.id}", made_at=run.changed_at) as book:
        write_overview(book, report)
        tabs, cells = _Tabs(book, most_rows), _Cells(book)
        for outcome, line in books.outcomes.items():
            if line.count:
                tabs.open(OUTCOME_WORDS[outcome].label)
        if any(run.skipped.values()):
            tabs.open(_SKIPPED)
        for one in lines:
            why, to_do = one.why, one.to_do
            lines_high = max(lines_of_text(why, _SENTENCES), lines_of_text(to_do, _SENTENCES))
            tabs.of(one.outcome).append(cells.of(one, why, to_do), lines_high)
        tabs.close()
        book.write(file)


class _Tabs:
    """The tab that each outcome's next row goes to."""

    def __init__(self, book: Book, most_rows: int) -> None:
        self._book = book
        self._most_rows = most_rows
        self._all: list[Tab] = []
        self._current: dict[str, Tab] = {}

    def open(self, label: str) -> Tab:
        title = label
        if label in self._current:
            full = sum(tab.title.split()[0] == label for tab in self._all)
            title = f"{label} {full + 1}"
        widths = [width for _, width in _COLUMNS]
        tab = self._book.tab(title, widths=widths, frozen=1)
        heads = (_HEADS.get(name, looks.HEADER) for name, _ in _COLUMNS)
        names = zip(_COLUMNS, map(self._book.style, heads), strict=True)
        tab.append([text(name, style) for (name, _), style in names])
        self._all.append(tab)
        self._current[label] = tab
        return tab

    def of(self, outcome: Outcome | None) -> Tab:
        label = OUTCOME_WORDS[outcome].label if outcome else _SKIPPED
        tab = self._current.get(label)
        return tab if tab and tab.height < self._most_rows else self.open(label)

    def close(self) -> None:
        for tab in self._all:
            tab.filter_from(1, len(_COLUMNS))


class _Cells:
    """Makes a row of a tab; it asks for its styles once, not in every row."""

    def __init__(self, book: Book) -> None:
        self._plain = book.style(looks.TEXT)
        self._wrapped = book.style(looks.WRAPPED)
        self._number = book.style(looks.GENERAL)
        self._money = {one: book.style(looks.money(one)) for one in Currency}

    def of(self, line: ActionLine, why: str, to_do: str) -> list[Cell | None]:
        plain_text, money = self._plain, line.money
        return [
            text(line.cell, plain_text),
            number(str(line.row), self._number),
            text(line.lead, plain_text),
            text(line.name, plain_text),
            text(line.type, plain_text),
            text(money.currency, plain_text) if money else None,
            self._amount(money) if money else None,
            text(line.outcome_word, plain_text),
            text(line.action_id, plain_text),
            text(why, self._wrapped),
            text(to_do, self._wrapped),
            text(line.reference, plain_text),
        ]

    def _amount(self, money: Money) -> Cell:
        digits = plain(money.amount, money.currency)
        return exact(digits, self._money[money.currency], self._plain)
