"""`nightly`: the jobs of the settings, for a scheduler."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from importer.cli.options import (
    FILE,
    load,
    minutes_option,
    token_of,
    token_option,
)
from importer.errors import ImporterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importer.nightly import NightReport
    from importer.pipeline import Bars
    from importer.settings import Settings


@click.command()
@click.option("--job", "names", multiple=True, metavar="NAME", help="This job alone; repeatable.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; nothing is moved or sent.")
@minutes_option
@click.option("--settings", type=FILE, help="The settings file.  [default: importer.toml]")
@token_option
@click.option(
    "--log",
    "log",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the lines on standard error are written.",
)
def nightly(  # noqa: PLR0913 - a command's options are its arguments
    names: tuple[str, ...],
    minutes: float | None,
    settings: Path | None,
    token_file: Path | None,
    *,
    dry_run: bool,
    log: str,
) -> int:
    """Take up every job of the settings once, without a person.

    For a scheduler: one JSON line on standard output, an exit code, and a digest for people.
    """
    from importer.cli.lines import write_log
    from importer.nightly import chosen, night_object
    from importer.nightly.telling import tell, tell_start

    write_log(as_json=log == "json")
    signal.signal(signal.SIGTERM, _terminate)
    try:
        loaded = load(settings, practice=False)
        chosen(loaded, names)
    except ImporterError as error:
        _print({"exit_code": error.exit_code, "notes": [str(error)]})
        raise
    if not dry_run:
        tell_start(loaded, os.environ)
    options = _options(settings)
    night = _night(loaded, token_file, names, minutes, dry_run=dry_run, options=options)
    failed = () if dry_run else tell(loaded, night, os.environ)
    _print({**night_object(night), "not_told": list(failed)})
    return night.exit_code


def _night(  # noqa: PLR0913 - what the command was told
    loaded: Settings,
    token_file: Path | None,
    names: Sequence[str],
    minutes: float | None,
    *,
    dry_run: bool,
    options: str,
) -> NightReport:
    """The night; also where it could not begin, since that is what people have to know most."""
    from importer.nightly import night_that_failed, run_night

    started = dt.datetime.now(dt.UTC)
    try:
        return run_night(
            loaded,
            token_of(loaded, token_file),
            names=names,
            minutes=minutes,
            dry_run=dry_run,
            bars=_bars(),
            options=options,
        )
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - told, and turned into its exit code
        return night_that_failed(loaded, error, started, options=options)


def _options(settings: Path | None) -> str:
    """What people type in the folder of the settings to find the same ones."""
    from importer.report.commands import path_typed
    from importer.settings import FILE_NAME

    other = settings is not None and settings.name != FILE_NAME
    return f"--settings {path_typed(settings.name)}" if settings and other else ""


def _terminate(_number: int, _frame: object) -> None:
    """A scheduler's SIGTERM ends a night as Ctrl-C does: with a word to people, and its code."""
    from importer.nightly.shift import Terminated

    raise Terminated


def _bars() -> Bars:
    from importer.cli.bars import TerminalBars
    from importer.cli.lines import LineBars

    return TerminalBars() if sys.stderr.isatty() else LineBars()


def _print(said: dict[str, Any]) -> None:
    click.echo(json.dumps(said, ensure_ascii=False))
