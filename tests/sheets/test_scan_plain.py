"""Rows that count as plain are what a parser of XML reads."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scanned import PART

from importer.sheets.scan.found import Finding
from importer.sheets.scan.package import package
from importer.sheets.scan.xlsx_exact import read_exactly
from importer.sheets.scan.xlsx_patterns import ROW
from importer.sheets.scan.xlsx_plain import plain_cells

CELLS = (
    '<c r="{}"><v>5</v></c>',
    '<c r="{}" s="1" t="n"><v>46115.5</v></c>',
    '<c r="{}" t="s"><v>0</v></c>',
    '<c r="{}" t="b" ><v>1</v></c>',
    '<c r="{}" t="inlineStr"><is><t>R&amp;D é</t></is></c>',
    '<c r="{}" t="inlineStr"><is><t xml:space="preserve"> a\n</t></is></c>',
    '<c r="{}" s="12"/>',
    '<c r="{}" s="3"></c>',
)
ODD = (
    *('<c r="{}"><v></v></c>', '<c r="{}"><v/></c>', '<c r="{}"><f>A1</f><v>2</v></c>'),
    *('<c r="{}" t="e"><v>#N/A</v></c>', '<c r="{}"><v>1</v><v>2</v></c>', "<c><v>1</v></c>"),
    *('<c r="{}" t="inlineStr"><v>1</v></c>', '<c r="{}"><is><t>a</t></is></c>'),
    *('<c r="{}"><v>1&#50;</v></c>', '<c r="{}"><!-- a --><v>1</v></c>', '<C r="{}"/>'),
    *('<c r="{}"><v>a > b</v></c>', '<c r="{}"><v>\x02</v></c>', '<c r="{}"><v>\uffff</v></c>'),
    *('<c r="{}" s="1" s="2"><v>1</v></c>', '<c r="{}"><v>1</c></v>', '<c r="{}"><v>1</v>x</c>'),
    *('<c r="{}" t="inlineStr"><is><t></t></is></c>', '<c r="{}"> <v>1</v></c>', "<c r='{}'/>"),
    *('<c r="{}" t="s"><v>one</v></c>', '<c r="{}" t="s"><v>-1</v></c>'),
    *('<c r="{}"><v>1&amp;2</v></c>', '<c r="{}" t="b"><v>&lt;</v></c>'),
    *('<c r="0{}"/>', '<c r="A0"/>', '<c r="AAAA1"/>', '<c r="{}1"/>', '<c r="{}"', "</row>"),
    *('<c r="{}" t="inlineStr"><is><t>&x;</t></is></c>', '<c r="b2"/>', '<c r="{}"></v></c>'),
)
TAGS = ("", ' spans="1:12"', ' ht="15" x:a="&amp;"', ' a="1" a="2"', ' r="9"', ' hidden="1"', "/")
OTHERS = (b"", b"<", b">", b'"', b" ", b"1", b"A", b"&amp;", b"</c>", b"\xe9")
COLUMNS = ("A", "B", "Z", "AA", "XFD")
ROWS = st.lists(
    st.tuples(
        st.integers(1, 20),
        st.sampled_from(TAGS),
        st.lists(
            st.tuples(st.sampled_from(COLUMNS), st.sampled_from([*CELLS * 3, *ODD])), max_size=5
        ),
    ),
    min_size=1,
    max_size=4,
)


class Reached(Finding):
    """Keeps every cell that holds something, in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[tuple[int, int]] = []

    def reach(self, row: int, column: int) -> None:
        """Note it."""
        self.places.append((row, column))


def parsed(xml: bytes) -> list[tuple[int, int]]:
    """Read rows with the parser."""
    found = Reached()
    whole = b"<worksheet><sheetData>" + xml + b"</sheetData></worksheet>"
    read_exactly(io.BytesIO(whole), {}, found)
    return found.places


def plain(xml: bytes) -> list[tuple[int, int]] | None:
    """Read rows as plain ones; None where they are not."""
    found = plain_cells(xml, ROW.findall(xml))
    return found and list(zip(found.rows.tolist(), found.columns.tolist(), strict=True))


def xml_of(rows: list[tuple[int, str, list[tuple[str, str]]]]) -> bytes:
    """Write rows, however wrong."""
    return "".join(
        f'<row r="{row}"{tag}>{"".join(cell.format(f"{at}{row}") for at, cell in cells)}</row>'
        for row, tag, cells in rows
    ).encode()


@given(ROWS)
@example([(3, "", [("A", cell)]) for cell in CELLS[:1]])
def test_whatever_counts_as_plain_is_what_a_parser_reads(
    rows: list[tuple[int, str, list[tuple[str, str]]]],
) -> None:
    """It is well-formed, unambiguous, and has the same cells."""
    xml = xml_of(sorted(rows, key=lambda row: row[0]))
    found = plain(xml)
    if found is not None and len({row for row, *_ in rows}) == len(rows):
        assert found == parsed(xml)


@given(ROWS, st.data())
def test_a_damaged_block_is_not_plain_unless_it_still_says_something(
    rows: list[tuple[int, str, list[tuple[str, str]]]], data: st.DataObject
) -> None:
    """Bytes that are lost, put in or changed are noticed where a parser would notice them."""
    xml = xml_of([(at, "", cells) for at, (_, _, cells) in enumerate(rows, start=1)])
    start = data.draw(st.integers(0, len(xml)))
    end = start + data.draw(st.integers(0, 6))
    other = data.draw(
        st.sampled_from([b"", b"<", b">", b'"', b" ", b"1", b"A", b"&amp;", b"</c>", b"\xe9"])
    )
    changed = xml[:start] + other + xml[end:]
    found = plain(changed)
    if found is not None and len({row for row, _ in ROW.findall(changed)}) == len(rows):
        assert found == parsed(changed)


@pytest.mark.parametrize("odd", ODD)
def test_what_is_odd_is_not_plain(odd: str) -> None:
    """Beside plain cells, any other is left to those who search and parse."""
    assert plain(xml_of([(2, "", [("A", CELLS[0]), ("B", odd)])])) is None


def test_what_programs_write_is_plain(tmp_path: Path) -> None:
    """A tab of texts, numbers and dates as openpyxl writes it is plain, and of one block."""
    book = openpyxl.Workbook()
    for row in range(1, 60):
        book.worksheets[0].append([f"R&D {row}", row / 8, None, bool(row % 2), " é "])
    path = tmp_path / "book.xlsx"
    book.save(path)
    with package(path) as parts:
        xml = parts.read(PART)
    rows = xml.partition(b"<sheetData>")[2].partition(b"</sheetData>")[0]
    assert plain(rows) == parsed(rows)
    assert len(parsed(rows)) == 59 * 4


@pytest.mark.parametrize("tag", [' a="1" a="2"', ' r="9"', "/", " a='1'", ' a="<"', ' a="&x;"'])
def test_a_row_of_an_odd_tag_is_not_plain(tag: str) -> None:
    """What a row's tag says beside its number is well-formed, and nothing of it twice."""
    assert plain(xml_of([(2, tag, [("A", CELLS[0])])])) is None
    assert plain(xml_of([(2, ' a="1" x:b="&gt;"', [("A", CELLS[0])])])) is None
    assert plain(xml_of([(2, ' a="1" x:b=""', [("A", CELLS[0])])]))
