"""`check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.inputs import SHEET
from importer.cli.options import (
    Totals,
    expect_options,
    json_option,
    load,
    mapping_option,
    settings_options,
)
from importer.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from importer.settings import Settings


@click.command()
@click.argument("sheet", type=SHEET)
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
        invalid_share=_invalid_share(settings, practice=practice),
        bars=TerminalBars(),
        workplace=lambda: visit_workplace(_load(settings, practice=practice)),
    )
    if as_json:
        click.echo(json.dumps(check_object(result), ensure_ascii=False))
    else:
        say_check(result)
    return Exit.SHEET if result.invalid or result.refusals else Exit.DONE


def _invalid_share(settings: Path | None, *, practice: bool) -> float:
    """From which share of invalid rows on `run` would refuse the sheet."""
    from importer.settings import Stop

    try:
        return load(settings, practice=practice).stop.invalid_share
    except SettingsError:
        if settings is not None or practice:
            raise
        return Stop().invalid_share  # a sheet can be checked where there are no settings yet


def _load(settings: Path | None, *, practice: bool) -> Settings:
    """The settings whose journal knows a failures workbook's run."""
    try:
        return load(settings, practice=practice)
    except SettingsError as error:
        if settings is not None or practice:
            raise
        raise UsageError(
            "This is a failures workbook: it is checked with what the journal of its run knows.",
            "Say --practice or --settings FILE, as it was said for that run.",
        ) from error
