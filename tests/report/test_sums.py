"""The law of the files: their lines add up to the books, whichever of them is read."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from importer.created import record_of
from importer.report.source import ReportSource
from importer.report.write import write_reports

from .books import RUN, every_outcome, source_of
from .odd import beyond_excel, mixed, odd, sums_of

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of one of the files."""

    row: int
    outcome: str
    currency: str = ""
    amount: str = ""


def of_csv(folder: Path) -> Iterable[Line]:
    """Read the CSV."""
    with (folder / "reconciliation.csv").open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file, strict=True):
            yield Line(
                row=int(line["row"]),
                outcome=line["outcome"],
                currency=line["currency"],
                amount=line["amount"],
            )


def of_json(folder: Path) -> Iterable[Line]:
    """Read the JSON."""
    whole = json.loads((folder / "reconciliation.json").read_text(encoding="utf-8"))
    for line in whole["lines"]:
        yield Line(row=line["row"], outcome=line["outcome"], **(line["money"] or {}))


def of_workbook(folder: Path) -> Iterable[Line]:
    """Read the workbook's tabs."""
    for tab in load_workbook(folder / "reconciliation.xlsx").worksheets[1:]:
        header, *rows = tab.values
        for values in rows:
            line = dict(zip(header, values, strict=True))
            if isinstance(line["Row"], int):
                assert tab.title.split()[0].upper() == line["Outcome"]
                yield Line(
                    row=line["Row"],
                    outcome=str(line["Outcome"]),
                    currency=str(line["Currency"] or ""),
                    amount=str(line["Amount"]) if line["Amount"] is not None else "",
                )


READERS: Mapping[str, Callable[[Path], Iterable[Line]]] = {
    "csv": of_csv,
    "json": of_json,
    "xlsx": of_workbook,
}
SOURCES = {
    "every": every_outcome(),
    "mixed": mixed(),
    "beyond": beyond_excel(),
    "odd": odd(300),
    "other": odd(150, seed=3),
    "empty": source_of([]),
}


@pytest.fixture(scope="module", params=SOURCES)
def run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[ReportSource, Path]:
    """Return a run and the folder with its reports."""
    source = SOURCES[request.param]
    folder = tmp_path_factory.mktemp("sums") / RUN.id
    write_reports(folder, source)
    return source, folder


@pytest.mark.parametrize("kind", READERS)
def test_the_lines_add_up_to_the_books(run: tuple[ReportSource, Path], kind: str) -> None:
    """Each outcome's count and exact sum per currency are those of the records and of the books."""
    source, folder = run
    lines = list(READERS[kind](folder))
    books = source.reconciliation
    counts = {str(one): line.count for one, line in books.outcomes.items() if line.count}
    skipped = {"SKIPPED": books.run.skipped.values()}
    counts |= {name: sum(rows) for name, rows in skipped.items() if rows}
    assert Counter(line.outcome for line in lines) == counts
    sums: dict[Key, Decimal] = {}
    for line in lines:
        if line.currency:
            key = (line.outcome, line.currency)
            sums[key] = sums.get(key, Decimal(0)) + Decimal(line.amount)
    assert sums == sums_of(list(map(record_of, source.actions())))
    assert sums == {
        (str(one), str(currency)): amount
        for one, line in books.outcomes.items()
        for currency, amount in line.money.items()
    }


@pytest.mark.parametrize("kind", READERS)
def test_every_row_of_the_sheet_is_there(run: tuple[ReportSource, Path], kind: str) -> None:
    """A row with actions has a line for each, a skipped one has one."""
    source, folder = run
    rows = [one.row for one in source.actions()] + [one.row for one in source.skipped_rows()]
    assert Counter(line.row for line in READERS[kind](folder)) == Counter(rows)


def test_the_workbook_and_the_csv_have_the_same_columns(
    run: tuple[ReportSource, Path],
) -> None:
    """In the same order, under the same names."""
    _, folder = run
    with (folder / "reconciliation.csv").open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    for tab in load_workbook(folder / "reconciliation.xlsx").worksheets[1:]:
        assert [str(cell.value).lower() for cell in tab[1]] == header
