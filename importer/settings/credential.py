"""Find the token: a file, the environment, or a `.env`; never an argument, never shown."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from importer.errors import SettingsError
from importer.secret import Token
from importer.settings.records import Settings

PRACTICE_TOKEN: Final = "practice-token"  # noqa: S105 - opens the practice CRM alone
"""What the practice CRM accepts; it guards nothing."""

_LARGEST: Final = 65_536
"""Bytes; a larger file is something else, such as the sheet."""


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
        return _from_file(cwd / token_file)
    if text := env.get(workspace.token_env, "").strip():
        return Token(text)
    if workspace.token_file is not None:
        return _from_file(workspace.token_file)
    dotenv = settings.folder / ".env"
    if text := _from_dotenv(dotenv, workspace.token_env):
        return Token(text)
    raise SettingsError(
        "There is no token for the workspace.",
        f"Set the environment variable {workspace.token_env}, name a file with --token-file, "
        f"or write `{workspace.token_env}=…` into {dotenv}, readable by you alone.",
    )


def _from_file(path: Path) -> Token:
    if not path.exists():
        raise SettingsError(
            f"The token file {path} is not there.", "Correct --token-file or `token_file`."
        )
    return Token(_read_private(path).strip())


def _from_dotenv(path: Path, name: str) -> str:
    if not path.is_file():
        return ""
    # Without interpolation: a `$` in a token is a `$`.
    values = dotenv_values(stream=io.StringIO(_read_private(path)), interpolate=False)
    return (values.get(name) or "").strip()


def _read_private(path: Path) -> str:
    """Text of a file that nobody else can read: judged and read by one and the same handle."""
    try:
        with path.open("rb") as file:
            _refuse_open_doors(path, os.fstat(file.fileno()).st_mode)
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise SettingsError(
            f"The file {path} cannot be read: {error.strerror}.",
            "It must be a file that you can read, with the token in it.",
        ) from error
    if len(data) > _LARGEST:
        raise SettingsError(f"The file {path} is too large to hold a token.", "Name the right one.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Not chained: that error carries the bytes along.
        raise SettingsError(
            f"The file {path} is not text in UTF-8.", "Save it again as UTF-8, or name another."
        ) from None


def _refuse_open_doors(path: Path, mode: int) -> None:
    # Windows has no such bits: its access lists keep a user's own folders private.
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(
            f"The file {path} holds a token, and other users can read it.",
            f"Run: chmod 600 {path}",
        )
