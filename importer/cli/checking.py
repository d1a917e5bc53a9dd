"""`check`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import click

from importer.cli.inputs import SHEET
from importer.cli.options import (
    Totals,
    expect_options,
    json_option,
    load,
    mapping_option,
    print_object,
    settings_options,
)
from importer.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from importer.pipeline.references import References
    from importer.settings import Settings, Stop
    from importer.sheets import Sheet


@click.command()
@click.argument("sheet", type=SHEET)
@mapping_option
@expect_options
@settings_options
@json_option
def check(  # noqa: PLR0913 - a command's options are its arguments
    sheet: Path,
    mapping: Path,
    settings: Path | None,
    *,
    practice: bool,
    expect_rows: int | None,
    expect_total: Totals,
    as_json: bool,
) -> int:
    """Check SHEET: every problem of every row, each with its cell. Nothing is sent.

    Exit code 0: nothing is wrong; 3: there are problems. A failures workbook is checked with what
    the journal of its workspace knows: say --practice or --settings as for `run`.
    """
    from importer.pipeline.exits import Exit
    from importer.pipeline.opening import open_bound, read_mapping
    from importer.sheets import is_workbook

    read, found = read_mapping(mapping), _settings(settings, practice=practice)
    # Of a CSV, or a leads file, this thread loads the same things: stopped in the middle of one, it
    # would hold the other up for ever.
    waits = is_workbook(sheet) and read.via is None
    with _loading_meanwhile() if waits else nullcontext():
        bound = open_bound(sheet, read)

    from importer.cli.bars import TerminalBars
    from importer.cli.checked import check_object, say_check
    from importer.pipeline.check import check_bound
    from importer.validate import Expected

    result = check_bound(
        bound,
        expected=Expected(rows=expect_rows, totals=expect_total),
        invalid_share=_stop_rules(found).invalid_share,
        bars=TerminalBars(),
        look_up=lambda workbook: _looked_up(workbook, _needed(found)),
    )
    if as_json:
        print_object(check_object(result))
    else:
        say_check(result)
    return Exit.SHEET if result.invalid or result.refusals else Exit.DONE


@contextmanager
def _loading_meanwhile() -> Iterator[None]:
    """Load what looks at rows, in a thread: another process reads a workbook in that time."""
    thread = Thread(target=_load)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _load() -> None:
    with suppress(Exception):  # what is wrong with it is said where it is needed
        import importer.cli.checked  # noqa: F401 - for what it loads


def _settings(settings: Path | None, *, practice: bool) -> Settings | SettingsError:
    """The settings; or why there are none, where nobody has asked for any."""
    try:
        return load(settings, practice=practice)
    except SettingsError as error:
        if settings is not None or practice:
            raise
        return error


def _stop_rules(found: Settings | SettingsError) -> Stop:
    """When `run` would refuse the sheet; it can be checked where there are no settings yet."""
    from importer.settings import Stop

    return Stop() if isinstance(found, SettingsError) else found.stop


def _looked_up(sheet: Sheet, found: Settings) -> References:
    from importer.pipeline.referring import read_references
    from importer.pipeline.workplace import visit_workplace

    with visit_workplace(found) as workplace:
        return read_references(workplace.journal, sheet)


def _needed(found: Settings | SettingsError) -> Settings:
    """The settings whose journal knows a failures workbook's run."""
    if not isinstance(found, SettingsError):
        return found
    raise UsageError(
        "This is a failures workbook: it is checked with what the journal of its run knows.",
        "Say --practice or --settings FILE, as it was said for that run.",
    ) from found
