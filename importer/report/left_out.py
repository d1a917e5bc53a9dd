"""What of a run's chain is open in other runs: left out of a failures workbook, or gone on with."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from importer.model import EarlierReason
from importer.reconcile import TO_CORRECT, Waiting
from importer.report.commands import REASON, Command, Step, report_again, rows_typed, typed
from importer.report.figures import counted
from importer.report.held import runs_held_for
from importer.report.source import FAILURES, Report
from importer.report.words import Tone


def open_elsewhere(report: Report) -> Iterator[Step]:
    """Yield what keeps the sheet open and is not of this run, oldest run first.

    A row that an earlier run has failed, and that is in no later run: somebody has deleted it from
    the failures workbook. Else the other run's own report says what to do.
    """
    chain, own = report.books.chain, report.books.run.id
    ids = [run.id for run in chain.runs]
    if own not in ids:
        return
    for run in ids:
        found = {outcome: one for (of, outcome), one in chain.open_of.items() if of == run}
        if run == own or not found:
            continue
        left_out = [found[one] for one in TO_CORRECT if one in found]
        if left_out and ids.index(run) < ids.index(own):
            yield _left_out(report, run, left_out)
            found = {outcome: one for outcome, one in found.items() if outcome not in TO_CORRECT}
        if found and run not in _named_before(report):
            yield _open_there(report, run, found.values())


def _left_out(report: Report, run: str, rows: Collection[Waiting]) -> Step:
    count = sum(one.count for one in rows)
    it, is_, was = ("it", "is", "was") if count == 1 else ("them", "are", "were")
    return Step(
        tone=Tone.CARE,
        title=f"Correct {counted(count, 'row')} that {was} left out, or give {it} up",
        text=f"This sheet stays open: {counted(count, 'row')} of the run {run} {is_} in no later "
        f"run, since {'it' if count == 1 else 'they'} {was} not in the failures workbook that came "
        f"back. Have that workbook written anew, correct {it} there and run it (what went in "
        f"since is recognised, and not sent again); or give {it} up:",
        commands=(
            report_again(run, report.options, does="writes the workbook anew"),
            report.run_file(run, FAILURES, does="then sends what was corrected"),
            Command(
                text=typed("close", run, rows_typed(*rows), REASON, report.options),
                does=f"or gives {it} up",
            ),
        ),
    )


def _open_there(report: Report, run: str, rows: Collection[Waiting]) -> Step:
    count = sum(one.count for one in rows)
    return Step(
        tone=Tone.CARE,
        title=f"Look at the run {run}",
        text=f"This sheet goes on in that run, where {counted(count, 'row')} "
        f"{'is' if count == 1 else 'are'} still open. Its own report says what to do:",
        commands=(report_again(run, report.options, does="writes it anew"),),
    )


def _named_before(report: Report) -> Collection[str]:
    """Runs of which another step speaks: this one's duplicates wait for them."""
    doubtful = runs_held_for(report, EarlierReason.IN_DOUBT)
    return {*doubtful, *runs_held_for(report, EarlierReason.OPEN)}
