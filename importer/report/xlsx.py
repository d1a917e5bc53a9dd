"""`reconciliation.xlsx`: a summary that adds up its tabs, and a tab for each outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Final

from importer.model import Currency, Outcome
from importer.report import looks
from importer.report.cells import Cell, exact, number, text
from importer.report.lines import ActionLine, Line
from importer.report.listing import COLUMNS, SENTENCES, Form, currency_of, values_of
from importer.report.overview import currencies_of, write_overview
from importer.report.source import Report
from importer.report.stretch import Stretch
from importer.report.stretch_rows import StretchRows
from importer.report.summary_tab import SummaryTab
from importer.report.tally import Tally
from importer.report.words import OUTCOME_WORDS
from importer.report.workbook import MOST_ROWS, Book, Tab, lines_of_text

_SKIPPED: Final = "Skipped"
_NONE: Final = "None."
_HEADS: Final = {
    Form.TEXT: looks.WRAPPED_HEADER,
    Form.WRAPPED: looks.WRAPPED_HEADER,
    Form.NUMBER: looks.NUMBER_HEADER,
    Form.AMOUNT: looks.NUMBER_HEADER,
}

_FORMS: Final = tuple(column.form for column in COLUMNS)
_WRAPPED: Final = tuple(place for place, form in enumerate(_FORMS) if form is Form.WRAPPED)


def write_workbook(
    file: IO[bytes], report: Report, lines: Iterable[Line], *, most_rows: int = MOST_ROWS
) -> None:
    """Write the workbook; a tab that is full goes on in another one, after the last.

    Args:
        file: where to.
        report: what is shown.
        lines: every action and every skipped row.
        most_rows: of a tab, its header counted.
    """
    books, run = report.books, report.books.run
    with Book(title=f"Reconciliation of run {run.id}", made_at=run.changed_at) as book:
        summary = SummaryTab(book, currencies_of(books))
        tabs = _Tabs(book, most_rows)
        for one in lines:
            tabs.take(one)
        tabs.close()
        write_overview(summary, report, tabs.outcomes, tabs.skipped)
        book.write(file)


class _Tabs:
    """The tab that each outcome's next row goes to, and what the tabs hold."""

    def __init__(self, book: Book, most_rows: int) -> None:
        self._book = book
        self._most_rows = most_rows
        self._all: list[Tab] = []
        self._current: dict[str, Tab] = {}
        self._tallies: dict[str, Tally] = {}
        for label in (*(words.label for words in OUTCOME_WORDS.values()), _SKIPPED):
            self._tallies[label] = Tally()
            self._open(label, label)
        self._cells = _Cells(book)
        self._rows = StretchRows(book)

    @property
    def outcomes(self) -> Mapping[Outcome, Tally]:
        """What the tabs of each outcome hold."""
        return {one: self._tallies[words.label] for one, words in OUTCOME_WORDS.items()}

    @property
    def skipped(self) -> Tally:
        """What the tabs of the skipped rows hold."""
        return self._tallies[_SKIPPED]

    def take(self, line: Line) -> None:
        """Write a line, or a stretch, into its tab."""
        if isinstance(line, Stretch):
            self._take_all(line)
            return
        label = OUTCOME_WORDS[line.outcome].label if line.outcome else _SKIPPED
        values = values_of(line)
        self._tab_of(label).append(self._cells.of(line, values), _height_of(values))
        self._tallies[label].add(line)

    def _take_all(self, stretch: Stretch) -> None:
        label = OUTCOME_WORDS[Outcome.CREATED].label
        while stretch.kinds:
            tab = self._tab_of(label)
            fitting, stretch = stretch.split(self._most_rows - tab.height)
            tab.put(self._rows.of(fitting, tab.height + 1))
            self._tallies[label].add(fitting)

    def _tab_of(self, label: str) -> Tab:
        """The tab in which there is room for one more row."""
        tab = self._current[label]
        if tab.height >= self._most_rows:
            tab = self._open(label, f"{label} {len(self._tallies[label].titles) + 1}")
        return tab

    def close(self) -> None:
        """Say which tabs are empty, and give all of them their filter."""
        nothing = self._book.style(looks.INDENTED)
        for tab in self._all:
            tab.filter_from(1, len(COLUMNS))
            if tab.height == 1:
                tab.append([text(_NONE, nothing)])

    def _open(self, label: str, title: str) -> Tab:
        tab = self._book.tab(title, widths=[column.width for column in COLUMNS], frozen=1)
        styles = [self._book.style(_HEADS[column.form]) for column in COLUMNS]
        heads = zip(COLUMNS, styles, strict=True)
        tab.append([text(column.name, style) for column, style in heads])
        self._tallies[label].titles.append(tab.title)
        self._all.append(tab)
        self._current[label] = tab
        return tab


class _Cells:
    """Makes a row of a tab; it asks for its styles once, not in every row."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._plain = book.style(looks.INDENTED)
        self._digits = book.style(looks.DIGITS)
        self._wrapped = book.style(looks.WRAPPED)
        self._number = book.style(looks.GENERAL)

    def of(self, line: ActionLine, values: Sequence[str]) -> list[Cell | None]:
        """Return the cells of a line, whose columns hold these values."""
        return [
            self._cell(form, value, line) if value else None
            for form, value in zip(_FORMS, values, strict=True)
        ]

    def _cell(self, form: Form, value: str, line: ActionLine) -> Cell | None:
        if form is Form.AMOUNT:
            currency = currency_of(line)
            return self._amount(value, currency) if currency else None
        if form is Form.NUMBER:
            return number(value, self._number)
        return text(value, self._plain if form is Form.TEXT else self._wrapped)

    def _amount(self, digits: str, currency: Currency) -> Cell:
        style = self._book.style(looks.money(digits, currency))
        return exact(digits, style, self._digits)


def _height_of(values: Sequence[str]) -> int:
    """How many lines of text a row is high."""
    return max(lines_of_text(values[place], SENTENCES) for place in _WRAPPED)
