"""Hostile text made harmless, one function for each place that text is put into.

Cells and remarks were typed by strangers. A text must never become a formula, a control sequence
or markup, and what cannot be shown must be seen to be missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

_LOST: Final = "\N{REPLACEMENT CHARACTER}"
_UNSHOWABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]",
)
"""What XML 1.0 forbids (section 2.2); DEL and C1, which terminals obey; and what turns a line
around (UAX #9, 2.1 to 2.4), so that a name reads as another one."""

_NEVER_XML: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f]")

_ESCAPES: Final = "\x00-\x08\x0b-\x1f&<>_\ud800-\udfff\ufffe\uffff"
_NEEDS_ESCAPE: Final = re.compile(f"[{_ESCAPES}]")

_STARTS: Final = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_RUNS: Final = re.compile(f"[{_STARTS}]")
"""A first character that makes spreadsheet programs read a text as a formula (OWASP, CSV
injection): with the full-width forms, and white space that they drop before they look."""


def _without(never: str) -> str:
    """The pattern of a text that begins as no formula and holds none of these, nor a `_x0041_`."""
    return f"(?=[^{_STARTS}])[^{never}]*+(?:_(?!x)[^{never}]*+)*+"


_HARMLESS: Final = re.compile(_without(_ESCAPES))
_SIMPLE: Final = _without(f'{_ESCAPES}\n"\\\\\u2028\u2029')
_SIMPLE_LINES: Final = re.compile(f"(?:(?:{_SIMPLE})?\n)*+")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_MOST_SHOWN: Final = 11
"""Characters of a number that Excel shows, and so saves, where nobody has given it a format."""
_SAVED_AS_IS: Final = re.compile(r"-?(?!0\Z)(?:0|[1-9][0-9]*+)(?:\.[0-9]*[1-9])?|0")
_SAVED_AS_EQUAL: Final = re.compile(
    r"-?(?:(?P<plain>(?:0|[1-9][0-9]*+)(?:\.[0-9]+)?)"
    r"|(?:[1-9][0-9]{0,2}(?:,[0-9]{2,3})+|[0-9]{1,9}(?=[.%]))(?:\.[0-9]{1,2})?%?)"
)
"""An amount that may lose zeros behind the point, or get other commas."""
_MONTH: Final = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*+"
_GUESSED: Final = re.compile(
    rf"(?=[^0-9]*+[0-9])"
    rf"(?:[0-9 .,:/+()%-]++(?:e[+-]?[0-9]++)?+|[0-9 .,/-]*+{_MONTH}[0-9 .,/-]*+)|true|false",
    re.IGNORECASE,
)
"""What a spreadsheet program does not take for a text where it stands in a CSV. Most of it is saved
as something else: `000123`, `62e16`, seventeen digits, `1.10`, `(5)`, `03/04/2026`, `10:30`."""

_PACK: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_IN_SCRIPT: Final = str.maketrans(
    {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)


def visible(text: str) -> str:
    """Return the text with every character that cannot be shown replaced by U+FFFD."""
    return text if text.isprintable() else _UNSHOWABLE.sub(_LOST, text)


def as_escapes(packed: str) -> str:
    """Return JSON that says the same, with an escape for each character that cannot be shown."""
    return _UNSHOWABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", packed)


def runs_as_formula(text: str) -> bool:
    """Whether a spreadsheet program that guesses would take the text for a formula."""
    return bool(_RUNS.match(text))


def is_harmless(text: str) -> bool:
    """Whether a text runs nowhere and stands in XML as it is, which one look tells of most."""
    return _HARMLESS.fullmatch(text) is not None


def stand_anywhere(texts: Iterable[str]) -> bool:
    """Whether texts run nowhere and stand as they are in XML, JSON and scripts; one look tells.

    Args:
        texts: each `str.isprintable`.
    """
    return _SIMPLE_LINES.fullmatch("\n".join((*texts, ""))) is not None


def for_csv(text: str) -> str:
    """Return the text of a CSV's cell: `'` before what would run, unless it is a plain number."""
    text = visible(text)
    if runs_as_formula(text) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def marked(text: str, *, amount: bool = False) -> str:
    """Return a text for a CSV that people edit: one `'` more before what is not to be guessed at.

    That is what would run as a formula, and what Excel would change: `000123`, `1.10`. No two texts
    become the same one, and `unmarked` gives each back.

    Args:
        text: the text of a cell.
        amount: it is in a column of figures: what Excel saves as an equal one stays a number, such
            as `-12.50`.
    """
    if _is_marked(text) and not _is_sound(text, amount=amount):
        return f"'{text}"
    return text


def unmarked(text: str) -> str:
    """Return the text that `marked` made this one from.

    >>> [unmarked(marked(one)) for one in ("=1+1", "'=1+1", "000123", "1.10", "'quoted'")]
    ['=1+1', "'=1+1", '000123', '1.10', "'quoted'"]
    """
    return text[1:] if text.startswith("'") and _is_marked(text) else text


def _is_sound(text: str, *, amount: bool) -> bool:
    """Whether Excel saves a number as it is, or an amount as an equal one."""
    if not amount:
        return _SAVED_AS_IS.fullmatch(text) is not None and len(text) <= _MOST_SHOWN
    found = _SAVED_AS_EQUAL.fullmatch(text)
    if found is None:
        return False
    plain = found["plain"] or ""
    shown = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return len(shown) <= _MOST_SHOWN


def _is_marked(text: str) -> bool:
    """Whether the text behind any number of `'` is one that is marked."""
    bare = text.lstrip("'")
    return runs_as_formula(bare) or _GUESSED.fullmatch(bare) is not None


def for_sheet_xml(text: str) -> str:
    """Return the text of a workbook's cell, escaped so that it is read back as it is.

    Control characters and `_x0041_` itself are written as `_xHHHH_`: ECMA-376 part 1, 22.9.2.19
    (ST_Xstring). Only what no workbook can hold becomes U+FFFD.
    """
    if not _NEEDS_ESCAPE.search(text):
        return text
    text = _ESCAPED.sub("_x005F_", text)
    text = _CONTROL.sub(lambda found: f"_x{ord(found.group()):04X}_", text)
    text = _NEVER_XML.sub(_LOST, text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def for_script(value: object) -> str:
    """Return JSON for a `<script>` block: nothing in it can end the block or a line of it."""
    return _PACK(value).translate(_IN_SCRIPT)
