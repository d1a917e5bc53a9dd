"""The number formats that workbooks name by a number alone (ECMA-376 part 1, 18.8.30)."""

from __future__ import annotations

from collections.abc import Mapping

from importer.sheets.scan.format import Format, format_of_code

_NEVER_WRITTEN_OUT = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "mm-dd-yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
    48: "##0.0E+0",
    49: "@",
    59: "0",
    60: "0.00",
    61: "#,##0",
    62: "#,##0.00",
    67: "0%",
    68: "0.00%",
    69: "# ?/?",
    70: "# ??/??",
}
_CURRENCIES = {
    5: "¤#,##0_);(¤#,##0)",
    6: "¤#,##0_);[Red](¤#,##0)",
    7: "¤#,##0.00_);(¤#,##0.00)",
    8: "¤#,##0.00_);[Red](¤#,##0.00)",
    42: '_("¤"* #,##0_);_("¤"* (#,##0);_("¤"* "-"_);_(@_)',
    44: '_("¤"* #,##0.00_);_("¤"* (#,##0.00);_("¤"* "-"??_);_(@_)',
}
"""The mark is that of the computer which opens the workbook: no currency is named."""
_DATES = dict.fromkeys((*range(27, 32), 36, *range(50, 55), 57, 58, *range(71, 75)), "yyyy-mm-dd")
_TIMES = dict.fromkeys((32, 33, 76, 77, 78, 80), "h:mm:ss") | {79: "[h]:mm:ss"}
_EITHER = dict.fromkeys((34, 35, 55, 56, 75, 81), "yyyy-mm-dd h:mm:ss")
"""A date in some languages of East Asia and Thailand, a time in others: nothing is hidden."""

_UNKNOWN_TO_CALAMINE = _DATES | _TIMES | _EITHER
BUILTIN: Mapping[int, str] = _NEVER_WRITTEN_OUT | _CURRENCIES | _UNKNOWN_TO_CALAMINE
"""Number of a format → its code, where the workbook does not give one. All others are General."""


def format_of(number: int, written: Mapping[int, str], *, is_1904: bool) -> Format:
    """Give the format that a number names: as the workbook writes it, or else the standard's."""
    code = written.get(number) or BUILTIN.get(number, "General")
    is_silent = number in _UNKNOWN_TO_CALAMINE and number not in written
    return format_of_code(code, is_1904=is_1904, is_silent=is_silent)
