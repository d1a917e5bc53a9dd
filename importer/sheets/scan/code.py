"""Number formats as they are written (ECMA-376 part 1, 18.8.31): sections, and what they show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import groupby

_PIECES = re.compile(
    r"""(?P<end>;)
    |(?P<quoted>"[^"]*(?:"|$))
    |(?P<escaped>\\.)
    |(?P<unseen>[_*].?)                       # a space as wide as the next character, or a fill
    |(?P<bracket>\[[^\]]*(?:\]|$))
    |(?P<general>General)
    |(?P<noon>AM/PM|A/P|上午/下午|午前/午後|오전/오후)
    |(?P<power>E[+-])
    |(?P<digit>[0\#?])
    |(?P<point>\.)
    |(?P<comma>,)
    |(?P<percent>%)
    |(?P<texts>@)
    |(?P<over>/)
    |(?P<date>y+|m+|d+|h+|s+|g+|e+|b{2,4}|a{3,4})
    |(?P<other>\\|.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
"""One piece of a code: `[$₹-4009]0.0;@` has `[$₹-4009]`, `0`, `.`, `0`, `;`, `@`."""
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
"""Hours, minutes or seconds that go on counting: `[h]`, `[mm]`."""
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]?")
"""A mark and, perhaps, a language: `[$₹-4009]`, `[$USD]`, `[$-409]`."""
_CONDITION = re.compile(
    r"\[(<=|>=|<>|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?(?:E[+-]?[0-9]+)?)\]", re.IGNORECASE
)
"""When a section is for a number: `[>=100000]`, `[<-1.5E3]`."""


class Part(StrEnum):
    """What a part of a section is."""

    INK = "ink"
    """Text that is shown as it stands."""
    DIGITS = "digits"
    """One place for a digit: `0`, `#` or `?`."""
    POINT = "point"
    COMMA = "comma"
    PERCENT = "percent"
    POWER = "power"
    OVER = "over"
    GENERAL = "general"
    DATE = "date"
    NOON = "noon"
    ELAPSED = "elapsed"
    TEXTS = "texts"


_LITERALS = frozenset(" $-+/():!^&'~{}<>=,")
"""What may stand in a code as it is, beside signs that are not ASCII: `0 €` (Excel's help, "Number
format codes"). A comma in front of the digits is one, too."""
_BRACKETS = re.compile(
    r"\[(?:h+|m+|s+|black|blue|cyan|green|magenta|red|white|yellow|color ?[0-9]{1,2}"
    r"|\$[^\]]*|(?:<=|>=|<>|<|>|=)\s*-?[0-9]+(?:\.[0-9]+)?(?:E[+-]?[0-9]+)?)\]",
    re.IGNORECASE,
)
LONGEST_CODE = 255
"""Characters of a code in Excel."""
_MOST_SECTIONS, _MOST_CONDITIONS = 4, 2

_NUMERIC = frozenset({Part.DIGITS, Part.POINT, Part.COMMA})

Parts = Sequence[tuple[Part, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When a section is for a number: `[>=100000]`."""

    sign: str
    limit: Decimal

    def holds(self, number: Decimal) -> bool:
        """Tell whether a number meets it."""
        below, equal = number < self.limit, number == self.limit
        return {
            "<": below,
            "<=": below or equal,
            "=": equal,
            ">=": not below,
            ">": not below and not equal,
            "<>": not equal,
        }[self.sign]


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section of a format, without what leaves no ink: colours, spaces, fills."""

    parts: Parts
    condition: Condition | None = None

    @cached_property
    def names(self) -> frozenset[Part]:
        """Which parts there are."""
        return frozenset(part for part, _ in self.parts)

    @cached_property
    def letters(self) -> str:
        """The letters of a date: `dmyhm`."""
        return "".join(text.lower() for part, text in self.parts if part is Part.DATE)

    @cached_property
    def is_date(self) -> bool:
        """A date, a time of day or a duration; places for digits are then parts of a second."""
        if not self.names & {Part.DATE, Part.NOON, Part.ELAPSED} or Part.GENERAL in self.names:
            return False
        places = "".join(text if part in _NUMERIC else "x" for part, text in self.parts)
        return re.search(r"[#?]|(?<![.,0])0", places) is None

    @property
    def is_elapsed(self) -> bool:
        """A duration: `[h]:mm`."""
        return Part.ELAPSED in self.names

    @cached_property
    def shows_time(self) -> bool:
        """Hours or seconds; `m` beside neither is a month."""
        return bool(set("hs") & set(self.letters)) or Part.NOON in self.names

    @cached_property
    def shows_day(self) -> bool:
        """Any of year, month and day."""
        return bool(set("ydgeba") & set(self.letters)) or (
            "m" in self.letters and (not self.shows_time or "mmm" in self.letters)
        )


def sections_of(code: str) -> tuple[Section, ...]:
    """Split a format code into its sections; the one for texts is left out.

    >>> [section.parts[0][1] for section in sections_of('"₹"0;[Red]-0;@')]
    ['₹', '-']
    """
    return tuple(
        section for section in map(_section, _split(code)) if Part.TEXTS not in section.names
    )


def _split(code: str) -> Iterator[list[tuple[str, str]]]:
    tokens = [(str(match.lastgroup), match[0]) for match in _PIECES.finditer(code)]
    for is_end, group in groupby([*_closed(tokens)], key=lambda token: token[0] == "end"):
        if not is_end:
            yield [token for token in group if token[0] != "start"]


def _closed(tokens: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Put a start before every section: in `0;;@` the middle one, without any piece, is one too.

    Grouping by ends alone would pass over it.
    """
    yield "start", ""
    for name, text in tokens:
        yield name, text
        if name == "end":
            yield "start", ""


def _section(tokens: Sequence[tuple[str, str]]) -> Section:
    parts: list[tuple[Part, str]] = []
    condition = None
    for name, text in tokens:
        if name == "bracket" and (found := _CONDITION.fullmatch(text)):
            condition = Condition(sign=found[1], limit=Decimal(found[2]))
        elif (part := _part(name, text))[1]:
            parts.append(part)
    return Section(parts=tuple(parts), condition=condition)


_PARTS = {
    "general": Part.GENERAL,
    "noon": Part.NOON,
    "power": Part.POWER,
    "digit": Part.DIGITS,
    "point": Part.POINT,
    "comma": Part.COMMA,
    "percent": Part.PERCENT,
    "texts": Part.TEXTS,
    "over": Part.OVER,
    "date": Part.DATE,
}


def _part(name: str, text: str) -> tuple[Part, str]:
    match name:
        case "quoted":
            return Part.INK, text.strip('"')
        case "escaped":
            return Part.INK, text[1:]
        case "unseen":
            return Part.INK, " "
        case "bracket":
            return _bracket(text)
        case _:
            return _PARTS.get(name, Part.INK), text


def _bracket(text: str) -> tuple[Part, str]:
    if _ELAPSED.fullmatch(text):
        return Part.ELAPSED, text
    currency = _CURRENCY.fullmatch(text)
    return Part.INK, currency[1] if currency else ""


def is_passable(code: str) -> bool:
    """Tell whether Excel would take a code into a new workbook; a few that it would are refused.

    One code that it does not understand, and it offers to repair the workbook.
    """
    if not code or len(code) > LONGEST_CODE or not code.isprintable():
        return False
    tokens = [(str(match.lastgroup), match[0]) for match in _PIECES.finditer(code)]
    conditions = sum(_CONDITION.fullmatch(text) is not None for _, text in tokens)
    ends = sum(name == "end" for name, _ in tokens)
    return (
        conditions <= _MOST_CONDITIONS
        and ends < _MOST_SECTIONS
        and all(_is_passable(name, text) for name, text in tokens)
    )


def _is_passable(name: str, text: str) -> bool:
    match name:
        case "quoted":
            return len(text) > 1 and text.endswith('"')
        case "unseen":
            return len(text) > 1
        case "bracket":
            return _BRACKETS.fullmatch(text) is not None
        case "other":
            return text in _LITERALS or not (text.isascii() or text.isalnum() or text == "¤")
        case _:
            return True
