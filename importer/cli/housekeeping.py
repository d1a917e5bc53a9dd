"""`purge` and `backup`: keeping house."""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli.given import Given
from importer.cli.options import json_option, load, print_object, settings_options, yes_option
from importer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    help="Also files that were refused or never run: maybe the only copies.",
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
    from importer.pipeline.exits import Exit
    from importer.pipeline.purging import plan_purge
    from importer.pipeline.purging import purge as delete
    from importer.pipeline.workplace import open_workplace

    loaded = load(settings, practice=practice)
    if not dry_run and not yes and not sys.stdin.isatty():
        raise UsageError(
            "This would delete files, and there is nobody here to ask.",
            "Look first with --dry-run; add --yes if a script may decide.",
        )
    with open_workplace(loaded) as workplace:
        planned = plan_purge(workplace, older_than, with_refused=refused)
        if as_json:
            print_object(_purge_object(planned, dry_run=dry_run))
        else:
            _say_purge(planned, Given(settings, practice).options)
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


def _purge_object(planned: Purge, *, dry_run: bool) -> dict[str, Any]:
    """What `purge --json` prints."""
    evidence = planned.evidence
    return {
        "dry_run": dry_run,
        "runs": planned.runs,
        "reports": [path.name for path in planned.reports],
        "inputs": [path.name for path in planned.inputs],
        "archived": ["/".join(path.parts[-2:]) for path in planned.archived],
        "never_imported": [str(path) for path in planned.refused],
        "with_refused": planned.with_refused,
        "shared_with": [path.name for path in planned.shared_with],
        "file_bytes": planned.size,
        "answers": evidence.answers,
        "bodies": evidence.bodies,
        "journal_characters": evidence.size,
        "still_open": planned.still_open,
    }


def _say_purge(planned: Purge, options: str) -> None:
    from importer.report.commands import typed
    from importer.report.figures import counted

    click.echo(_what_goes(planned) if planned else "Nothing is old enough and closed.")
    if planned.refused:
        click.echo(
            f"{'Among them:' if planned.with_refused else 'Left alone:'} "
            f"{counted(len(planned.refused), 'file')} refused or never run, maybe the only copies"
            f"{':' if planned.with_refused else '; --refused deletes them too:'}"
        )
        for path in planned.refused:
            click.echo(f"  {path}")
    if planned.shared_with:
        click.echo(
            f"Left alone: every kept sheet, since {_names(planned.shared_with)} lies beside the "
            "journal, and they may be of its runs. If it is a copy, move it away; two journals are "
            "to have a folder each."
        )
    if planned.still_open:
        click.echo(
            f"Left alone: {counted(planned.still_open, 'older run')}, since something of the "
            f"sheet is open. `{typed('runs', options)}` shows what."
        )


def _what_goes(planned: Purge) -> str:
    """One line; what there is none of is not named."""
    from importer.report.figures import counted

    evidence = planned.evidence
    files = [
        (len(planned.reports), "folder", " of reports"),
        (len(planned.inputs), "kept sheet", ""),
        (len(planned.archived), "folder", " of archives"),
    ]
    named = ", ".join(f"{counted(many, what)}{of}" for many, what, of in files if many)
    parts = [f"{named} ({size(planned.size)})"] if named else []
    if planned.runs:
        parts.append(
            f"in the journal {counted(evidence.answers, 'answer')} of the CRM and what was sent "
            f"of {counted(evidence.bodies, 'action')} ({size(evidence.size)})"
        )
    runs = counted(len(planned.runs), "run") if planned.runs else "no run"
    return f"Of {runs}: {'; '.join(parts)}."


def _names(paths: Sequence[Path]) -> str:
    return " and ".join(path.name for path in paths)


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
    from importer.pipeline.backing_up import back_up
    from importer.pipeline.exits import Exit
    from importer.report.figures import counted

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
        print_object(whole)
    else:
        click.echo(
            f"Backed up: {made.file}, checked, with {counted(made.copied.requests, 'request')} and "
            f"{counted(len(made.copied.inputs), 'kept sheet')} ({made.new_inputs:,} of them new)."
        )
        for name in made.missing:
            click.echo(f"The kept copy of {name} is gone, beside the journal too.", err=True)
    return Exit.INCOMPLETE if made.missing else Exit.DONE
