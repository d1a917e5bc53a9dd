"""What a condition or a source may give beside a plain result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, NoReturn

from importer.mapping import ColumnSpec
from importer.model import Flaw, Money

Columns = Mapping[str, ColumnSpec]
"""Declared columns, by name."""
REMEMBERED: Final = 4096
"""Distinct texts per condition or map whose result is kept: a status column has a handful."""


@dataclass(frozen=True, slots=True)
class Flawed:
    """The result hangs on cells that could not be read."""

    cells: tuple[tuple[str, Flaw], ...]
    """(declared column, its flaw): one or more, each column once."""
    money: Money | None = None
    """Of a payment that cannot be made, but whose amount and currency can be read."""

    def __bool__(self) -> NoReturn:
        raise TypeError("a Flawed is neither true nor false: ask with isinstance first")


class Skip(Enum):
    """The one member says: this row does not yield the action, and that is right."""

    ACTION = "skip_action"


SKIP_ACTION: Final = Skip.ACTION
