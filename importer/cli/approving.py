"""`plan`, `approve` and `apply`: a run that is looked at before it is sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli.finishing import finish_refused
from importer.cli.given import Given
from importer.cli.inputs import MAPPING, SHEET
from importer.cli.options import (
    Totals,
    canary_option,
    expect_options,
    json_option,
    load,
    mapping_option,
    minutes_option,
    print_object,
    reason_option,
    retry_option,
    settings_options,
    token_of,
    token_option,
    yes_option,
)
from importer.errors import SheetRefusedError

if TYPE_CHECKING:
    from importer.model import Outcome
    from importer.pipeline.plans import PlanFile
    from importer.pipeline.workplace import Workplace


@click.command()
@click.argument("sheet", type=SHEET)
@mapping_option
@click.option("--strict", is_flag=True, help="Refuse the sheet if any row is invalid.")
@expect_options
@retry_option
@settings_options
@json_option
def plan(  # noqa: PLR0913 - a command's options are its arguments
    sheet: Path,
    mapping: Path,
    settings: Path | None,
    *,
    expect_rows: int | None,
    expect_total: Totals,
    retry: frozenset[Outcome],
    strict: bool,
    practice: bool,
    as_json: bool,
) -> int:
    """Check the rows of SHEET, write down what would be sent, and send nothing.

    The plan is on record, and is sent by `importer apply RUN`, as it is or not at all. Until then
    its rows are taken: another run holds them as DUPLICATE. `importer close RUN` gives it up.
    """
    from importer.cli.bars import TerminalBars
    from importer.pipeline.opening import read_mapping
    from importer.pipeline.planning import Demands, plan_run
    from importer.pipeline.workplace import open_workplace
    from importer.validate import Expected

    given = Given(settings, practice)
    loaded, read = load(settings, practice=practice), read_mapping(mapping)
    demands = Demands(
        strict=strict, expected=Expected(rows=expect_rows, totals=expect_total), retry=retry
    )
    with open_workplace(loaded) as workplace:
        try:
            run = plan_run(workplace, sheet, read, demands=demands, bars=TerminalBars())
        except SheetRefusedError as refusal:
            finish_refused(workplace, refusal, given, as_json=as_json)
            raise
        return _write_down(workplace, run, given, as_json=as_json)


def _write_down(workplace: Workplace, run: str, given: Given, *, as_json: bool) -> int:
    from importer.cli.bars import TerminalBars
    from importer.cli.sayings import say_doubts, say_plan
    from importer.pipeline.exits import Exit
    from importer.pipeline.plans import write_plan
    from importer.pipeline.reporting import report_run

    file, said = write_plan(workplace, run)
    # After the plan: the report says how exactly that is sent.
    _, written = report_run(workplace, run, typed=given.typed, bars=TerminalBars())
    say_doubts(workplace, run, given.options)
    say_plan(workplace, run)
    code = Exit.DONE if set(said["outcomes"]) <= {"UNSENT", "ALREADY"} else Exit.INCOMPLETE
    if as_json:
        whole = {**said, "exit_code": code, "reports": {"plan": str(file)}}
        print_object(whole)
        return code
    click.echo(f"Plan:     {file}\nReport:   {written.page}\nHash:     {said['hash']}")
    for line in _next_steps(said, given.options):
        click.echo(line)
    return code


def _next_steps(said: dict[str, Any], options: str) -> list[str]:
    from importer.report.commands import plan_commands
    from importer.report.words import Hold

    hold = Hold.APPROVAL if said["needs_approval"] else Hold.APPLY
    *approve_it, apply_it = (one.text for one in plan_commands(hold, said["run"], options))
    if not approve_it:
        return [f"Nothing was sent. To send exactly this: {apply_it}"]
    return [
        "Nothing was sent. It waits for approval: somebody else looks at the plan, and says so:",
        *(f"  {one}" for one in approve_it),
        f"Then: {apply_it}",
    ]


@click.command()
@click.argument("which", metavar="PLAN")
@reason_option
@settings_options
def approve(which: str, reason: str, settings: Path | None, *, practice: bool) -> int:
    """Say that PLAN may be sent: a run, or the plan.json in the folder of its reports.

    Whoever planned it cannot approve it. Your account, the account that logged in, the time and the
    reason are kept for ever. This is a record and no signature: it holds as far as the accounts of
    this machine do.
    """
    from importer.cli.phrases import money
    from importer.pipeline.approving import approve_plan
    from importer.pipeline.exits import Exit
    from importer.pipeline.workplace import open_workplace
    from importer.report.commands import typed

    with open_workplace(load(settings, practice=practice)) as workplace:
        approved = approve_plan(workplace, _plan_of(which), reason=reason)
    click.echo(
        f"On record: {approved.by} approves the run {approved.run.id} of {approved.planned_by}"
        f"{money(approved.money, ', ')}.\n"
        f"Send it: {typed('apply', approved.run.id, Given(settings, practice).options)}"
    )
    return Exit.DONE


@click.command("apply")
@click.argument("which", metavar="PLAN")
@click.option("--sheet", type=SHEET, help="Refuse if the plan was made of another content.")
@click.option(
    "-m", "--mapping", "mapping", type=MAPPING, help="Refuse if the plan was made with another one."
)
@canary_option
@minutes_option
@yes_option
@settings_options
@token_option
@json_option
def apply_plan(  # noqa: PLR0913 - a command's options are its arguments
    which: str,
    sheet: Path | None,
    mapping: Path | None,
    settings: Path | None,
    token_file: Path | None,
    *,
    canary: int | None,
    minutes: float | None,
    practice: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Send PLAN, exactly as it was written down: a run, or the plan.json of its reports.

    Refused where its sheet, its mapping or what would be sent has changed since, and where it needs
    an approval that it does not have.
    """
    from importer.cli.running import agreed, decline, must_be_able_to_ask, orders_of, send
    from importer.pipeline.approving import check_plan
    from importer.pipeline.opening import read_mapping
    from importer.pipeline.workplace import open_workplace

    loaded = load(settings, practice=practice)
    must_be_able_to_ask(loaded, yes=yes)
    token = token_of(loaded, token_file)
    read = read_mapping(mapping) if mapping else None
    with open_workplace(loaded) as workplace:
        run = check_plan(workplace, _plan_of(which), sheet=sheet, mapping=read)
        given = Given(settings, practice)
        if not agreed(workplace, run, given, yes=yes, applied=True):
            return decline("Apply the plan when you are ready.")
        orders = orders_of(workplace, run, canary, minutes, yes=yes, applied=True)
        return send(workplace, run, token, orders, given, as_json=as_json)


def _plan_of(which: str) -> PlanFile | str:
    """A plan file where that is one; else the name of a run."""
    from importer.pipeline.plans import PLAN_FILE, read_plan

    path = Path(which)
    if path.is_dir() and (path / PLAN_FILE).is_file():
        path /= PLAN_FILE
    return read_plan(path) if path.is_file() else which
