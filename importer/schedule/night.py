"""What a scheduler has to know of the night, and what it is handed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from importer.errors import UsageError

NAME: Final = "importer-nightly"
"""Of the units and of the task."""

TOKEN_NAME: Final = "telecrm-token"  # noqa: S105 - the name of a file, not a token

GRACE_MINUTES: Final = 15
"""What a night may take beyond its own limit before the scheduler ends it: reports, archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One night, as a scheduler starts it. Every path is absolute."""

    program: tuple[str, ...]
    """The program, and the words that every command of it begins with."""
    settings: str
    """The settings file."""
    folder: str
    """The folder to work in: that of the settings file."""
    token_file: str
    """The file with the token; "" where there is none, as for the practice CRM."""
    secrets: tuple[tuple[str, str], ...] = ()
    """Name → file of the other secrets: addresses of notifications, the dead man's switch."""
    writes: tuple[str, ...]
    """Folders that the night writes in: the journal's, reports, inboxes, archives."""
    reads: tuple[str, ...]
    """Other folders and files that it reads: the program, mappings."""
    shared: str
    """The folder in which the machine's accounts meet; "" for a sandbox."""
    shared_by_variable: bool
    """It is named by IMPORTER_SHARED_FOLDER, which the scheduler has to hand on."""
    log: str
    """The file for what is printed, where the scheduler keeps none."""
    at: dt.time
    zone: str
    """IANA name; "" is the machine's own."""
    minutes: int
    """After so many the night sends nothing more."""
    account: str
    """Who it runs as: `imports`, or `OFFICE\\imports` on Windows."""

    def words(self, token_file: str) -> tuple[str, ...]:
        """The words behind the program; `token_file` as this scheduler names it."""
        words = ["nightly", "--settings", self.settings, "--max-minutes", str(self.minutes)]
        return (*words, "--token-file", token_file) if token_file else tuple(words)

    @property
    def places(self) -> tuple[str, ...]:
        """Everything that the night reads or writes."""
        own = (self.folder, self.settings, self.log, self.token_file, self.shared)
        secrets = (file for _, file in self.secrets)
        return tuple(filter(None, (*self.program[:1], *own, *secrets, *self.writes, *self.reads)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """What a scheduler is handed."""

    files: Mapping[str, str]
    """File name → text."""
    encoding: str
    """How the files are written."""
    steps: tuple[str, ...]
    """Commands that put them to work, in order."""
    notes: tuple[str, ...] = ()
    """Sentences that a person should know."""


def refuse_control_characters(texts: Iterable[str]) -> None:
    """A line break in a name would begin a line of its own, of whatever meaning.

    Raises:
        UsageError: one of the texts has a character that no line of a unit can hold.
    """
    for text in texts:
        if not text.isprintable():
            raise UsageError(
                f"The name {text!r} has a character that no scheduler's file can hold.",
                "Rename that folder or file, or give it another place in your settings.",
            )
