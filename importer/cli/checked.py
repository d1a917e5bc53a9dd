"""What `check` found, as people and programs read it."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import click

from importer.cli.phrases import COLUMNS, UNSEEN, money, say_notes, skips, table
from importer.model import Cell, Problem
from importer.pipeline.check import CheckResult
from importer.report.figures import counted, plain_sums
from importer.report.inert import visible


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


def _problem(result: CheckResult, problem: Problem) -> tuple[str, ...]:
    cell = Cell(file="", tab=result.tab, row=problem.row, column=problem.column)
    return (str(cell).removeprefix(" › "), problem.seen, problem.message, problem.hint)
