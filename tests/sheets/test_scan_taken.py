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

CODES = ("General", "dd/mm/yyyy", "0000", '"₹"#,##0.00', "0%", "hh:mm", "dd/mm/yyyy hh:mm", "0.00")
SHARED = (
    *("<t>Paid</t>", "<t> a </t>", '<t xml:space="preserve"> a\n</t>', "<t>R&amp;D &amp;lt;</t>"),
    *("<t></t>", "<t>é अ</t>", '<t xml:space="preserve"> </t>', "<t>\n</t>", "<t>a &lt; b</t>"),
)
ODD_SHARED = ("<t>_x000D_</t>", "<r><t>a</t></r><r><t>b</t></r>", "<t>a\r\nb</t>", "<t/>")
TEXTS = (
    *("Paid", " a ", " a\n", "R&D <lt;", "é अ", "a  b", "\t", "\u00a0a\u00a0", "&amp;", "a>b"),
    *("#N/A", "2026-04-03", "5", "0", "-"),
)
NUMBERS = (
    *("5", "0", "-0", "5.0", "05", "1234.5", "0.1", "-7.25", "72921.10000000001", "1e-05", "6E+22"),
    *("1E15", "999999999999999", "123456789012345678", "0.30000000000000004", "100", "46115", "61"),
    *("46115.5", "60", "1", "99999", "2958466"),
)
ODD_NUMBERS = ("1E400", "five", "1,5", "+5", ".5", "5.", "NaN", "0x1F", "1_000")


def number(text: str, style: int, mark: str) -> str:
    """Write a number."""
    return f'<c r="{{}}" s="{style}"{mark}><v>{text}</v></c>'


def inline(text: str, *, kept: bool) -> str:
    """Write a text that stands in its cell."""
    said = escape(text).replace("{", "{{").replace("}", "}}")
    space = ' xml:space="preserve"' if kept else ""
    return f'<c r="{{}}" t="inlineStr"><is><t{space}>{said}</t></is></c>'


STYLES = st.integers(0, len(CODES) - 1)
CELL = st.one_of(
    st.builds(number, st.sampled_from(NUMBERS), STYLES, st.sampled_from(["", ' t="n"'])),
    st.builds(inline, st.sampled_from(TEXTS), kept=st.booleans()),
    st.builds('<c r="{{}}" t="s"><v>{}</v></c>'.format, st.integers(0, len(SHARED) - 1)),
    st.sampled_from(['<c r="{}" t="b"><v>1</v></c>', '<c r="{}" t="b"><v>0</v></c>']),
    st.sampled_from(['<c r="{}" s="1"/>', '<c r="{}" s="2"></c>']),
)
ODD_CELL = st.one_of(
    st.builds(number, st.sampled_from(ODD_NUMBERS), STYLES, st.just("")),
    st.builds('<c r="{{}}" t="s"><v>{}</v></c>'.format, st.sampled_from(["99", "-1"])),
    st.sampled_from(
        [
            inline("_x000D_", kept=False),
            inline("a\rb", kept=True),
            '<c r="{}" t="str"><v>a</v></c>',
            '<c r="{}" t="b"><v>2</v></c>',
            '<c r="{}" t="e"><v>#N/A</v></c>',
            '<c r="{}"><f>A1</f><v>5</v></c>',
        ]
    ),
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
    return scan(path, ["Payments"])["Payments"].taken is not None


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
@given(
    rows_of(CELL) | rows_of(st.one_of(CELL, CELL, CELL, ODD_CELL)),
    st.sampled_from([(), ODD_SHARED]),
)
def test_rows_are_read_as_calamine_reads_them(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows, odd: Sequence[str]
) -> None:
    """Whatever stands in them, a comment, with which calamine is asked, changes nothing."""
    folder = tmp_path_factory.mktemp("books")
    taken, other = folder / "payments.xlsx", folder / "other" / "payments.xlsx"
    other.parent.mkdir()
    shared = [*SHARED, *odd]
    xml = xml_of([*FILLED, *rows])
    write_book(taken, xml, shared)
    write_book(other, f"{xml}<!-- a -->", shared)
    assert read(taken) == read(other)


@pytest.mark.parametrize("code", range(len(CODES)), ids=CODES)
def test_plain_rows_are_taken(tmp_path: Path, code: int) -> None:
    """Texts of either kind, truths, blanks, numbers and days need no calamine."""
    dated = CODES[code] in {"dd/mm/yyyy", "dd/mm/yyyy hh:mm"}
    numbers = ["46115", "100"] if dated else ["5", "-7.25", "1e-05", "72921.10000000001"]
    rows: Rows = [
        (0, "", [number(text, code, ""), inline(" a ", kept=True), '<c r="{}" t="b"><v>1</v></c>',
                 '<c r="{}" s="1"/>', f'<c r="{{}}" t="s"><v>{at}</v></c>'])
        for at, text in enumerate(numbers)
    ]  # fmt: skip
    path = tmp_path / "payments.xlsx"
    write_book(path, xml_of([*FILLED, *rows]))
    assert is_taken(path) == (CODES[code] != "hh:mm")


@pytest.mark.parametrize(
    ("odd", "shared", "behind"),
    [
        (number("46115.5", 1, ""), SHARED, ""),
        (number("60", 1, ""), SHARED, ""),
        (number("five", 0, ""), SHARED, ""),
        (number("5", 77, ""), SHARED, ""),
        (inline("_x000D_", kept=False), SHARED, ""),
        ('<c r="{}" t="s"><v>99</v></c>', SHARED, ""),
        ('<c r="{}" t="str"><v>a</v></c>', SHARED, ""),
        ('<c r="{}" t="e"><v>#N/A</v></c>', SHARED, ""),
        *(('<c r="{}" t="s"><v>0</v></c>', [*SHARED, one], "") for one in ODD_SHARED),
        (inline("a", kept=False), SHARED, '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'),
    ],
)
def test_what_is_for_calamine_is_not_taken(
    tmp_path: Path, odd: str, shared: Sequence[str], behind: str
) -> None:
    """One such cell, text or merge, and no row of the tab is taken."""
    path = tmp_path / "payments.xlsx"
    rows = [*FILLED, (0, "", [odd, "", "", "", ""])]
    write_book(path, xml_of(rows), shared, behind=behind)
    assert not is_taken(path)


def test_rows_far_below_are_there_in_their_places(tmp_path: Path) -> None:
    """What is blank between rows is blank, in batches of its own where there is much of it."""
    path, other = tmp_path / "payments.xlsx", tmp_path / "other" / "payments.xlsx"
    other.parent.mkdir()
    filled = inline("end", kept=False)
    far = [*FILLED, (900, "", [filled, "", "", "", ""]), (0, "", ["", filled, "", "", ""])]
    write_book(path, xml_of(far))
    write_book(other, f"{xml_of(far)}<!-- a -->")
    assert is_taken(path)
    assert read(path) == read(other)


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
