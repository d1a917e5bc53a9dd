"""Options that several commands share, and what they come to."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import click

from importer.cli.given import PRACTICE_FOLDER, finding_again
from importer.cli.inputs import MAPPING
from importer.errors import UsageError

if TYPE_CHECKING:
    from decimal import Decimal

    from importer.model import Currency, Outcome
    from importer.secret import Token
    from importer.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

Totals: TypeAlias = "Mapping[Currency, Decimal]"
_AMOUNT = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,4})?")

FILE = click.Path(path_type=Path, dir_okay=False)
PRACTICE_REPORTS = Path("reports", "practice")


def settings_options(command: F) -> F:
    """`--settings` and `--practice`."""
    command = click.option(
        "--practice",
        is_flag=True,
        help=f"Use the practice CRM that comes along; it remembers in `{PRACTICE_FOLDER}/`.",
    )(command)
    return settings_option(command)


def settings_option(command: F) -> F:
    """`--settings`; the commands in an error find the same workspace as this command."""
    return click.option(
        "--settings", type=FILE, help="The settings file.  [default: importer.toml]"
    )(finding_again(command))


def token_option(command: F) -> F:
    """`--token-file`."""
    return click.option(
        "--token-file", type=FILE, help="A file with the token; readable by you alone."
    )(command)


def yes_option(command: F) -> F:
    """`--yes`."""
    return click.option("--yes", is_flag=True, help="Do not ask; for scripts.")(command)


def json_option(command: F) -> F:
    """`--json`."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one summary object instead of words."
    )(command)


def mapping_option(command: F) -> F:
    """`-m`."""
    return click.option(
        "-m", "--mapping", "mapping", type=MAPPING, required=True, help="The mapping file (YAML)."
    )(command)


def expect_options(command: F) -> F:
    """`--expect-rows` and `--expect-total`."""
    command = click.option(
        "--expect-total",
        multiple=True,
        metavar="CURRENCY=AMOUNT",
        callback=_totals,
        help="What the amounts must add up to, as in INR=1853400.00; once for each currency.",
    )(command)
    return click.option(
        "--expect-rows",
        type=click.IntRange(min=0),
        metavar="NUMBER",
        help="How many rows the sheet must have, without blank and skipped ones.",
    )(command)


def _totals(_context: click.Context, _option: click.Parameter, given: Sequence[str]) -> Totals:
    from decimal import Decimal

    from importer.model import Currency

    totals: dict[Currency, Decimal] = {}
    for one in given:
        currency, _, amount = one.partition("=")
        if currency not in tuple(Currency) or not _AMOUNT.fullmatch(amount):
            raise click.BadParameter(
                f"{one!r} is not a total: write a currency of the CRM, =, and plain digits, as in "
                "INR=1853400.00."
            )
        if Currency(currency) in totals:
            raise click.BadParameter(f"{currency} is there twice.")
        totals[Currency(currency)] = Decimal(amount)
    return totals


_MOST_ROWS = 1_048_576
_ROWS = re.compile(r"([0-9]{1,7})(?:-([0-9]{1,7}))?")


def rows_option(*, required: bool) -> Callable[[F], F]:
    """`--rows`; without it, all that fit."""
    return click.option(
        "--rows",
        required=required,
        metavar="ROWS",
        callback=_row_numbers,
        help="Rows as Excel numbers them: 5,7-9." + ("" if required else "  [default: all]"),
    )


def _row_numbers(
    _context: click.Context, _option: click.Parameter, given: str | None
) -> frozenset[int] | None:
    if given is None:
        return None
    numbers: set[int] = set()
    for part in given.split(","):
        found = _ROWS.fullmatch(part.strip())
        if not found:
            raise click.BadParameter(f"{part.strip()!r} is no row: write 5, or 7-9, or 5,7-9.")
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise click.BadParameter(f"{part.strip()!r} ends before it begins.")
        if last - first > _MOST_ROWS:
            raise click.BadParameter(f"{part.strip()!r} are more rows than a sheet has.")
        numbers.update(range(first, last + 1))
    return frozenset(numbers)


def reason_option(command: F) -> F:
    """`--reason`."""
    return click.option(
        "--reason", required=True, help="Why; it is kept for ever, and shown in the report."
    )(command)


def minutes_option(command: F) -> F:
    """`--max-minutes`."""
    return click.option(
        "--max-minutes",
        "minutes",
        type=click.FloatRange(min=0, min_open=True),
        metavar="NUMBER",
        help="Send nothing more after so many minutes; what is left is UNSENT.",
    )(command)


_RETRIED = ("ignored", "refused")


def retry_option(command: F) -> F:
    """`--retry`."""
    return click.option(
        "--retry",
        metavar="OUTCOMES",
        default="",
        callback=_outcomes,
        help="Send again, unchanged, what the CRM answered so before: ignored,refused. Without it, "
        "such rows are reported again and cost no request.",
    )(command)


def _outcomes(_context: click.Context, _option: click.Parameter, given: str) -> frozenset[Outcome]:
    from importer.model import Outcome

    words = [word.strip().lower() for word in given.split(",") if word.strip()]
    for word in words:
        if word not in _RETRIED:
            raise click.BadParameter(f"{word!r} cannot be retried; {' and '.join(_RETRIED)} can.")
    return frozenset(Outcome(word.upper()) for word in words)


def canary_option(command: F) -> F:
    """`--canary`."""
    return click.option(
        "--canary",
        type=click.IntRange(min=0),
        metavar="LEADS",
        help="Send so many leads first, and go on only if everything of them was created.",
    )(command)


def write_out(path: Path, text: str) -> None:
    """Write a file that a person has asked for.

    Raises:
        UsageError: it cannot be written there.
    """
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(
            f"The file {path} cannot be written: {error.strerror}.",
            "Name a file in a folder that is there, and that you may write to.",
        ) from error


def print_object(said: object) -> None:
    """Print plain data as JSON, on a line of its own."""
    click.echo(json.dumps(said, ensure_ascii=False))


def print_or_write(path: Path | None, text: str) -> None:
    """Print a text, or write it where a person wants it.

    Raises:
        UsageError: it cannot be written there.
    """
    if path is None:
        click.echo(text, nl=False)
        return
    write_out(path, text)
    click.echo(f"Wrote {path}.")


def load(settings: Path | None, *, practice: bool) -> Settings:
    """The settings that the options ask for.

    Raises:
        UsageError: both options were given.
        SettingsError: the settings are missing or wrong.
    """
    from importer.settings import load_settings, practice_settings

    if not practice:
        return load_settings(settings, {})
    if settings is not None:
        raise UsageError("--practice and --settings exclude each other.", "Leave one of them out.")
    return practice_settings(PRACTICE_FOLDER.absolute(), PRACTICE_REPORTS.absolute())


def token_of(settings: Settings, token_file: Path | None) -> Token:
    """The workspace's token."""
    from importer.settings import find_token

    return find_token(settings, token_file, os.environ, Path.cwd())
