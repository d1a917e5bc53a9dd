"""`purge` and `backup`: keeping house."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.given import Given
from importer.cli.options import json_option, load, settings_options, yes_option
from importer.errors import UsageError

if TYPE_CHECKING:
    from importer.pipeline.purging import Purge

_AGE = re.compile(r"([1-9][0-9]{0,4})d")
_UNITS = ("bytes", "kB", "MB", "GB")
_STEP = 1000


def _age(_context: click.Context, _option: click.Parameter, given: str) -> dt.timedelta:
    found = _AGE.fullmatch(given.strip())
    if not found:
        raise click.BadParameter(f"{given!r} is no age: write a number of days, as in 400d.")
    return dt.timedelta(days=int(found[1]))


@click.command()
@click.option(
    "--older-than",
    "older_than",
    required=True,
    metavar="DAYS",
    callback=_age,
    help="Only runs of which nothing has changed for so long: 400d.",
)
@click.option(
    "--refused",
    is_flag=True,
    help="Also files that the nights have refused and nobody has imported: maybe the only copies.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be deleted, and delete nothing.")
@yes_option
@settings_options
@json_option
def purge(  # noqa: PLR0913 - a command's options are its arguments
    older_than: dt.timedelta,
    settings: Path | None,
    *,
    refused: bool,
    dry_run: bool,
    yes: bool,
    practice: bool,
    as_json: bool,
) -> int:
    """Delete what nobody needs any more of old runs: reports, kept sheets, the CRM's answers.

    The folders of these runs in the archives of the jobs go too, with the inputs that they hold.
    Only of sheets whose books are closed: nothing of them is open, in doubt or unsent. What
    recognises a row stays for ever, so that no export, however old, is booked again; `trace` still
    answers.
    """
    from importer.cli.running import confirmed, decline
    from importer.pipeline import Exit, open_workplace, plan_purge
    from importer.pipeline import purge as delete

    loaded = load(settings, practice=practice)
    if not dry_run and not yes and not sys.stdin.isatty():
        raise UsageError(
            "This would delete files, and there is nobody here to ask.",
            "Look first with --dry-run; add --yes if a script may decide.",
        )
    with open_workplace(loaded) as workplace:
        planned = plan_purge(workplace, older_than, with_refused=refused)
        _say_purge(planned, Given(settings, practice), dry_run=dry_run, as_json=as_json)
        if dry_run or not planned:
            return Exit.DONE
        if not yes and not confirmed("Delete it? Only a back-up brings it back"):
            return decline("Purge when you are ready.")
        if not delete(workplace, planned):
            click.echo(
                "The journal's file could not be made smaller: its room is used by later runs.",
                err=True,
            )
    click.echo("Deleted.", err=True)
    return Exit.DONE


def _say_purge(planned: Purge, given: Given, *, dry_run: bool, as_json: bool) -> None:
    from importer.cli.phrases import many
    from importer.report.commands import typed

    evidence = planned.evidence
    if as_json:
        whole = {
            "dry_run": dry_run,
            "runs": planned.runs,
            "reports": [path.name for path in planned.reports],
            "inputs": [path.name for path in planned.inputs],
            "archived": ["/".join(path.parts[-2:]) for path in planned.archived],
            "never_imported": [str(path) for path in planned.refused],
            "with_refused": planned.with_refused,
            "file_bytes": planned.size,
            "answers": evidence.answers,
            "bodies": evidence.bodies,
            "journal_characters": evidence.size,
            "still_open": planned.still_open,
        }
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    if planned:
        click.echo(
            f"Of {many(len(planned.runs), 'run')}: {many(len(planned.reports), 'folder')} of "
            f"reports, {many(len(planned.inputs), 'kept sheet')}, "
            f"{many(len(planned.archived), 'folder')} of archives ({size(planned.size)}); in the "
            f"journal {many(evidence.answers, 'answer')} of the CRM and what was sent of "
            f"{many(evidence.bodies, 'action')} ({size(evidence.size)})."
        )
    else:
        click.echo("Nothing is old enough and closed.")
    if planned.refused:
        click.echo(
            f"{'With them go' if planned.with_refused else 'Left alone:'} "
            f"{many(len(planned.refused), 'file')} that a night has refused and nobody has "
            "imported, maybe the only copies"
            f"{':' if planned.with_refused else '; --refused deletes them too:'}"
        )
        for path in planned.refused:
            click.echo(f"  {path}")
    if planned.still_open:
        click.echo(
            f"Left alone: {many(planned.still_open, 'older run')}, since something of the sheet is "
            f"open. `{typed('runs', given.options)}` shows what."
        )


def size(amount: float) -> str:
    """`12.3 MB`."""
    unit = 0
    while amount >= _STEP and unit < len(_UNITS) - 1:
        amount, unit = amount / _STEP, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}" if unit else f"{amount:.0f} {_UNITS[0]}"


@click.command()
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False))
@settings_options
@json_option
def backup(folder: Path, settings: Path | None, *, practice: bool, as_json: bool) -> int:
    """Copy the journal and its kept sheets into FOLDER, also while a run is sending.

    The copy is checked before it takes the place of an older one of the same journal; nothing else
    is ever written over. docs/nightly.md says how it is restored.
    """
    from importer.cli.phrases import many
    from importer.pipeline import Exit, back_up

    made = back_up(load(settings, practice=practice), folder)
    if as_json:
        whole = {
            "file": str(made.file),
            "mark": made.copied.mark,
            "requests": made.copied.requests,
            "sheets": len(made.copied.inputs),
            "new_sheets": made.new_inputs,
            "missing": made.missing,
        }
        click.echo(json.dumps(whole, ensure_ascii=False))
    else:
        click.echo(
            f"Backed up: {made.file}, checked, with {many(made.copied.requests, 'request')} and "
            f"{many(len(made.copied.inputs), 'kept sheet')} ({made.new_inputs:,} of them new)."
        )
        for name in made.missing:
            click.echo(f"The kept copy of {name} is gone, beside the journal too.", err=True)
    return Exit.INCOMPLETE if made.missing else Exit.DONE
