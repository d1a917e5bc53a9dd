"""What people read on the screen. Every figure comes from the pipeline; here it gets its words."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import click

from importer.cli.options import print_object
from importer.cli.phrases import COLUMNS, UNSEEN, money, skips, table
from importer.model import Cell, Note, Problem, RunState
from importer.pipeline.check import CheckResult
from importer.report.figures import counted, plain_sums, shown_sums
from importer.report.inert import visible
from importer.report.source import Written
from importer.report.summary import summary
from importer.report.verdict import verdict
from importer.report.words import meaning_of


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
        click.echo(click.style(f"{group.code}: {counted(len(group.cells), 'cell')}", bold=True))
        click.echo(table([_problem(result, one) for one in group.examples], COLUMNS))
        others = group.cells[len(group.examples) :]
        if others:
            click.echo("\n".join(wrap(f"and {', '.join(others)}", UNSEEN[0])))
        click.echo()
    click.echo(f"{result.file}: {counted(result.rows, 'row')}; {skips(result.skipped)}")
    good = f"{counted(result.ready, 'row')} ready ({counted(result.actions, 'action')}"
    click.echo(f"  {good}{money(result.money, ', ')})")
    if result.invalid:
        click.echo(click.style(f"  {counted(result.invalid, 'row')} invalid", fg="red"))
    click.echo("  Not compared with earlier runs: `run`, or `run --dry-run`, knows what is there.")
    say_notes(result.notes)
    for refusal in result.refusals:
        click.echo(f"\n{click.style('Refused:', fg='red', bold=True)} {visible(refusal.message)}")
        click.echo(f"{click.style('What to do:', bold=True)} {visible(refusal.hint)}")


def say_notes(notes: Sequence[Note], *, err: bool = False) -> None:
    """Print what is good to know of a sheet."""
    for note in notes:
        click.echo(f"{click.style('Note:', fg='yellow')} {visible(note.message)}", err=err)


def say_report(written: Written, code: int, *, as_json: bool) -> None:
    """Print how a run ended and where its reports are."""
    books, failures = written.report.books, written.failures
    if as_json:
        files = {
            "html": str(written.page),
            "xlsx": str(written.workbook),
            "csv": str(written.table),
            "json": str(written.document),
            "failures": str(failures.path) if failures else None,
            "failures_csv": str(failures.table) if failures and failures.table else None,
        }
        whole = {**summary(written.report), "exit_code": code, "reports": files}
        print_object(whole)
        return
    said = verdict(books)
    click.echo(f"\n{click.style(said.text, bold=True)}  (run {books.run.id})")
    if said.money:
        click.echo(said.money)
    rows = [
        (outcome, line.count, "  ".join(shown_sums(line.money)), meaning_of(outcome, books.run))
        for outcome, line in books.outcomes.items()
        if line.count
    ]
    click.echo(table(rows, ("outcome", "actions", "money", "")))
    for sentence in books.imbalances:
        click.echo(click.style(f"The books do not balance: {sentence}", fg="red"))
    if len(books.chain.runs) > 1:
        click.echo(
            f"This sheet so far: {counted(len(books.chain.runs), 'run')}, "
            f"{counted(books.chain.open_rows, 'row')} open."
        )
    click.echo(f"Report:   {written.page}")
    if failures:
        refused = books.run.state is RunState.REFUSED
        advice = ": to look at; correct them in the sheet itself" if refused else ""
        click.echo(f"Failures: {failures.path} ({counted(failures.rows, 'row')}{advice})")
        if failures.table:
            click.echo(f"The same rows as CSV: {failures.table}")
    for kept in written.kept:
        click.echo(f"An edited failures workbook was there; it is now {kept}.")
    for name, path in written.displaced:
        click.echo(
            f"{name} is open in another program: written as {path.name}. What is open is older."
        )
    for path in written.old:
        click.echo(
            f"{path.name} is open in another program and could not be removed. It is of an older "
            "report: close it, do not run it."
        )


def _problem(result: CheckResult, problem: Problem) -> tuple[str, ...]:
    cell = Cell(file="", tab=result.tab, row=problem.row, column=problem.column)
    return (str(cell).removeprefix(" › "), problem.seen, problem.message, problem.hint)
