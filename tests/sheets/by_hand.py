"""Files of the corpora about which another reader is wrong, as somebody has seen who looked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ByHand:
    """Why the other reader is wrong about a file, as somebody has found who looked at it."""

    reason: str
    office: bool = False
    """The other reader is LibreOffice."""


_SPACES = "openpyxl keeps white space that is not marked as kept; Excel and we do not"
BY_HAND = {
    "date_1904.xls": ByHand("xlrd takes the duration 255:10:10 for a date"),
    "encoded_entities.xlsx": ByHand(_SPACES),
    "issue_174.xlsx": ByHand(_SPACES, office=True),
    "issues.xlsb": ByHand(
        "LibreOffice calculates a formula anew that has lost its name", office=True
    ),
    "minimal_package.xlsx": ByHand(_SPACES, office=True),
    "test-data__spreadsheet__46250.xls": ByHand("its format writes 4227200558 as 42272-00558"),
    "test-data__spreadsheet__56278.xlsx": ByHand(_SPACES),
    "whitespace_trim.xlsx": ByHand(_SPACES),
}
"""File → why its differences do not count."""
