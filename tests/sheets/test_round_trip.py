"""Any table, written by somebody else's library, is read back equal: cells, kinds, row numbers."""

from __future__ import annotations

import csv
import datetime as dt
import random
import shutil
import subprocess
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from importer.errors import SheetError
from importer.model import Kind, SheetSpec
from importer.sheets import Shown, open_sheet

Value = str | float | bool | dt.date | None
Table = Sequence[Sequence[Value]]

HEADERS = ("Lead ID", "Receipt No", "Remarks")
WIDTH = len(HEADERS)
DELIMITERS = ",;\t|"

ANY_TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    | st.sampled_from("\",;\t|\r\n'= 0179eE+-.%₹\u00a0\u200b\ufeff\u2028\x85"),
    max_size=10,
)
"""Anything that a CSV can hold."""


def _is_no_utf8(text: str) -> bool:
    """Bytes that make sense as UTF-8 are read as that, whatever the mapping says, with a note."""
    try:
        return text.isascii() or not text.encode("cp1252").decode("utf-8")
    except UnicodeDecodeError:
        return True


WINDOWS_TEXT = st.text(st.sampled_from('aé€–“”;,"\n 09'), max_size=8).filter(_is_no_utf8)
"""Anything that a CSV in cp1252 can hold."""

XML_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"]) | st.sampled_from("\n\t 0179eE+-.,%₹"),
    min_size=1,
    max_size=10,
).filter(lambda text: "_x" not in text and text.strip())
"""Any text that openpyxl writes as it is: not `_x000D_`, which is an escape in an .xlsx, and not
white space alone, which it does not mark as to be kept."""
MOMENTS = st.datetimes(
    dt.datetime.fromisoformat("1950-01-01"), dt.datetime.fromisoformat("2100-01-01")
).map(lambda moment: moment.replace(microsecond=0))
CELLS = st.one_of(
    st.none(),
    XML_TEXT,
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e14, 1e14).filter(lambda n: abs(n) > 1e-8).map(lambda n: float(f"{n:.15g}")),
    MOMENTS,
    MOMENTS.map(dt.datetime.date),
)
"""Anything that a cell of a workbook can hold. openpyxl writes fifteen digits of a number."""


def tables(cells: st.SearchStrategy[Value]) -> st.SearchStrategy[list[list[Value]]]:
    """Make tables of three columns."""
    return st.lists(st.lists(cells, min_size=WIDTH, max_size=WIDTH), min_size=1, max_size=6)


def read(path: Path, spec: SheetSpec, size: int = 5_000) -> dict[int, list[Shown]]:
    """Row number → cells below the header, blank rows left out."""
    found: dict[int, list[Shown]] = {}
    for chunk in open_sheet(path, spec).chunks(size):
        assert not chunk.ragged
        kinds = chunk.kinds or [[Kind.TEXT] * len(chunk.numbers)] * len(chunk.columns)
        for at, number in enumerate(chunk.numbers):
            texts = [column[at] for column in chunk.columns]
            if any(texts):
                of_texts = [column[at] for column in kinds]
                found[number] = list(zip(texts, of_texts, strict=True))
    return found


def written(table: Table, first: int = 2) -> dict[int, list[Shown]]:
    """What must come back: row number → cells, blank rows left out."""
    rows = enumerate(table, start=first)
    return {number: list(map(shown, row)) for number, row in rows if any(map(is_filled, row))}


def is_filled(value: Value) -> bool:
    """Tell whether a cell holds anything."""
    return value is not None and value != ""


def shown(value: Value) -> Shown:
    """Give a value's text and kind, as `model.Kind` defines them."""
    match value:
        case None:
            return "", Kind.TEXT
        case str():
            return value, Kind.TEXT
        case bool():
            return str(value).upper(), Kind.BOOL
        case dt.datetime() if value.time() != dt.time():
            return f"{value:%Y-%m-%dT%H:%M:%S}", Kind.DATE
        case dt.date():
            return f"{value:%Y-%m-%d}", Kind.DATE
        case _:
            exact = format(Decimal(repr(value)), "f")
            plain = exact.rstrip("0").rstrip(".") if "." in exact else exact
            return ("0" if plain == "-0" else plain), Kind.NUMBER


def as_csv(path: Path, table: Table, delimiter: str, encoding: str, *, quote_all: bool) -> Path:
    """Write a CSV. A bare LF ends its lines only where every cell is in quotes."""
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(
            file,
            delimiter=delimiter,
            quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
            lineterminator="\n" if quote_all else "\r\n",
        )
        writer.writerows([HEADERS, *table])
    return path


DIALECTS = st.tuples(
    st.sampled_from(DELIMITERS),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.booleans(),
)
"""Delimiter, encoding, and whether every cell is in quotes."""


@given(tables(ANY_TEXT), DIALECTS, st.integers(1, 4))
def test_a_csv_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[list[Value]],
    dialect: tuple[str, str, bool],
    size: int,
) -> None:
    """Any texts in any dialect come back equal, in their rows, whatever the chunks."""
    delimiter, encoding, quote_all = dialect
    path = tmp_path_factory.mktemp("csv") / "payments.csv"
    as_csv(path, table, delimiter, encoding, quote_all=quote_all)
    assert read(path, SheetSpec(delimiter=delimiter), size) == written(table)


@given(tables(ANY_TEXT), st.sampled_from(DELIMITERS), st.booleans())
def test_a_delimiter_that_nobody_states_is_found_or_asked_for(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[list[Value]],
    delimiter: str,
    quote_all: bool,  # noqa: FBT001 - hypothesis chooses it
) -> None:
    """Without a word about the delimiter the table is the same, or refused."""
    path = tmp_path_factory.mktemp("csv") / "payments.csv"
    as_csv(path, table, delimiter, "utf-8", quote_all=quote_all)
    try:
        found = read(path, SheetSpec())
    except SheetError as refusal:
        assert "delimiter" in refusal.hint  # noqa: PT017 - either outcome is right
    else:
        assert found == written(table)


@given(tables(WINDOWS_TEXT))
def test_another_encoding_is_read_where_the_mapping_says_so(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[Value]]
) -> None:
    """Texts in cp1252 come back equal."""
    path = tmp_path_factory.mktemp("csv") / "payments.csv"
    as_csv(path, table, ";", "cp1252", quote_all=False)
    assert read(path, SheetSpec(delimiter=";", encoding="cp1252")) == written(table)


def as_workbook(path: Path, table: Table, first: int = 1) -> Path:
    """Write a workbook of two tabs; a text stays text, whatever it looks like."""
    book = openpyxl.Workbook()
    tab = book.worksheets[0]
    for at, row in enumerate([HEADERS, *table], start=first):
        for column, value in enumerate(row, start=1):
            cell = tab.cell(at, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    book.create_sheet("Notes")["A1"] = "not read"
    book.save(path)
    return path


@settings(max_examples=30)
@given(tables(CELLS), st.integers(1, 9), st.integers(1, 4))
@example([["x", None, None], [None] * 3, [None, None, "y"]], 1, 2)
def test_a_workbook_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[Value]], first: int, size: int
) -> None:
    """Any cells come back as texts of their kinds, in their rows, wherever the table begins."""
    path = as_workbook(tmp_path_factory.mktemp("book") / "payments.xlsx", table, first)
    spec = SheetSpec(header_row=first, tab="Sheet")
    assert read(path, spec, size) == written(table, first + 1)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """LibreOffice's command, with a profile of its own."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not on this machine")
    profile = tmp_path_factory.mktemp("profile").as_uri()
    return [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to"]


@pytest.mark.parametrize("suffix", ["ods", "xls", "xlsx"])
def test_what_libreoffice_writes_comes_back_the_same(
    tmp_path: Path, office: list[str], suffix: str
) -> None:
    """A table of 300 rows that LibreOffice has written in its own way is the same table."""
    table = _random_table(random.Random(suffix), 300)  # noqa: S311 - the same again each time
    source = as_workbook(tmp_path / "payments.xlsx", table)
    folder = tmp_path / "written"
    command = [*office, suffix, "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert read(folder / f"payments.{suffix}", SheetSpec()) == written(table)


def _random_table(rng: random.Random, rows: int) -> list[list[Value]]:
    """Make cells of every kind, some rows of them blank."""
    day = dt.datetime.fromisoformat("2026-04-03")
    kinds = (
        lambda: None,
        lambda: (
            "".join(rng.choices('abcé€ चेक“”";,|=+-_%₹\n09', k=rng.randint(1, 12))).strip() or "x"
        ),
        lambda: rng.choice(["007", "1e5", "TRUE", "#N/A", "6.03E+22", "03/04/2026", "=1+1", "-"]),
        lambda: rng.random() < 0.5,
        lambda: rng.randint(-(10**12), 10**12),
        lambda: round(rng.uniform(-1e6, 1e6), 2),
        lambda: day.date() + dt.timedelta(days=rng.randint(-9_000, 9_000)),
        lambda: day + dt.timedelta(seconds=rng.randint(1, 10**8)),
    )
    return [
        [rng.choice(kinds)() if at % 7 else None for _ in range(WIDTH)] for at in range(1, rows + 1)
    ]
