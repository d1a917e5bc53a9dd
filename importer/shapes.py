"""How a sheet looks: what a file in the same shape takes over from it, and never a value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from importer.model import Kind

PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?")
"""Below 1e15, from where on Excel shows, and its files mean, rounded digits; and without the zeros
that only a format showed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShape:
    """How a column of a workbook looks."""

    width: float | None = None
    """In characters, as Excel counts them; None where the file says nothing."""
    number: str = ""
    """The number format of most of its numbers, `#,##0.00`; "" for General, and for one that would
    change what is read."""
    before: str = ""
    """What that format shows before the digits, as the reader writes it: `₹ `."""
    after: str = ""
    """What it shows behind them: ` kg`."""
    zero: bool = True
    """Whether it shows a zero likewise."""
    date: str = ""
    """The number format of most of its dates, `dd-mmm-yy`; "" as above."""
    times: bool = False
    """Whether that shows the time of day."""

    def written(self, text: str, kind: Kind) -> tuple[str, Kind, str]:
        """Tell how a cell of this column is written again, so that it is read as it was.

        Args:
            text: the cell's text.
            kind: what it holds.

        Returns:
            What to write, as which kind, and in which number format; "" leaves that to the writer.
        """
        match kind:
            case Kind.DATE if self.date and (self.times or "T" not in text):
                return text, kind, self.date
            case Kind.NUMBER if self.number and not self.is_dressed and _is_plain(text):
                return text, kind, self.number
            case Kind.DRESSED if self.is_dressed:
                digits = text.removeprefix(self.before).removesuffix(self.after)
                whole = f"{self.before}{digits}{self.after}"
                if whole == text and _is_plain(digits) and self._shows(digits):
                    return digits, Kind.NUMBER, self.number
        return text, kind, ""

    @property
    def is_dressed(self) -> bool:
        """Whether its number format shows something beside the digits."""
        return bool(self.before or self.after)

    def _shows(self, digits: str) -> bool:
        return self.zero or digits.strip("-0.") != ""


def _is_plain(digits: str) -> bool:
    return PLAIN_NUMBER.fullmatch(digits) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvShape:
    """How a CSV is written."""

    encoding: str
    """A codec's name, as for `open`; `utf-8-sig` and `utf-16` come with their mark."""
    delimiter: str
    """One character."""
    all_quoted: bool = False
    """Every cell stands in quotation marks, also where it need not."""
    line_end: str = "\r\n"
    instruction: bool = False
    """The first line is `sep=;`, which is no row."""
