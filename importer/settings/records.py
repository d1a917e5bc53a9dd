"""The settings as frozen records that refuse to be half set."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from platformdirs import user_state_path
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from importer.addresses import PRACTICE, check_base_url, is_loopback, origin_of
from importer.errors import SettingsError

SYNC_REQUESTS_PER_HOUR: Final = 3600
"""TeleCRM's budget for its Sync API; what the pace keeps to where nobody says otherwise."""

_ENTERPRISE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""One plain path segment: TeleCRM's are 24 hex characters; the docs also show `ent_123456`."""
_ENVIRONMENT_NAME: Final = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")


class WorkspaceKind(StrEnum):
    """Whether what is sent to a workspace counts."""

    REAL = "real"
    SANDBOX = "sandbox"


def refuse(message: str, hint: str) -> PydanticCustomError:
    """The error by which a validator says what is wrong and what to do."""
    return PydanticCustomError("setting", "{message} {hint}", {"message": message, "hint": hint})


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise refuse("It must be a number, not true or false.", "Write a number, without quotes.")
    return value


def _no_blank(value: object) -> object:
    if isinstance(value, str) and not value.strip():
        raise refuse("It is blank.", "Write a path, or take the line out to get the default.")
    return value


def _kind_of(known: Mapping[str, object]) -> WorkspaceKind:
    base_url = str(known.get("base_url", ""))
    if base_url == PRACTICE or is_loopback(base_url):
        return WorkspaceKind.SANDBOX
    return WorkspaceKind.REAL


Whole = Annotated[int, BeforeValidator(_no_truth)]
Decimalled = Annotated[float, BeforeValidator(_no_truth), Field(allow_inf_nan=False)]
PathText = Annotated[Path, BeforeValidator(_no_blank)]


class _Section(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        str_strip_whitespace=True,
        use_attribute_docstrings=True,
    )


class Workspace(_Section):
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
        if not _ENVIRONMENT_NAME.fullmatch(value):
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


class Journal(_Section):
    """The durable record of every run."""

    path: PathText
    """The database file; one per workspace and machine."""


class Reports(_Section):
    """What people read after a run."""

    folder: PathText
    """Each run's reports go into a folder of their own in here."""


class Send(_Section):
    """How fast requests go out, and how large they are."""

    requests_per_hour: Whole = Field(ge=0, le=1_000_000)
    """The pace; 0 is without a limit, for a sandbox only."""
    burst: Whole = Field(default=1, ge=1, le=1000)
    """How many requests may go out at once after a pause."""
    concurrency: Whole = Field(default=4, ge=1, le=64)
    """How many leads are served at the same time; a lead's own requests go one by one."""
    actions_per_request: Whole = Field(default=25, ge=1, le=1000)
    """How many actions of one lead travel in one request at most."""
    timeout_seconds: Decimalled = Field(default=60.0, ge=1, le=600)
    """How long a request may take as a whole before its outcome is UNKNOWN."""


class Stop(_Section):
    """When a run stops by itself."""

    invalid_share: Decimalled = Field(default=0.5, ge=0, le=1)
    """Nothing is sent where more than this share of the rows is invalid; 1 never stops."""


class Settings(_Section):
    """Everything that a run is told, complete and checked. Paths are absolute."""

    workspace: Workspace
    journal: Journal
    reports: Reports
    send: Send
    stop: Stop
    _folder: Path = PrivateAttr(default_factory=Path.cwd)

    @property
    def folder(self) -> Path:
        """The folder of `importer.toml`, where a `.env` is looked for."""
        return self._folder

    @field_validator("journal", mode="before")
    @classmethod
    def _journal_of_the_workspace(cls, value: object, info: ValidationInfo) -> object:
        workspace = info.data.get("workspace")
        slug = workspace.slug if isinstance(workspace, Workspace) else ""
        folder = user_state_path("importer", appauthor=False) / slug
        return _with_default(value, "path", folder / "journal.db")

    @field_validator("send", mode="before")
    @classmethod
    def _pace_of_the_workspace(cls, value: object, info: ValidationInfo) -> object:
        workspace = info.data.get("workspace")
        sandbox = isinstance(workspace, Workspace) and workspace.kind is WorkspaceKind.SANDBOX
        pace = 0 if sandbox else SYNC_REQUESTS_PER_HOUR
        return _with_default(value, "requests_per_hour", pace)

    @field_validator("send")
    @classmethod
    def _a_real_workspace_has_a_pace(cls, value: Send, info: ValidationInfo) -> Send:
        workspace = info.data.get("workspace")
        real = isinstance(workspace, Workspace) and workspace.kind is WorkspaceKind.REAL
        if real and value.requests_per_hour == 0:
            raise refuse(
                "requests_per_hour is 0, and a real workspace needs a pace.",
                f"Write at most what TeleCRM allows you: {SYNC_REQUESTS_PER_HOUR} an hour.",
            )
        return value


def _with_default(section: object, key: str, default: object) -> object:
    """A default that depends on the workspace; what is no table is left for its own error."""
    return {key: default, **section} if isinstance(section, Mapping) else section
