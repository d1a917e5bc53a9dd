"""What people read on the screen. Every figure comes from the pipeline; here it gets its words."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from textwrap import wrap
from typing import Any

import click
from tabulate import tabulate

from importer.journal import reading
from importer.model import Cell, Currency, Note, Outcome, Problem, RunRecord, RunState
from importer.pipeline import CheckResult, Workplace, estimate, reconcile_run
from importer.reconcile import NEXT_STEPS, Reconciliation
from importer.report import Written
from importer.report.figures import plain_sums, shown_sums
from importer.report.inert import visible
from importer.report.summary import iso, summary
from importer.report.verdict import verdict
from importer.report.words import OUTCOME_WORDS
from importer.settings import WorkspaceKind
from importer.upload import Ending

_UNSEEN = (100, 24)
"""Columns and lines where there is no terminal to ask."""
_COLUMNS = ("cell", "value", "what is wrong", "what to do")


def check_object(result: CheckResult) -> dict[str, Any]:
    """What `check --json` prints."""
    return {
        "file": visible(result.file),
        "tab": result.tab,
        "mapping": result.mapping,
        "rows": result.rows,
        "skipped": dict(result.skipped),
        "ready": result.ready,
        "invalid": result.invalid,
        "actions": result.actions,
        "money": plain_sums(result.money),
        "problems": {code: group.cells for code, group in sorted(result.groups.items())},
        "refusals": [{"code": one.code, "message": one.message} for one in result.refusals],
        "notes": [{"code": one.code, "message": one.message} for one in result.notes],
    }


def say_check(result: CheckResult) -> None:
    """Print what a check found: the problems by kind, the first few of each, then the counts."""
    for group in sorted(result.groups.values(), key=lambda group: (-len(group.cells), group.code)):
        click.echo(click.style(f"{group.code}: {_many(len(group.cells), 'cell')}", bold=True))
        click.echo(_table([_problem(result, one) for one in group.examples], _COLUMNS))
        others = group.cells[len(group.examples) :]
        if others:
            click.echo("\n".join(wrap(f"and {', '.join(others)}", _UNSEEN[0])))
        click.echo()
    click.echo(f"{result.file}: {_many(result.rows, 'row')}; {_skips(result.skipped)}")
    good = f"{_many(result.ready, 'row')} ready ({_many(result.actions, 'action')}"
    click.echo(f"  {good}{_money(result.money, ', ')})")
    if result.invalid:
        click.echo(click.style(f"  {_many(result.invalid, 'row')} invalid", fg="red"))
    say_notes(result.notes)
    for refusal in result.refusals:
        click.echo(f"\n{click.style('Refused:', fg='red', bold=True)} {visible(refusal.message)}")
        click.echo(f"{click.style('What to do:', bold=True)} {visible(refusal.hint)}")


def say_notes(notes: Sequence[Note], *, err: bool = False) -> None:
    """Print what is good to know of a sheet."""
    for note in notes:
        click.echo(f"{click.style('Note:', fg='yellow')} {visible(note.message)}", err=err)


def say_plan(workplace: Workplace, run_id: str) -> bool:
    """Show what is about to be sent, on standard error; False when it is nothing."""
    books, left = reconcile_run(workplace, run_id), estimate(workplace, run_id)
    unsent = books.outcomes[Outcome.UNSENT]
    say_notes(books.run.notes, err=True)
    click.echo(
        f"{books.run.file}: {_many(books.run.rows_read, 'row')}; {_skips(books.run.skipped)}",
        err=True,
    )
    for outcome, line in books.outcomes.items():
        if line.count and outcome is not Outcome.UNSENT:
            click.echo(
                f"  {_many(line.count, 'action')} {outcome}{_money(line.money, ', ')}", err=True
            )
    if not unsent.count:
        return False
    practice = workplace.settings.workspace.kind is WorkspaceKind.SANDBOX
    where = "practice workspace" if practice else click.style("REAL workspace", bold=True)
    click.echo(
        f"  {_many(unsent.count, 'action')} to send{_money(unsent.money, ', ')}, in "
        f"{_many(left.requests, 'request')}{_duration(left.seconds)}\n"
        f"  to the {where} {workplace.settings.workspace.name}",
        err=True,
    )
    return True


def say_doubts(workplace: Workplace, run_id: str) -> None:
    """Remind, on standard error, of what earlier runs left in doubt."""
    for run, count in reading.in_doubt(workplace.journal, run_id).items():
        click.echo(
            f"{click.style('Still in doubt:', fg='red', bold=True)} {_many(count, 'action')} of "
            f"the run {run}. {NEXT_STEPS[Outcome.UNKNOWN]}",
            err=True,
        )


def say_rehearsal(workplace: Workplace, run_id: str) -> None:
    """Print exactly what would be sent, a request a line, in order."""
    entries = reading.entries_to_send(workplace.journal, run_id)
    for (lead, _batch), of_batch in groupby(entries, key=lambda one: (one.lead, one.batch)):
        body = ",".join(one.entry for one in of_batch)
        click.echo(f'POST /lead/{lead}/action {{"actions":[{body}]}}')
    if not say_plan(workplace, run_id):
        click.echo("Nothing would be sent.", err=True)


def say_report(books: Reconciliation, written: Written, code: int, *, as_json: bool) -> None:
    """Print how a run ended and where its reports are."""
    failures = written.failures
    if as_json:
        files = {
            "html": str(written.page),
            "xlsx": str(written.workbook),
            "csv": str(written.table),
            "json": str(written.summary),
            "failures": str(failures.path) if failures else None,
        }
        whole = {**summary(books), "exit_code": code, "reports": files}
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    click.echo(f"\n{click.style(verdict(books).text, bold=True)}  (run {books.run.id})")
    rows = [
        (outcome, line.count, "  ".join(shown_sums(line.money)), OUTCOME_WORDS[outcome].meaning)
        for outcome, line in books.outcomes.items()
        if line.count
    ]
    click.echo(_table(rows, ("outcome", "actions", "money", "")))
    for sentence in books.imbalances:
        click.echo(click.style(f"The books do not balance: {sentence}", fg="red"))
    if len(books.chain.runs) > 1:
        click.echo(
            f"This sheet so far: {_many(len(books.chain.runs), 'run')}, "
            f"{_many(books.chain.open_rows, 'row')} open."
        )
    click.echo(f"Report:   {written.page}")
    if failures:
        refused = books.run.state is RunState.REFUSED
        advice = (
            "correct them in the sheet itself, and run that again"
            if refused
            else "correct the cells, then run this file with the same mapping"
        )
        click.echo(f"Failures: {failures.path} ({_many(failures.rows, 'row')}: {advice})")
    if written.kept:
        click.echo(f"An edited failures workbook was there; it is now {written.kept}.")


def say_ending(books: Reconciliation, ending: Ending, options: str) -> None:
    """Say, on standard error, what stopped a run or is in doubt, and what to do.

    Args:
        books: the run's books.
        ending: how its sending ended.
        options: `--practice`, `--settings FILE` or "", as they were given.
    """
    reason = ending.reason or books.run.reason
    if reason:
        click.echo(f"{click.style('Stopped:', fg='yellow', bold=True)} {visible(reason)}", err=True)
    if doubtful := books.outcomes[Outcome.UNKNOWN].count:
        click.echo(
            f"{click.style('In doubt:', fg='red', bold=True)} {_many(doubtful, 'action')}. "
            f"{NEXT_STEPS[Outcome.UNKNOWN]}",
            err=True,
        )
    elif books.outcomes[Outcome.UNSENT].count:
        command = " ".join(filter(None, ["importer resume", books.run.id, options]))
        click.echo(f"What to do: {ending.remedy or 'Go on when you like.'} {command}", err=True)


def say_runs(runs: Sequence[RunRecord]) -> None:
    """Print the runs as a table."""
    rows = [
        (
            run.id,
            f"{run.started_at.astimezone():%d %b %Y %H:%M}",
            visible(run.file),
            run.mapping,
            run.planned_actions,
            "  ".join(shown_sums(run.planned_money)),
            run.state,
            visible(run.reason),
        )
        for run in runs
    ]
    headers = ("run", "started", "sheet", "mapping", "actions", "planned", "state", "why")
    click.echo(_table(rows, headers) if rows else "No runs yet.")


def run_object(run: RunRecord) -> dict[str, Any]:
    """A run in what `runs --json` prints."""
    return {
        "run": run.id,
        "root": run.root,
        "started_at": iso(run.started_at),
        "file": visible(run.file),
        "mapping": run.mapping,
        "actions": run.planned_actions,
        "money": plain_sums(run.planned_money),
        "state": str(run.state),
        "reason": visible(run.reason),
    }


def _problem(result: CheckResult, problem: Problem) -> tuple[str, ...]:
    cell = Cell(file="", tab=result.tab, row=problem.row, column=problem.column)
    return (str(cell).removeprefix(" › "), problem.seen, problem.message, problem.hint)


def _table(rows: Sequence[Sequence[object]], headers: Sequence[str]) -> str:
    width = shutil.get_terminal_size(_UNSEEN).columns
    words = max(20, (width - 40) // 2)
    widths = (18, 16, words, words) if headers == _COLUMNS else (width,) * (len(headers) - 1)
    widths += (max(20, width - 50),)
    # tabulate would wrap too, but reads `125,000.00` as a number that it then cannot parse.
    texts = [
        ["\n".join(wrap(visible(str(cell)), most)) for cell, most in zip(row, widths, strict=False)]
        for row in rows
    ]
    return tabulate(texts, headers, tablefmt="simple", disable_numparse=True)


def _many(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _skips(skipped: Mapping[str, int]) -> str:
    if not skipped:
        return "none skipped"
    return ", ".join(f"{count:,} skipped ({visible(reason)})" for reason, count in skipped.items())


def _money(sums: Mapping[Currency, Decimal], before: str) -> str:
    shown = shown_sums(sums)
    return before + " + ".join(shown) if shown else ""


def _duration(seconds: float) -> str:
    if not seconds:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    words = f"{hours} h {minutes} min" if hours else f"{minutes} min" if minutes else f"{rest} s"
    return f", about {words}"
