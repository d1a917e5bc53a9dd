"""`new-mapping` and `mapping-schema`: what whoever writes a mapping begins with."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.inputs import SHEET
from importer.cli.options import FILE, print_or_write, write_out
from importer.errors import SheetError, UsageError

if TYPE_CHECKING:
    from importer.sheets import Sheet

_LOOKED_AT = 50
"""Rows in which a header is looked for that nobody named."""
_TRIED = 10
"""Rows that are tried as one where nothing can be read with the rows before."""


@click.command("mapping-schema")
@click.option(
    "-o", "--output", type=FILE, help="Write it to a file, anew each time.  [default: print it]"
)
def mapping_schema(output: Path | None) -> None:
    """Make the schema with which an editor completes and checks a mapping, as it is typed.

    docs/mapping.md says how an editor is told of it.
    """
    from importer.mapping import mapping_schema_text

    print_or_write(output, mapping_schema_text())


@click.command("new-mapping")
@click.argument("sheet", type=SHEET)
@click.option("--tab", help="The workbook's tab.  [default: the first visible one]")
@click.option(
    "--header-row",
    type=click.IntRange(min=1),
    help="The row of the header, as Excel numbers it.  [default: the first that looks like one]",
)
@click.option("-o", "--output", type=FILE, help="Write it to a file.  [default: print it]")
def new_mapping(sheet: Path, tab: str | None, header_row: int | None, output: Path | None) -> None:
    """Make a mapping for SHEET to edit: its headers, and comments that say what to fill in."""
    from importer.mapping import SCHEMA_FILE, skeleton
    from importer.model import SheetSpec
    from importer.report.commands import path_typed, typed

    opened = _opened(sheet, tab, header_row)
    spec = SheetSpec(tab=tab, header_row=opened.header_row)
    beside = output is not None and output.with_name(SCHEMA_FILE).is_file()
    text = skeleton(opened.headers, spec, sheet.name, schema=beside)
    if output is None:
        click.echo(text, nl=False)
        return
    if output.exists():
        raise UsageError(f"The file {output} is there already.", "Name another one with -o.")
    write_out(output, text)
    command = typed("check", path_typed(str(sheet)), "-m", path_typed(str(output)))
    click.echo(f"Wrote {output}. Edit it, then: {command}")


def _opened(path: Path, tab: str | None, header_row: int | None) -> Sheet:
    """The sheet, with what is good to know before its mapping is edited.

    Raises:
        SheetError: it cannot be read.
    """
    from importer.cli.phrases import say_notes
    from importer.model import SheetSpec
    from importer.sheets import likelier_header, open_sheet

    sheet = (
        open_sheet(path, SheetSpec(tab=tab, header_row=header_row))
        if header_row
        else _first_readable(path, tab)
    )
    row = likelier_header(sheet.top(_LOOKED_AT), sheet.header_row)
    if header_row and row is not None:
        _say(f"Row {row} looks more like the header than row {header_row}.")
    elif row is not None:
        sheet = open_sheet(path, SheetSpec(tab=tab, header_row=row))
    if not header_row and sheet.header_row > 1:
        _say(
            f"Row {sheet.header_row} is taken as the header, since it looks like one. If it is "
            "another row, name it with --header-row."
        )
    say_notes(sheet.notes, err=True)
    return sheet


def _first_readable(path: Path, tab: str | None) -> Sheet:
    """The sheet with the first row as its header that can be one; above it may be a letterhead."""
    from importer.model import SheetSpec
    from importer.sheets import open_sheet

    try:
        return open_sheet(path, SheetSpec(tab=tab, header_row=1))
    except SheetError:
        for row in range(2, _TRIED + 1):
            with suppress(SheetError):
                return open_sheet(path, SheetSpec(tab=tab, header_row=row))
        raise


def _say(words: str) -> None:
    click.echo(words, err=True)
