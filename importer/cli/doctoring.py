"""`doctor`: what a night stands on, one line for each thing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from importer.cli.given import Given
from importer.cli.options import json_option, load, print_object, settings_options, token_option

if TYPE_CHECKING:
    from importer.pipeline.doctor import Finding

_COLORS: Final = {"ok": "green", "warning": "yellow", "wrong": "red"}


@click.command()
@click.option("--job", default="", metavar="NAME", help="Of the jobs, look at this one alone.")
@click.option("--notify", is_flag=True, help="Send a message to every address, to try.")
@token_option
@settings_options
@json_option
def doctor(  # noqa: PLR0913 - each is an option
    *,
    job: str,
    notify: bool,
    token_file: Path | None,
    settings: Path | None,
    practice: bool,
    as_json: bool,
) -> int:
    """Look at everything that a night stands on, and change nothing.

    One request asks the CRM whether it accepts the token; it only reads. Exit code 0: all is well;
    4: somebody should look; 2: something is to be put right, or a night will fail.
    """
    found: list[Finding] = []
    for one in _findings(settings, token_file, job, practice=practice, notify=notify):
        found.append(one)
        if not as_json:
            _say(one)
    code = _code(found)
    if as_json:
        checks = [asdict(one) for one in found]
        print_object({"checks": checks, "exit_code": code})
    else:
        _conclude(found)
    return code


def _findings(
    settings: Path | None, token_file: Path | None, job: str, *, practice: bool, notify: bool
) -> Iterator[Finding]:
    from importer.errors import SettingsError
    from importer.pipeline.doctor import Orders, broken, examine
    from importer.report.commands import with_options

    try:
        found = load(settings, practice=practice)
    except SettingsError as error:
        yield broken("settings", error)
        return
    here = Path.cwd()
    orders = Orders(
        token_file=token_file,
        env=os.environ,
        here=here,
        job=job,
        notify=notify,
    )
    options = Given(settings, practice).options
    for one in examine(found, orders):
        said, remedy = (with_options(text, options) for text in (one.said, one.remedy))
        yield replace(one, said=said, remedy=remedy)


def _say(one: Finding) -> None:
    from importer.report.inert import visible

    grade = click.style(f"{one.grade:<8}", fg=_COLORS[one.grade], bold=True)
    click.echo(f"{grade} {one.check}: {visible(one.said)}")
    if one.remedy:
        click.echo(f"{'':<8} {click.style('What to do:', bold=True)} {visible(one.remedy)}")


def _conclude(found: Sequence[Finding]) -> None:
    counts = {grade: sum(one.grade == grade for one in found) for grade in _COLORS}
    if not counts["wrong"] and not counts["warning"]:
        click.echo(f"\nAll is well: {counts['ok']} checks.")
    else:
        click.echo(f"\n{counts['wrong']} wrong, {counts['warning']} to look at, {counts['ok']} ok.")


def _code(found: Sequence[Finding]) -> int:
    from importer.pipeline.exits import Exit

    grades = {str(one.grade) for one in found}
    return 2 if "wrong" in grades else Exit.INCOMPLETE if "warning" in grades else Exit.DONE
