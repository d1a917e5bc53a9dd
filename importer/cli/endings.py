"""What people read when a command has ended: what stopped it, and the report's next steps."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import wrap

import click

from importer.cli.given import Given, from_here
from importer.cli.phrases import UNSEEN
from importer.report.commands import Command
from importer.report.inert import visible
from importer.report.source import Written
from importer.report.steps import Step, next_steps
from importer.report.words import Tone
from importer.upload import Ending, EndKind

_INDENT = "   "


def say_ending(written: Written, ending: Ending, given: Given) -> None:
    """Say, on standard error, what stopped a run, and what is to be done about it.

    Args:
        written: the run's reports.
        ending: how its sending ended.
        given: which settings were asked for.
    """
    # As it is typed here: with the options of this command, and paths from this folder.
    here, run = given.here, written.report.books.run
    report = replace(
        written.report,
        options=here.options,
        place=from_here(written.page.parent.parent),
        mapping=here.path(run.mapping_file) if run.mapping_file else "",
    )
    steps = list(next_steps(report, remedy=ending.remedy))
    if reason := ending.reason or report.books.run.reason:
        stopped = ending.kind is not EndKind.DONE
        label = click.style("Stopped:" if stopped else "State:", fg="yellow", bold=True)
        click.echo(f"{label} {visible(reason)}", err=True)
    for line in _lines(steps):
        click.echo(line, err=True)


def _lines(steps: Sequence[Step]) -> Iterator[str]:
    if steps:
        yield click.style("\nWhat to do next", bold=True)
    for number, step in enumerate(steps, start=1):
        color = "red" if step.tone is Tone.STOP else "yellow"
        yield f"{number}. {click.style(visible(step.title), fg=color, bold=True)}"
        width = shutil.get_terminal_size(UNSEEN).columns - len(_INDENT)
        yield from (f"{_INDENT}{line}" for line in wrap(visible(step.text), max(40, width)))
        yield from _either(step.commands)


def _either(commands: Sequence[Command]) -> Iterator[str]:
    for one in commands:
        yield from (f"{_INDENT}  {line}" for line in one.lines)
