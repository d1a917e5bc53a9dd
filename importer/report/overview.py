"""What stands on the summary tab of `reconciliation.xlsx`, in its order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final

from importer.model import Currency, Outcome
from importer.reconcile import Chain, Reconciliation, Sums, add_up
from importer.report.cells import is_exact
from importer.report.figures import counted, plain
from importer.report.inert import visible
from importer.report.laws import Law, bridge_of, laws_of, sides_of
from importer.report.listing import MARK_GIVEN_UP, MARK_TAKEN_UP
from importer.report.moments import iso
from importer.report.reasons import largest
from importer.report.source import Report
from importer.report.steps import next_steps
from importer.report.summary_tab import SummaryTab
from importer.report.tally import Figure, Tally, without_formula
from importer.report.tree import place_of
from importer.report.verdict import named_runs, verdict
from importer.report.words import INCOMPLETE, meaning_of

_WITHOUT_MONEY: Final = "A row that the checks refused counts as one action without money."
_READABLE: Final = "In those rows, as far as their amounts could be read; in no sum above."
_NOT_KNOWN: Final = "Of so many of those rows no amount is known: what they are worth is not said."
_CORRECTED: Final = "Among ALREADY: what stands in the CRM, which is not what this sheet says."
_AMONG: Final = "Among the outcomes above; nobody needs to do anything about it."
_TAKEN_UP: Final = "Among the outcomes above; what became of it stands in the report of {}."
_IN_SEVERAL: Final = "An action that is in two of these groups is counted and added up twice here."
_TOO_LONG: Final = (
    "Excel keeps 15 digits of a number. These sums have more, or amounts that have: they are "
    "written as texts with all their digits, and no formula adds them up."
)


def write_overview(
    tab: SummaryTab, report: Report, outcomes: Mapping[Outcome, Tally], skipped: Tally
) -> None:
    """Fill the summary tab.

    Args:
        tab: the empty tab.
        report: what is shown.
        outcomes: what the tabs of each outcome hold.
        skipped: what the tabs of the skipped rows hold.
    """
    books, run = report.books, report.books.run
    said = verdict(books)
    tab.title(said.text)
    tab.words(said.money)
    tab.words(run.reason)
    tab.words(f"{place_of(run)}; run {run.id}; as of {iso(run.changed_at)}")
    _rows(tab, books, skipped)
    _outcomes(tab, books, outcomes)
    _steps(tab, report)
    _by_action(tab, books)
    _reasons(tab, report)
    _chain(tab, books.chain)
    _laws(tab, books)
    _facts(tab, books)


def currencies_of(books: Reconciliation) -> tuple[Currency, ...]:
    """Return the currencies that occur anywhere in the books, in their own order."""
    lines = (line.money for line in books.outcomes.values())
    bridge = (money for side in sides_of(books.chain) for money in side.values())
    run = (books.run.planned_money, books.run.invalid_money)
    present = {one for sums in (*run, *bridge, *lines) for one in sums}
    return tuple(currency for currency in Currency if currency in present)


def _rows(tab: SummaryTab, books: Reconciliation, skipped: Tally) -> None:
    run, blank = books.run, Figure((skipped,))
    tab.section("The rows")
    tab.header("Rows", "Count", money=False)
    tab.figures("Read", run.rows_read, {})
    read = tab.row
    tab.figures("With actions", books.rows_with_actions, {})
    tab.counts("Skipped", blank)
    for reason, rows in run.skipped.items():
        tab.figures(f"Skipped: {reason}", rows, {})
    formula, holds = f"B{read}=B{read + 1}+B{read + 2}", True
    if run.skipped:
        formula = f"{formula},B{read + 2}=SUM(B{read + 3}:B{tab.row})"
        holds = sum(run.skipped.values()) == blank.lines.count
    holds &= run.rows_read == books.rows_with_actions + blank.lines.count
    tab.counts_agree(f"AND({formula})", holds)


def _outcomes(tab: SummaryTab, books: Reconciliation, outcomes: Mapping[Outcome, Tally]) -> None:
    figures = {outcome: Figure((tally,)) for outcome, tally in outcomes.items()}
    inexact = without_formula(figures.values())
    tab.section("What went in, and what did not")
    tab.header("Outcome", "Actions", "Meaning")
    first = tab.row + 1
    for outcome, figure in figures.items():
        tab.computes(outcome, figure, meaning_of(outcome, books.run), inexact=inexact)
    whole = Figure(tuple(outcomes.values())).lines
    money = {one: sums.total for one, sums in whole.sums.items()}
    tab.adds("In all", range(first, tab.row + 1), whole.count, money, inexact)
    tab.figures("Planned", books.run.planned_actions, _all_of(books.run.planned_money, money))
    tab.agrees(
        (tab.row - 1, tab.row),
        (money, books.run.planned_money),
        inexact,
        (whole.count, books.run.planned_actions),
    )
    if inexact:
        tab.words("Not added up by formulas", f"{', '.join(sorted(inexact))}: {_TOO_LONG}")
    _beside(tab, books, outcomes)


def _beside(tab: SummaryTab, books: Reconciliation, outcomes: Mapping[Outcome, Tally]) -> None:
    """What is among the outcomes, and in no sum of its own."""
    if books.incomplete:
        tab.counts("Created, incomplete", Figure((outcomes[Outcome.CREATED],), INCOMPLETE))
    if books.given_up.count:
        figure = Figure(tuple(outcomes.values()), MARK_GIVEN_UP)
        tab.computes("Given up", figure, _AMONG, inexact=without_formula([figure]))
    if books.taken_up.count:
        figure = Figure(tuple(outcomes.values()), MARK_TAKEN_UP)
        said = _TAKEN_UP.format(named_runs(books.taken_up_by))
        tab.computes("Taken up", figure, said, inexact=without_formula([figure]))
    if books.corrected_since.count:
        since = books.corrected_since
        tab.figures("Already, corrected", since.count, since.money, _CORRECTED)
    if books.unreadable:
        tab.figures("Without money", books.unreadable, {}, _WITHOUT_MONEY)
    if books.run.invalid_money:
        tab.figures("Readable in them", None, books.run.invalid_money, _READABLE)
    if unknown := books.moneyless:
        tab.figures("No amount known", unknown, {}, _NOT_KNOWN)


def _all_of(money: Sums, other: Sums) -> Sums:
    """With a zero for what only the other has, so that a formula finds a number."""
    return {**dict.fromkeys(other, Decimal(0)), **money}


def _by_action(tab: SummaryTab, books: Reconciliation) -> None:
    tab.section("By action of the mapping")
    tab.header("Action", "Actions", "Outcome")
    for (name, type_), lines in books.by_action.items():
        label = f"{name} ({type_})" if name else "Rows refused as a whole"
        for outcome, line in lines.items():
            tab.figures(label, line.count, line.money, outcome)
    for status, lines in books.by_status.items():
        for outcome, line in lines.items():
            tab.figures(f"Status {visible(status)}", line.count, line.money, outcome)


def _steps(tab: SummaryTab, report: Report) -> None:
    tab.section("What to do next")
    steps = list(next_steps(report))
    for step in steps:
        tab.words(step.title, step.text)
        tab.words("", step.link and f"File: {step.link}")
        for command in step.commands:
            for line in command.lines:
                tab.words("", line.strip())
    if not steps:
        tab.words("Nothing.")


def _reasons(tab: SummaryTab, report: Report) -> None:
    tab.section("Why")
    if not report.reasons:
        tab.words("Nothing was left behind.")
        return
    tab.header("Outcome", "Actions", "Reason", "What to do", "Examples", "Code")
    reasons, more = largest(report.reasons)
    for one in reasons:
        said = f"{one.text}\nFor example: {one.example}" if one.example else one.text
        texts = (said, one.hint, ", ".join(one.examples), one.code)
        tab.figures(one.outcome, one.count, one.money, *texts)
    if more.groups:
        words = f"and {counted(more.groups, 'more group')}"
        tab.figures(words, more.count, more.money, _IN_SEVERAL)


def _chain(tab: SummaryTab, chain: Chain) -> None:
    tab.section("This sheet so far")
    closed = "closed" if chain.closed else "open"
    rows = f"{chain.open_rows:,} open of {counted(chain.rows, 'row')} with actions"
    tab.words("State", f"{closed}: {rows}")
    more = chain.open_rows - len(chain.open_at)
    at = [*chain.open_at, *([f"and {more:,} more"] if more else [])]
    tab.words("Open rows" if at else "", ", ".join(at))
    for run in chain.runs:
        tab.words(f"Run {run.id}", f"{run.file}, {run.state}")
    tab.header("Money", "")
    planned, done = (_side(tab, side) for side in sides_of(chain))
    left, right = (add_up(side.values()) for side in sides_of(chain))
    tab.agrees((planned, done), (left, right), _inexact(*sides_of(chain)))
    for law in bridge_of(chain):
        tab.words(law.name, _law(law))
    for sentence in chain.imbalances:
        tab.words("DOES NOT HOLD", sentence)


def _side(tab: SummaryTab, terms: Mapping[str, Sums]) -> int:
    """Write one side of the bridge and its total; return the total's row."""
    first = tab.row + 1
    for name, money in terms.items():
        if any(money.values()):
            tab.figures(name.capitalize(), None, money)
    if tab.row < first:
        tab.figures("Nothing", None, {})
    tab.adds("In all", range(first, tab.row + 1), None, add_up(terms.values()), _inexact(terms))
    return tab.row


def _inexact(*sides: Mapping[str, Sums]) -> Collection[Currency]:
    sums = [sums for side in sides for sums in (*side.values(), add_up(side.values()))]
    return {one for each in sums for one in each if not is_exact(plain(each[one], one))}


def _laws(tab: SummaryTab, books: Reconciliation) -> None:
    tab.section("The books")
    for law in laws_of(books):
        tab.words(law.name, _law(law))
    for sentence in books.imbalances:
        tab.words("DOES NOT HOLD", sentence)


def _law(law: Law) -> str:
    return f"{'holds' if law.holds else 'DOES NOT HOLD'}: {law}"


def _facts(tab: SummaryTab, books: Reconciliation) -> None:
    run = books.run
    if run.notes:
        tab.section("To know about the sheet")
        for note in run.notes:
            tab.words(note.message)
    tab.section("The run")
    tab.words("File", run.file)
    tab.words("Tab", run.tab or "")
    tab.words("Mapping", run.mapping)
    tab.words("Workspace", run.workspace)
    tab.words("Run", run.id)
    tab.words("State", run.state)
    tab.words("As of (UTC)", iso(run.changed_at))
    tab.words("Requests", f"{run.requests_sent:,} sent, {run.requests_read:,} to read back")
    tab.words("SHA-256 of the file", run.file_sha256)
    tab.words("SHA-256 of the mapping", run.mapping_sha256)
