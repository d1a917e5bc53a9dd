"""The night as the settings have it, for a scheduler: what is started, what it reads and writes."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from importer.lock import shared_folder
from importer.schedule import Night
from importer.settings import PING_CREDENTIAL, URLS_CREDENTIAL, Settings, WorkspaceKind

_LOST: Final = ("IMPORTER_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_")
_SHARED: Final = "IMPORTER_SHARED_FOLDER"


def night_of(  # noqa: PLR0913 - keywords; each is a fact of its own
    settings: Settings,
    settings_file: Path,
    *,
    token_file: Path | None,
    at: dt.time,
    zone: str,
    minutes: int,
) -> Night:
    """The night that a scheduler is to start, with every path absolute.

    Args:
        settings: as they hold here and now.
        settings_file: where they were read.
        token_file: the file that has, or will have, the token; None where the settings name one.
        at: when.
        zone: of `at`, as IANA writes it; "" is that of the jobs if they have one, else the
            machine's.
        minutes: how long the night may send.
    """
    workspace = settings.workspace
    real = workspace.kind is WorkspaceKind.REAL
    named = token_file or workspace.token_file
    token = "" if workspace.practice or named is None else str(named.absolute())
    return Night(
        program=_program(),
        settings=str(settings_file.absolute()),
        folder=str(settings.folder),
        token_file=token,
        secrets=tuple(_secrets(settings)),
        writes=tuple(dict.fromkeys(map(str, _writes(settings)))),
        reads=tuple(dict.fromkeys(map(str, _reads(settings)))),
        shared=str(shared_folder()) if real else "",
        shared_by_variable=real and bool(os.environ.get(_SHARED, "").strip()),
        log=str(settings.reports.folder / "nightly.log"),
        at=at,
        zone=zone or next((job.zone for job in settings.jobs if job.zone), ""),
        minutes=minutes,
        account=_account(),
    )


def left_behind(environment: Mapping[str, str]) -> list[str]:
    """Names of variables that matter here, and that no scheduler knows of."""
    names = [name for name in environment if name.upper().startswith(_LOST)]
    # Where journals are by default depends on it.
    names += [name for name in environment if name == "XDG_STATE_HOME"]
    return sorted(name for name in names if name != _SHARED)


def _program() -> tuple[str, ...]:
    """The command that belongs to this Python; without one, the Python itself."""
    here = Path(sys.executable).absolute()
    for name in ("importer", "importer.exe"):
        if (command := here.with_name(name)).is_file():
            return (str(command),)
    # -P: a file that lies in the working folder is not taken for one of ours.
    return (str(here), "-P", "-m", "importer")


def _writes(settings: Settings) -> Iterator[Path]:
    yield settings.journal.path.parent
    yield settings.reports.folder
    for job in settings.jobs:
        yield job.inbox.parent
        yield job.archive


def _reads(settings: Settings) -> Iterator[Path]:
    yield Path(sys.prefix)
    yield Path(sys.base_prefix)
    for job in settings.jobs:
        yield job.mapping.parent


def _secrets(settings: Settings) -> Iterator[tuple[str, str]]:
    notify = settings.notify
    for name, file in (
        (URLS_CREDENTIAL, notify.urls_file),
        (PING_CREDENTIAL, notify.ping_url_file),
    ):
        if file is not None:
            yield name, str(file)


def _account() -> str:
    name = getpass.getuser()
    domain = os.environ.get("USERDOMAIN", "")
    return f"{domain}\\{name}" if os.name == "nt" and domain else name
