"""`run` and `resume`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.finishing import finish, finish_refused
from importer.cli.given import Given
from importer.cli.inputs import SHEET
from importer.cli.options import (
    Totals,
    canary_option,
    expect_options,
    json_option,
    load,
    mapping_option,
    minutes_option,
    retry_option,
    settings_options,
    token_of,
    token_option,
    yes_option,
)
from importer.errors import SheetRefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from importer.journal.answers import Answered
    from importer.mapping import Mapping
    from importer.model import Outcome
    from importer.pipeline.planning import Demands
    from importer.pipeline.sending import Orders
    from importer.pipeline.workplace import Workplace
    from importer.secret import Token
    from importer.settings import Settings


@click.command()
@click.argument("sheet", type=SHEET)
@mapping_option
@click.option("--dry-run", is_flag=True, help="Print exactly what would be sent, per lead.")
@click.option("--strict", is_flag=True, help="Send nothing if any row is invalid.")
@expect_options
@retry_option
@canary_option
@minutes_option
@yes_option
@settings_options
@token_option
@json_option
def run(  # noqa: PLR0913 - a command's options are its arguments
    sheet: Path,
    mapping: Path,
    settings: Path | None,
    token_file: Path | None,
    *,
    expect_rows: int | None,
    expect_total: Totals,
    retry: frozenset[Outcome],
    canary: int | None,
    minutes: float | None,
    practice: bool,
    dry_run: bool,
    strict: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Send the rows of SHEET, and write the report.

    SHEET is an export, or the failures workbook of an earlier run with its cells corrected. What
    an earlier run has created is recognised and not sent again.
    """
    from importer.cli.bars import TerminalBars
    from importer.pipeline.opening import read_mapping
    from importer.pipeline.planning import Demands, plan_run
    from importer.pipeline.workplace import open_workplace
    from importer.validate import Expected

    loaded, read = load(settings, practice=practice), read_mapping(mapping)
    demands = Demands(
        strict=strict, expected=Expected(rows=expect_rows, totals=expect_total), retry=retry
    )
    if dry_run:
        return _rehearse(loaded, sheet, read, demands, as_json=as_json)
    must_be_able_to_ask(loaded, yes=yes)
    token = token_of(loaded, token_file)
    with open_workplace(loaded) as workplace:
        try:
            planned = plan_run(workplace, sheet, read, demands=demands, bars=TerminalBars())
        except SheetRefusedError as refusal:
            finish_refused(workplace, refusal, Given(settings, practice), as_json=as_json)
            raise
        given = Given(settings, practice)
        if not agreed(workplace, planned, given, yes=yes):
            return _refused_by_person(workplace, planned)
        orders = orders_of(workplace, planned, canary, minutes, yes=yes)
        return send(workplace, planned, token, orders, given, as_json=as_json)


@click.command()
@click.argument("run_id", metavar="RUN")
@canary_option
@minutes_option
@yes_option
@settings_options
@token_option
@json_option
def resume(  # noqa: PLR0913 - a command's options are its arguments
    run_id: str,
    settings: Path | None,
    token_file: Path | None,
    *,
    canary: int | None,
    minutes: float | None,
    practice: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Settle what is in doubt of RUN, send what is left of it, and write its report anew."""
    from importer.pipeline.left import resumable
    from importer.pipeline.workplace import open_workplace

    loaded = load(settings, practice=practice)
    must_be_able_to_ask(loaded, yes=yes)
    token = token_of(loaded, token_file)
    with open_workplace(loaded) as workplace:
        resumable(workplace, run_id)
        given = Given(settings, practice)
        if not agreed(workplace, run_id, given, yes=yes):
            return decline("Resume the run when you are ready.")
        orders = orders_of(workplace, run_id, canary, minutes, yes=yes)
        return send(workplace, run_id, token, orders, given, as_json=as_json)


def _rehearse(
    loaded: Settings, sheet: Path, read: Mapping, demands: Demands, *, as_json: bool
) -> int:
    from importer.cli.bars import TerminalBars
    from importer.cli.sayings import say_rehearsal
    from importer.pipeline.exits import Exit
    from importer.pipeline.planning import plan_run
    from importer.pipeline.workplace import open_workplace

    with open_workplace(loaded) as workplace, workplace.journal.rehearsal():
        planned = plan_run(workplace, sheet, read, demands=demands, bars=TerminalBars())
        everything = say_rehearsal(workplace, planned, as_json=as_json)
    return Exit.DONE if everything else Exit.INCOMPLETE


def orders_of(  # noqa: PLR0913 - what was said, and of which run
    workplace: Workplace,
    run: str,
    canary: int | None,
    minutes: float | None,
    *,
    yes: bool,
    applied: bool = False,
) -> Orders:
    """What a person or a scheduler said of a send."""
    from importer.pipeline.limits import canary_of
    from importer.pipeline.sending import Orders

    return Orders(
        canary=canary_of(workplace, run) if canary is None else canary,
        go_on=_ask_about_answers(ask=not yes and sys.stdin.isatty()),
        minutes=minutes,
        applied=applied,
    )


def _ask_about_answers(*, ask: bool) -> Callable[[Sequence[Answered]], bool]:
    from importer.cli.sayings import say_answers

    def go_on(answers: Sequence[Answered]) -> bool:
        say_answers(answers)
        return ask and confirmed("Send the others all the same?")

    return go_on


def must_be_able_to_ask(loaded: Settings, *, yes: bool) -> None:
    """Refuse to send to a real workspace where nobody can be asked.

    Raises:
        UsageError: there is nobody, and no `--yes`.
    """
    if _is_real(loaded) and not yes and not sys.stdin.isatty():
        raise UsageError(
            "This would send to a real workspace, and there is nobody here to ask.",
            "Nothing can be deleted from a timeline: add --yes if a script may decide.",
        )


def _is_real(loaded: Settings) -> bool:
    from importer.settings import WorkspaceKind

    return loaded.workspace.kind is WorkspaceKind.REAL


def agreed(
    workplace: Workplace, planned: str, given: Given, *, yes: bool, applied: bool = False
) -> bool:
    """Show what is about to be sent, and ask; nobody is asked about what waits for approval."""
    from importer.cli.sayings import say_doubts, say_nothing_left, say_plan
    from importer.pipeline.approving import waits

    say_doubts(workplace, planned, given.options)
    anything = say_plan(workplace, planned)
    if not anything:
        say_nothing_left(workplace, planned)
    if yes or not anything or not _is_real(workplace.settings):
        return True
    if waits(workplace, planned, applied=applied) is not None:
        return True
    return confirmed("Send it? Nothing can be deleted from a timeline")


def confirmed(question: str) -> bool:
    """Ask; Ctrl-C and the end of the input are a no."""
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        click.echo(err=True)
        return False


def _refused_by_person(workplace: Workplace, planned: str) -> int:
    from importer.pipeline.planning import refuse_run

    refuse_run(workplace, planned, "A person said no.")
    return decline("Run the sheet again when you are ready.")


def decline(remedy: str) -> int:
    """Say that a person said no, and what to do."""
    from importer.pipeline.exits import Exit

    click.echo(f"You said no: nothing was sent. {remedy}", err=True)
    return Exit.STOPPED


def send(  # noqa: PLR0913 - what the command was told, handed on
    workplace: Workplace,
    planned: str,
    token: Token,
    orders: Orders,
    given: Given,
    *,
    as_json: bool,
) -> int:
    """Send a run, report it, and say how it ended."""
    from importer.cli.bars import TerminalBars
    from importer.pipeline.sending import send_run

    ending = send_run(workplace, planned, token, orders=orders, bars=TerminalBars())
    return finish(workplace, planned, ending, given, as_json=as_json)
