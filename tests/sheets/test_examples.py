"""Sheets as test cases: drop a file into `accept` or `reject`, and beside it what must come out.

`accept/NAME.json` says where the sheet is, if that must be said (`sheet`: the fields of SheetSpec),
and what is read: `tab`, `header_row`, `headers`, `rows` (every row that is not blank: number →
cells), and where there are any `ragged`, `surplus`, `hidden` (rows), `hidden_columns` (from 0) and
`notes` (their codes). A cell is its text, or `{"number": "1250.5"}` where the file says more than
that: a word of `Kind`.

`reject/NAME.txt` has the words that the refusal must hold, one line for each; a line `sheet: {…}`
says where the sheet is.

`make_examples.py` makes the workbooks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from importer.errors import SheetError
from importer.model import Chunk, Kind, SheetSpec
from importer.sheets import open_sheet

HERE = Path(__file__).parent
ACCEPT = sorted(path for path in (HERE / "accept").iterdir() if path.suffix != ".json")
REJECT = sorted(path for path in (HERE / "reject").iterdir() if path.suffix != ".txt")


def named(path: Path) -> str:
    """Name a case after its file."""
    return path.name


@pytest.mark.parametrize("path", ACCEPT, ids=named)
def test_accepts(path: Path) -> None:
    """Header, rows, row numbers and kinds come out as the file's JSON says, and nothing besides."""
    wanted = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert wanted.pop("about")
    assert read(path, spec_of(wanted.pop("sheet", {}))) == wanted


@pytest.mark.parametrize("path", REJECT, ids=named)
def test_rejects(path: Path) -> None:
    """The refusal holds the words that the person needs."""
    lines = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    spec = {}
    if lines[0].startswith("sheet: "):
        spec = json.loads(lines.pop(0).removeprefix("sheet: "))
    with pytest.raises(SheetError) as caught:
        read(path, spec_of(spec))
    said = f"{caught.value.message} {caught.value.hint}"
    assert caught.value.hint
    assert [words for words in lines if words not in said] == [], said


def test_there_are_examples() -> None:
    """The folders are found, and every expectation belongs to a file."""
    assert len(ACCEPT) >= 30
    assert len(REJECT) >= 20
    for folder, cases, suffix in (("accept", ACCEPT, ".json"), ("reject", REJECT, ".txt")):
        stems = [path.stem for path in cases]
        assert len(set(stems)) == len(stems), "two files would share one expectation"
        found = {path.stem for path in (HERE / folder).glob(f"*{suffix}")}
        assert found == set(stems) | {path.stem for path in cases if path.suffix == suffix}


def spec_of(fields: dict[str, Any]) -> SheetSpec:
    """Give a SheetSpec of its fields."""
    if "header_find" in fields:
        fields["header_find"] = tuple(fields["header_find"])
    return SheetSpec(**fields)


def read(path: Path, spec: SheetSpec) -> dict[str, Any]:
    """Read a sheet as its JSON would say it; what is empty is left out."""
    sheet = open_sheet(path, spec)
    chunks = list(sheet.chunks())
    found = {
        "tab": sheet.tab,
        "header_row": sheet.header_row,
        "headers": list(sheet.headers),
        "ragged": {str(row): count for chunk in chunks for row, count in chunk.ragged.items()},
        "surplus": {
            str(row): list(texts) for chunk in chunks for row, texts in chunk.surplus.items()
        },
        "hidden_columns": sorted(sheet.hidden_columns),
        "hidden": sorted(row for chunk in chunks for row in chunk.hidden),
        "notes": [note.code for note in sheet.notes],
        "rows": {number: row for chunk in chunks for number, row in rows(chunk)},
    }
    return {key: value for key, value in found.items() if value or key == "rows"}


def rows(chunk: Chunk) -> Iterator[tuple[str, list[Any]]]:
    """Yield the rows that are not blank."""
    texts = zip(*chunk.columns, strict=True)
    kinds = zip(
        *(chunk.kinds or [[Kind.TEXT] * len(chunk.numbers)] * len(chunk.columns)), strict=True
    )
    for number, row, of_row in zip(chunk.numbers, texts, kinds, strict=True):
        if any(row) or number in chunk.surplus:
            yield str(number), [cell(text, kind) for text, kind in zip(row, of_row, strict=True)]


def cell(text: str, kind: Kind) -> str | dict[str, str]:
    """A text as it is; anything else with the name of its kind."""
    return text if kind is Kind.TEXT else {kind.name.lower(): text}
