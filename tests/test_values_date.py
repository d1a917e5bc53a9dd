from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import Flaw, Kind
from importer.values import as_source_text, date_pattern, is_zone, parse_date
from importer.values.date_format import write_date

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
        ("03/04/2026  10:30", "dd/mm/yyyy hh:mi", "2026-04-03T10:30:00"),
        ("03 April 2026", "dd mmmm yyyy", "2026-04-03"),
        ("3MAY26", "dmmmyy", "2026-05-03"),
        ("Fri, 3 Apr 2026", "ddd, d mmm yyyy", "2026-04-03"),
        ("friday 03/04/2026", "dddd dd/mm/yyyy", "2026-04-03"),
        ("3/4/2026, 12:05:00\u202fam", "d/m/yyyy, hh:mi:ss am/pm", "2026-04-03T00:05:00"),
        ("3/4/2026 12:05 PM", "d/m/yyyy h:mi pm", "2026-04-03T12:05:00"),
        ("3/4/2026 1:05 p.m.", "d/m/yyyy h:mi am", "2026-04-03T13:05:00"),
        ("2026-04-03 10:30:00.25", "yyyy-mm-dd hh:mi:ss.000", "2026-04-03T10:30:00.250000"),
        ("2026-04-03T23:30:00Z", "yyyy-mm-ddThh:mi:ssz", "2026-04-04T05:00:00"),
        ("2026-04-03T10:30+0530", "yyyy-mm-ddThh:miz", "2026-04-03T10:30:00"),
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
        ("3/4/2026 13:05 pm", "d/m/yyyy hh:mi am", "date-impossible"),
        ("3/4/2026 00:05 am", "d/m/yyyy hh:mi am", "date-impossible"),
        ("Mon, 3 Apr 2026", "ddd, d mmm yyyy", "date-weekday-differs"),
        ("03 Apr 2026", "dd mmmm yyyy", "date-unreadable"),
        ("2026-04-03T10:30+19:00", "yyyy-mm-ddThh:miz", "date-unreadable"),
        ("03/04/2026", None, "date-order-unclear"),
        ("#VALUE!", "dd/mm/yyyy", "cell-error"),
    ],
)
def test_refuses_what_the_format_does_not_say(text: str, format_: str | None, code: str) -> None:
    """No day is bent, no digit forgiven, no order guessed."""
    assert code_of(read(text, format_)) == code


@pytest.mark.parametrize("space", ["  ", "\u00a0", " \t", "\u202f"])
def test_spaces_of_a_format_are_those_of_a_cell(space: str) -> None:
    """However many spaces a format or a cell has in one place, and of whatever kind, they agree."""
    for text in ("03/04/2026 10:30", f"03/04/2026{space}10:30"):
        assert time_of(read(text, f" dd/mm/yyyy{space}hh:mi")).hour == 10


def test_a_native_date_needs_no_format() -> None:
    """A native date is read whatever the format; a native number is no date."""
    assert as_source_text(time_of(read("2026-04-03", None, kind=Kind.DATE))) == "2026-04-03"
    time = time_of(read("2026-04-03T10:30:00", kind=Kind.DATE))
    assert as_source_text(time) == "2026-04-03T10:30:00"
    assert code_of(read("46115", kind=Kind.NUMBER)) == "date-is-a-number"
    assert code_of(read("$ 1234.5", kind=Kind.DRESSED)) == "date-is-a-number"
    assert code_of(read("TRUE", kind=Kind.BOOL)) == "date-unreadable"
    assert read("  ") is None


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("2026-04-03T10:29:59.999999", "2026-04-03T10:30:00"),
        ("2026-04-02T23:59:59.999999", "2026-04-03"),
        ("2026-04-03T10:30:00.000001", "2026-04-03T10:30:00"),
        ("2026-04-03T10:30:00.123400", "2026-04-03T10:30:00.123000"),
    ],
)
def test_the_noise_of_a_workbooks_clock_is_rounded_away(text: str, source: str) -> None:
    """A workbook holds a time as a fraction of a day, which misses it by millionths of a second."""
    assert as_source_text(time_of(read(text, kind=Kind.DATE))) == source


def test_a_number_is_a_date_where_the_format_is_made_of_digits() -> None:
    """20260403 is exact under yyyymmdd; a number that has lost its zero, or under /, is no date."""
    assert time_of(read("20260403", "yyyymmdd", kind=Kind.NUMBER)).day == 3
    assert time_of(read("060403", "yymmdd", kind=Kind.NUMBER)).year == 2006
    assert code_of(read("3042026", "ddmmyyyy", kind=Kind.NUMBER)) == "date-is-a-number"
    assert code_of(read("25.042026", "dd.mmyyyy", kind=Kind.NUMBER)) == "date-is-a-number"


@pytest.mark.parametrize(
    ("text", "format_", "kind", "hint"),
    [
        ("3/4/2026", "dd/mm/yyyy", Kind.TEXT, "If it is 3 April 2026, write 03/04/2026;"),
        ("3/4/2026", "mm-dd-yy", Kind.TEXT, "If it is 4 March 2026, write 03-04-26;"),
        ("Oct 7, 2026", "dd/mm/yyyy", Kind.TEXT, "If it is 7 October 2026, write 07/10/2026;"),
        (
            "2026-04-03T23:30Z",
            "dd/mm/yyyy hh:mi",
            Kind.TEXT,
            "If it is 4 April 2026, write 04/04/2026 05:00;",
        ),
        ("3/4/2026 10:30", "dd/mm/yyyy", Kind.TEXT, "25 April 2026 is 25/04/2026."),
        ("03/04/2026", "d-mmm-yy h:mi am", Kind.TEXT, "25 April 2026 is 25-Apr-26 4:30 PM."),
        ("20260403", "dd/mm/yyyy", Kind.NUMBER, "format: yyyymmdd (3 April 2026)."),
        (
            "260403",
            None,
            Kind.TEXT,
            "format: yymmdd (3 April 2026) or format: ddmmyy (26 April 2003).",
        ),
        ("46115", "dd/mm/yyyy", Kind.NUMBER, "Format the cell as a date in the sheet"),
        ("yesterday", None, Kind.TEXT, "Write the date as 2026-04-25, year first"),
    ],
)
def test_a_hint_shows_what_to_write(text: str, format_: str | None, kind: Kind, hint: str) -> None:
    """A cell that is no date is shown as it would be one, where that can be told."""
    flaw = read(text, format_, kind=kind)
    assert isinstance(flaw, Flaw)
    assert hint in flaw.hint


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("2026-04-03", "2026-04-03"),
        ("2026/4/3", "2026-04-03"),
        ("2026-04-03T10:30:00", "2026-04-03T10:30:00"),
        ("2026-04-03 10:30", "2026-04-03T10:30:00"),
        ("2026-04-03T10:30:00.000Z", "2026-04-03T16:00:00"),
        ("2026-04-03T10:30:00+05:30", "2026-04-03T10:30:00"),
        ("2026-04-03T10:30:00-07", "2026-04-03T23:00:00"),
        ("3-Apr-26", "2026-04-03"),
        ("03 Apr 2026", "2026-04-03"),
        ("3Apr2026", "2026-04-03"),
        ("3rd April, 2026", "2026-04-03"),
        ("April 3, 2026", "2026-04-03"),
        ("APR 3 2026 10:30 pm", "2026-04-03T22:30:00"),
        ("Sept. 3, 2026", "2026-09-03"),
        ("2026-Apr-03", "2026-04-03"),
        ("Friday, April 3, 2026", "2026-04-03"),
        ("Fri 3 Apr 26", "2026-04-03"),
        ("25/04/2026", "2026-04-25"),
        ("04.25.2026 10:30", "2026-04-25T10:30:00"),
        ("3 3 2026", "2026-03-03"),
        ("99-04-25", "1999-04-25"),
    ],
)
def test_reads_what_can_be_read_in_one_way_only(text: str, source: str) -> None:
    """Without a format, a text that can be no other day is that day."""
    assert as_source_text(time_of(read(text, None))) == source


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("03/04/26", "date-order-unclear"),
        ("31/04/03", "date-order-unclear"),
        ("31/31/2026", "date-impossible"),
        ("2026-13-04", "date-impossible"),
        ("30/02/2026", "date-impossible"),
        ("25/04/2026 25:00", "date-impossible"),
        ("25/04/0206", "date-year-unlikely"),
        ("3/4", "date-unreadable"),
        ("3/4-2026", "date-unreadable"),
        ("Apr 2026", "date-unreadable"),
        ("Abr 3, 2026", "date-unreadable"),
        ("Mon, 3 Apr 2026", "date-weekday-differs"),
        ("25/04/20261", "date-unreadable"),
        ("10:30", "date-unreadable"),
    ],
)
def test_refuses_what_no_shape_says(text: str, code: str) -> None:
    """Without a format, what is no date or could be two is refused."""
    assert code_of(read(text, None)) == code


def test_an_unclear_date_shows_its_readings_side_by_side() -> None:
    """Each reading of an unclear date is written out, with the format that would say so."""
    flaw = read("3/4/26, 9:05", None)
    assert isinstance(flaw, Flaw)
    assert "could be 3 April 2026 (day first) or 4 March 2026 (month first);" in flaw.message
    assert 'format: "d/m/yy, h:mi" or format: "m/d/yy, h:mi".' in flaw.hint


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


def test_an_offset_tells_the_two_comings_of_an_hour_apart() -> None:
    """The second coming of an hour, told by its offset, is another moment with another text."""
    first = time_of(read("2026-10-25T02:30+02:00", None, "Europe/Berlin"))
    second = time_of(read("2026-10-25T02:30+01:00", None, "Europe/Berlin"))
    assert second.timestamp() - first.timestamp() == 3600
    assert as_source_text(first) == "2026-10-25T02:30:00"
    assert as_source_text(second) == "2026-10-25T02:30:00+01:00"


def test_an_offset_outweighs_the_columns_zone() -> None:
    """A text with an offset is the same moment in every column; without one it is not."""
    there, here = (read("2026-04-03T10:30Z", None, zone) for zone in ("America/Lima", INDIA))
    assert there == here
    there, here = (read("2026-04-03T10:30", None, zone) for zone in ("America/Lima", INDIA))
    assert there != here


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
        ("dd/mm/yyyy am", "am or pm without the hour"),
        ("dd/mm/yyyyz", "a zone without the hour"),
        ("dd/mm/yyyy hh:mm", "month twice; minutes are mi"),
        ("dd/mm/yyyy hh:mi xm", "“xm” is not a part"),
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
    st.datetimes(min_value=dt.datetime(1970, 1, 1), max_value=dt.datetime(2069, 12, 31)),  # noqa: DTZ001 - wall clocks
    st.sampled_from(["dd/mm/yyyy", "m-d-yy", "ddd d mmm yyyy", "mmmm d, yyyy", "yyyymmdd"]),
    st.sampled_from(["", " hh:mi", " h:mi:ss am", "Thh:mi:ss.000z"]),
)
def test_reads_back_what_a_format_writes(wall: dt.datetime, day: str, clock: str) -> None:
    """Whatever a format can say of a time is read back from what it writes."""
    time = wall.replace(tzinfo=ZoneInfo(INDIA))
    once = time_of(read(write_date(time, day + clock), day + clock))
    assert time_of(read(write_date(once, day + clock), day + clock)) == once
    assert once.date() == time.date()
    assert "h" not in clock or (once.hour, once.minute) == (time.hour, time.minute)


@given(
    st.text(max_size=20) | st.text(alphabet="0123456789/-:., TZapmApr", max_size=20),
    st.sampled_from([None, "dd/mm/yyyy", "d-mmm-yy", "yyyy-mm-dd hh:mi"]),
    st.sampled_from(Kind),
)
def test_never_raises(text: str, format_: str | None, kind: Kind) -> None:
    """Any text is an aware time, blank, or a Flaw."""
    result = read(text, format_, kind=kind)
    assert result is None or isinstance(result, Flaw) or result.tzinfo is not None


@given(st.text(alphabet="dmyhis/-. T%taz", max_size=16))
def test_a_format_is_compiled_or_refused(format_: str) -> None:
    """Any text is a date format that knows its day, month and year, or a ValueError."""
    try:
        groups = set(date_pattern(format_).groupindex)
    except ValueError:
        return
    assert "day" in groups
    assert groups & {"month", "name"}
    assert groups & {"year", "short"}
