"""The headers of the columns that a failures workbook adds to the sheet's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from importer.folding import fold

_BEGIN: Final = "Importer: "
"""How each of them begins; never bound by a mapping."""
PROBLEM: Final = f"{_BEGIN}problem"
REFERENCE: Final = f"{_BEGIN}reference"
OUR_HEADERS: Final = (f"{_BEGIN}outcome", PROBLEM, f"{_BEGIN}what to do", REFERENCE)
"""In their order."""
MARKED_REFERENCE: Final = f"{REFERENCE} (a leading ' marks text)"
"""The last one in a `failures.csv`: it says that the user's texts were marked. A failures workbook
that a person saved as CSV has the other one, and its texts are as they look."""


def is_ours(header: str) -> bool:
    """Whether the importer itself wrote this header into a failures workbook."""
    return fold(header).startswith(fold(_BEGIN))


def is_failures_workbook(headers: Sequence[str]) -> bool:
    """Whether a sheet with these headers is one that the importer wrote, to be corrected."""
    return any(map(is_ours, headers))
