from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from importer.errors import SheetError
from importer.model import SheetSpec
from importer.sheets import open_sheet
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
