"""The settings that stand in environment variables."""

from __future__ import annotations

import pydantic_settings
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from importer.settings.records import Settings


class _Environment(Settings, BaseSettings):
    """The same settings, as environment variables: `IMPORTER_SEND__BURST`."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", env_ignore_empty=True)


def values_of_environment(prefix: str) -> dict[str, object]:
    """Section → key → text of the variables that begin so.

    A whole section as one variable is not read; it is among the mistakes already.
    """
    try:
        return EnvSettingsSource(_Environment, env_prefix=prefix)()
    except pydantic_settings.SettingsError:
        return {}
