"""What people read when a command has ended: what stopped it, what is open, what to type."""

from __future__ import annotations

from collections.abc import Iterator

import click

from importer.cli.phrases import many
from importer.model import Outcome, RunState
from importer.reconcile import Reconciliation
from importer.report.held import held_of
from importer.report.inert import visible
from importer.upload import Ending, EndKind

_WHY = '--reason "…"'


def say_ending(
    books: Reconciliation, ending: Ending, options: str, *, looked_up: bool = False
) -> None:
    """Say, on standard error, what stopped a run, what is open of it, and what to do.

    Args:
        books: the run's books.
        ending: how its sending ended.
        options: `--practice`, `--settings FILE` or "", as they were given.
        looked_up: the timelines of what is in doubt have been looked at just now.
    """
    stopped = ending.kind is not EndKind.DONE
    if reason := ending.reason or books.run.reason:
        label = click.style("Stopped:" if stopped else "State:", fg="yellow", bold=True)
        click.echo(f"{label} {visible(reason)}", err=True)
    for line in _lines(books, ending, options, looked_up=looked_up):
        click.echo(line, err=True)


def _lines(
    books: Reconciliation, ending: Ending, options: str, *, looked_up: bool
) -> Iterator[str]:
    if doubtful := books.outcomes[Outcome.UNKNOWN].count:
        yield from _doubts(doubtful, books.run.id, options, looked_up=looked_up)
    elif books.unsent and books.run.state is not RunState.REFUSED:
        yield f"What to do: {ending.remedy or 'Go on when you like.'}"
        yield from _either(
            (_typed("resume", books.run.id, options), "sends what is left, as it was planned"),
            (
                _typed("close", books.run.id, _WHY, options),
                "gives it up, if the mapping or the sheet was wrong: then run the sheet, corrected",
            ),
        )
    for held in held_of(books):
        label = click.style("Held:", fg="yellow", bold=True)
        yield f"{label} {many(held.count, 'duplicate')}. {held.text}"
        yield f"What to do: {_typed(held.command, options)}"


def _doubts(count: int, run: str, options: str, *, looked_up: bool) -> Iterator[str]:
    them = "it" if count == 1 else "them"
    label = click.style("In doubt:", fg="red", bold=True)
    yield f"{label} {many(count, 'action')}. Do not send {them} again."
    if not looked_up:
        yield f"What to do: {_typed('settle', run, options)}"
        return
    yield (
        "What to do: the importer has looked and cannot tell; the report says why. Look at the "
        "leads' timelines in TeleCRM, and say what you saw:"
    )
    yield from _either(
        (_typed("resolve", run, "--rows … --created", _WHY, options), "it stands there"),
        (
            _typed("resolve", run, "--rows … --not-created", _WHY, options),
            "it does not: resume sends it then",
        ),
    )


def _either(*commands: tuple[str, str]) -> Iterator[str]:
    width = max(len(command) for command, _ in commands)
    for command, words in commands:
        yield f"  {command:<{width}}  {words}"


def _typed(*words: str) -> str:
    return " ".join(filter(None, ["importer", *words]))
