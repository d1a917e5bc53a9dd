"""Why a message did not arrive, in words that hold no address."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from importer.secret import Secret

_LACKING: Final = "the addresses of notifications are set, and what sends to them is not installed."
NOBODY: Final = f"Nobody can be told: {_LACKING}"
INSTALL: Final = "Install it with: pip install 'importer[notify]'"
NOT_INSTALLED: Final = f"Nobody was told: {_LACKING} {INSTALL}"
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,19})://")


class Failed(StrEnum):
    """Why an address did not take a message."""

    ADDRESS = "address"
    LATE = "late"
    SILENT = "silent"
    UNREACHABLE = "unreachable"
    LOGIN = "login"
    REFUSED = "refused"


_WORDS: Final = {
    Failed.ADDRESS: "apprise knows no such address; docs/nightly.md shows some",
    Failed.LATE: "no answer came in time",
    Failed.SILENT: "it was given up, since no answer came in time",
    Failed.UNREACHABLE: "it could not be reached",
    Failed.LOGIN: "it did not accept the user or the password",
    Failed.REFUSED: "it did not take the message",
}
_STATUS: Final = re.compile(r"[1-5][0-9]{2}")


def sentence_of(url: Secret, index: int, why: str) -> str:
    """Say that an address did not take the message: by its number and its kind, nothing else."""
    scheme = _SCHEME.match(url.reveal())
    kind = f" ({scheme[1].lower()})" if scheme else ""
    if _STATUS.fullmatch(why):
        words = f"it answered {why}"
    else:
        words = _WORDS[Failed(why) if why in set(Failed) else Failed.REFUSED]
    return f"The notification to address {index + 1}{kind} failed: {words}."
