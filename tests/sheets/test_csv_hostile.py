"""Files that are made to fill the memory, or that are no CSV: refused soon, and small."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from collections.abc import Callable, Iterable
from itertools import repeat
from pathlib import Path

import pytest

from importer.errors import SheetError
from importer.model import SheetSpec
from importer.sheets import open_sheet
from importer.sheets.csv_text import MOST_COLUMNS
from importer.sheets.preflight import Format, format_of

MB = 1 << 20

HOSTILE: dict[str, tuple[Callable[[], Iterable[bytes]], str]] = {
    "more lines than references have digits for": (
        lambda: repeat(b"a,b\n" * 1_000_000, 12),
        r"more than 9,999,999 lines",
    ),
    "a line without end": (lambda: repeat(b"x" * MB, 40), r"a line of more than"),
    "a line without end, in UTF-16": (
        lambda: [b"\xff\xfe", *repeat(b"x\0" * MB, 40)],
        r"a line of more than",
    ),
    "a quote that is never closed": (
        lambda: [b'a,b\n1,"x\n', *repeat(b"y\n" * 500_000, 10)],
        r"row 2: a quotation mark is opened",
    ),
    "a quote that is never closed, with long lines": (
        lambda: [b'a,b\n1,"x\n', *repeat(b"y" * 500_000 + b"\n", 40)],
        r"row 2: a quotation mark is opened",
    ),
    "more columns than Excel has": (
        lambda: [b",".join(b"c%d" % n for n in range(100_000)), b"\n", b"1," * 99_999, b"1\n"],
        r"row 1: there are 100,000 cells",
    ),
    "nothing but line ends": (lambda: repeat(b"\n" * MB, 3), r"Row 1 .* is blank"),
    "nothing but NUL": (lambda: repeat(b"\0" * MB, 40), r"NUL characters"),
    "a tail of NUL": (
        lambda: [b"a,b\n", b"1,2\n" * 2_000, *repeat(b"\0" * MB, 9)],
        r"a line of more",
    ),
}


def reading(path: Path) -> None:
    """Read a whole sheet."""
    for _ in open_sheet(path, SheetSpec()).chunks():
        pass


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_soon_and_small(tmp_path: Path, kind: str) -> None:
    """It is refused with its reason, within 60 MB of Python's memory."""
    parts, words = HOSTILE[kind]
    path = tmp_path / "payments.csv"
    with path.open("wb") as file:
        file.writelines(parts())
    tracemalloc.start()
    try:
        with pytest.raises(SheetError, match=words) as caught:
            reading(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.hint
    assert peak < 60 * MB


def test_twenty_million_rows_are_refused_by_a_glance(tmp_path: Path) -> None:
    """Counting stops at the limit: what lies behind it costs nothing."""
    path = tmp_path / "payments.csv"
    with path.open("wb") as file:
        file.writelines(repeat(b"a,b\n" * 1_000_000, 20))
    started = time.process_time()
    with pytest.raises(SheetError, match="Split"):
        open_sheet(path, SheetSpec())
    assert time.process_time() - started < 5


def test_five_million_rows_are_within_the_limit(tmp_path: Path) -> None:
    """A sheet of five million rows opens, and its progress bar knows how many there are."""
    path = tmp_path / "payments.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n")
        file.writelines(repeat(b"1,2\n" * 1_000_000, 5))
    assert open_sheet(path, SheetSpec()).total == 5_000_000


def test_long_lines_come_in_small_chunks(tmp_path: Path) -> None:
    """The longer the lines of a file, the fewer are in memory together; all of them are read."""
    path = tmp_path / "payments.csv"
    with path.open("wb") as file:
        file.write(b"Lead,Remark\n" + b"1,2\n" * 9_000)
        file.writelines(b"%d," % n + b"x" * 700_000 + b"\n" for n in range(60))
    tracemalloc.start()
    try:
        firsts = [
            text for chunk in open_sheet(path, SheetSpec()).chunks() for text in chunk.columns[0]
        ]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert firsts == ["1"] * 9_000 + [str(n) for n in range(60)]
    assert peak < 30 * MB


def test_a_row_wider_than_any_sheet_is_ragged_and_cut(tmp_path: Path) -> None:
    """Of a row with more cells than Excel has columns, no more are kept than that."""
    path = tmp_path / "payments.csv"
    path.write_text(f"a,b\n1,2\n{'3,' * 50_000}4\n5,6\n", encoding="utf-8")
    (chunk,) = open_sheet(path, SheetSpec(delimiter=",")).chunks()
    assert chunk.ragged == {3: 50_001}
    assert len(chunk.surplus[3]) == MOST_COLUMNS - 2


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "gzip"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "picture"),
        (b"PK\x03\x04\x14\0\0\0", "workbook"),
        (b"BZh91AY&SY", "bzip2"),
        (b'{"lead": "603d", "amount": 5}\n', "JSON"),
        (b'\xef\xbb\xbf[\r\n  {"lead": "603d"}\r\n]', "JSON"),
        (b'[["Lead", "Amount"], ["603d", 5]]', "JSON"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b'<?xml version="1.0"?><rows/>', "XML"),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", "web archive"),
        (b"ID;PWXL;N;E\r\nP;PGeneral\r\n", "SYLK"),
    ],
)
def test_a_file_that_is_something_else_is_named(tmp_path: Path, start: bytes, words: str) -> None:
    """What is no sheet at all is called what it is, not badly written."""
    path = tmp_path / "payments.csv"
    path.write_bytes(start)
    with pytest.raises(SheetError, match=words):
        reading(path)


@pytest.mark.parametrize("start", [b"[Lead],[Amount]\n", b"{a},b\n", b"ID;Phone\n", b"PARTY,b\n"])
def test_a_header_that_only_begins_oddly_is_a_header(tmp_path: Path, start: bytes) -> None:
    """Brackets and the words ID and PAR at the top of a file are a table's."""
    path = tmp_path / "payments.csv"
    path.write_bytes(start)
    assert format_of(path) is Format.CSV
