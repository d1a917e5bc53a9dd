"""The sheet's own trailer: its last row, which says how many rows and how much money it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from importer.columns import ByCode, Known, parsed_column
from importer.mapping import Binding, Trailer
from importer.model import CheckedRow, Flaw, Refusal, Skipped, Table
from importer.validate.judged import Judged
from importer.validate.rows import TRAILER
from importer.validate.whole.rows import Ranges

_MEND: Final = "Correct the sheet, or `trailer` in the mapping."
_NUMBERS: Final = re.compile(r"[0-9][0-9,]*(?:\.0+)?")
_HINT: Final = "Rows are missing, doubled or changed, or the trailer is: export the sheet again."


class TrailerRow:
    """Counts and adds up the rows above the trailer, and compares."""

    def __init__(self, trailer: Trailer, binding: Binding) -> None:
        self._trailer = trailer
        self._binding = binding
        self._rows = 0
        self._sum = Decimal(0)
        self._is_unread = ByCode(_is_unread, sound=False, dtype=bool)
        self._unread = Ranges()
        self._at = 0
        self._after = Ranges()
        self._found: list[Refusal] = []

    def see(self, rows: Judged) -> None:
        """Look at the rows of a table."""
        table, counts = rows.table, rows.with_data()
        trailers = np.flatnonzero(rows.where(_is_trailer)).tolist()
        begin = 0
        for at in trailers:
            self._add(rows, begin + np.flatnonzero(counts[begin:at]))
            self._compare(table, at, table.numbers[at])
            begin = at
        self._add(rows, begin + np.flatnonzero(counts[begin:]))

    def _add(self, rows: Judged, places: NDArray[Any]) -> None:
        table = rows.table
        if self._at:
            for at in places.tolist():
                self._after.add(table.numbers[at])
            return
        self._rows += len(places)
        column = self._trailer.total
        if column:
            self._sum += rows.adder(column).total(places)
            unread = self._is_unread.of(parsed_column(table, column))
            for at in places[unread[places]].tolist():
                self._unread.add(table.numbers[at])

    def _compare(self, table: Table, index: int, row: int) -> None:
        if self._at:
            message = f"Rows {self._at} and {row} are both the sheet's trailer."
            self._say("trailer-twice", message, _MEND)
            return
        self._at = row
        if self._trailer.total:
            self._compare_total(table, index, self._trailer.total)
        if self._trailer.rows:
            self._compare_rows(table, index, self._trailer.rows)

    def _compare_total(self, table: Table, index: int, column: str) -> None:
        said, cell = table.values[column][index], f"{self._binding.letter(column)}{self._at}"
        if not isinstance(said, Decimal):
            self._say("trailer-unreadable", f"The trailer's total in {cell} cannot be read.", _MEND)
        elif said != self._sum:
            self._say(
                "trailer-total",
                f"The trailer's total in {cell} is {said:,}, and the rows above it add up to "
                f"{self._sum:,}.",
            )
        if self._unread.count:
            self._say(
                "trailer-unread",
                "The trailer's total is not proven: amounts that cannot be read are not in it, in "
                f"{self._unread.named}.",
                "Correct these cells in the sheet, and run it again.",
            )

    def _compare_rows(self, table: Table, index: int, column: str) -> None:
        numbers = _NUMBERS.findall(table.texts[column][index])
        cell = f"{self._binding.letter(column)}{self._at}"
        if len(numbers) != 1:
            message = f"The trailer's number of rows in {cell} is not clear."
            self._say("trailer-unreadable", message, _MEND)
        elif (said := int(Decimal(numbers[0].replace(",", "")))) != self._rows:
            self._say(
                "trailer-rows",
                f"The trailer in {cell} counts {said:,} rows, and there are {self._rows:,} above "
                "it (without blank and skipped ones).",
            )

    def _say(self, code: str, message: str, hint: str = _HINT) -> None:
        self._found.append(Refusal(code=code, message=message, hint=hint))

    def findings(self) -> Iterator[Refusal]:
        """What does not agree; a sheet that ends without its trailer may have been cut off."""
        yield from self._found
        if not self._at:
            yield Refusal(
                code="trailer-missing",
                message="The sheet ends without the trailer that the mapping describes: it may be "
                "cut off.",
                hint="Export it again; or correct `trailer` in the mapping.",
            )
        elif self._after.count:
            yield Refusal(
                code="trailer-not-last",
                message=f"Rows follow the trailer in row {self._at}: {self._after}.",
                hint=_HINT,
            )


def _is_trailer(row: CheckedRow) -> bool:
    return isinstance(row, Skipped) and row.reason == TRAILER


def _is_unread(known: Known, code: int) -> bool:
    return isinstance(known.values[code], Flaw)
