"""What the two binary ways of writing a workbook share: short numbers and the codes of errors."""

from __future__ import annotations

import struct

from importer.model import Kind
from importer.sheets.sheet import Shown

_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""[MS-XLS] 2.5.10, [MS-XLSB] 2.5.97.2."""
_DOUBLE = struct.Struct("<d")


def error_of(code: int) -> Shown:
    """Give the error that a code stands for; an unknown one still is an error."""
    return _ERRORS.get(code, "#ERROR!"), Kind.ERROR


def rk_number(rk: int) -> float:
    """Read a number of 30 bits: an integer, or the upper part of a float; perhaps of a hundredth.

    [MS-XLS] 2.5.217, [MS-XLSB] 2.5.122.
    """
    if rk & 2:
        number: float = (rk >> 2) - (1 << 30 if rk & 0x80000000 else 0)
    else:
        number = _DOUBLE.unpack(b"\0\0\0\0" + (rk & 0xFFFFFFFC).to_bytes(4, "little"))[0]
    return number / 100 if rk & 1 else number
