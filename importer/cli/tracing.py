"""`trace`: what became of one payment, from a cell to the CRM's id and back, on one screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.options import as_given, json_option, load, settings_options

if TYPE_CHECKING:
    from importer.pipeline import Trace


@click.command()
@click.argument("what", metavar="WHAT")
@settings_options
@json_option
def trace(what: str, settings: Path | None, *, practice: bool, as_json: bool) -> int:
    """Say whether something went in, from which sheet, in which run, and what the CRM said.

    WHAT is the CRM's action id, a lead id, a cell such as 'payments.xlsx Payments!F17' or
    'payments.csv!17' (in quotes: shells read ! and >), a reference such as 20261122-k7f3/17, or a
    value of the sheet such as a receipt number, written exactly as it stands there.

    Nothing is sent or changed, and a run may be at work meanwhile. Exit code 0: all of it is in the
    CRM; 4: something is not, or nothing was found; 5: something is in doubt.
    """
    from importer.cli.stories import say_trace, trace_object
    from importer.pipeline import trace as find
    from importer.pipeline import visit_workplace

    with visit_workplace(load(settings, practice=practice)) as workplace:
        found = find(workplace, what)
    code = exit_code_of(found)
    if as_json:
        whole = {**trace_object(found), "exit_code": code}
        click.echo(json.dumps(whole, ensure_ascii=False))
    else:
        say_trace(found, as_given(settings, practice=practice))
    return code


def exit_code_of(found: Trace) -> int:
    """0: all that was asked for is in the CRM as a whole; else the most urgent that is true."""
    from importer.pipeline import Exit, Fate

    answers = [one for story in found.stories for one in story.answers]
    if Fate.DOUBT in found.fates:
        return Exit.IN_DOUBT
    whole = answers and not found.skipped and not found.more
    if whole and all(one.fate is Fate.IN and not one.by.action.incomplete for one in answers):
        return Exit.DONE
    return Exit.INCOMPLETE
