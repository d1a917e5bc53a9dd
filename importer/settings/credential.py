"""Find what is secret: in a file, the environment, or a `.env`; never an argument, never shown.

The token; the addresses of notifications, which hold passwords; the address of the dead man's
switch, which whoever knows it can keep quiet.
"""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from importer.errors import SettingsError
from importer.secret import Secret, Token
from importer.settings.records import Settings

PRACTICE_TOKEN: Final = "practice-token"  # noqa: S105 - opens the practice CRM alone
"""What the practice CRM accepts; it guards nothing."""

_LARGEST: Final = 65_536
"""Bytes; a larger file is something else, such as the sheet."""
URLS_CREDENTIAL: Final = "notify-urls"
"""By this name a service manager hands on the addresses of notifications."""
PING_CREDENTIAL: Final = "ping-url"
"""And by this the address of the dead man's switch."""
_NEXT_URL: Final = re.compile(r"[,;\s]+(?=[A-Za-z][A-Za-z0-9+.-]*://)")
"""Between two addresses: a comma alone may be a part of one."""


def find_token(
    settings: Settings, token_file: Path | None, env: Mapping[str, str], cwd: Path
) -> Token:
    """The workspace's token, from the first of these that has one.

    `--token-file`; the environment variable that `token_env` names; the file that `token_file`
    names; a `.env` beside `importer.toml`.

    Args:
        settings: the checked settings.
        token_file: what `--token-file` names.
        env: the environment.
        cwd: what a relative `token_file` is relative to.

    Raises:
        SettingsError: there is none, others can read its file, or it cannot be a token.
    """
    workspace = settings.workspace
    if workspace.practice:
        return Token(PRACTICE_TOKEN)
    if token_file is not None:
        return _from_file(cwd / token_file, env)
    if text := env.get(workspace.token_env, "").strip():
        return Token(text)
    if workspace.token_file is not None:
        return _from_file(workspace.token_file, env)
    dotenv = settings.folder / ".env"
    if text := _from_dotenv(dotenv, workspace.token_env, env):
        return Token(text)
    raise SettingsError(
        "There is no token for the workspace.",
        f"Set the environment variable {workspace.token_env}, name a file with --token-file, "
        f"or write `{workspace.token_env}=…` into {dotenv}, readable by you alone. A scheduler "
        "knows no variable of a shell: for it, name a file.",
    )


def find_notify_urls(settings: Settings, env: Mapping[str, str]) -> tuple[Secret, ...]:
    """The addresses that notifications go to; often none.

    From the first of these that has some: the variable, what a service manager hands on, the file.

    Raises:
        SettingsError: others can read the file, or it is not there.
    """
    notify = settings.notify
    text = _text_of(notify.urls_env, URLS_CREDENTIAL, notify.urls_file, env)
    lines = (line.strip() for line in text.splitlines())
    written = (line for line in lines if not line.startswith("#"))
    urls = (url.strip(" ,;") for line in written for url in _NEXT_URL.split(line))
    return tuple(map(Secret, filter(None, urls)))


def find_ping_url(settings: Settings, env: Mapping[str, str]) -> Secret | None:
    """The address of the dead man's switch, found as those of notifications are; often none.

    Raises:
        SettingsError: others can read the file, or it is not there.
    """
    notify = settings.notify
    text = _text_of(notify.ping_url_env, PING_CREDENTIAL, notify.ping_url_file, env)
    return Secret(text.rstrip("/")) if text else None


def _text_of(variable: str, credential: str, file: Path | None, env: Mapping[str, str]) -> str:
    if text := env.get(variable, "").strip() or _handed_on(credential, env):
        return text
    if file is None:
        return ""
    if not file.exists():
        raise SettingsError(f"The file {file} is not there.", "Correct it under [notify].")
    return _read_private(file, env).strip()


def _handed_on(name: str, env: Mapping[str, str]) -> str:
    folder = env.get("CREDENTIALS_DIRECTORY", "")
    path = Path(folder, name)
    text = _read_private(path, env).strip() if folder and path.is_file() else ""
    # What stands in for a file that is missing is no address: the file itself is asked for then.
    return text if "://" in text else ""


def _from_file(path: Path, env: Mapping[str, str]) -> Token:
    if not path.exists():
        raise SettingsError(
            f"The token file {path} is not there.", "Correct --token-file or `token_file`."
        )
    return Token(_read_private(path, env).strip())


def _from_dotenv(path: Path, name: str, env: Mapping[str, str]) -> str:
    if not path.is_file():
        return ""
    # Without interpolation: a `$` in a token is a `$`.
    values = dotenv_values(stream=io.StringIO(_read_private(path, env)), interpolate=False)
    return (values.get(name) or "").strip()


def _read_private(path: Path, env: Mapping[str, str]) -> str:
    """Text of a file that nobody else can read: judged and read by one and the same handle."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not _is_handed_on(path, status, env):
                _refuse_open_doors(path, status.st_mode)
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise SettingsError(
            f"The file {path} cannot be read: {error.strerror}.",
            "It must be a file that you can read.",
        ) from error
    if len(data) > _LARGEST:
        raise SettingsError(
            f"The file {path} is too large to hold a secret.", "Name the right one."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Not chained: that error carries the bytes along.
        raise SettingsError(
            f"The file {path} is not text in UTF-8.", "Save it again as UTF-8, or name another."
        ) from None


def _is_handed_on(path: Path, status: os.stat_result, env: Mapping[str, str]) -> bool:
    """Whether a service manager made the file for this process alone: systemd's `LoadCredential`.

    It is root's then, and readable by this account through an access list, whose mask shows as the
    bits of the group: 0440, in a folder of 0550. Whoever is in the group can read neither.
    """
    folder = env.get("CREDENTIALS_DIRECTORY", "")
    if os.name != "posix" or not folder or path.parent != Path(folder):
        return False
    around = path.parent.lstat()
    owned = {status.st_uid, around.st_uid} <= {0, os.geteuid()}
    closed = not (status.st_mode | around.st_mode) & (stat.S_IWGRP | stat.S_IRWXO)
    return owned and closed and stat.S_ISDIR(around.st_mode) and stat.S_ISREG(status.st_mode)


def _refuse_open_doors(path: Path, mode: int) -> None:
    # Windows has no such bits: its access lists keep a user's own folders private.
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(
            f"The file {path} holds a secret, and other users can read it.",
            f"Run: chmod 600 {path}",
        )
