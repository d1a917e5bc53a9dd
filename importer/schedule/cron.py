"""A crontab: one line, and what it stands on. Source: crontab(5) of cronie and of Debian's cron."""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath
from typing import Final

from importer.schedule.night import NAME, Night, Units, refuse_control_characters

_PATH: Final = "/usr/local/bin:/usr/bin:/bin"


def crontab(night: Night) -> Units:
    """Lines for `crontab -e` of the account that the night runs as.

    Nothing keeps two nights apart here, since the workspace's lock does.

    Raises:
        UsageError: a path cannot stand in a crontab.
    """
    refuse_control_characters(night.places)
    text = f"""\
{_mark(night, "begin")}
# Made by `importer schedule show --cron`; for the account {night.account}.
{_token(night)}SHELL=/bin/sh
PATH={_PATH}
{_zone(night)}{_time(night)} {_command(night)}
{_mark(night, "end")}
"""
    return Units(
        files={f"{NAME}.cron": text},
        encoding="utf-8",
        steps=tuple(_steps(night)),
        notes=tuple(_notes(night)),
    )


def _mark(night: Night, word: str) -> str:
    """The line before or behind what is ours: by it, the steps done again find the old ones."""
    return f"# {NAME} {night.settings}: {word}"


def _token(night: Night) -> str:
    if not night.token_file:
        return ""
    return (
        f"# The token is read from {night.token_file} (mode 0600): cron sees no shell's variable.\n"
    )


def _zone(night: Night) -> str:
    return f"CRON_TZ={night.zone}\n" if night.zone else ""


def _time(night: Night) -> str:
    return f"{night.at.minute} {night.at.hour} * * *"


def _command(night: Night) -> str:
    shared = (
        f"IMPORTER_SHARED_FOLDER={shlex.quote(night.shared)} " if night.shared_by_variable else ""
    )
    command = shlex.join((*night.program, *night.words(night.token_file)))
    log = shlex.quote(night.log)
    line = f"umask 077; cd {shlex.quote(night.folder)} && {shared}{command} >>{log} 2>&1"
    # Cron makes a line break of a bare `%`, quotes or not.
    return line.replace("%", r"\%")


def _steps(night: Night) -> list[str]:
    folder = shlex.quote(str(PurePosixPath(night.log).parent))
    steps = [f"mkdir -p -m 0700 {folder}"]
    if night.token_file:
        token = shlex.quote(night.token_file)
        steps.append(f"install -D -m 0600 /dev/stdin {token}   # paste the token, then Ctrl-D")
    steps += [f"chmod 600 {shlex.quote(file)}" for _, file in night.secrets]
    others = f"crontab -l 2>/dev/null | awk {shlex.quote(_without_ours(night))}"
    return [*steps, f"({others}; cat {NAME}.cron) | crontab -"]


def _without_ours(night: Night) -> str:
    """For awk: everything but what an earlier time has added; where its end is missing, all."""
    begin, end = (_for_awk(_mark(night, word)) for word in ("begin", "end"))
    held = f'$0 == "{begin}" {{ours = 1}} ours {{held = held $0 "\\n"}} !ours {{print}}'
    return f'{held} $0 == "{end}" {{ours = 0; held = ""}} END {{printf "%s", held}}'


def _for_awk(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"")


def _notes(night: Night) -> list[str]:
    begin = f"It starts at {night.at:%H:%M}; what it prints is in {night.log}."
    notes = [f"{begin} A night on which the machine is off is left out: the next makes up for it."]
    if night.token_file:
        notes.append(
            f"The token is read from {night.token_file}, which {night.account} alone may read "
            "(mode 0600): cron sees no variable of your shell."
        )
    if night.zone:
        notes.append(
            "CRON_TZ is known to cronie (Red Hat, Fedora, SUSE, Arch). Debian's and Ubuntu's cron "
            "takes no notice of it: there, write the hour of this machine's own clock."
        )
    return notes
