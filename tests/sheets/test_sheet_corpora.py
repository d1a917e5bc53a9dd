"""Files that others wrote. A table of theirs is right here, or refused; never silently wrong."""

from __future__ import annotations

import csv
import io
import json
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from importer.errors import SheetError
from importer.model import Kind, SheetSpec
from importer.sheets import Shown, open_sheet, tab_names
from importer.sheets.cells import as_shown

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"

Rows = list[tuple[str, ...]]


def unzipped(name: str, folder: Path) -> Path:
    """Unpack a corpus, or skip."""
    archive = CORPORA / name
    if not archive.exists():
        pytest.skip(f"the corpus ../shared/corpora/{name} is not on this machine")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    return folder


def table(path: Path) -> tuple[tuple[str, ...], Rows, int]:
    """Read a CSV: header, the rows that are neither blank nor ragged, and how many are ragged."""
    sheet = open_sheet(path, SheetSpec())
    rows: Rows = []
    ragged = 0
    for chunk in sheet.chunks():
        ragged += len(chunk.ragged)
        numbered = zip(chunk.numbers, zip(*chunk.columns, strict=True), strict=True)
        rows += [row for number, row in numbered if number not in chunk.ragged and any(row)]
    return sheet.headers, rows, ragged


def test_csv_spectrum_is_right(tmp_path: Path) -> None:
    """Every edge case of csv-spectrum is read as its JSON says."""
    folder = unzipped("csv_spectrum.zip", tmp_path)
    paths = sorted(folder.glob("csvs/*.csv"))
    assert len(paths) >= 11
    for path in paths:
        header, rows, ragged = table(path)
        expected = json.loads((folder / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
        # The JSON of two files has CRLF where the packed CSV has LF; what a break is, is not asked.
        found = [dict(zip(header, row, strict=True)) for row in rows]
        assert _lf(found) == _lf(expected), path.name
        assert ragged == 0, path.name


def _lf(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{key: text.replace("\r\n", "\n") for key, text in row.items()} for row in rows]


def test_pollock_is_right_or_refused(tmp_path: Path) -> None:
    """No polluted file of Pollock becomes a table that is silently wrong."""
    folder = unzipped("pollock_sample.zip", tmp_path)
    tally = Counter(_verdict(folder, path.name) for path in sorted(folder.glob("polluted/*.csv")))
    print(dict(tally))  # noqa: T201 - the table that `pytest -s` shows
    assert set(tally) <= {"right", "right, ragged rows named", "refused", "another header"}
    assert tally["right"] >= 4
    assert tally["right, ragged rows named"] >= 100


def _verdict(folder: Path, name: str) -> str:
    """Compare with the clean truth. A mapping of the clean table refuses another header."""
    truth = list(
        map(tuple, csv.reader(io.StringIO((folder / "clean" / name).read_text(encoding="utf-8"))))
    )
    try:
        header, rows, ragged = table(folder / "polluted" / name)
    except SheetError:
        return "refused"
    if header != truth[0]:
        return "another header"
    wanted = [row for row in truth[1:] if any(row)]
    if rows == wanted and not ragged:
        return "right"
    is_subset = not Counter(rows) - Counter(wanted)
    if ragged and is_subset and len(rows) + ragged == len(wanted):
        return "right, ragged rows named"
    return f"silently wrong: {name}"


def test_calamine_s_workbooks_are_read_or_refused(tmp_path: Path) -> None:
    """Every workbook of calamine's is read or refused with a hint, and nothing else happens."""
    folder = unzipped("calamine_sample.zip", tmp_path)
    refusals: list[SheetError] = []
    read = 0
    for path in sorted(folder.iterdir()):
        try:
            tabs = tab_names(path)
        except SheetError as error:
            refusals.append(error)
            continue
        refusals += filter(None, [_read_or_refuse(path, tab) for tab in tabs])
        read += 1
    assert read >= 55
    assert all(refusal.hint for refusal in refusals)


def _read_or_refuse(path: Path, tab: str) -> SheetError | None:
    try:
        sheet = open_sheet(path, SheetSpec(tab=tab))
    except SheetError as error:
        return error
    assert sum(len(chunk.numbers) for chunk in sheet.chunks()) == sheet.total
    return None


def test_calamine_s_workbooks_are_those_that_openpyxl_reads(tmp_path: Path) -> None:
    """Every cell of calamine's .xlsx samples is what openpyxl reads there."""
    folder = unzipped("calamine_sample.zip", tmp_path)
    compared = 0
    for path in sorted(folder.glob("*.xlsx")):
        book = _by_openpyxl(path)
        for tab in book.worksheets if book else ():
            theirs = dict(_their_cells(tab))
            header = min((row for row, _ in theirs), default=1)
            below = {at: cell for at, cell in theirs.items() if at[0] != header}
            assert _our_cells(path, tab.title, header) == below, f"{path.name} {tab.title}"
            compared += len(below)
    assert compared > 600


OTHER_WORDS = {"has_x000D_.xlsx", "encoded_entities.xlsx", "whitespace_trim.xlsx"}
"""Where openpyxl keeps what Excel does not show: escapes, and white space not marked as kept."""


def _by_openpyxl(path: Path) -> openpyxl.Workbook | None:
    if path.name in OTHER_WORDS:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
        except Exception:  # noqa: BLE001 - it cannot read all of them, and says so in many ways
            return None
    # It walks every cell up to the furthest one, blank or not.
    is_walkable = all(tab.max_row * tab.max_column < 1_000_000 for tab in book.worksheets)
    return book if is_walkable else None


def _their_cells(tab: Worksheet) -> Iterator[tuple[tuple[int, int], Shown]]:
    for row in tab.iter_rows():
        for cell in row:
            if cell.value is None:
                continue
            is_error = cell.data_type == "e"
            shown = (str(cell.value), Kind.ERROR) if is_error else as_shown(cell.value)  # type: ignore[arg-type]
            yield (cell.row, cell.column), shown


def _our_cells(path: Path, tab: str, header: int) -> dict[tuple[int, int], Shown]:
    """Give every cell that holds anything, but the header's, whose kinds are not told."""
    try:
        sheet = open_sheet(path, SheetSpec(tab=tab, header_row=header))
    except SheetError:
        return {}
    rows: dict[int, list[Shown]] = dict(enumerate(map(list, sheet.preamble), start=1))
    for chunk in sheet.chunks():
        assert chunk.kinds is not None
        texts = zip(*chunk.columns, strict=True)
        kinds = zip(*chunk.kinds, strict=True)
        for number, text, kind in zip(chunk.numbers, texts, kinds, strict=True):
            rows[number] = list(zip(text, kind, strict=True))
    return {
        (number, column): shown
        for number, row in rows.items()
        for column, shown in enumerate(row, start=1)
        if shown[0]
    }
