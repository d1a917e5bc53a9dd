"""`trace`: what became of one payment, from a cell to the CRM's id and back, on one screen."""

from __future__ import annotations

from pathlib import Path

import click

from importer.cli.given import Given
from importer.cli.options import json_option, load, print_object, settings_options


@click.command()
@click.argument("what", metavar="WHAT")
@settings_options
@json_option
def trace(what: str, settings: Path | None, *, practice: bool, as_json: bool) -> int:
    """Say whether something went in, from which sheet, in which run, and what the CRM said.

    WHAT is the CRM's action id, a lead id, a cell such as 'payments.xlsx Payments!F17' or
    'payments.csv!17' (in quotes: shells read ! and >), a reference such as 20261122-k7f3/17, or a
    value of the sheet such as a receipt number. Write it as it stands there; an amount may also be
    written 1600.5, or with its currency as the reports do, and a day that could be another one
    (03/04/2026) must be written 2026-04-03.

    Nothing is sent or changed, and a run may be at work meanwhile. Exit code 0: all of it is in the
    CRM; 4: something is not, nothing was found, or there is more than is read; 5: something is in
    doubt.
    """
    from importer.cli.stories import say_trace
    from importer.cli.story_objects import trace_object
    from importer.pipeline.tracing import trace as find
    from importer.pipeline.tracing import trace_exit_code
    from importer.pipeline.workplace import visit_workplace

    with visit_workplace(load(settings, practice=practice)) as workplace:
        found = find(workplace, what)
    code = trace_exit_code(found)
    if as_json:
        whole = {**trace_object(found), "exit_code": code}
        print_object(whole)
    else:
        say_trace(found, Given(settings, practice).options)
    return code
