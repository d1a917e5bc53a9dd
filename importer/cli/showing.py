"""`report` and `runs`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from importer.cli.options import json_option, load, settings_options


@click.command()
@click.argument("run_id", metavar="RUN")
@settings_options
@json_option
def report(run_id: str, settings: Path | None, *, practice: bool, as_json: bool) -> int:
    """Write the reports of RUN anew, from the journal.

    The same journal gives the same bytes, wherever the reports have gone meanwhile.
    """
    from importer.cli.bars import TerminalBars
    from importer.cli.words import say_report
    from importer.pipeline import Exit, report_run, visit_workplace

    with visit_workplace(load(settings, practice=practice)) as workplace:
        reconciliation, written = report_run(workplace, run_id, bars=TerminalBars())
    code = Exit.UNBALANCED if reconciliation.imbalances else Exit.DONE
    say_report(reconciliation, written, code, as_json=as_json)
    return code


@click.command()
@settings_options
@json_option
def runs(settings: Path | None, *, practice: bool, as_json: bool) -> None:
    """List the workspace's runs, oldest first."""
    from importer.cli.words import run_object, say_runs
    from importer.pipeline import list_runs, visit_workplace

    with visit_workplace(load(settings, practice=practice)) as workplace:
        found = list_runs(workplace)
    if as_json:
        click.echo(json.dumps([run_object(*one) for one in found], ensure_ascii=False))
    else:
        say_runs(found)
