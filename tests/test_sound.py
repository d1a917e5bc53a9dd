"""Texts that are taken for sound before anybody reads them are sound."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.columns import SOUND, as_texts, without
from importer.columns.parsed import ColumnReader
from importer.mapping import ColumnSpec, ColumnType
from importer.model import Currency, Flaw, Kind
from importer.survey import Watcher
from importer.survey.ids import IdSurvey
from importer.survey.mixed_amounts import MixedAmounts
from importer.values import (
    LONGEST_SOUND,
    FieldType,
    field_reader,
    parser_for,
    sound_kinds,
    sound_length,
    sound_pattern,
    trim,
)


def spec_of(type_: ColumnType, **more: object) -> ColumnSpec:
    """Declare a column."""
    return ColumnSpec(name="c", headers=("C",), type=type_, **more)  # type: ignore[arg-type]  # whichever a test needs


SPECS = [
    spec_of(ColumnType.TEXT),
    spec_of(ColumnType.ID),
    spec_of(ColumnType.ID, length=7),
    spec_of(ColumnType.LEAD_ID),
    spec_of(ColumnType.AMOUNT, currency=Currency.INR),
    spec_of(ColumnType.AMOUNT, locale="en_IN", currency=Currency.INR),
    spec_of(ColumnType.EMAIL),
    spec_of(ColumnType.PHONE),
]
TYPES = [f"{spec.type}-{spec.length}-{spec.locale}" for spec in SPECS]


def sound_texts(spec: ColumnSpec) -> st.SearchStrategy[str]:
    """Draw texts that the column's pattern takes."""
    pattern, length = sound_pattern(spec), sound_length(spec)
    assert pattern is not None
    texts = st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)
    fits = texts.filter(lambda text: len(text) == length if length else len(text) <= LONGEST_SOUND)
    if spec.type is ColumnType.LEAD_ID:  # few of what the pattern alone draws are as long
        return st.from_regex(r"[0-9a-f]{23}[a-f]", fullmatch=True) | fits
    if length:
        return st.from_regex(rf"[0-9A-Za-z]{{{length - 1}}}[A-Za-z]", fullmatch=True)
    return fits


@pytest.mark.parametrize("spec", SPECS, ids=TYPES)
@given(data=st.data())
def test_a_sound_text_is_read_as_a_value(spec: ColumnSpec, data: st.DataObject) -> None:
    """It is neither blank nor refused, and fits wherever nobody asks its value."""
    text = data.draw(sound_texts(spec))
    parse = parser_for(spec)
    value = parse(text, Kind.TEXT)
    assert all(parse(text, kind) == value for kind in sound_kinds(spec))
    assert value is not None
    assert not isinstance(value, Flaw)
    assert trim(text) == text
    match spec.type:
        case ColumnType.AMOUNT:
            assert isinstance(value, Decimal)
            assert value == Decimal(text)
            assert value > 0
            assert value.as_tuple().exponent in {0, -1, -2}
        case ColumnType.PHONE:
            assert field_reader(FieldType.TEXT, (), "")(value) == value
        case _:
            assert value == text
            assert field_reader(FieldType.TEXT, (), "")(value) == text
    if spec.type is ColumnType.EMAIL:
        assert field_reader(FieldType.EMAIL, (), "")(value) == text.casefold()


def reader_of(spec: ColumnSpec) -> ColumnReader:
    """Make the reader of a column whose sound texts are all alike."""
    return ColumnReader(
        parser_for(spec), sound_pattern(spec), sound_length(spec), sound_kinds(spec)
    )


HALF = "\ud800"
"""Half a character: Excel may keep one, and no encoding holds it."""
NEAR = st.text(st.sampled_from("aAE01#.,-+ @x/é\u200b\n\"'" + HALF), max_size=26)


@pytest.mark.parametrize("spec", SPECS, ids=TYPES)
@given(data=st.data())
def test_a_column_is_read_the_same_with_and_without_its_pattern(
    spec: ColumnSpec, data: st.DataObject
) -> None:
    """Whichever cells are left for later, each gives what its reader gives."""
    cells = data.draw(st.lists(sound_texts(spec) | NEAR, max_size=10))
    of_each = st.lists(st.sampled_from(Kind), min_size=len(cells), max_size=len(cells))
    kinds = data.draw(st.none() | of_each)
    column = reader_of(spec).read(cells, kinds)
    parsed = list(map(parser_for(spec), cells, kinds or [Kind.TEXT] * len(cells)))
    assert list(column) == parsed
    assert list(map(type, column)) == list(map(type, parsed))
    assert [column[at] for at in range(len(cells))] == parsed
    for at in np.flatnonzero(column.codes == SOUND).tolist():
        assert re.fullmatch(sound_pattern(spec) or "", cells[at], re.ASCII)


AMOUNTS = st.text(st.sampled_from("0123456789.,, '"), max_size=9)
DIGITS = st.text(st.sampled_from("0001239 R"), max_size=19)


def watch(plain: Watcher, spared: Watcher, cells: list[str], size: int) -> None:
    """Show one watcher all cells, chunk by chunk, and another one without the needless ones."""
    for at in range(0, len(cells), size):
        texts, first = cells[at : at + size], at + 2
        plain.see(range(first, first + len(texts)), texts, None)
        kept = without(texts, np.arange(len(texts)), spared.needless or "").tolist()
        spared.see([first + one for one in kept], [texts[one] for one in kept], None)


@given(st.lists(AMOUNTS, max_size=14), st.integers(1, 5))
def test_needless_amounts_tell_a_watcher_nothing(cells: list[str], size: int) -> None:
    """What is kept from it changes nothing of what it finds."""
    spec = spec_of(ColumnType.AMOUNT)
    plain, spared = MixedAmounts(spec, "C", "Amount"), MixedAmounts(spec, "C", "Amount")
    watch(plain, spared, cells, size)
    assert list(plain.findings()) == list(spared.findings())


@given(st.lists(DIGITS, max_size=14), st.integers(1, 5))
def test_needless_ids_tell_a_survey_nothing(cells: list[str], size: int) -> None:
    """What is kept from it changes nothing of how the column is read."""
    spec = spec_of(ColumnType.ID)
    plain, spared = IdSurvey(spec, "C", "Id"), IdSurvey(spec, "C", "Id")
    watch(plain, spared, cells, size)
    read, reading = plain.parser(), spared.parser()
    sound = re.compile(sound_pattern(spec) or "")
    for cell in cells:
        assert read(cell, Kind.TEXT) == reading(cell, Kind.TEXT)
        if sound.fullmatch(cell):
            assert read(cell, Kind.TEXT) == cell


def test_texts_that_arrow_cannot_hold_stay() -> None:
    """A column with half a character in it is looked at cell by cell."""
    cells = ["1", "\ud800"]
    assert as_texts(cells) is None
    assert without(cells, np.arange(2), "1").tolist() == [0, 1]
    column = reader_of(SPECS[0]).read(cells, None)
    assert column[0] == "1"
    assert isinstance(column[1], Flaw)
    dates = reader_of(SPECS[0]).read(cells, [Kind.ERROR, Kind.TEXT])
    assert all(isinstance(cell, Flaw) for cell in dates)
