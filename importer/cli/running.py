"""`check`, `run`, `resume` and `new-mapping`."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.options import (
    FILE,
    Totals,
    as_given,
    expect_options,
    json_option,
    load,
    mapping_option,
    settings_options,
    token_of,
    token_option,
    write_out,
    yes_option,
)
from importer.errors import SheetRefusedError, UsageError

if TYPE_CHECKING:
    from importer.mapping import Mapping
    from importer.pipeline import Demands, Workplace
    from importer.secret import Token
    from importer.settings import Settings
    from importer.sheets import Sheet

_LOOKED_AT = 50
"""Rows in which a header is looked for that nobody named."""


@click.command()
@click.argument("sheet", type=FILE)
@mapping_option
@expect_options
@settings_options
@json_option
def check(  # noqa: PLR0913 - a command's options are its arguments
    sheet: Path,
    mapping: Path,
    settings: Path | None,
    *,
    practice: bool,
    expect_rows: int | None,
    expect_total: Totals,
    as_json: bool,
) -> int:
    """Check SHEET: every problem of every row, each with its cell. Nothing is sent.

    Exit code 0: nothing is wrong; 3: there are problems. A failures workbook is checked with what
    the journal of its workspace knows: say --practice or --settings as for `run`.
    """
    from importer.cli.bars import TerminalBars
    from importer.cli.words import check_object, say_check
    from importer.pipeline import Exit, Expected, check_sheet, read_mapping, visit_workplace

    result = check_sheet(
        sheet,
        read_mapping(mapping),
        expected=Expected(rows=expect_rows, totals=expect_total),
        bars=TerminalBars(),
        workplace=lambda: visit_workplace(load(settings, practice=practice)),
    )
    if as_json:
        click.echo(json.dumps(check_object(result), ensure_ascii=False))
    else:
        say_check(result)
    return Exit.SHEET if result.invalid or result.refusals else Exit.DONE


@click.command()
@click.argument("sheet", type=FILE)
@mapping_option
@click.option("--dry-run", is_flag=True, help="Print exactly what would be sent, per lead.")
@click.option("--strict", is_flag=True, help="Send nothing if any row is invalid.")
@expect_options
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
    from importer.pipeline import Demands, Expected, open_workplace, plan_run, read_mapping

    loaded, read = load(settings, practice=practice), read_mapping(mapping)
    demands = Demands(strict=strict, expected=Expected(rows=expect_rows, totals=expect_total))
    if dry_run:
        return _rehearse(loaded, sheet, read, demands)
    _must_be_able_to_ask(loaded, yes=yes)
    token = token_of(loaded, token_file)
    with open_workplace(loaded) as workplace:
        try:
            planned = plan_run(workplace, sheet, read, demands=demands, bars=TerminalBars())
        except SheetRefusedError as refusal:
            _finish_refused(workplace, refusal, as_json=as_json)
            raise
        if not _agreed(workplace, planned, yes=yes):
            return _refused_by_person(workplace, planned)
        options = as_given(settings, practice=practice)
        return _send(workplace, planned, token, options, as_json=as_json)


@click.command()
@click.argument("run_id", metavar="RUN")
@yes_option
@settings_options
@token_option
@json_option
def resume(  # noqa: PLR0913 - a command's options are its arguments
    run_id: str,
    settings: Path | None,
    token_file: Path | None,
    *,
    practice: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Send what is left of RUN, and write its report anew."""
    from importer.pipeline import open_workplace, resumable

    loaded = load(settings, practice=practice)
    _must_be_able_to_ask(loaded, yes=yes)
    token = token_of(loaded, token_file)
    with open_workplace(loaded) as workplace:
        resumable(workplace, run_id)
        if not _agreed(workplace, run_id, yes=yes):
            return _decline("Resume the run when you are ready.")
        options = as_given(settings, practice=practice)
        return _send(workplace, run_id, token, options, as_json=as_json)


@click.command("new-mapping")
@click.argument("sheet", type=FILE)
@click.option("--tab", help="The workbook's tab.  [default: the first visible one]")
@click.option("--header-row", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("-o", "--output", type=FILE, help="Write it to a file.  [default: print it]")
def new_mapping(sheet: Path, tab: str | None, header_row: int, output: Path | None) -> None:
    """Make a mapping for SHEET to edit: its headers, and comments that say what to fill in."""
    from importer.mapping import SCHEMA_FILE, skeleton
    from importer.model import SheetSpec
    from importer.sheets import open_sheet

    spec = SheetSpec(tab=tab, header_row=header_row)
    opened = open_sheet(sheet, spec)
    _advise(opened)
    beside = output is not None and output.with_name(SCHEMA_FILE).is_file()
    text = skeleton(opened.headers, spec, sheet.name, schema=beside)
    if output is None:
        click.echo(text, nl=False)
        return
    if output.exists():
        raise UsageError(f"The file {output} is there already.", "Name another one with -o.")
    write_out(output, text)
    command = shlex.join(["importer", "check", str(sheet), "-m", str(output)])
    click.echo(f"Wrote {output}. Edit it, then: {command}")


def _advise(sheet: Sheet) -> None:
    """Say what is good to know before editing: other tabs, a row more like the header."""
    from importer.cli.words import say_notes
    from importer.sheets import likelier_header

    say_notes(sheet.notes, err=True)
    row = likelier_header(sheet.top(_LOOKED_AT), sheet.header_row)
    if row is not None:
        click.echo(
            f"Row {row} looks more like the header than row {sheet.header_row}: if it is, add "
            f"--header-row {row}.",
            err=True,
        )


def _rehearse(loaded: Settings, sheet: Path, read: Mapping, demands: Demands) -> int:
    from importer.cli.bars import TerminalBars
    from importer.cli.words import say_rehearsal
    from importer.pipeline import open_workplace, plan_run

    with open_workplace(loaded) as workplace, workplace.journal.rehearsal():
        planned = plan_run(workplace, sheet, read, demands=demands, bars=TerminalBars())
        say_rehearsal(workplace, planned)
    return 0


def _must_be_able_to_ask(loaded: Settings, *, yes: bool) -> None:
    if _is_real(loaded) and not yes and not sys.stdin.isatty():
        raise UsageError(
            "This would send to a real workspace, and there is nobody here to ask.",
            "Nothing can be deleted from a timeline: add --yes if a script may decide.",
        )


def _is_real(loaded: Settings) -> bool:
    from importer.settings import WorkspaceKind

    return loaded.workspace.kind is WorkspaceKind.REAL


def _agreed(workplace: Workplace, planned: str, *, yes: bool) -> bool:
    from importer.cli.words import say_doubts, say_plan

    say_doubts(workplace, planned)
    anything = say_plan(workplace, planned)
    if not anything:
        click.echo("Nothing is left to send.", err=True)
    if yes or not anything or not _is_real(workplace.settings):
        return True
    return click.confirm("Send it? Nothing can be deleted from a timeline", err=True)


def _refused_by_person(workplace: Workplace, planned: str) -> int:
    from importer.pipeline import refuse_run

    refuse_run(workplace, planned, "A person said no.")
    return _decline("Run the sheet again when you are ready.")


def _decline(remedy: str) -> int:
    from importer.pipeline import Exit

    click.echo(f"Nothing was sent. {remedy}", err=True)
    return Exit.STOPPED


def _finish_refused(workplace: Workplace, refusal: SheetRefusedError, *, as_json: bool) -> None:
    from importer.cli.bars import TerminalBars
    from importer.cli.words import say_report
    from importer.pipeline import report_run

    reconciliation, written = report_run(workplace, refusal.run, bars=TerminalBars())
    say_report(reconciliation, written, refusal.exit_code, as_json=as_json)


def _send(workplace: Workplace, planned: str, token: Token, options: str, *, as_json: bool) -> int:
    from importer.cli.bars import TerminalBars
    from importer.cli.words import say_ending, say_report
    from importer.pipeline import exit_code, report_run, send_run

    ending = send_run(workplace, planned, token, bars=TerminalBars())
    reconciliation, written = report_run(workplace, planned, bars=TerminalBars())
    code = exit_code(reconciliation, ending)
    say_report(reconciliation, written, code, as_json=as_json)
    say_ending(reconciliation, ending, options)
    return code
