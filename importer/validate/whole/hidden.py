"""Rows that a person who opens the sheet does not see: are they meant? Only a person can say."""

from __future__ import annotations

from collections.abc import Iterator

from importer.mapping import Mapping
from importer.model import Note, Refusal
from importer.validate.judged import Judged
from importer.validate.whole.rows import Ranges


class HiddenRows:
    """Collects the hidden rows that hold data; a hidden line of totals is skipped anyway."""

    def __init__(self, mapping: Mapping) -> None:
        self._said = mapping.sheet.hidden_rows
        self._rows = Ranges()

    def see(self, rows: Judged) -> None:
        """Look at the rows of a table."""
        hidden = rows.table.hidden
        for number, counts in (
            zip(rows.table.numbers, rows.with_data(), strict=True) if hidden else ()
        ):
            if counts and number in hidden:
                self._rows.add(number)

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
