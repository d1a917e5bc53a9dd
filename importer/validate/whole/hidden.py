"""Rows that a person who opens the sheet does not see: are they meant? Only a person can say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from importer.mapping import Mapping
from importer.model import CheckedRow, Note, Refusal, Table
from importer.validate.whole.rows import Ranges, holds_data


class HiddenRows:
    """Collects the hidden rows that hold data; a hidden line of totals is skipped anyway."""

    def __init__(self, mapping: Mapping) -> None:
        self._said = mapping.sheet.hidden_rows
        self._rows = Ranges()

    def see(self, table: Table, rows: Sequence[CheckedRow]) -> None:
        """Look at the rows of a table."""
        if not table.hidden:
            return
        for row in rows:
            if row.row in table.hidden and holds_data(row):
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
            message=f"{rows} hidden in the sheet, by a filter or by hand: {self._rows}. The "
            "mapping does not say whether to read them.",
            hint="Show all rows (Data › Clear; select all, right-click a row number, Unhide), or "
            "say in the mapping `sheet: {hidden_rows: read}`, or `skip` to leave them out.",
        )
