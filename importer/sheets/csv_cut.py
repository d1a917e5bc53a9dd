"""The start of a CSV as one delimiter cuts it: by what comes out the delimiter is judged."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass

from importer.errors import SheetError
from importer.model import Kind, SheetSpec
from importer.sheets.csv_text import MOST_COLUMNS, Record, read_records, too_wide
from importer.sheets.header import Header, find_header, lacking
from importer.sheets.sheet import Shown

SHARE = 0.5
"""More than this share of the sampled rows, the header among them, have as many cells as it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The sample as one delimiter cuts it."""

    mark: str
    """The delimiter."""
    rows: int
    """Records up to the first that is broken."""
    cells: int
    """Of all of them."""
    header: Header | None
    widths: Counter[int]
    """Cells → how many rows below the header have so many; blank rows aside."""
    lacking: int
    """How many of the header's words are missing in the row that has the most of them."""
    broken: SheetError | None
    """Where RFC 4180 is broken, or a row is wider than any sheet."""
    wide: SheetError | None
    """The second of the two: as it is under one delimiter, so the row is."""
    missing: SheetError | None
    """Why there is no header."""

    @property
    def headed(self) -> int:
        """How many cells the header has; 0 where there is none."""
        return len(self.header.cells) if self.header else 0

    @property
    def usual(self) -> int:
        """How many cells most rows have; 0 where there is no row."""
        return self.widths.most_common(1)[0][0] if self.widths else 0

    @property
    def fits(self) -> bool:
        """The header has several cells, and most rows have as many."""
        alike = self.widths[self.headed] + 1
        return self.headed > 1 and alike > SHARE * (self.widths.total() + 1)

    @property
    def is_even(self) -> bool:
        """All rows have as many cells as the header."""
        return not set(self.widths) - {self.headed}


def cut_sample(sample: str, mark: str, spec: SheetSpec, file: str) -> Cut:
    """Cut a sample into records, up to the first that is broken, and look for the header.

    Args:
        sample: the start of the text, ending at a line's end.
        mark: the delimiter to try.
        spec: says where the header is.
        file: name for messages.
    """
    records: list[Record] = []
    header = broken = missing = wide = None
    try:
        for (record,) in read_records(io.StringIO(sample, newline=""), mark, file, size=1):
            if len(record) > MOST_COLUMNS:
                broken = wide = too_wide(file, len(records) + 1, len(record))
                break
            records.append(record)
    except SheetError as error:
        broken = error
    try:
        header = find_header(map(_shown, records), spec, file)
    except SheetError as error:
        missing = error
    below = records[header.row :] if header else []
    return Cut(
        mark=mark,
        rows=len(records),
        cells=sum(map(len, records)),
        header=header,
        widths=Counter(len(record) for record in below if any(map(str.strip, record))),
        lacking=lacking(records, spec.header_find),
        broken=broken,
        wide=wide,
        missing=missing,
    )


def _shown(record: Record) -> list[Shown]:
    return [(text, Kind.TEXT) for text in record]
