"""The settings as frozen records that refuse to be half set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from platformdirs import user_state_path
from pydantic import AfterValidator, Field, PrivateAttr, ValidationInfo, field_validator

from importer.folding import pieces
from importer.model import RemarkStep
from importer.settings.approve import Approve
from importer.settings.jobs import Job, refuse_doubles
from importer.settings.notify import Notify
from importer.settings.section import Decimalled, PathText, Section, Whole, refuse
from importer.settings.workspace import Workspace, WorkspaceKind

SYNC_REQUESTS_PER_HOUR: Final = 3600
"""TeleCRM's budget for its Sync API; what the pace keeps to where nobody says otherwise."""
LEAST_PATIENCE_S: Final = 5.0
"""Seconds that a real workspace is given at least to show what it stored."""


class Journal(Section):
    """The durable record of every run."""

    path: PathText
    """The database file; one per workspace and machine."""


class Reports(Section):
    """What people read after a run."""

    folder: PathText
    """Each run's reports go into a folder of their own in here."""


class Send(Section):
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
    longest_wait_seconds: Decimalled = Field(default=900.0, ge=1, le=86_400)
    """A CRM that puts one request off for longer than this, all waits together, stops the run."""


class Settle(Section):
    """How what is in doubt is settled, by reading timelines back."""

    automatic: bool = True
    """Whether a run settles its doubts itself; else `importer settle` does, when asked."""
    delay_seconds: Decimalled = Field(ge=0, le=86_400)
    """How long after a request's end its actions may still appear on a timeline.

    What is taken for absent is sent again: too short, and a timeline that shows late books twice.
    """
    between_looks_seconds: Decimalled = Field(ge=0, le=3600)
    """How long after one look at a timeline the second is taken; only two prove absence."""


class Stop(Section):
    """When a run stops by itself. A share is of the last `after_actions` answered actions."""

    invalid_share: Decimalled = Field(default=0.5, ge=0, le=1)
    """Nothing is sent where more than this share of the rows is invalid; 1 never stops."""
    failed_share: Decimalled = Field(default=0.5, ge=0, le=1)
    """The run stops where more than this share is ignored or refused; 1 never stops."""
    unknown_share: Decimalled = Field(default=0.2, ge=0, le=1)
    """The run stops where more than this share is in doubt; 1 never stops."""
    same_remark_share: Decimalled = Field(default=0.8, ge=0, le=1)
    """The run stops where more than this share of one name's actions, from 20 of them on, bears one
    and the same remark; 1 never stops."""
    after_actions: Whole = Field(default=50, ge=1, le=100_000)
    """The shares of what failed and of what is in doubt are looked at after so many answered
    actions, of the last so many; that of a remark is of as many, but of at least 20."""
    failed_in_a_row: Whole = Field(default=25, ge=1, le=100_000)
    """The run stops after so many requests in a row that were ignored or refused as a whole."""
    unknown_in_a_row: Whole = Field(default=10, ge=1, le=100_000)
    """The run stops after so many requests in a row whose outcome is in doubt."""
    canary: Whole = Field(default=0, ge=0, le=100_000)
    """So many leads are sent first, and the others only where all went well; 0 is without."""


class Api(Section):
    """How open questions of TeleCRM's API are read; docs/api-assumptions.md explains each."""

    throttled_may_store: bool = False
    """Whether a 429 may come after something was stored: its actions are then in doubt."""
    busy_may_store: bool = False
    """Whether a 503 with Retry-After may come after something was stored: its actions are then in
    doubt, as those of a request with a PAYMENT always are."""
    bad_request_may_store: bool = True
    """Whether a 400 on several actions may come after some were stored: they are then in doubt."""


class RemarkAdvice(Section):
    """What to do about a remark of the CRM, for the reports; one [[remarks]] for each."""

    says: str
    """Words of the remark, as they stand in it; `…` or `...` stands for anything between them."""
    step: RemarkStep
    """`fix the data`, `ask the CRM admin` or `try again`."""
    note: str = ""
    """A sentence of your own, shown before the step."""

    @field_validator("says")
    @classmethod
    def _has_words(cls, value: str) -> str:
        if not pieces(value):
            raise refuse(
                "It has no plain words: names, ids, numbers and what is quoted stand for anything.",
                "Copy some other words of the remark from the report.",
            )
        return value


class Settings(Section):
    """Everything that a run is told, complete and checked. Paths are absolute."""

    workspace: Workspace
    journal: Journal
    reports: Reports
    send: Send
    settle: Settle
    stop: Stop
    api: Api
    notify: Notify
    approve: Approve
    remarks: tuple[RemarkAdvice, ...] = ()
    """The first that fits a remark counts."""
    jobs: Annotated[tuple[Job, ...], AfterValidator(refuse_doubles)] = ()
    """What `importer nightly` takes up, in this order."""
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
        return _with_defaults(value, path=folder / "journal.db")

    @field_validator("send", mode="before")
    @classmethod
    def _pace_of_the_workspace(cls, value: object, info: ValidationInfo) -> object:
        pace = 0 if _is(WorkspaceKind.SANDBOX, info) else SYNC_REQUESTS_PER_HOUR
        return _with_defaults(value, requests_per_hour=pace)

    @field_validator("send")
    @classmethod
    def _a_real_workspace_has_a_pace(cls, value: Send, info: ValidationInfo) -> Send:
        if _is(WorkspaceKind.REAL, info) and value.requests_per_hour == 0:
            raise refuse(
                "requests_per_hour is 0, and a real workspace needs a pace.",
                f"Write at most what TeleCRM allows you: {SYNC_REQUESTS_PER_HOUR} an hour.",
            )
        return value

    @field_validator("settle", mode="before")
    @classmethod
    def _patience_of_the_workspace(cls, value: object, info: ValidationInfo) -> object:
        if _is(WorkspaceKind.SANDBOX, info):
            return _with_defaults(value, delay_seconds=1.0, between_looks_seconds=0.5)
        return _with_defaults(value, delay_seconds=120.0, between_looks_seconds=30.0)

    @field_validator("settle")
    @classmethod
    def _a_real_workspace_needs_patience(cls, value: Settle, info: ValidationInfo) -> Settle:
        # Whoever looks too early takes for absent what is about to appear, and sends it twice.
        shortest = min(value.delay_seconds, value.between_looks_seconds)
        if _is(WorkspaceKind.REAL, info) and shortest < LEAST_PATIENCE_S:
            raise refuse(
                "A real workspace may show an action later than that.",
                f"Write at least {LEAST_PATIENCE_S:g} for delay_seconds and between_looks_seconds.",
            )
        return value


LISTS: Final[Mapping[str, type[Section]]] = {"remarks": RemarkAdvice, "jobs": Job}
"""What is written as often as there is something to say: [[remarks]]; only in the file."""
SECTIONS: Final[Mapping[str, type[Section]]] = {
    **{
        name: field.annotation
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
    },
    **LISTS,
}
"""Section → what it holds."""


def _is(kind: WorkspaceKind, info: ValidationInfo) -> bool:
    workspace = info.data.get("workspace")
    return isinstance(workspace, Workspace) and workspace.kind is kind


def _with_defaults(section: object, **defaults: object) -> object:
    """Defaults that depend on the workspace; what is no table is left for its own error."""
    return {**defaults, **section} if isinstance(section, Mapping) else section
