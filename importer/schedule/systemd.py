"""A service and a timer for systemd, shut off from whatever the night does not need.

Source: systemd.service(5), systemd.exec(5), systemd.timer(5), systemd.time(7); 247 or newer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from importer.schedule.night import (
    GRACE_MINUTES,
    NAME,
    TOKEN_NAME,
    Night,
    Units,
    refuse_control_characters,
)

_PLAIN: Final = re.compile(r"[A-Za-z0-9_./@:+,=-]+")
_TEMPORARY: Final = ("/tmp", "/var/tmp")  # noqa: S108 - systemd's own list, for PrivateTmp=
_HOMES: Final = ("/home", "/root", "/run/user")
_HANDED_ON: Final = f"${{CREDENTIALS_DIRECTORY}}/{TOKEN_NAME}"

_CODES: Final = """\
# 4: done, with rows to correct, as the digest says. 75: later is safe, and the next night goes on.
# Everything else but 0 is to be seen as a failure: 1, 2, 3, 5, 6, 7, 130, 143.
"""

_SHUT: Final = """\
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
CapabilityBoundingSet=
"""
"""What a user's own systemd may not do."""

_SHUT_EVERYWHERE: Final = """\
NoNewPrivileges=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
"""


def systemd_units(night: Night, *, user: bool) -> Units:
    """A oneshot service and its timer.

    The token comes as a credential: root's file, copied by systemd to where this service alone may
    read it. It is in no argument and in no environment. So do the addresses of notifications; but
    a file of those that is not there lets the night begin, which says so.

    Args:
        night: what is started, and when.
        user: for the account's own systemd, which may shut off less.

    Raises:
        UsageError: a path cannot stand in a unit.
    """
    refuse_control_characters((*night.places, night.account))
    files = {f"{NAME}.service": _service(night, user=user), f"{NAME}.timer": _timer(night)}
    return Units(
        files=files, encoding="utf-8", steps=tuple(_steps(night, user=user)), notes=_notes(night)
    )


def _service(night: Night, *, user: bool) -> str:
    online = "" if user else "Wants=network-online.target\nAfter=network-online.target\n"
    token = (
        f"LoadCredential={TOKEN_NAME}:{_escaped(night.token_file)}\n" if night.token_file else ""
    )
    account = "" if user else f"User={night.account}\n"
    return f"""\
# Made by `importer schedule show --systemd`. Make it anew when importer.toml names other folders.
[Unit]
Description=The night's imports into TeleCRM
{online}
[Service]
Type=oneshot
{account}WorkingDirectory={_escaped(night.folder)}
ExecStart={_command(night)}
{token}{_secrets(night)}{_environment(night)}{_CODES}SuccessExitStatus=4 75
TimeoutStartSec={night.minutes + GRACE_MINUTES}min
# A stop lets the requests on the wire come to their end.
KillMode=mixed
TimeoutStopSec=3min
UMask=0077
{"" if user else _rooms(night) + _SHUT}{_SHUT_EVERYWHERE}"""


def _timer(night: Night) -> str:
    zone = f" {night.zone}" if night.zone else ""
    return f"""\
[Unit]
Description=When the night's imports start

[Timer]
OnCalendar=*-*-* {night.at:%H:%M:%S}{zone}
# A machine that was off at that time makes up for it when it is on again.
Persistent=true
RandomizedDelaySec=2min
Unit={NAME}.service

[Install]
WantedBy=timers.target
"""


def _command(night: Night) -> str:
    program, *first = night.program
    # The token's file is systemd's own word and stays as it is: it fills in the folder.
    words = [*map(_argument, (*first, *night.words("")))]
    if night.token_file:
        words += ["--token-file", _HANDED_ON]
    return " ".join([_quoted(program), *words])


def _secrets(night: Night) -> str:
    # With a value to fall back on, systemd takes a missing file for no failure.
    return "".join(
        f"LoadCredential={name}:{_escaped(file)}\nSetCredential={name}:missing\n"
        for name, file in night.secrets
    )


def _environment(night: Night) -> str:
    if not night.shared_by_variable:
        return ""
    return f"Environment={_quoted(f'IMPORTER_SHARED_FOLDER={night.shared}')}\n"


def _rooms(night: Night) -> str:
    """Which folders the service sees, and which it may write in.

    PrivateTmp gives it a /tmp and a /var/tmp of its own. Hidden behind them would be the folder in
    which all accounts of the machine meet: a second account's run would find no lock. So what lies
    there is brought in by name.
    """
    writes = _outermost(filter(None, (*night.writes, night.shared)))
    reads = _outermost((night.folder, night.program[0], *night.reads))
    at_home = "read-only" if any(_below(one, _HOMES) for one in (*writes, *reads)) else "yes"
    lines = ["ProtectSystem=strict", f"ProtectHome={at_home}", "PrivateTmp=yes"]
    for key, paths in (
        ("ReadWritePaths", [one for one in writes if not _below(one, _TEMPORARY)]),
        ("BindReadOnlyPaths", [one for one in reads if _below(one, _TEMPORARY)]),
        ("BindPaths", [one for one in writes if _below(one, _TEMPORARY)]),
    ):
        lines += [f"{key}={_quoted(one)}" for one in paths]
    return "\n".join(lines) + "\n"


def _steps(night: Night, *, user: bool) -> Iterator[str]:
    account = night.account
    where = "~/.config/systemd/user" if user else "/etc/systemd/system"
    root, ctl = ("", "systemctl --user") if user else ("sudo ", "sudo systemctl")
    for folder in night.writes:
        owner = "" if user else f" -o {_shell(account)}"
        yield f"test -d {_shell(folder)} || {root}install -d -m 0700{owner} {_shell(folder)}"
    if night.shared:
        shared = _shell(night.shared)
        yield f"test -d {shared} || {root}install -d -m 0777 {shared}"
    if night.token_file:
        token = _shell(night.token_file)
        owner = "" if user else " -o root"
        yield f"{root}install -D -m 0600{owner} /dev/stdin {token}   # paste the token, then Ctrl-D"
    for _, file in night.secrets:
        yield f"{root}chmod 600 {_shell(file)}   # the addresses in it hold passwords"
    yield f"{root}install -D -m 0644 -t {where} {NAME}.service {NAME}.timer"
    if user:
        yield f"sudo loginctl enable-linger {_shell(account)}   # or it runs only at your log-in"
    yield f"{ctl} daemon-reload"
    yield f"{ctl} enable --now {NAME}.timer"
    yield f"{ctl} list-timers {NAME}.timer"
    yield f"{ctl} start {NAME}.service   # once, to see it work"


def _notes(night: Night) -> tuple[str, ...]:
    zone = night.zone or "of this machine"
    return (f"It starts at {night.at:%H:%M}, time zone {zone}; its log: journalctl -u {NAME}.",)


def _outermost(paths: Iterable[str]) -> list[str]:
    """Each path once, without what lies in another of them."""
    once = list(dict.fromkeys(paths))
    return [one for one in once if not any(_below(one, [other]) for other in once if other != one)]


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _escaped(text: str) -> str:
    """`%` begins a specifier everywhere in a unit."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    backed = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_escaped(backed)}"'


def _argument(text: str) -> str:
    """A word of a command line, where `$` begins a variable, too."""
    return _quoted(text).replace("$", "$$")


def _shell(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else "'" + text.replace("'", "'\\''") + "'"
