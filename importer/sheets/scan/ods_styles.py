"""The styles of an .ods, written as the number formats of Excel (ODF 1.3 part 3, 16.29)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from importer.sheets.scan.format import Format, format_of_code
from importer.sheets.scan.markup import Attributes

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
DRAW = f"{_ODF}drawing:1.0 "
NUMBER = f"{_ODF}datastyle:1.0 "
OFFICE = f"{_ODF}office:1.0 "
STYLE = f"{_ODF}style:1.0 "
TABLE = f"{_ODF}table:1.0 "
TEXT = f"{_ODF}text:1.0 "

_CONDITION = re.compile(r"value\(\)\s*(<=|>=|!=|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)")
"""When a section is for a number: `value()>=0`, `value()!=1.5`."""
_NOTHING = re.compile(r"0(?:\.0+)?[a-z]*")
"""A height or width of nothing: `0cm`, `0.00in`, `0`."""
_DATES = {
    "day": ("d", "dd"),
    "month": ("m", "mm"),
    "year": ("yy", "yyyy"),
    "era": ("g", "ggg"),
    "day-of-week": ("ddd", "dddd"),
    "week-of-year": ("d", "d"),
    "quarter": ("mmm", "mmm"),
    "hours": ("h", "hh"),
    "minutes": ("m", "mm"),
    "seconds": ("s", "ss"),
    "am-pm": ("AM/PM", "AM/PM"),
}
"""Part of a date → its letters, short and long (`number:style`, 19.350)."""
_GROUP = 2
"""From so many digits on that are shown at least, the groups of thousands are left out."""
_NAMED = {"m": "mmm", "mm": "mmmm"}
"""Months in letters."""
_LENGTH = re.compile(r"([0-9.]+)(cm|mm|in|pt|pc|px)")
_CHARACTERS = {"cm": 4.5, "mm": 0.45, "in": 11.43, "pt": 0.15875, "pc": 1.905, "px": 0.11906}
"""Characters that a length is wide: LibreOffice takes 30 of Excel's for 2.625 inches."""
_STYLES = {
    f"{NUMBER}{kind}-style"
    for kind in ("number", "currency", "percentage", "date", "time", "boolean", "text")
}
_SYMBOL = f"{NUMBER}currency-symbol"
_LITERALS = {f"{NUMBER}text", _SYMBOL, f"{NUMBER}embedded-text"}
_MEASURES = {
    f"{STYLE}table-row-properties": f"{STYLE}row-height",
    f"{STYLE}table-column-properties": f"{STYLE}column-width",
}


@dataclass(slots=True, kw_only=True)
class _DataStyle:
    """One data style while it is read."""

    kind: str
    is_elapsed: bool
    code: list[str] = field(default_factory=list)
    sections: list[tuple[str, str]] = field(default_factory=list)
    """Condition and name of the style that is for it."""
    has_day: bool = False
    """It shows a day or a year, so that an `m` beside them is a month."""
    months: list[int] = field(default_factory=list)
    """Where in the code months stand."""


class Styles:
    """What expat calls over styles, and what they say."""

    def __init__(self) -> None:
        self._data: dict[str, _DataStyle] = {}
        self._styles: dict[str, Attributes] = {}
        self._nothing: set[str] = set()
        self._widths: dict[str, float] = {}
        self._hidden_tables: set[str] = set()
        self._open: _DataStyle | None = None
        self._style = ""
        self._literal: list[str] | None = None
        self._embedded: list[tuple[int, str]] = []
        self._places: Attributes = {}
        self._formats: dict[str, Format | None] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        """Note an element among the styles."""
        if name == f"{STYLE}style":
            self._style = attributes.get(f"{STYLE}name", "")
            self._styles[self._style] = attributes
        elif name in _STYLES:
            kind = name.removeprefix(NUMBER).removesuffix("-style")
            is_elapsed = attributes.get(f"{NUMBER}truncate-on-overflow") == "false"
            self._open = _DataStyle(kind=kind, is_elapsed=is_elapsed)
            self._data[attributes.get(f"{STYLE}name", "")] = self._open
        elif name == f"{STYLE}table-properties":
            if attributes.get(f"{TABLE}display") == "false":
                self._hidden_tables.add(self._style)
        elif name in _MEASURES:
            self._measure(attributes.get(_MEASURES[name], ""))
        elif self._open is not None:
            self._part(self._open, name, attributes)

    def _measure(self, length: str) -> None:
        """Note how high or wide rows or columns of the style at hand are."""
        if _NOTHING.fullmatch(length):
            self._nothing.add(self._style)
        elif found := _LENGTH.fullmatch(length):
            self._widths[self._style] = float(found[1]) * _CHARACTERS[found[2]]

    def _part(self, style: _DataStyle, name: str, attributes: Attributes) -> None:
        short = name.removeprefix(NUMBER)
        if name in _LITERALS:
            self._literal = []
            position = attributes.get(f"{NUMBER}position")
            if position is not None:
                self._embedded.append((int(position), ""))
        elif short == "number":
            self._places, self._embedded = attributes, []
        elif name == f"{STYLE}map":
            condition = _CONDITION.search(attributes.get(f"{STYLE}condition", ""))
            applied = attributes.get(f"{STYLE}apply-style-name", "")
            if condition:
                sign = {"!=": "<>"}.get(condition[1], condition[1])
                style.sections.append((f"[{sign}{condition[2]}]", applied))
        elif short in _DATES:
            letters = _DATES[short][attributes.get(f"{NUMBER}style") == "long"]
            if short == "month" and attributes.get(f"{NUMBER}textual") == "true":
                letters = _NAMED[letters]
            is_elapsed = style.is_elapsed and short == "hours"
            style.code.append("[h]" if is_elapsed else letters)
            style.has_day = style.has_day or short in {"day", "year"}
            style.months += [len(style.code) - 1] if short == "month" else []
        else:
            simple = {"scientific-number": "0.0E+0", "fraction": "# ?/?", "text-content": "@"}
            style.code.append(simple.get(short, ""))

    def text(self, data: str) -> None:
        """Collect a literal's text."""
        if self._literal is not None:
            self._literal.append(data)

    def end(self, name: str) -> None:
        """Close an element among the styles."""
        style = self._open
        if style is None:
            return
        if name in _STYLES:
            self._open = None
            for at in () if style.has_day else style.months:
                style.code[at] = _NAMED["m"]  # beside hours, `m` would be minutes
        elif name == f"{NUMBER}number":
            style.code.append(_places(self._places, self._embedded))
        elif name in _LITERALS and self._literal is not None:
            literal, self._literal = "".join(self._literal), None
            if name == _SYMBOL:
                literal = literal or "¤"  # whichever the machine has, as in Excel's own formats
            if name == f"{NUMBER}embedded-text":
                self._embedded[-1] = (self._embedded[-1][0], literal)
            elif style.kind == "percentage" and "%" in literal:
                style.code.append("%".join(map(_quoted, literal.split("%"))))
            else:
                style.code.append(_quoted(literal))

    def is_nothing(self, style: str) -> bool:
        """Tell whether a row or column of a style has no height or width."""
        return style in self._nothing

    def width(self, style: str) -> float:
        """Tell how wide a column of a style is, in characters; 0.0 where it is not said."""
        return self._widths.get(style, 0.0)

    def is_hidden_table(self, style: str) -> bool:
        """Tell whether a tab of a style is hidden."""
        return style in self._hidden_tables

    def format(self, style: str) -> Format | None:
        """Give the number format of a cell's style; None is General."""
        if style not in self._formats:
            code = self._code(self._data_style(style))
            self._formats[style] = format_of_code(code) if code else None
        return self._formats[style]

    def _data_style(self, style: str) -> str:
        """Find the data style of a cell's style, or of the styles that it comes from."""
        for _ in range(100):  # a circle of styles
            attributes = self._styles.get(style)
            if attributes is None:
                return ""
            if name := attributes.get(f"{STYLE}data-style-name"):
                return name
            style = attributes.get(f"{STYLE}parent-style-name", "")
        return ""

    def _code(self, name: str) -> str:
        style = self._data.get(name)
        if style is None or style.kind == "boolean":
            return ""
        sections = [
            condition + "".join(self._data[applied].code)
            for condition, applied in style.sections
            if applied in self._data
        ]
        return ";".join([*sections, "".join(style.code)])


def _quoted(text: str) -> str:
    return "".join(f"\\{char}" for char in text)


def _places(attributes: Attributes, embedded: list[tuple[int, str]]) -> str:
    """Write the places for digits: `#,##0.00`, with the texts that stand between them."""
    least = int(attributes.get(f"{NUMBER}min-integer-digits", "1"))
    texts = dict(embedded)
    wide = max([least, 1, *(position + 1 for position in texts)])
    whole = ""
    for place in range(wide, 0, -1):
        whole += "0" if place <= least else "#"
        whole += _quoted(texts.get(place - 1, "")) if place > 1 else ""
    if attributes.get(f"{NUMBER}grouping") == "true" and not texts and least < _GROUP:
        whole = "#,##0" if least else "#,###"
    decimals = int(attributes.get(f"{NUMBER}decimal-places", "0") or 0)
    factor = attributes.get(f"{NUMBER}display-factor", "1")
    scale = "," * ((len(factor.partition(".")[0]) - 1) // 3)
    return whole + ("." + "0" * decimals if decimals else "") + scale
