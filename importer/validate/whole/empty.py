"""A sheet with a header and nothing below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from importer.model import CheckedRow, Note, Table
from importer.validate.whole.rows import holds_data


class NoRows:
    """Tells of a sheet without a row that holds data: an export that went wrong looks like it."""

    def __init__(self) -> None:
        self._any = False

    def see(self, _table: Table, rows: Sequence[CheckedRow]) -> None:
        """Look for the first row with data."""
        self._any = self._any or any(map(holds_data, rows))

    def findings(self) -> Iterator[Note]:
        """A note where there was none."""
        if not self._any:
            yield Note(code="rows-none", message="The sheet has no rows below its header.")
