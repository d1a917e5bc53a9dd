"""The exit codes: what a scheduler can rely on."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes; the table is in the product's words in README.md."""

    DONE = 0
    INTERNAL = 1
    USAGE = 2
    SHEET = 3
    INCOMPLETE = 4
    IN_DOUBT = 5
    STOPPED = 6
    UNBALANCED = 7
    LATER = 75
