"""What people read on the screen. Every figure comes from the pipeline; here it gets its words."""

from __future__ import annotations

import click

from importer.cli.options import print_object
from importer.cli.phrases import table
from importer.model import RunState
from importer.report.figures import counted, shown_sums
from importer.report.source import Written
from importer.report.summary import summary
from importer.report.verdict import verdict
from importer.report.words import meaning_of


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
