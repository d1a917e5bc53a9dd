"""Read the settings: command line over environment over `importer.toml` over default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from importer.addresses import PRACTICE
from importer.errors import SettingsError
from importer.settings.mistakes import SettingMistake, mistakes_of, raise_all, unknown_key
from importer.settings.notify import READ_ELSEWHERE
from importer.settings.records import LISTS, SECTIONS, Settings

FILE_NAME: Final = "importer.toml"
PREFIX: Final = "IMPORTER_"
NO_SETTINGS: Final = READ_ELSEWHERE | {"IMPORTER_SHARED_FOLDER"}
"""Variables that begin like ours and are read elsewhere."""

_PATHS: Final = (
    ("workspace", "token_file"),
    ("journal", "path"),
    ("reports", "folder"),
    ("notify", "urls_file"),
    ("notify", "ping_url_file"),
)
_PATHS_OF_LISTS: Final = {"jobs": ("inbox", "mapping", "archive")}
_DEFAULTS: Final[Mapping[str, Mapping[str, object]]] = {
    **{section: {} for section in SECTIONS.keys() - LISTS.keys() - {"workspace"}},
    "reports": {"folder": "reports"},
}

_FIRST_LINES: Final = """\
Write these four lines into it:

  [workspace]
  base_url = "https://next.telecrm.in/autoupdate/v2"
  enterprise_id = "the id that TeleCRM shows for your enterprise"
  token_env = "TELECRM_TOKEN"  # the variable, or the line of a .env, that holds the token

To try the importer first, against the practice CRM and without a token, write no file and add
--practice to the command.
"""

Values = dict[str, object]


def load_settings(file: Path | None, overrides: Mapping[str, Mapping[str, object]]) -> Settings:
    """Read, merge and check the settings.

    Args:
        file: the settings file; None is `importer.toml` in the current folder, if it is there.
        overrides: section → key → value from the command line; a value of None was not given.

    Returns:
        Complete settings. A relative path of the file is taken from the file's folder, one of the
        environment or the command line from the current folder.

    Raises:
        SettingsError: no settings, a file that is not TOML, or mistakes: all of them at once.
    """
    path = Path(FILE_NAME) if file is None else file
    here = Path.cwd()
    folder = Path(os.path.abspath(path)).parent  # noqa: PTH100 - resolve() would follow links
    given = _given(overrides)
    environment, mistakes = _read_environment()
    sources = [
        ("command line", _anchored(given, here)),
        ("environment", _anchored(environment, here)),
        (path.name, _anchored(_read_file(path, required=file is not None), folder)),
    ]
    if not any("workspace" in values for _, values in sources) and not mistakes:
        raise SettingsError(
            f"There is no workspace: {path} is not there, or has no [workspace].", _FIRST_LINES
        )
    merged = _merged(_anchored(_DEFAULTS, folder), *(values for _, values in reversed(sources)))
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        raise_all([*mistakes, *mistakes_of(error, sources)])
        raise
    raise_all(mistakes)
    settings._folder = folder  # noqa: SLF001 - a private field, so that no file can set it
    return settings


def practice_settings(folder: Path, reports: Path | None = None) -> Settings:
    """Settings for the practice CRM with a journal and reports of its own.

    Neither a file nor the environment is read, so that a demo works wherever it is started.

    Args:
        folder: where `journal.db` goes.
        reports: where the reports of each run go; None is the same folder.
    """
    folder = Path(_absolute(str(folder), Path.cwd()))
    settings = Settings.model_validate(
        {
            **_DEFAULTS,
            "workspace": {"base_url": PRACTICE},
            "journal": {"path": folder / "journal.db"},
            "reports": {"folder": reports or folder},
        }
    )
    settings._folder = folder  # noqa: SLF001 - as in load_settings
    return settings


def _given(overrides: Mapping[str, Mapping[str, object]]) -> Values:
    sections = {
        name: {key: value for key, value in section.items() if value is not None}
        for name, section in overrides.items()
    }
    return {name: section for name, section in sections.items() if section}


def _read_file(path: Path, *, required: bool) -> Values:
    try:
        # Notepad begins a UTF-8 file with a byte-order mark, which TOML does not know.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        if not required:
            return {}
        raise SettingsError(f"The settings file {path} is not there.", _FIRST_LINES) from error
    except OSError as error:
        raise SettingsError(
            f"The settings file {path} cannot be read: {error.strerror}.",
            "Name another file with --settings, or correct its permissions.",
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"The settings file {path} is not written in UTF-8.",
            "Save it again as UTF-8 text.",
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"The settings file {path} is not TOML: {error}.",
            'A line looks like `key = "text"` or `key = 12`, below a `[section]`; '
            r"a Windows path stands in single quotes: 'C:\Imports\journal.db'.",
        ) from error


def _read_environment() -> tuple[Values, list[SettingMistake]]:
    ours = [name for name in os.environ.keys() - NO_SETTINGS if name.upper().startswith(PREFIX)]
    if not ours:
        return {}, []
    # What reads variables loads asyncio and half of what talks to a network: half of a start.
    from importer.settings.environment import values_of_environment  # noqa: PLC0415 - see above

    return values_of_environment(PREFIX), list(_unknown_variables(ours))


def _unknown_variables(ours: Iterable[str]) -> Iterator[SettingMistake]:
    """Of the variables that begin like ours, those that would be passed over in silence.

    One underscore too few must not send a night's run to the wrong workspace.
    """
    known = [
        f"{PREFIX}{section}__{key}".upper()
        for section in SECTIONS.keys() - LISTS.keys()
        for key in SECTIONS[section].model_fields
    ]
    sections = tuple({f"{name.rpartition('__')[0]}__" for name in known})
    for name in ours:
        if not name.upper().startswith(sections):
            sentence = unknown_key(name.upper(), known, "setting")
            yield SettingMistake(key=name, source="environment", sentence=sentence)


def _anchored(values: Mapping[str, object], folder: Path) -> Values:
    """The values with their paths made absolute, from the folder that they are relative to."""
    anchored = {**values}
    for section, key in _PATHS:
        anchored[section] = _with_path(anchored.get(section), key, folder)
    for section, keys in _PATHS_OF_LISTS.items():
        tables = anchored.get(section)
        if isinstance(tables, list):
            for key in keys:
                tables = [_with_path(table, key, folder) for table in tables]
            anchored[section] = tables
    return {section: table for section, table in anchored.items() if table is not None}


def _with_path(table: object, key: str, folder: Path) -> object:
    """A table with one of its paths made absolute; what is no table is left for its own error."""
    if not isinstance(table, Mapping) or not isinstance(table.get(key), str | Path):
        return table
    text = str(table[key]).strip()
    return {**table, key: _absolute(text, folder) if text else text}


def _absolute(text: str, folder: Path) -> str:
    return os.path.abspath(folder / os.path.expanduser(text))  # noqa: PTH100, PTH111 - no link is followed, and an unknown ~ stays


def _merged(*layers: Mapping[str, object]) -> Values:
    """The layers key by key, the later over the earlier."""
    merged: Values = {}
    for layer in layers:
        for section, table in layer.items():
            below = merged.get(section)
            if isinstance(below, Mapping) and isinstance(table, Mapping):
                merged[section] = {**below, **table}
            else:
                merged[section] = table
    return merged
