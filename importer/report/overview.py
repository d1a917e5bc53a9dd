"""The summary tab of `reconciliation.xlsx`: the page's figures, as numbers."""

from __future__ import annotations

from typing import Final

from importer.model import Currency
from importer.reconcile import Chain, Reconciliation, Sums
from importer.report import looks
from importer.report.cells import Cell, Look, exact, number, text
from importer.report.figures import plain
from importer.report.inert import visible
from importer.report.laws import Law, bridge_of, laws_of
from importer.report.source import Report
from importer.report.steps import next_steps
from importer.report.summary import iso
from importer.report.verdict import verdict
from importer.report.words import OUTCOME_WORDS
from importer.report.workbook import Book, lines_of_text

_LABELS: Final = 30
_COUNTS: Final = 12
_AMOUNTS: Final = 18
_TEXTS: Final = (64, 64, 34, 28)
_WITHOUT_MONEY: Final = "An INVALID row counts as one action without money."


def write_overview(book: Book, report: Report) -> None:
    """Add the summary tab to a workbook that has no tab yet."""
    books = report.books
    page = _Page(book, currencies_of(books))
    said = verdict(books)
    page.words(said.text, look=looks.TITLE)
    page.words(books.run.reason)
    _facts(page, books)
    page.section("What to do next")
    for step in next_steps(report):
        page.words(step.title, step.text)
        page.words("", step.link and f"File: {step.link}")
        page.words("", step.command)
    _outcomes(page, books)
    _books(page, books)
    _reasons(page, books)
    _notes(page, books)
    _chain(page, books.chain)


def currencies_of(books: Reconciliation) -> tuple[Currency, ...]:
    """Return the currencies that occur anywhere in the books, in their own order."""
    chain = books.chain
    bridge = (chain.planned, chain.corrections, chain.done, chain.waived, chain.open)
    lines = (line.money for line in books.outcomes.values())
    present = {one for sums in (books.run.planned_money, *bridge, *lines) for one in sums}
    return tuple(currency for currency in Currency if currency in present)


class _Page:
    """The tab, written line by line: label, count, an amount per currency, texts."""

    def __init__(self, book: Book, currencies: tuple[Currency, ...]) -> None:
        self._book = book
        self._currencies = currencies
        widths = (_LABELS, _COUNTS, *[_AMOUNTS] * len(currencies), *_TEXTS)
        self._tab = book.tab("Summary", widths=widths, frozen=0)

    def words(self, label: str, value: str = "", look: Look = looks.TEXT) -> None:
        """Write a label and a sentence, if there is any of the two."""
        if label or value:
            self._tab.append([self._text(label, look), self._text(value)])

    def section(self, title: str) -> None:
        """Write a heading, apart from what is above."""
        self._tab.append([])
        self._tab.append([self._text(title, looks.SECTION)])

    def header(self, label: str, count: str, *names: str) -> None:
        """Write the header of a table."""
        figures = (count, *map(str, self._currencies))
        self._tab.append(
            [
                self._text(label, looks.HEADER),
                *(self._text(name, looks.NUMBER_HEADER) for name in figures),
                *(self._text(name, looks.WRAPPED_HEADER) for name in names),
            ]
        )

    def figures(self, label: str, count: int | None, money: Sums, *texts: str) -> None:
        """Write a line of a table."""
        amounts = [self._amount(currency, money) for currency in self._currencies]
        counted = None if count is None else number(str(count), self._book.style(looks.COUNT))
        wrapped = [self._text(value, looks.WRAPPED) for value in texts]
        lines = max((lines_of_text(value, _TEXTS[0]) for value in texts), default=1)
        self._tab.append([self._text(label), counted, *amounts, *wrapped], lines)

    def _text(self, value: str, look: Look = looks.TEXT) -> Cell | None:
        return text(visible(value), self._book.style(look)) if value else None

    def _amount(self, currency: Currency, money: Sums) -> Cell | None:
        amount = money.get(currency)
        if amount is None:
            return None
        style = self._book.style(looks.money(currency))
        return exact(plain(amount, currency), style, self._book.style(looks.TEXT))


def _facts(page: _Page, books: Reconciliation) -> None:
    run = books.run
    page.section("The run")
    page.words("File", run.file)
    page.words("Tab", run.tab or "")
    page.words("Mapping", run.mapping)
    page.words("Workspace", run.workspace)
    page.words("Run", run.id)
    page.words("State", run.state)
    page.words("As of (UTC)", iso(run.changed_at))
    page.words("Requests", f"{run.requests_sent:,} sent, {run.requests_read:,} to read back")
    page.words("SHA-256 of the file", run.file_sha256)
    page.words("SHA-256 of the mapping", run.mapping_sha256)


def _outcomes(page: _Page, books: Reconciliation) -> None:
    page.section("What went in, and what did not")
    page.header("Outcome", "Actions", "Meaning")
    for outcome, line in books.outcomes.items():
        page.figures(outcome, line.count, line.money, OUTCOME_WORDS[outcome].meaning)
    page.figures("Planned", books.run.planned_actions, books.run.planned_money)
    if books.incomplete:
        page.figures("Created, incomplete", books.incomplete, {}, "Among CREATED.")
    if books.given_up.count:
        page.figures("Given up", books.given_up.count, books.given_up.money, "Among UNSENT.")
    if books.unreadable:
        page.figures("Without money", books.unreadable, {}, _WITHOUT_MONEY)


def _books(page: _Page, books: Reconciliation) -> None:
    page.section("The rows")
    page.header("Rows", "Count")
    page.figures("Read", books.run.rows_read, {})
    page.figures("With actions", books.rows_with_actions, {})
    for reason, rows in books.run.skipped.items():
        page.figures(f"Skipped: {reason}", rows, {})
    page.section("The books")
    for law in laws_of(books):
        page.words(law.name, _law(law))
    for sentence in books.imbalances:
        page.words("DOES NOT HOLD", sentence)


def _reasons(page: _Page, books: Reconciliation) -> None:
    if not books.reasons:
        return
    page.section("Why")
    page.header("Outcome", "Actions", "Reason", "What to do", "Examples", "Code")
    for reason in books.reasons:
        texts = (reason.text, reason.hint, ", ".join(reason.examples), reason.code)
        page.figures(reason.outcome, reason.count, reason.money, *texts)


def _notes(page: _Page, books: Reconciliation) -> None:
    if books.run.notes:
        page.section("To know about the sheet")
        for note in books.run.notes:
            page.words(note.message)


def _chain(page: _Page, chain: Chain) -> None:
    page.section("This sheet so far")
    page.words("Runs", ", ".join(chain.runs))
    page.header("Money", "Rows")
    page.figures("Planned", chain.rows, chain.planned)
    page.figures("Corrections", None, chain.corrections)
    page.figures("Done", None, chain.done)
    if chain.waived:
        page.figures("Waived", None, chain.waived)
    page.figures("Open", chain.open_rows, chain.open)
    for law in bridge_of(chain):
        page.words(law.name, _law(law))


def _law(law: Law) -> str:
    return f"{'holds' if law.holds else 'DOES NOT HOLD'}: {law}"
