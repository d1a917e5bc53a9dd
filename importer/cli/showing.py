"""`report`, `report-schema` and `runs`."""

from __future__ import annotations

from pathlib import Path

import click

from importer.cli.given import Given
from importer.cli.options import (
    FILE,
    json_option,
    load,
    print_object,
    print_or_write,
    settings_options,
)


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option(
    "--mask",
    "masked",
    is_flag=True,
    help="Write copies for others, into the folder `masked`: without names, contacts and texts.",
)
@settings_options
@json_option
def report(
    run_id: str, settings: Path | None, *, masked: bool, practice: bool, as_json: bool
) -> int:
    """Write the reports of RUN anew, from the journal.

    The same journal gives the same bytes, wherever the reports have gone meanwhile.
    """
    from importer.cli.bars import TerminalBars
    from importer.cli.endings import say_ending
    from importer.cli.words import say_report
    from importer.pipeline.exits import Exit
    from importer.pipeline.reporting import report_run
    from importer.pipeline.workplace import visit_workplace
    from importer.upload import Ending, EndKind

    given = Given(settings, practice)
    with visit_workplace(load(settings, practice=practice)) as workplace:
        reconciliation, written = report_run(
            workplace, run_id, masked=masked, typed=given.typed, bars=TerminalBars()
        )
    code = Exit.UNBALANCED if reconciliation.imbalances else Exit.DONE
    say_report(written, code, as_json=as_json)
    if not as_json:
        say_ending(written, Ending(kind=EndKind.DONE), given)
    return code


@click.command("report-schema")
@click.option(
    "-o", "--output", type=FILE, help="Write it to a file, anew each time.  [default: print it]"
)
def report_schema(output: Path | None) -> None:
    """Make the schema of `reconciliation.json`, for programs that read it.

    docs/report.md describes the reports of a run.
    """
    from importer.report.schema import report_schema_text

    print_or_write(output, report_schema_text())


@click.command()
@settings_options
@json_option
def runs(settings: Path | None, *, practice: bool, as_json: bool) -> None:
    """List the workspace's runs, oldest first."""
    from importer.cli.listing import run_object, say_runs
    from importer.pipeline.listing import list_runs
    from importer.pipeline.workplace import visit_workplace

    with visit_workplace(load(settings, practice=practice)) as workplace:
        found = list_runs(workplace)
    if as_json:
        print_object([run_object(*one) for one in found])
    else:
        say_runs(found)
