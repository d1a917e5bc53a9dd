"""Rows that are taken while a tab is looked through are what calamine reads."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hostile import MAIN, OFFICE, PACKAGE, SHEET, STRINGS, parts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importer.errors import SheetError
from importer.sheets.packed import Packed, blanks, joined
from importer.sheets.scan import scan
from importer.sheets.spool import Pen, Spool
from importer.sheets.unpack import Request, serve

CODES = (
    *("General", "0000", '"₹"#,##0.00', "0%", "0.00"),
    *("dd/mm/yyyy", "dd/mm/yyyy hh:mm", "dd/mm/yyyy;0"),
    "hh:mm",
)
NUMBERED, DATED = range(5), range(5, 8)
"""Styles with which numbers are taken, and with which whole days are; with `hh:mm` nothing is."""
SHARED = (
    *("<t>Paid</t>", "<t> a </t>", '<t xml:space="preserve"> a\n</t>', "<t>R&amp;D &amp;lt;</t>"),
    *("<t></t>", "<t>é अ</t>", '<t xml:space="preserve"> </t>', "<t>\n</t>", "<t>a &lt; b</t>"),
)
ODD_SHARED = (
    *("<t>_x000D_</t>", "<r><t>a</t></r><r><t>b</t></r>", "<t>a\r\nb</t>", "<t/>"),
    *("<t>&#65;b</t>", "<t>&#x41;</t>"),
)
TEXTS = (
    *("Paid", " a ", " a\n", "R&D <lt;", "é अ", "a  b", "\t", "\u00a0a\u00a0", "&amp;", "a>b"),
    *("#N/A", "2026-04-03", "5", "0", "-"),
)
NUMBERS = (
    *(
        "5",
        "0",
        "-0",
        "5.0",
        "5.00",
        "0.10",
        "1.50",
        "05",
        "1234.5",
        "0.1",
        "0.05",
        "-7.25",
        "-5.0",
    ),
    *("1E3", "1e-05", "6E+22", "1E15", "72921.10000000001", "0.30000000000000004", "0.000001"),
    *("999999999999", "999999999999.25", "999999999999999", "12345678901234567", "100", "46115"),
    *("46115.5", "60", "1", "99999", "2958466"),
)
DAYS = ("1", "10", "59", "61", "99", "100", "00100", "46115", "99999")
ODD_NUMBERS = (
    *("1E400", "five", "1,5", "+5", ".5", "5.", "NaN", "0x1F", "1_000"),
    *("123456789012345678", "12345678901234567890", f"0.{'1' * 21}"),
)


def number(text: str, style: int, mark: str) -> str:
    """Write a number."""
    return f'<c r="{{}}" s="{style}"{mark}><v>{text}</v></c>'


def inline(text: str, *, kept: bool) -> str:
    """Write a text that stands in its cell."""
    said = escape(text).replace("{", "{{").replace("}", "}}")
    space = ' xml:space="preserve"' if kept else ""
    return f'<c r="{{}}" t="inlineStr"><is><t{space}>{said}</t></is></c>'


def shared(at: int | str) -> str:
    """Write a text that stands among the shared ones."""
    return f'<c r="{{}}" t="s"><v>{at}</v></c>'


OTHERS = (
    *('<c r="{}" t="b"><v>1</v></c>', '<c r="{}" t="b"><v>0</v></c>'),
    *('<c r="{}" s="1"/>', '<c r="{}" s="2"></c>'),
)
MARKS = ("", ' t="n"')
CELLS = (
    *(number(text, style, mark) for text in NUMBERS for style in NUMBERED for mark in MARKS),
    *(number(text, style, mark) for text in DAYS for style in DATED for mark in MARKS),
    *(inline(text, kept=kept) for text in TEXTS for kept in (False, True)),
    *(shared(at) for at in range(len(SHARED))),
    *OTHERS,
)
"""All that are taken."""
ODD_CELLS = (
    *(number(text, 0, "") for text in ODD_NUMBERS),
    *(number(text, style, "") for text in ("60", "0", "46115.5", "2958466") for style in DATED),
    number("5", len(CODES), ""),
    number("100", CODES.index("hh:mm"), ""),
    *(shared("99"), shared("-1"), shared("one")),
    *(inline("_x000D_", kept=False), inline("a\rb", kept=True)),
    *('<c r="{}" t="str"><v>a</v></c>', '<c r="{}" t="b"><v>2</v></c>'),
    *('<c r="{}" t="e"><v>#N/A</v></c>', '<c r="{}"><f>A1</f><v>5</v></c>'),
    "<!-- {} -->",
)
CELL = st.one_of(
    st.builds(number, st.sampled_from(NUMBERS), st.sampled_from(NUMBERED), st.sampled_from(MARKS)),
    st.builds(number, st.sampled_from(DAYS), st.sampled_from(DATED), st.sampled_from(MARKS)),
    st.builds(inline, st.sampled_from(TEXTS), kept=st.booleans()),
    st.builds(shared, st.integers(0, len(SHARED) - 1)),
    st.sampled_from(OTHERS),
)
COLUMNS = ("A", "B", "C", "E", "AA")


def rows_of(cells: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[int, str, list[str]]]]:
    """Make rows: how many are passed over before it, its tag, and a cell for each column or ""."""
    some = st.lists(st.one_of(cells, st.just("")), min_size=len(COLUMNS), max_size=len(COLUMNS))
    tags = st.sampled_from(["", "", ' hidden="1"', ' spans="1:5"'])
    return st.lists(st.tuples(st.integers(0, 3), tags, some), min_size=1, max_size=30)


Rows = Sequence[tuple[int, str, Sequence[str]]]
FILLED: Rows = [
    (0, "", [inline("filled", kept=False), "", number("5", 0, ""), "", number("46115", 1, "")])
] * 1300
"""More than from where on it is tried whether rows are plain."""


def xml_of(rows: Rows) -> str:
    """Write rows, with their numbers."""
    written, at = [], 0
    for passed, tag, cells in rows:
        at += passed + 1
        filled = zip(COLUMNS, cells, strict=True)
        inner = "".join(cell.format(f"{letter}{at}") for letter, cell in filled if cell)
        written.append(f'<row r="{at}"{tag}>{inner}</row>')
    return "".join(written)


def write_book(path: Path, rows: str, shared: Sequence[str] = SHARED, *, behind: str = "") -> None:
    """Write a workbook whose styles have the formats of `CODES`."""
    found = parts(rows)
    found[SHEET] = found[SHEET].replace("</sheetData>", f"</sheetData>{behind}")
    items = "".join(f"<si>{one}</si>" for one in shared)
    found[STRINGS] = f'<?xml version="1.0"?>\n<sst xmlns="{MAIN}">{items}</sst>'
    written = "".join(
        f'<numFmt numFmtId="{164 + at}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for at, code in enumerate(CODES[1:], start=1)
    )
    used = "".join(f'<xf numFmtId="{164 + at if at else 0}"/>' for at in range(len(CODES)))
    found["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{written}</numFmts><cellXfs>{used}</cellXfs>'
        "</styleSheet>"
    )
    relations = "xl/_rels/workbook.xml.rels"
    assert PACKAGE in found[relations]
    one = f'<Relationship Id="r3" Type="{OFFICE}/styles" Target="styles.xml"/>'
    found[relations] = found[relations].replace("</Relationships>", f"{one}</Relationships>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in found.items():
            archive.writestr(name, data)


def read(path: Path) -> object:
    """Read the tab as the process does that is started for it; or why it is refused."""
    file = io.BytesIO()
    pen = Pen(file, path.name)
    try:
        serve(Request(path=path, tab=None, only_names=False), pen, lambda _: None)
    except SheetError as error:
        return error.message
    pen.end()
    spool = Spool(file)
    read = [
        (number, number in chunk.hidden, *row)
        for chunk in spool.chunks(0, 7000)
        for number, row in zip(
            chunk.numbers,
            zip(*chunk.columns, *(chunk.kinds or ()), strict=True),
            strict=True,
        )
    ]
    return replace(spool.head, shapes=()), read  # by eight blocks or all of them: not the rows


def is_taken(path: Path) -> bool:
    """Whether all rows were taken while the tab was looked through."""
    try:
        return scan(path, ["Payments"])["Payments"].taken is not None
    except SheetError:
        return False


def read_both(
    folder: Path, xml: str, shared: Sequence[str] = SHARED, *, behind: str = ""
) -> tuple[bool, object, object]:
    """Tell whether rows are taken; read them, and again beside a comment, which is for calamine."""
    path, other = folder / "payments.xlsx", folder / "other" / "payments.xlsx"
    other.parent.mkdir()
    write_book(path, xml, shared, behind=behind)
    write_book(other, f"{xml}<!-- a -->", shared, behind=behind)
    return is_taken(path), read(path), read(other)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=20)
@given(rows_of(CELL))
def test_rows_are_read_as_calamine_reads_them(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows
) -> None:
    """Whatever stands in them and wherever they stand, they are taken as calamine reads them."""
    folder = tmp_path_factory.mktemp("books")
    taken, ours, calamines = read_both(folder, xml_of([*FILLED, *rows]))
    assert taken
    assert ours == calamines


def test_every_plain_cell_is_read_as_calamine_reads_it(tmp_path: Path) -> None:
    """Numbers in each spelling and format, days, texts of either kind, truths and blanks."""
    rows: Rows = [(0, "", [cell, "", "", "", inline("end", kept=False)]) for cell in CELLS]
    taken, ours, calamines = read_both(tmp_path, xml_of([*FILLED, *rows]))
    assert taken
    assert ours == calamines


@pytest.mark.parametrize("odd", ODD_CELLS)
def test_an_odd_cell_is_left_to_calamine(tmp_path: Path, odd: str) -> None:
    """One such cell, and no row of the tab is taken."""
    taken, ours, calamines = read_both(tmp_path, xml_of([*FILLED, (0, "", [odd, "", "", "", ""])]))
    assert not taken
    assert ours == calamines


@pytest.mark.parametrize("odd", ODD_SHARED)
def test_odd_shared_texts_are_left_to_calamine(tmp_path: Path, odd: str) -> None:
    """Where one of them means another text than it seems to, all are asked of calamine."""
    cells = [shared(0), shared(len(SHARED)), "", "", ""]
    xml = xml_of([*FILLED, (0, "", cells)])
    taken, ours, calamines = read_both(tmp_path, xml, [*SHARED, odd])
    assert not taken
    assert ours == calamines


def test_merged_cells_are_left_to_calamine(tmp_path: Path) -> None:
    """One merge behind the rows, and none of them is taken."""
    merge = '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'
    taken, ours, calamines = read_both(tmp_path, xml_of(FILLED), behind=merge)
    assert not taken
    assert ours == calamines


@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.parametrize("few", [True, False])
def test_rows_in_two_places_are_refused(tmp_path: Path, prefix: str, *, few: bool) -> None:
    """Calamine reads the first ones only: a payment among the others would not be sent."""
    path = tmp_path / "payments.xlsx"
    row = '<row r="2000"><c r="A2000"><v>1</v></c></row>'
    other = f'<{prefix}sheetData xmlns:x="{MAIN}">{row}</{prefix}sheetData>'
    write_book(path, xml_of(FILLED[:2] if few else FILLED), behind=other)
    with pytest.raises(SheetError, match="its rows stand in two places"):
        scan(path, ["Payments"])


def test_rows_far_below_are_there_in_their_places(tmp_path: Path) -> None:
    """What is blank between rows is blank, in batches of its own where there is much of it."""
    filled = inline("end", kept=False)
    far = [*FILLED, (900, "", [filled, "", "", "", ""]), (0, "", ["", filled, "", "", ""])]
    taken, ours, calamines = read_both(tmp_path, xml_of(far))
    assert taken
    assert ours == calamines


@given(st.lists(st.lists(st.text(max_size=5), max_size=6), max_size=4), st.data())
def test_pieces_of_a_column_come_apart_as_they_were_put_together(
    pieces: list[list[str]], data: st.DataObject
) -> None:
    """A cut of the whole holds the cells from there to there."""
    np = pytest.importorskip("numpy")
    cells = [text.encode("utf-8", "replace") for piece in pieces for text in piece]
    whole = joined(
        [
            blanks(0),
            *(
                Packed(
                    np.array([len(t.encode("utf-8", "replace")) for t in piece], np.int32),
                    b"".join(t.encode("utf-8", "replace") for t in piece),
                )
                for piece in pieces
            ),
        ]
    )
    start = data.draw(st.integers(0, len(cells)))
    end = data.draw(st.integers(start, len(cells)))
    cut = whole.cut(start, end)
    assert len(whole) == len(cells)
    assert (cut.sizes.tolist(), cut.data) == (
        [len(cell) for cell in cells[start:end]],
        b"".join(cells[start:end]),
    )
