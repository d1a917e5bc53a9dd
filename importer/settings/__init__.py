"""Settings: what `importer.toml`, the environment and the command line say, and the token."""

from importer.settings.credential import PRACTICE_TOKEN, find_token
from importer.settings.load import FILE_NAME, load_settings, practice_settings
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
    "PRACTICE_TOKEN",
    "Api",
    "Journal",
    "RemarkAdvice",
    "Reports",
    "Send",
    "Settings",
    "Settle",
    "Stop",
    "Workspace",
    "WorkspaceKind",
    "find_token",
    "load_settings",
    "practice_settings",
]
