from __future__ import annotations

import codecs
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import SheetError
from importer.model import SheetSpec
from importer.sheets import csv_scan, open_sheet
from importer.sheets.csv_scan import scan
from importer.sheets.encoding import LONGEST_LINE

TEXT = "Lead,Remark\n1,₹ 500 – “Ravi”\n"


def remarks(path: Path, encoding: str | None = None) -> list[str]:
    """Return the cells of the second column."""
    sheet = open_sheet(path, SheetSpec(encoding=encoding))
    return [text for chunk in sheet.chunks() for text in chunk.columns[1]]


def written(folder: Path, data: bytes) -> Path:
    """Write a CSV byte for byte."""
    path = folder / "visits.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
    ],
)
@pytest.mark.parametrize("stated", [None, "cp1252"])
def test_utf8_and_marked_files_need_no_word_and_heed_none(
    tmp_path: Path, data: bytes, stated: str | None
) -> None:
    """A BOM or valid UTF-8 settles the encoding, whatever the mapping says for other files."""
    path = written(tmp_path, data)
    assert remarks(path, stated) == ["₹ 500 – “Ravi”"]
    assert open_sheet(path, SheetSpec()).headers == ("Lead", "Remark")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_last_line_without_an_end_is_told(tmp_path: Path, encoding: str, end: str) -> None:
    """A file that may be cut inside its last cell is read, with a note that names the line."""
    lines = end.join(["Lead,Paid", "1,500", "2,1250"])
    (note,) = open_sheet(written(tmp_path, lines.encode(encoding)), SheetSpec()).notes
    assert note.code == "last-line-open"
    assert "line 3, has no line end" in note.message
    assert not open_sheet(written(tmp_path, (lines + end).encode(encoding)), SheetSpec()).notes
    assert not open_sheet(written(tmp_path, "Lead,Paid".encode(encoding)), SheetSpec()).notes


def test_another_encoding_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are refused, and the text is shown as Windows would read it."""
    path = written(tmp_path, "Lead,Remark\n1,Café Zürich\n".encode("cp1252"))
    with pytest.raises(SheetError) as caught:
        open_sheet(path, SheetSpec())
    assert "not UTF-8" in caught.value.message
    assert "Café" in caught.value.hint
    assert "cp1252" in caught.value.hint


def test_the_mapping_s_encoding_is_used_where_it_is_needed(tmp_path: Path) -> None:
    """A file that is neither marked nor UTF-8 is read by the mapping's encoding."""
    path = written(tmp_path, "Lead,Remark\n1,Café Zürich\n".encode("cp1252"))
    assert remarks(path, "cp1252") == ["Café Zürich"]


@pytest.mark.parametrize("stated", ["cp1252", "ascii"])
def test_a_stated_encoding_that_does_not_fit_is_refused(tmp_path: Path, stated: str) -> None:
    """A byte that the stated encoding does not have is no replacement character, but a refusal."""
    path = written(tmp_path, b"Lead,Remark\n1,\x81\n")
    with pytest.raises(SheetError, match=f"cannot be read as {stated}"):
        open_sheet(path, SheetSpec(encoding=stated))


@pytest.mark.parametrize("stated", ["utf8-mac-excel", "hex", "rot13"])
def test_an_unknown_encoding_is_refused_by_name(tmp_path: Path, stated: str) -> None:
    """A stated encoding that Python does not have, or that makes no text, is named."""
    path = written(tmp_path, b"Lead,Remark\n1,\xe9\n")
    with pytest.raises(SheetError, match=stated):
        open_sheet(path, SheetSpec(encoding=stated))


def test_utf16_without_its_mark_has_its_own_word(tmp_path: Path) -> None:
    """UTF-16 without a BOM is recognised, and read once the mapping says so."""
    path = written(tmp_path, TEXT.encode("utf-16-le"))
    with pytest.raises(SheetError, match=r"UTF-16.*utf-16-le"):
        open_sheet(path, SheetSpec())
    assert remarks(path, "utf-16-le") == ["₹ 500 – “Ravi”"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_the_suggestion_is_the_one_that_reads_right(tmp_path: Path, encoding: str) -> None:
    """The encoding that is suggested for an unmarked file is its own, with the text as it reads."""
    path = written(tmp_path, TEXT.encode(encoding))
    with pytest.raises(SheetError) as caught:
        open_sheet(path, SheetSpec())
    assert "“Lead,Remark" in caught.value.hint
    assert f"{{encoding: {encoding}}}" in caught.value.hint
    assert remarks(path, encoding) == ["₹ 500 – “Ravi”"]


def test_tabs_in_utf16_under_the_name_csv_are_read(tmp_path: Path) -> None:
    """What Excel saves as Unicode text (UTF-16, tabs, CRLF) is a table, whatever its name."""
    path = written(tmp_path, "Lead\tRemark\r\n1\tअमित, ₹\r\n".encode("utf-16"))
    assert remarks(path) == ["अमित, ₹"]


def test_a_file_that_is_utf8_only_in_part_is_called_damaged(tmp_path: Path) -> None:
    """Where letters of UTF-8 stand before the odd byte, no other encoding is suggested."""
    path = written(tmp_path, "Lead,Remark\n1,₹ 500\n2,Zürich\n".encode() + b"3,caf\xe9\n")
    with pytest.raises(SheetError) as caught:
        open_sheet(path, SheetSpec())
    assert "UTF-8 only in part" in caught.value.message
    assert "line 4" in caught.value.message
    assert "cp1252" not in caught.value.hint


def test_the_line_of_the_first_odd_byte_is_named(tmp_path: Path) -> None:
    """The first line that is not UTF-8 is counted over CR, LF and CRLF, blocks and all."""
    plain = b"1,plain\r\n" * 200_000
    path = written(tmp_path, b"Lead,Remark\r" + plain + b"2,caf\xe9\n")
    with pytest.raises(SheetError, match="first in line 200,002"):
        open_sheet(path, SheetSpec())


def test_bytes_that_no_windows_letter_has_are_not_suggested_as_such(tmp_path: Path) -> None:
    """Where cp1252 does not have the bytes either, nothing is suggested."""
    path = written(tmp_path, b"Lead,Remark\n1,\x81\x8d\n")
    with pytest.raises(SheetError) as caught:
        open_sheet(path, SheetSpec())
    assert "encoding:" not in caught.value.hint


@pytest.mark.parametrize("stated", ["latin-1", "iso-8859-15"])
def test_a_stated_encoding_that_makes_control_characters_is_refused(
    tmp_path: Path, stated: str
) -> None:
    """Windows text read as Latin-1 would turn ₹-like signs and quotes into characters unseen."""
    path = written(tmp_path, "Lead,Remark\n1,5 € – “paid”\n".encode("cp1252"))
    with pytest.raises(SheetError, match=r"control characters, first in line 2.*cp1252"):
        open_sheet(path, SheetSpec(encoding=stated))
    assert remarks(path, "cp1252") == ["5 € – “paid”"]


@pytest.mark.parametrize(
    ("data", "stated", "codes"),
    [
        (TEXT.encode(), "cp1252", ["encoding-other"]),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "cp1252", ["encoding-other"]),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le", []),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8", []),
        (b"Lead,Remark\n1,paid\n", "cp1252", []),
        (TEXT.encode(), None, []),
    ],
)
def test_a_mapping_that_names_another_encoding_is_noted(
    tmp_path: Path, data: bytes, stated: str | None, codes: list[str]
) -> None:
    """A note says so where the mapping's encoding is not the file's and a letter hangs on it."""
    sheet = open_sheet(written(tmp_path, data), SheetSpec(encoding=stated))
    assert [note.code for note in sheet.notes] == codes


@pytest.mark.parametrize("text", ["₹ 500", "“Ravi”", "5 – 6", "Café", "£5", "अमित", "Ravi’s"])
@pytest.mark.parametrize("wrong", ["cp1252", "latin-1"])
def test_text_that_was_encoded_twice_is_noted_with_its_line(
    tmp_path: Path, text: str, wrong: str
) -> None:
    """Typical marks of a double encoding are noted; the text is read as it stands."""
    try:
        garbled = text.encode().decode(wrong)
    except UnicodeDecodeError:
        garbled = text.encode().decode("cp1252", errors="ignore")
    path = written(tmp_path, f"Lead,Remark\n1,plain\n2,x {garbled}\n".encode())
    (note,) = open_sheet(path, SheetSpec()).notes
    assert note.code == "text-garbled"
    assert "line 3" in note.message
    assert remarks(path)[1] == f"x {garbled}"


@pytest.mark.parametrize("text", ["₹ 500 – “Ravi’s”", "Café À Paris", "São Tomé Ãx", "अमित à"])
def test_text_of_any_language_is_not_taken_for_garbled(tmp_path: Path, text: str) -> None:
    """Accented letters, signs and other scripts by themselves are no double encoding."""
    path = written(tmp_path, f"Lead,Remark\n1,{text}\n".encode())
    assert open_sheet(path, SheetSpec()).notes == ()


@pytest.mark.parametrize("spec", [SheetSpec(encoding="cp1252"), SheetSpec()])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, spec: SheetSpec) -> None:
    """Bytes that were not there when the file was proven are a refusal, not a crash."""
    path = written(tmp_path, b"Lead,Remark\n" + "1,₹\n".encode() * 9)
    sheet = open_sheet(path, spec)
    path.write_bytes(b"Lead,Remark\n1,\xe9\n")
    with pytest.raises(SheetError, match="changed while it was read"):
        list(sheet.chunks())


def test_a_marked_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    """Half a character at the end of the file is a refusal."""
    path = written(tmp_path, codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le")[:-1])
    with pytest.raises(SheetError, match="cannot be read as utf-16"):
        open_sheet(path, SheetSpec())


def test_an_odd_byte_far_down_is_found_on_opening(tmp_path: Path) -> None:
    """The whole file is proven before the first row is given."""
    path = written(tmp_path, b"Lead,Remark\n" + b"1,plain\n" * 300_000 + b"2,\xe9\n")
    with pytest.raises(SheetError, match="not UTF-8"):
        open_sheet(path, SheetSpec())


def test_a_file_without_line_ends_is_refused(tmp_path: Path) -> None:
    """A line without end is refused before it fills the memory."""
    path = tmp_path / "visits.csv"
    with path.open("wb") as file:
        file.truncate(LONGEST_LINE * 2)
        file.seek(0)
        file.write(b"a,b" * 2_000)
    with pytest.raises(SheetError, match="not a table"):
        open_sheet(path, SheetSpec())


@given(st.text("a,\r\n", max_size=40), st.integers(1, 9))
def test_line_ends_are_counted_in_bytes_as_in_characters(text: str, block: int) -> None:
    """UTF-8, whose bytes are counted, gives what another encoding gives, wherever blocks end."""
    with TemporaryDirectory() as folder, patch.object(csv_scan, "BLOCK", block):
        path = written(Path(folder), text.encode())
        found, other = scan(path, "utf-8"), scan(path, "latin-1")
    assert found == other
