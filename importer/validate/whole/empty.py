"""A sheet with a header and nothing below it."""

from __future__ import annotations

from collections.abc import Iterator

from importer.model import Note
from importer.validate.judged import Judged


class NoRows:
    """Tells of a sheet without a row that holds data: an export that went wrong looks like it."""

    def __init__(self) -> None:
        self._any = False

    def see(self, rows: Judged) -> None:
        """Look for the first row with data."""
        self._any = self._any or bool(rows.with_data().any())

    def findings(self) -> Iterator[Note]:
        """A note where there was none."""
        if not self._any:
            yield Note(code="rows-none", message="The sheet has no rows below its header.")
