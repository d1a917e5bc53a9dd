from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import Flaw, Kind
from importer.values import as_source_text, date_pattern, is_zone, parse_date

INDIA = "Asia/Kolkata"
DAYS = st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 12, 31))


def read(
    text: str,
    format_: str | None = "dd/mm/yyyy",
    zone: str = INDIA,
    kind: Kind = Kind.TEXT,
) -> dt.datetime | Flaw | None:
    """Read a date as an Indian office's column is read."""
    return parse_date(text, kind, format=format_, zone=zone)


def time_of(result: object) -> dt.datetime:
    """Return what was read, having seen that it is a time."""
    assert isinstance(result, dt.datetime), f"not read: {result!r}"
    return result


def code_of(result: object) -> str:
    """Return a Flaw's code, having seen that it is one."""
    assert isinstance(result, Flaw), f"read as {result!r}"
    return result.code


@pytest.mark.parametrize(
    ("text", "format_", "source"),
    [
        ("03/04/2026", "dd/mm/yyyy", "2026-04-03"),
        ("03/04/2026", "mm/dd/yyyy", "2026-03-04"),
        ("3/4/2026", "d/m/yyyy", "2026-04-03"),
        ("13/12/2026", "d/m/yyyy", "2026-12-13"),
        ("3-Apr-26", "d-mmm-yy", "2026-04-03"),
        ("03 APR 2026", "dd mmm yyyy", "2026-04-03"),
        ("20260403", "yyyymmdd", "2026-04-03"),
        ("03.04.2026 09:05", "dd.mm.yyyy hh:mi", "2026-04-03T09:05:00"),
        ("03.04.2026 9:05:07", "dd.mm.yyyy h:mi:ss", "2026-04-03T09:05:07"),
        ("2026-04-03T10:30:00", "yyyy-mm-ddThh:mi:ss", "2026-04-03T10:30:00"),
        ("03/04/2026", " DD/MM/YYYY ", "2026-04-03"),
        ("03/04/2026 00:00", "dd/mm/yyyy hh:mi", "2026-04-03"),
        ("29/02/2028", "dd/mm/yyyy", "2028-02-29"),
        ("01/01/69", "dd/mm/yy", "2069-01-01"),
        ("01/01/70", "dd/mm/yy", "1970-01-01"),
    ],
)
def test_reads_a_date_as_its_format_says(text: str, format_: str, source: str) -> None:
    """A text is read by the declared format, on the wall clock of the column's zone."""
    time = time_of(read(text, format_))
    assert as_source_text(time) == source
    assert time.utcoffset() == dt.timedelta(hours=5, minutes=30)


@pytest.mark.parametrize(
    ("text", "format_", "code"),
    [
        ("3/4/2026", "dd/mm/yyyy", "date-unreadable"),
        ("3/04/2026", "dd/mm/yyyy", "date-unreadable"),
        ("03/4/2026", "dd/mm/yyyy", "date-unreadable"),
        ("03/04/26", "dd/mm/yyyy", "date-unreadable"),
        ("03-04-2026", "dd/mm/yyyy", "date-unreadable"),
        ("03/04/2026 00:00", "dd/mm/yyyy", "date-unreadable"),
        ("003/04/2026", "d/m/yyyy", "date-unreadable"),
        ("०३/०४/२०२६", "dd/mm/yyyy", "date-unreadable"),
        ("yesterday", "dd/mm/yyyy", "date-unreadable"),
        ("31/02/2026", "dd/mm/yyyy", "date-impossible"),
        ("29/02/2026", "dd/mm/yyyy", "date-impossible"),
        ("04/13/2026", "dd/mm/yyyy", "date-impossible"),
        ("00/04/2026", "dd/mm/yyyy", "date-impossible"),
        ("03 Abr 2026", "dd mmm yyyy", "date-impossible"),
        ("03/04/2026 24:00", "dd/mm/yyyy hh:mi", "date-impossible"),
        ("03/04/2026 10:60", "dd/mm/yyyy hh:mi", "date-impossible"),
        ("03/04/0206", "dd/mm/yyyy", "date-year-unlikely"),
        ("03/04/2926", "dd/mm/yyyy", "date-year-unlikely"),
        ("03/04/2026", None, "date-needs-format"),
        ("#VALUE!", "dd/mm/yyyy", "cell-error"),
    ],
)
def test_refuses_what_the_format_does_not_say(text: str, format_: str | None, code: str) -> None:
    """No day is bent, no digit forgiven, no order guessed."""
    assert code_of(read(text, format_)) == code


def test_a_native_date_needs_no_format() -> None:
    """A native date is read whatever the format; a native number is no date."""
    assert as_source_text(time_of(read("2026-04-03", None, kind=Kind.DATE))) == "2026-04-03"
    time = time_of(read("2026-04-03T10:30:00", kind=Kind.DATE))
    assert as_source_text(time) == "2026-04-03T10:30:00"
    assert code_of(read("46115", kind=Kind.NUMBER)) == "date-is-a-number"
    assert code_of(read("TRUE", kind=Kind.BOOL)) == "date-unreadable"
    assert read("  ") is None


def test_midnight_that_clocks_skip_is_the_first_moment_of_its_day() -> None:
    """A date whose midnight does not exist is its first moment, and its text is still the date."""
    time = time_of(read("08/09/2024", zone="America/Santiago"))
    assert as_source_text(time) == "2024-09-08"
    assert time.astimezone(dt.UTC) == dt.datetime(2024, 9, 8, 4, tzinfo=dt.UTC)


def test_a_time_that_clocks_skip_is_refused() -> None:
    """A time that never was is named, with its zone."""
    found = read("29/03/2026 02:30", "dd/mm/yyyy hh:mi", "Europe/Berlin")
    assert code_of(found) == "date-time-skipped"
    assert isinstance(found, Flaw)
    assert "Europe/Berlin" in found.message


def test_a_time_that_occurs_twice_is_the_earlier_one() -> None:
    """As clocks go back, the hour that comes twice is read as its first coming."""
    time = time_of(read("25/10/2026 02:30", "dd/mm/yyyy hh:mi", "Europe/Berlin"))
    assert time.astimezone(dt.UTC) == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("format_", "reason"),
    [
        ("dd/mm", "where the year is"),
        ("mm/yyyy", "where the day is"),
        ("dd/yyyy", "where the month is"),
        ("dd/mm/mmm/yyyy", "month twice"),
        ("dmyyyy", "where “d” ends"),
        ("dd/mm/yyyy hh", "an hour without minutes"),
        ("dd/mm/yyyy mi", "a minute without the hour"),
        ("dd/mm/yyyy hh:ss", "a second without the minute"),
        ("dd/mm/yyyy am", "“am” is not a part"),
        ("%d/%m/%Y", "“y” is not a part"),
        ("", "where the day is"),
    ],
)
def test_refuses_a_format_that_can_be_misread(format_: str, reason: str) -> None:
    """A format that leaves something open is refused with a sentence."""
    with pytest.raises(ValueError, match=reason):
        date_pattern(format_)


def test_knows_time_zones() -> None:
    """IANA names are told from others, without an exception."""
    assert is_zone("Asia/Kolkata")
    assert not any(is_zone(name) for name in ("", "IST5", "Asia", "../etc/passwd", "Kolkata"))


@given(DAYS, st.times(), st.sampled_from([INDIA, "Europe/Berlin", "America/Santiago"]))
def test_reads_back_any_moment(day: dt.date, time: dt.time, zone: str) -> None:
    """A moment written in a format is read back as that wall clock, or was skipped by clocks."""
    wall = dt.datetime.combine(day, time.replace(microsecond=0))
    text = f"{wall.day}/{wall.month}/{wall.year:04} {wall:%H:%M:%S}"
    result = read(text, "d/m/yyyy hh:mi:ss", zone)
    if isinstance(result, Flaw):
        assert result.code == "date-time-skipped"
        assert zone != INDIA or wall.year < 1950
    else:
        assert time_of(result).replace(tzinfo=None) == wall
        assert time_of(result).tzinfo == ZoneInfo(zone)


@given(
    st.text(max_size=20) | st.text(alphabet="0123456789/-: T", max_size=20),
    st.sampled_from([None, "dd/mm/yyyy", "d-mmm-yy", "yyyy-mm-dd hh:mi"]),
    st.sampled_from(Kind),
)
def test_never_raises(text: str, format_: str | None, kind: Kind) -> None:
    """Any text is an aware time, blank, or a Flaw."""
    result = read(text, format_, kind=kind)
    assert result is None or isinstance(result, Flaw) or result.tzinfo is not None


@given(st.text(alphabet="dmyhis/-. T%ta", max_size=16))
def test_a_format_is_compiled_or_refused(format_: str) -> None:
    """Any text is a date format that knows its day, month and year, or a ValueError."""
    try:
        groups = set(date_pattern(format_).groupindex)
    except ValueError:
        return
    assert "day" in groups
    assert groups & {"month", "name"}
    assert groups & {"year", "short"}
