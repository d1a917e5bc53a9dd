"""Rows that a person who opens the sheet does not see: are they meant? Only a person can say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from importer.mapping import Mapping
from importer.model import CheckedRow, Note, Refusal, Skipped, Table
from importer.validate.rows import BLANK
from importer.validate.whole.rows import Ranges


class HiddenRows:
    """Collects the hidden rows that hold something."""

    def __init__(self, mapping: Mapping) -> None:
        self._said = mapping.sheet.hidden_rows
        self._rows = Ranges()

    def see(self, table: Table, rows: Sequence[CheckedRow]) -> None:
        """Look at the rows of a table."""
        if not table.hidden:
            return
        for row in rows:
            if row.row in table.hidden and not (isinstance(row, Skipped) and row.reason == BLANK):
                self._rows.add(row.row)

    def findings(self) -> Iterator[Note | Refusal]:
        """A refusal, unless the mapping says what becomes of them; rows left out are counted."""
        count = self._rows.count
        if not count or self._said == "skip":
            return
        rows = f"{count} rows are" if count > 1 else "1 row is"
        if self._said == "read":
            yield Note(code="rows-hidden", message=f"{rows} hidden and read: {self._rows}.")
            return
        yield Refusal(
            code="rows-hidden",
            message=f"{rows} hidden in the sheet, by a filter or by hand: {self._rows}. It is not "
            "said whether hidden rows are meant.",
            hint="Show all rows (Data › Clear; select all, right-click a row number, Unhide), or "
            "say in the mapping `sheet: {hidden_rows: read}`, or `skip` to leave them out.",
        )
