"""The workspace that actions go to: its address, its id, and whether what is sent counts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pydantic import Field, ValidationInfo, field_validator, model_validator

from importer.addresses import PRACTICE, check_base_url, is_loopback, origin_of
from importer.errors import SettingsError
from importer.settings.section import PathText, Section, refuse

_ENTERPRISE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""One plain path segment: TeleCRM's are 24 hex characters; the docs also show `ent_123456`."""
ENVIRONMENT_NAME: Final = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")


class WorkspaceKind(StrEnum):
    """Whether what is sent to a workspace counts."""

    REAL = "real"
    SANDBOX = "sandbox"


def _kind_of(known: Mapping[str, object]) -> WorkspaceKind:
    base_url = str(known.get("base_url", ""))
    if base_url == PRACTICE or is_loopback(base_url):
        return WorkspaceKind.SANDBOX
    return WorkspaceKind.REAL


class Workspace(Section):
    """The CRM workspace that actions go to."""

    base_url: str
    """Where the Sync API is, or the word `practice` for the practice CRM that comes along."""
    enterprise_id: str = Field(default="", validate_default=True)
    """The enterprise (workspace) id in TeleCRM; the practice CRM needs none."""
    token_env: str = "TELECRM_TOKEN"  # noqa: S105 - the name of a variable, not a token
    """Name of the environment variable that holds the token."""
    token_file: PathText | None = None
    """A file that holds the token and nothing else, readable by its owner alone."""
    kind: WorkspaceKind = Field(default_factory=_kind_of)
    """`real` or `sandbox`: whether a person is asked before anything is sent, and the pace."""

    @property
    def practice(self) -> bool:
        """Whether this is the practice CRM that comes with the package."""
        return self.base_url == PRACTICE

    @property
    def origin(self) -> str:
        """Scheme, host and port of the base URL; `practice` for the practice CRM."""
        return origin_of(self.base_url)

    @property
    def name(self) -> str:
        """The workspace as a person reads it, and as the ledger's keys hold it."""
        if self.practice and self.enterprise_id == PRACTICE:
            return PRACTICE
        return f"{self.enterprise_id} at {self.origin}"

    @property
    def slug(self) -> str:
        """A folder name that no two workspaces share, also where upper and lower case are one."""
        digest = hashlib.sha256(f"{self.origin}\n{self.enterprise_id}".encode()).hexdigest()
        host = self.origin.rpartition("//")[2]
        words = re.sub(r"[^a-z0-9.]+", "-", f"{host}-{self.enterprise_id}".lower()).strip("-.")
        return f"{words[:60]}-{digest[:12]}"

    @field_validator("base_url")
    @classmethod
    def _acceptable_address(cls, value: str) -> str:
        try:
            return check_base_url(value)
        except SettingsError as error:
            raise refuse(error.message, error.hint) from error

    @field_validator("enterprise_id")
    @classmethod
    def _plain_segment(cls, value: str, info: ValidationInfo) -> str:
        value = value or (PRACTICE if info.data.get("base_url") == PRACTICE else "")
        if not value:
            raise refuse("It is missing.", "Write the id that TeleCRM shows for your enterprise.")
        if not _ENTERPRISE_ID.fullmatch(value):
            raise refuse(
                "It has a character that no enterprise id has.",
                "Copy the id from TeleCRM: letters, digits, `_` and `-`.",
            )
        return value

    @field_validator("token_env")
    @classmethod
    def _a_name_and_no_token(cls, value: str) -> str:
        # The value is not repeated: somebody may have written the token itself here.
        if not ENVIRONMENT_NAME.fullmatch(value):
            raise refuse(
                "It is not the name of an environment variable.",
                "Write a name in capitals, such as TELECRM_TOKEN; never the token itself.",
            )
        return value

    @model_validator(mode="after")
    def _practice_is_never_real(self) -> Workspace:
        if self.practice and self.kind is WorkspaceKind.REAL:
            raise refuse('The practice CRM is not a "real" workspace.', "Take `kind` out.")
        return self
