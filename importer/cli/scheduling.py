"""`schedule show`: what starts the night by itself, ready to be installed."""

from __future__ import annotations

import datetime as dt
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from importer.cli.options import FILE, load, settings_option

if TYPE_CHECKING:
    from importer.schedule import Units

_LONGEST_NIGHT: Final = 24 * 60
_KINDS: Final = ("systemd", "cron", "windows")
_CREDENTIAL: Final = Path("/etc/importer/telecrm-token")
_OWN_CREDENTIAL: Final = Path("~/.config/importer/telecrm-token")


@click.group()
def schedule() -> None:
    """Let `importer nightly` be started by systemd, by cron or by the Windows Task Scheduler."""


def _kind_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for kind, what in (
        ("windows", "A task of the Windows Task Scheduler (XML)."),
        ("cron", "A crontab."),
        ("systemd", "A service and a timer."),
    ):
        command = click.option(f"--{kind}", "kind", flag_value=kind, help=what)(command)
    return command


def _time(_context: click.Context, _option: click.Parameter, given: str) -> dt.time:
    try:
        return dt.datetime.strptime(given, "%H:%M").time()  # noqa: DTZ007 - a time of any day
    except ValueError:
        raise click.BadParameter(f"{given!r} is no time of the day: write 02:00.") from None


def _zone(_context: click.Context, _option: click.Parameter, given: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(given).key if given else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(f"{given!r} is no time zone: write Asia/Kolkata.") from None


@schedule.command()
@_kind_options
@click.option(
    "--at",
    default="02:00",
    show_default=True,
    callback=_time,
    metavar="HH:MM",
    help="When it starts, every day.",
)
@click.option(
    "--zone",
    default="",
    callback=_zone,
    metavar="ZONE",
    help="Time zone of --at, as in Asia/Kolkata.  [default: the jobs', or this machine's]",
)
@click.option(
    "--max-minutes",
    "minutes",
    type=click.IntRange(1, _LONGEST_NIGHT),
    default=240,
    show_default=True,
    help="After so many the night sends nothing more, and the next one goes on.",
)
@click.option("--user", is_flag=True, help="systemd: for your own account, without root.")
@settings_option
@click.option("--token-file", type=FILE, help="The file that holds, or will hold, the token.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the files into this folder.  [default: print them]",
)
def show(  # noqa: PLR0913 - each is an option
    *,
    kind: str | None,
    at: dt.time,
    zone: str,
    minutes: int,
    settings: Path | None,
    token_file: Path | None,
    output: Path | None,
    user: bool,
) -> None:
    """Show what starts the night: by --systemd, --cron or --windows.

    Nothing is installed; the commands for that are shown as well. Do this as the account that is
    to run the night: journals and folders are that account's.
    """
    from importer.errors import UsageError
    from importer.pipeline.scheduling import night_of
    from importer.schedule import TOKEN_NAME
    from importer.settings import FILE_NAME

    if kind is None or (user and kind != "systemd"):
        raise UsageError(
            "It is not clear which scheduler is meant.",
            "Write one of --systemd (with or without --user), --cron and --windows.",
        )
    found = load(settings, practice=False)
    if kind == "systemd" and token_file is None and found.workspace.token_file is None:
        token_file = _OWN_CREDENTIAL.expanduser() if user else _CREDENTIAL
    elif token_file is None and not (found.folder / ".env").is_file():
        # No scheduler sees a shell's variable: a file beside the settings, to be written first.
        token_file = found.workspace.token_file or found.folder / TOKEN_NAME
    file = settings or Path(FILE_NAME)
    if not file.is_file():
        raise UsageError(
            f"The settings file {file} is not there.",
            "A scheduler knows no other settings than those of a file: write one.",
        )
    night = night_of(found, file, token_file=token_file, at=at, zone=zone, minutes=minutes)
    match kind:
        case "systemd":
            from importer.schedule import systemd_units

            units = systemd_units(night, user=user)
        case "cron":
            from importer.schedule import crontab

            units = crontab(night)
        case _:
            from importer.schedule import windows_task

            units = windows_task(night, today=dt.datetime.now().astimezone().date())
    _hand_out(units, output)
    _say_what_to_do(units, output)


def _hand_out(units: Units, folder: Path | None) -> None:
    from importer.errors import UsageError
    from importer.files import write_atomically

    if folder is None:
        for name, text in units.files.items():
            title = f"# ---- {name}\n" if len(units.files) > 1 else ""
            click.echo(f"{title}{text}")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in units.files.items():
            write_atomically(folder / name, text.encode(units.encoding), mode=0o644)
            click.echo(f"Wrote {folder / name}.")
    except OSError as error:
        raise UsageError(
            f"The files cannot be written into {folder}: {error.strerror}.",
            "Name a folder that you may write to.",
        ) from error


def _say_what_to_do(units: Units, folder: Path | None) -> None:
    """On standard error, so that what is printed can be sent into a file."""
    from importer.pipeline.scheduling import left_behind

    for note in units.notes:
        click.echo(f"{click.style('Note:', fg='yellow')} {note}", err=True)
    if names := left_behind(os.environ):
        said = (
            f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} set here, and the scheduler "
            "will not know of it. Write settings into importer.toml and secrets into files that it "
            "names; a proxy belongs into the scheduler's own file."
        )
        click.echo(f"{click.style('Note:', fg='yellow')} {said}", err=True)
    click.echo(click.style("\nWhat to do next", bold=True), err=True)
    if folder is None:
        click.echo("  Have the files written: the same command with -o FOLDER.", err=True)
    else:
        click.echo(f"  cd {shlex.quote(str(folder))}", err=True)
    for step in units.steps:
        click.echo(f"  {step}", err=True)
