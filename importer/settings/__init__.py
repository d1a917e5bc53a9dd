"""Settings: what `importer.toml`, the environment and the command line say, and the token."""

from importer.settings.approve import Approve
from importer.settings.credential import (
    PING_CREDENTIAL,
    PRACTICE_TOKEN,
    URLS_CREDENTIAL,
    find_notify_urls,
    find_ping_url,
    find_token,
)
from importer.settings.jobs import STEM, Job, Weekday
from importer.settings.load import FILE_NAME, load_settings, practice_settings
from importer.settings.notify import Notify, NotifyWhen
from importer.settings.records import (
    Api,
    Journal,
    RemarkAdvice,
    Reports,
    Send,
    Settings,
    Settle,
    Stop,
)
from importer.settings.workspace import Workspace, WorkspaceKind

__all__ = [
    "FILE_NAME",
    "PING_CREDENTIAL",
    "PRACTICE_TOKEN",
    "STEM",
    "URLS_CREDENTIAL",
    "Api",
    "Approve",
    "Job",
    "Journal",
    "Notify",
    "NotifyWhen",
    "RemarkAdvice",
    "Reports",
    "Send",
    "Settings",
    "Settle",
    "Stop",
    "Weekday",
    "Workspace",
    "WorkspaceKind",
    "find_notify_urls",
    "find_ping_url",
    "find_token",
    "load_settings",
    "practice_settings",
]
