"""`nightly`: the jobs of the settings, for a scheduler."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.given import Given
from importer.cli.options import (
    load,
    minutes_option,
    print_object,
    settings_option,
    token_of,
    token_option,
)
from importer.errors import ImporterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importer.nightly import NightReport
    from importer.nightly.unended import NightNote
    from importer.pipeline.bars import Bars
    from importer.settings import Settings


@click.command()
@click.option("--job", "names", multiple=True, metavar="NAME", help="This job alone; repeatable.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; nothing is moved or sent.")
@minutes_option
@settings_option
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
    from importer.cli.one_line import OneLine
    from importer.nightly import chosen, night_object
    from importer.nightly.codes import interrupted
    from importer.nightly.shift import INTERRUPTED, code_of
    from importer.nightly.telling import keep_digest, tell
    from importer.nightly.unended import NightNote

    write_log(as_json=log == "json")
    signal.signal(signal.SIGTERM, _terminate)
    try:
        loaded = load(settings, practice=False)
        chosen(loaded, names)
    except ImporterError as error:
        print_object({"exit_code": error.exit_code, "notes": [str(error)]})
        raise
    except KeyboardInterrupt as error:
        print_object({"exit_code": code_of(error), "notes": [INTERRUPTED]})
        return code_of(error)
    options = Given(settings, practice=False).beside
    note = NightNote(loaded)
    night = _night(loaded, token_file, names, minutes, note, dry_run=dry_run, options=options)
    line = OneLine({**night_object(night), "digest": None})
    with line.before_the_end():
        if dry_run:
            line.print(())
            return night.exit_code
        kept = keep_digest(loaded, night)
        note.digest_is(kept.path)
        line.also(digest=str(kept.path) if kept.path else None)
        if interrupted(night.exit_code):
            line.print()  # whoever ended it does not wait for long
        line.print(tell(loaded, night, kept, os.environ, note))
    return night.exit_code


def _night(  # noqa: PLR0913 - what the command was told
    loaded: Settings,
    token_file: Path | None,
    names: Sequence[str],
    minutes: float | None,
    note: NightNote,
    *,
    dry_run: bool,
    options: str,
) -> NightReport:
    """The night; also where it could not begin, since that is what people have to know most."""
    from importer.nightly import night_that_failed, run_night
    from importer.nightly.telling import tell_start

    started = dt.datetime.now(dt.UTC)
    try:
        if not dry_run:
            tell_start(loaded, os.environ)
        return run_night(
            loaded,
            token_of(loaded, token_file),
            names=names,
            minutes=minutes,
            dry_run=dry_run,
            bars=_bars(),
            options=options,
            note=note,
        )
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - told, and turned into its exit code
        return night_that_failed(loaded, error, started, options=options)


def _terminate(_number: int, _frame: object) -> None:
    """A scheduler's SIGTERM ends a night as Ctrl-C does: with a word to people, and its code."""
    from importer.nightly.shift import Terminated

    raise Terminated


def _bars() -> Bars:
    from importer.cli.bars import TerminalBars
    from importer.cli.lines import LineBars

    return TerminalBars() if sys.stderr.isatty() else LineBars()
