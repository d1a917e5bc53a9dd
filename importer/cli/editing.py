"""`mapping-schema`: what an editor needs to know of mappings."""

from __future__ import annotations

from pathlib import Path

import click

from importer.cli.options import FILE, write_out


@click.command("mapping-schema")
@click.option(
    "-o", "--output", type=FILE, help="Write it to a file, anew each time.  [default: print it]"
)
def mapping_schema(output: Path | None) -> None:
    """Make the schema with which an editor completes and checks a mapping, as it is typed.

    docs/mapping.md says how an editor is told of it.
    """
    from importer.mapping import mapping_schema_text

    if output is None:
        click.echo(mapping_schema_text(), nl=False)
        return
    write_out(output, mapping_schema_text())
    click.echo(f"Wrote {output}.")
