"""Workbooks that others wrote: what the scan finds is what openpyxl and xlrd find there."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
import xlrd  # type: ignore[import-untyped]  # it has no types
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import SheetTypeEnum, SheetVisibleEnum

from importer.errors import SheetError
from importer.model import Kind
from importer.sheets.scan import Scan, scan, tabs_of
from importer.sheets.tabs import opened

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
FEW = 1_000_000
"""Cells that openpyxl may walk through in a test."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is to agree. Rows count from 1, columns from 0."""

    errors: dict[tuple[int, int], str]
    hidden: set[int]
    merges: set[tuple[int, int, int, int]]


@pytest.fixture(scope="module", params=["calamine_sample.zip", "poi_sample.zip"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An unpacked corpus."""
    archive = CORPORA / request.param
    if not archive.exists():
        pytest.skip(f"the corpus ../shared/corpora/{request.param} is not on this machine")
    unpacked = tmp_path_factory.mktemp("corpus")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(unpacked)
    return unpacked


def tabs(path: Path) -> list[str]:
    """List the tabs that calamine reads; none where it does not read the workbook."""
    try:
        with opened(path) as book:
            return [tab.name for tab in book.sheets_metadata if tab.typ == SheetTypeEnum.WorkSheet]
    except SheetError:
        return []


def is_read(path: Path, tab: str) -> bool:
    """Tell whether calamine reads a tab."""
    try:
        with opened(path) as book:
            book.get_sheet_by_name(tab)
    except SheetError:
        return False
    return True


def ours(found: Scan) -> Facts:
    """Give what we found."""
    errors = {}
    for column, runs in found.constants.items():
        for first, last, word in runs.between(1, 1 << 21):
            look = found.looks[word]
            if isinstance(look, tuple) and look[1] is Kind.ERROR and look[0][:2] != "##":
                errors.update({(row, column): look[0] for row in range(first, last + 1)})
    return Facts(
        errors={at: text for at, text in errors.items() if text.startswith("#")},
        hidden=set(found.hidden_rows),
        merges=set(found.merges.between(1, 1 << 21)),
    )


def by_openpyxl(path: Path) -> dict[str, Facts]:
    """Read an .xlsx with openpyxl, as far as it can and as far as it is quick."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
        except Exception:  # noqa: BLE001 - it cannot read all of them, and says so in many ways
            return {}
    return {
        tab.title: Facts(
            errors=dict(_errors(tab)),
            hidden={
                number
                for number, row in tab.row_dimensions.items()
                if row.hidden or row.height == 0
            },
            merges={
                (area.min_row, area.min_col - 1, area.max_row, area.max_col - 1)
                for area in tab.merged_cells.ranges
            },
        )
        for tab in book.worksheets
        if tab.max_row * tab.max_column < FEW
    }


def _errors(tab: Worksheet) -> Iterator[tuple[tuple[int, int], str]]:
    for row in tab.iter_rows():
        for cell in row:
            if cell.data_type == "e":
                yield (cell.row or 0, (cell.column or 0) - 1), str(cell.value)


def by_xlrd(path: Path) -> dict[str, Facts]:
    """Read an .xls with xlrd, as far as it can."""
    try:
        book = xlrd.open_workbook(path, formatting_info=True, logfile=io.StringIO())
    except Exception:  # noqa: BLE001 - damage leads it into anything
        return {}
    return {
        tab.name: Facts(
            errors={
                (row + 1, column): xlrd.error_text_from_code[tab.cell_value(row, column)]
                for row in range(tab.nrows)
                for column in range(tab.row_len(row))
                if tab.cell_type(row, column) == xlrd.XL_CELL_ERROR
            },
            hidden={
                row + 1 for row, info in tab.rowinfo_map.items() if info.hidden or info.height == 0
            },
            merges={
                (top + 1, left, bottom, right - 1) for top, bottom, left, right in tab.merged_cells
            },
        )
        for tab in book.sheets()
    }


LOST = "WrongFormulaRecordType.xls"
"""Its formulas are of an older Excel: calamine reads blanks there, and so the scan refuses it."""


def files(folder: Path) -> list[Path]:
    """Everything in a corpus but the file that only the scan understands."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if not path.name.endswith(LOST))


def test_the_scan_agrees_with_others(folder: Path) -> None:
    """Error cells, hidden rows and merges are those that openpyxl and xlrd find."""
    compared = 0
    for path in files(folder):
        theirs = by_xlrd(path) if path.suffix == ".xls" else by_openpyxl(path)
        for tab in theirs.keys() & set(tabs(path)):
            assert ours(scan(path, [tab])[tab]) == theirs[tab], f"{path.name} › {tab}"
            compared += 1
    assert compared > 50


def test_what_calamine_reads_is_scanned(folder: Path) -> None:
    """A tab that calamine reads can be looked through, and nothing but a refusal happens else."""
    looked = 0
    for path in files(folder):
        for tab in tabs(path):
            try:
                found = scan(path, [tab])[tab]
            except SheetError:
                assert not is_read(path, tab), f"{path.name} › {tab}"
                continue
            assert bool(found.rows) == bool(found.columns) == bool(found.farthest)
            looked += 1
    assert looked > 100


def test_tabs_are_those_that_calamine_lists(folder: Path) -> None:
    """Which tabs can hold cells, in which order, and which of them are hidden, is told alike."""
    listed = 0
    for path in files(folder):
        with suppress(SheetError), opened(path) as book:
            theirs = [
                (tab.name, tab.visible == SheetVisibleEnum.Visible)
                for tab in book.sheets_metadata
                if tab.typ == SheetTypeEnum.WorkSheet
            ]
            assert [(tab.name, tab.is_visible) for tab in tabs_of(path)] == theirs, path.name
            listed += 1
    assert listed > 30
