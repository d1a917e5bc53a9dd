"""What people read of a send: what is about to leave, what was answered, settled or decided."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

import click

from importer.cli.phrases import duration, money, say_notes, skips, table
from importer.journal import reading
from importer.journal.answers import Answered, count_doubtful
from importer.journal.doubts import doubts_of
from importer.journal.left import entries_to_send
from importer.journal.money import lines_by_outcome
from importer.journal.rulings import Decided
from importer.model import Outcome
from importer.pipeline.left import estimate
from importer.pipeline.workplace import Workplace
from importer.report.advice import IN_GENERAL
from importer.report.commands import typed, with_options
from importer.report.figures import counted
from importer.report.inert import as_escapes
from importer.report.settling import first_to_do
from importer.report.words import INCOMPLETE
from importer.settings import WorkspaceKind
from importer.upload.settle import Settled


def say_plan(workplace: Workplace, run_id: str) -> bool:
    """Show what is about to be sent, on standard error; False when it is nothing."""
    run, left = reading.run_of(workplace.journal, run_id), estimate(workplace, run_id)
    say_notes(run.notes, err=True)
    click.echo(f"{run.file}: {counted(run.rows_read, 'row')}; {skips(run.skipped)}", err=True)
    # What is still to be sent is most of a sheet, and is told of below.
    settled = [one for one in Outcome if one is not Outcome.UNSENT]
    for outcome, line in lines_by_outcome(workplace.journal, run_id, settled).items():
        click.echo(
            f"  {counted(line.count, 'action')} {outcome}{money(line.money, ', ')}", err=True
        )
    if not left.actions:
        return False
    practice = workplace.settings.workspace.kind is WorkspaceKind.SANDBOX
    where = "practice workspace" if practice else click.style("REAL workspace", bold=True)
    click.echo(
        f"  {counted(left.actions, 'action')} to send{money(left.money, ', ')}, in "
        f"{counted(left.requests, 'request')}{duration(left.seconds)}\n"
        f"  to the {where} {workplace.settings.workspace.name}",
        err=True,
    )
    return True


def say_nothing_left(workplace: Workplace, run_id: str) -> None:
    """Say, on standard error, that nothing is to be sent, and what is looked up all the same."""
    said = "Nothing is left to send"
    if doubtful := count_doubtful(workplace.journal, run_id):
        said = f"{said}; {counted(doubtful, 'action')} in doubt: their timelines are read back"
    click.echo(f"{said}.", err=True)


def say_doubts(workplace: Workplace, run_id: str, options: str) -> None:
    """Remind, on standard error, of what earlier runs left in doubt."""
    for run, count in reading.in_doubt(workplace.journal, run_id).items():
        click.echo(
            f"{click.style('Still in doubt:', fg='red', bold=True)} {counted(count, 'action')} of "
            f"the run {run}. {IN_GENERAL[Outcome.UNKNOWN]} To settle: "
            f"{with_options(first_to_do(run, *doubts_of(workplace.journal, run)), options)}",
            err=True,
        )


def say_rehearsal(workplace: Workplace, run_id: str, *, as_json: bool) -> bool:
    """Print exactly what would be sent, a request a line, in order.

    What a terminal would obey is spelt in JSON's escapes, which say the same. As JSON, each line
    is an object. True when everything would be sent or is there already.
    """
    entries = entries_to_send(workplace.journal, run_id)
    for (lead, _batch), of_batch in groupby(entries, key=lambda one: (one.lead, one.batch)):
        body = f'{{"actions":[{",".join(one.entry for one in of_batch)}]}}'
        line = json.dumps({"lead": lead, "body": body}, ensure_ascii=False)
        click.echo(as_escapes(line if as_json else f"POST /lead/{lead}/action {body}"))
    if not say_plan(workplace, run_id):
        click.echo("Nothing would be sent.", err=True)
    return {Outcome.UNSENT, Outcome.ALREADY}.issuperset(lines_by_outcome(workplace.journal, run_id))


def say_answers(answers: Sequence[Answered]) -> None:
    """Show, on standard error, what the CRM answered to the leads that were sent first."""
    rows = [
        (one.row, one.lead, one.name, _ended(one), "\n".join(one.said))
        for one in answers
        if not one.whole
    ]
    counts = Counter(map(_ended, answers))
    said = ", ".join(f"{count:,} {ended}" for ended, count in counts.items())
    click.echo(f"The actions of the first leads: {said}.", err=True)
    click.echo(table(rows, ("row", "lead", "action", "outcome", "what the CRM says")), err=True)


def _ended(one: Answered) -> str:
    incomplete = one.outcome is Outcome.CREATED and not one.whole
    return f"{one.outcome}, {INCOMPLETE}" if incomplete else str(one.outcome)


def say_settled(run_id: str, settled: Settled, options: str) -> None:
    """Say, on standard error, what reading back has settled."""
    found = {
        "created": settled.created,
        "ignored": settled.ignored,
        "may be sent again": settled.staged,
        "still in doubt": settled.unknown,
    }
    said = ", ".join(f"{count:,} {word}" for word, count in found.items() if count)
    click.echo(f"Settled: {said or 'nothing was in doubt'}.", err=True)
    if settled.unjudged:
        click.echo(
            f"The export has no column {', '.join(sorted(settled.unjudged))}: whether the CRM has "
            "stored that part is not judged. Look at it in TeleCRM. An action that can be told by "
            "that part alone stays in doubt; an export with the column settles it.",
            err=True,
        )
    for other in sorted(settled.of_other_runs - {run_id}):
        click.echo(
            f"Some of it is of the run {other}; its report is written anew by: "
            f"{typed('report', other, options)}",
            err=True,
        )


def say_decided(run_id: str, decided: Decided, options: str) -> None:
    """Say, on standard error, what a person's decision was about."""
    click.echo(
        f"On record: {counted(decided.count, 'action')}{money(decided.money, ', ')}; decided by "
        f"{decided.by}.",
        err=True,
    )
    if decided.sought:
        one = decided.sought == 1
        click.echo(
            f"{click.style('Not given up:', fg='red', bold=True)} "
            f"{counted(decided.sought, 'action')} that {'was' if one else 'were'} sent before. "
            f"{'It was' if one else 'They were'} not found on the timeline then; a timeline may be "
            f"late, so {'it is' if one else 'they are'} UNKNOWN again. To look once more: "
            f"{typed('settle', run_id, options)}. Or look there yourself, and say what you saw: "
            f"{typed('resolve', run_id, options)}. What is not there can be given up then.",
            err=True,
        )
    if decided.doubted:
        click.echo(
            f"{counted(decided.doubted, 'other action')} of the same request "
            f"{'waits' if decided.doubted == 1 else 'wait'} for a person now: what the looks have "
            "not found may stand there all the same. Look for it too, and say what you saw.",
            err=True,
        )
