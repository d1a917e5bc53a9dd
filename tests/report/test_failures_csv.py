"""`failures.csv` is written as the user's CSV is, and gives every text back as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.model import Kind, SheetSpec
from importer.our_headers import MARKED_REFERENCE, OUR_HEADERS
from importer.report.failures_csv import write_failures_csv
from importer.report.inert import unmarked
from importer.report.measure import measure
from importer.report.source import FailureRow, SheetShape
from importer.shapes import CsvShape
from importer.sheets import open_sheet

from .books import failing_rows

COMMA = CsvShape(encoding="utf-8", delimiter=",")
SHAPE = SheetShape(tab=None, header_row=1, headers=["Lead", "Note"], csv=COMMA)


def rows_of(*texts: Sequence[str]) -> list[FailureRow]:
    """Return rows to correct, as they are read from a CSV."""
    first = next(failing_rows())
    return [replace(first, texts=some, kinds=None, faulty={}) for some in texts]


def written(rows: Sequence[FailureRow], shape: SheetShape = SHAPE) -> bytes:
    """Return the CSV."""
    file = BytesIO()
    assert shape.csv
    write_failures_csv(file, shape.csv, shape, measure(shape.headers, rows), rows)
    return file.getvalue()


def read_again(content: bytes, spec: SheetSpec | None = None) -> list[list[str]]:
    """Return header and rows as they are read when the file is run."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "failures.csv"
        path.write_bytes(content)
        sheet = open_sheet(path, spec or SheetSpec())
        rows = [list(map(unmarked, sheet.headers))]
        for chunk in sheet.chunks():
            assert not chunk.ragged
            rows += [list(map(unmarked, row)) for row in zip(*chunk.columns, strict=True)]
        return rows


def test_our_columns_come_last() -> None:
    """The sheet's own cells come first; the last header says what a leading quote means."""
    head, row = read_again(written(rows_of(["62ab16e", "=1+1"])))
    assert head == ["Lead", "Note", *OUR_HEADERS[:-1], MARKED_REFERENCE]
    assert row[:3] == ["62ab16e", "=1+1", "IGNORED"]
    assert row[-1] == "20261122-k7f3/30"


def test_it_opens_in_excel() -> None:
    """UTF-8 gets the mark that Excel knows it by, and lines end as they did."""
    content = written(rows_of(["₹", "x"]))
    assert content.startswith(b"\xef\xbb\xbfLead,Note,")
    assert content.endswith(b"/30\r\n")
    unix = replace(SHAPE, csv=replace(COMMA, line_end="\n"))
    assert b"\r" not in written(rows_of(["₹", "x"]), unix)


def test_nothing_in_it_runs() -> None:
    """Formulas are texts, also in headers and above them; an amount stays a number."""
    above = (("=above()", Kind.TEXT),)
    shape = replace(
        SHAPE, header_row=2, headers=["@lead", "-5"], preamble=(above,), amounts=frozenset({1})
    )
    content = written(rows_of(["+91 98765", "-12.50"]), shape).decode("utf-8-sig")
    assert content.startswith("'=above()\r\n'@lead,-5,")
    assert "\r\n'+91 98765,-12.50," in content


@pytest.mark.parametrize(
    "csv",
    [
        CsvShape(encoding="cp1252", delimiter=";"),
        CsvShape(encoding="utf-16", delimiter="\t"),
        CsvShape(encoding="utf-16-le", delimiter="|", line_end="\n"),
        CsvShape(encoding="utf-8-sig", delimiter=",", all_quoted=True),
        CsvShape(encoding="utf-8", delimiter="^", instruction=True),
    ],
)
def test_it_is_written_as_the_sheet_is(csv: CsvShape) -> None:
    """Encoding, delimiter, quotation marks and the line `sep=` are those of the sheet."""
    rows = rows_of(["Müller", "a;b,c\t|^"], ['say "hi"', "two\r\nlines"], ["", " "])
    content = written(rows, replace(SHAPE, csv=csv))
    marked = csv.encoding in ("utf-8", "utf-8-sig", "utf-16")
    spec = SheetSpec(encoding=None if marked else csv.encoding, delimiter=csv.delimiter)
    assert [row[:2] for row in read_again(content, spec)[1:]] == [list(row.texts) for row in rows]
    lines = content.decode(csv.encoding).removeprefix("\ufeff").split(csv.line_end)
    assert lines[0].startswith(
        "sep=^" if csv.instruction else ('"Lead"' if csv.all_quoted else "Lead")
    )
    assert content.startswith(b"sep=") is False  # marked as UTF-8 all the same


def test_our_words_fit_into_its_encoding() -> None:
    """What an old encoding does not have becomes a question mark in our columns only."""
    rows = [replace(rows_of(["Müller", ""])[0], problem="The amount is ₹0 — too small.")]
    csv = CsvShape(encoding="cp1252", delimiter=",")
    content = written(rows, replace(SHAPE, csv=csv)).decode("cp1252")
    assert "Müller" in content
    assert "The amount is ?0 — too small." in content


def test_a_row_longer_than_the_header_keeps_its_cells() -> None:
    """Our columns begin after the longest row; each row has as many cells as the header."""
    head, longer, shorter = read_again(written(rows_of(["1", "2", "3", "4", ""], ["1"])))
    assert head[:4] == ["Lead", "Note", "", ""]
    assert (longer[:4], shorter[:4]) == (["1", "2", "3", "4"], ["1", "", "", ""])
    assert longer[4] == shorter[4] == "IGNORED"


TEXTS = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9
) | st.text(alphabet="'\"=+-@;,\r\n\t 1é", max_size=9)


@settings(max_examples=25)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=30), st.booleans())
def test_every_text_comes_back(rows: list[tuple[str, str]], all_quoted: bool) -> None:  # noqa: FBT001 - hypothesis's
    """Whatever a cell holds, it is the same when the file is read again."""
    csv = replace(COMMA, all_quoted=all_quoted)
    shape = replace(SHAPE, csv=csv, amounts=frozenset({1}))
    found = read_again(written(rows_of(*rows), shape))
    assert [tuple(row[:2]) for row in found[1:]] == rows
