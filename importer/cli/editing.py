"""`new-mapping` and `mapping-schema`: what whoever writes a mapping begins with."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.inputs import SHEET
from importer.cli.options import FILE, print_or_write, write_out
from importer.errors import UsageError

if TYPE_CHECKING:
    from importer.sheets import Sheet

_LOOKED_AT = 50
"""Rows in which a header is looked for that nobody named."""


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
