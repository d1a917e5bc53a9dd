"""Who is told about a night, and when."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pydantic import field_validator

from importer.settings.section import PathText, Section, refuse
from importer.settings.workspace import ENVIRONMENT_NAME

READ_ELSEWHERE: Final = frozenset({"IMPORTER_NOTIFY_URLS", "IMPORTER_PING_URL"})
"""Variables that begin like settings and are none."""
_LIKE_OURS: Final = "IMPORTER_"


class NotifyWhen(StrEnum):
    """When a digest is sent."""

    ALWAYS = "always"
    TROUBLE = "trouble"
    """Only where not everything was created, or nothing came."""


class Notify(Section):
    """Who is told about a night. The addresses hold passwords, so none of them stands here."""

    urls_env: str = "IMPORTER_NOTIFY_URLS"
    """Name of the environment variable that holds apprise's addresses, one a line."""
    urls_file: PathText | None = None
    """A file that holds them instead, readable by its owner alone."""
    when: NotifyWhen = NotifyWhen.ALWAYS
    """`always`, or `trouble`: only where not everything was created, or nothing came."""
    ping_url_env: str = "IMPORTER_PING_URL"
    """Name of the environment variable that holds the dead man's switch's address."""
    ping_url_file: PathText | None = None
    """A file that holds it instead, readable by its owner alone."""

    @field_validator("urls_env", "ping_url_env")
    @classmethod
    def _a_name_and_no_address(cls, value: str) -> str:
        # The value is not repeated: somebody may have written an address itself here.
        if not ENVIRONMENT_NAME.fullmatch(value):
            raise refuse(
                "It is not the name of an environment variable.",
                "Write a name in capitals, such as NOTIFY_URLS; never an address itself, since "
                "it holds passwords.",
            )
        if value.startswith(_LIKE_OURS) and value not in READ_ELSEWHERE:
            raise refuse(
                "A variable that begins with IMPORTER_ is a setting.",
                "Write a name without IMPORTER_, or take the line out to get the default.",
            )
        return value
