"""What Excel shows of a number, by its format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache

from importer.model import Kind
from importer.sheets.cells import number_text
from importer.sheets.scan.code import Section, sections_of
from importer.sheets.scan.figure import show_figure
from importer.sheets.scan.serial import FIRST_CERTAIN, last_of, show_serial
from importer.sheets.sheet import Shown


class Nature(StrEnum):
    """What a format does to numbers."""

    PLAIN = "plain"
    """It shows them as they are, but for rounding and grouping."""
    DRESSED = "dressed"
    """It adds something to them, or hides something."""
    DATED = "dated"
    """It makes dates, times or durations of them all."""
    MIXED = "mixed"
    """It makes dates of some of them; or calamine takes for dates what are none."""


class Right(StrEnum):
    """Which numbers of a format calamine shows as Excel does, from 1900-04-09 to 2173-10-13."""

    NONE = "none"
    DAYS = "days"
    """Dates without a time of day."""
    DAYS_AND_TIMES = "days and times"
    ALL = "all"
    BY_TEXT = "by text"
    """None, but its text is all that is needed to show it rightly."""


_PASSED_OVER = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]', re.DOTALL)
"""What calamine skips when it looks for a date's letters: `"day"`, `\\d`, `_d`, `[Red]`."""
_SAMPLES = ("1.5", "-1.5", "0")
_AS_STORED = {(number, Kind.NUMBER) for number in _SAMPLES}
_GENERAL = sections_of("General")


@dataclass(frozen=True, kw_only=True)
class Format:
    """A number format in a workbook."""

    code: str
    is_1904: bool = False
    """The workbook counts its days from 1904-01-01, not from 1900-01-00."""
    is_silent: bool = False
    """A date's, of which calamine knows nothing: it gives the numbers."""

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Those for numbers: at least one, at most three."""
        return sections_of(self.code)[:3] or _GENERAL

    @cached_property
    def nature(self) -> Nature:
        """What it does to numbers."""
        dated = {section.is_date for section in self.sections}
        if dated == {True}:
            return Nature.DATED
        if True in dated or _looks_dated(self.code):
            return Nature.MIXED
        return Nature.PLAIN if self._shows_all_as_stored() else Nature.DRESSED

    def _shows_all_as_stored(self) -> bool:
        """Try it out: on numbers of either sign, and on zero."""
        if any(section.condition for section in self.sections):
            tried = [show_figure(s, Decimal(n), n) for s in self.sections for n in _SAMPLES]
        else:
            tried = [self.show(number) for number in _SAMPLES]
        return all(shown in _AS_STORED for shown in tried)

    @cached_property
    def is_plain(self) -> bool:
        """It changes nothing."""
        return self.nature is Nature.PLAIN

    @cached_property
    def shows_time(self) -> bool:
        """A date's time of day is shown."""
        return self.sections[0].shows_time or self.sections[0].is_elapsed

    @cached_property
    def shows_day(self) -> bool:
        """A date's day, month or year is shown."""
        return self.sections[0].shows_day

    @cached_property
    def right(self) -> Right:
        """Which of its numbers need no second look."""
        is_seen = _looks_dated(self.code) and not self.is_silent
        if self.nature is Nature.PLAIN:
            return Right.ALL
        if self.nature is Nature.DRESSED:
            return Right.BY_TEXT
        if self.nature is not Nature.DATED or not is_seen or not self.shows_day:
            return Right.NONE
        return Right.DAYS_AND_TIMES if self.shows_time else Right.DAYS

    def judge(self, text: str) -> Format | Shown | None:
        """Tell how a number is shown: as calamine says (None), by this format, or in these words.

        Args:
            text: the stored number.
        """
        match self.nature:
            case Nature.PLAIN:
                return None
            case Nature.DRESSED:
                return self
            case Nature.MIXED:
                return self.show(text)
            case Nature.DATED:
                return self._judge_date(Decimal(text))

    def _judge_date(self, number: Decimal) -> Format | Shown:
        """Believe calamine between 1900-03-01 and the last day that Excel knows."""
        is_time = 0 <= number < 1 and not self.shows_day
        is_certain = FIRST_CERTAIN <= number < last_of(is_1904=self.is_1904)
        if is_certain or is_time:
            return self
        return show_serial(number, self.sections[0], is_1904=self.is_1904)

    def section_for(self, number: Decimal) -> Section:
        """Choose the section that is for a number."""
        first, *others = self.sections
        if any(section.condition for section in self.sections):
            return self._by_condition(number)
        if not others:
            return first
        if number < 0:
            return others[0]
        return others[1] if number == 0 and len(others) > 1 else first

    def _by_condition(self, number: Decimal) -> Section:
        """Choose by conditions; the last section is for all the others."""
        for section in self.sections[:-1]:
            if section.condition is None or section.condition.holds(number):
                return section
        return self.sections[-1]

    def show(self, text: str) -> Shown:
        """Show a number.

        Args:
            text: the stored number, in any spelling of a decimal: `1234.5`, `5E-05`.
        """
        number = Decimal(text)
        section = self.section_for(number)
        if section.is_date:
            return show_serial(number, section, is_1904=self.is_1904)
        return show_figure(section, number, number_text(float(number)))

    def lay_over(self, text: str, kind: Kind) -> Shown:
        """Show what calamine makes of a number: a NUMBER, or by its own reading of the format."""
        match kind:
            case Kind.NUMBER:
                return self.show(text)
            case Kind.DATE if self.nature is not Nature.DATED:
                return text, kind
            case Kind.DATE if not self.shows_time:
                return text.partition("T")[0], kind
            case Kind.DATE if not self.shows_day:
                return text.partition("T")[2] or "00:00:00", Kind.TEXT
            case _:
                return text, kind


@lru_cache(maxsize=4096)
def format_of_code(code: str, *, is_1904: bool = False, is_silent: bool = False) -> Format:
    """Give the format of a code; the same code gives the same one."""
    return Format(code=code, is_1904=is_1904, is_silent=is_silent)


def _looks_dated(code: str) -> bool:
    """Tell whether calamine may take a format for a date's where Excel does not.

    It looks at the first section, and passes over quotes, escapes, spaces and brackets.
    """
    return (
        re.search("[dmyhs]", _PASSED_OVER.sub("", code).partition(";")[0], re.IGNORECASE)
        is not None
    )
