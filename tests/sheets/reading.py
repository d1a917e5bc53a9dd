"""What our reader says of a file: run in a process of its own, told in plain records."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from references import Place

from importer.errors import ImporterError, SheetError
from importer.mapping import bind, parse_mapping
from importer.model import Kind, SheetSpec
from importer.sheets import Sheet, open_sheet, tab_names

LAST_HEADER = 60
"""The last row in which a header is looked for where nobody says where it is."""

Seen = tuple[str, Kind | None]
"""A text of ours, and its kind; a header's kinds are not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a file or a tab was not read."""

    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A workbook as we read it."""

    tabs: Mapping[str, Mapping[Place, Seen] | Refusal] = field(default_factory=dict)
    refusal: Refusal | None = None
    """Why none of it was read."""
    peak: int = 0
    """Bytes that this process held at most: the reader's own children do not count."""


def read_tabs(path: Path, headers: Mapping[str, int], *, blank_too: bool) -> Reading:
    """Read the tabs of a workbook.

    Args:
        path: a workbook.
        headers: tab → row of its header. A tab that is not there: its first row that can be one.
        blank_too: also read the tabs that `headers` does not name.
    """
    forget_peak()
    tabs = {} if blank_too else _tabs(path, headers, headers)
    if not tabs or any(map(is_missing, tabs.values())):
        try:
            tabs = _tabs(path, tab_names(path), headers)
        except ImporterError as error:
            return Reading(refusal=_refusal(error), peak=peak())
    return Reading(tabs=tabs, peak=peak())


Tab = Mapping[Place, Seen] | Refusal


def is_missing(tab: Tab) -> bool:
    """Tell whether we say that a tab does not exist."""
    return isinstance(tab, Refusal) and "has no tab" in tab.message


def _tabs(path: Path, names: Iterable[str], headers: Mapping[str, int]) -> dict[str, Tab]:
    return {name: _tab(path, name, headers.get(name)) for name in names}


def _refusal(error: ImporterError) -> Refusal:
    return Refusal(message=error.message, hint=error.hint)


def _tab(path: Path, name: str, header: int | None) -> Tab:
    refusals: list[Refusal] = []
    for row in [header] if header else range(1, LAST_HEADER):
        try:
            return dict(_cells(open_sheet(path, SheetSpec(tab=name, header_row=row))))
        except SheetError as error:
            refusals.append(_refusal(error))
            if "is blank" not in error.message:
                break
    return refusals[0]


def _cells(sheet: Sheet) -> Iterator[tuple[Place, Seen]]:
    """Yield every cell that holds anything, whatever part of the sheet it stands in."""
    for row, shown in enumerate(sheet.preamble, start=1):
        yield from _row(row, 1, shown)
    yield from _row(sheet.header_row, 1, [(text, None) for text in sheet.headers])
    for chunk in sheet.chunks():
        kinds = chunk.kinds or [[Kind.TEXT] * len(chunk.numbers)] * len(chunk.columns)
        for column, (texts, of_texts) in enumerate(zip(chunk.columns, kinds, strict=True), start=1):
            for row, text, kind in zip(chunk.numbers, texts, of_texts, strict=True):
                yield from _row(row, column, [(text, kind)])
        for row, beyond in chunk.surplus.items():
            yield from _row(row, len(sheet.headers) + 1, [(text, None) for text in beyond])


def _row(row: int, first: int, shown: Sequence[Seen]) -> Iterator[tuple[Place, Seen]]:
    for column, (text, kind) in enumerate(shown, start=first):
        if text:
            yield (row, column), (text, kind)


Rows = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What stands in a CSV, as the makers of a corpus say."""

    headers: tuple[str, ...]
    rows: Rows


def truth_of(path: Path) -> Truth | None:
    """Find the truth that lies beside a CSV: `clean/NAME.csv`, or `json/NAME.json`."""
    clean = path.parent.parent / "clean" / path.name
    listed = path.parent.parent / "json" / f"{path.stem}.json"
    if clean.exists() and clean.parent != path.parent:
        text = io.StringIO(clean.read_text(encoding="utf-8"), newline="")
        header, *rows = [*map(tuple, csv.reader(text))] or [()]
        return Truth(headers=header, rows=list(filter(any, rows)))
    if listed.exists():
        records = json.loads(listed.read_text(encoding="utf-8"))
        return Truth(headers=tuple(records[0]), rows=[tuple(row.values()) for row in records])
    return None


def read_csv(path: Path, truth: Truth | None) -> str | Refusal:
    """Read a CSV by a mapping that names the true headers.

    Returns:
        "" where each row is either as in truth or named as ragged, none missing and none besides;
        else what is wrong.
    """
    try:
        sheet = open_sheet(path, SheetSpec())
        places = _places(sheet, truth) if truth else []
        rows, ragged = _rows(sheet, places)
    except SheetError as error:
        return _refusal(error)
    return "" if truth is None else _difference(rows, ragged, truth.rows)


def _places(sheet: Sheet, truth: Truth) -> list[int]:
    """Find the true headers as a mapping of them does."""
    quoted = [json.dumps(header, ensure_ascii=False) for header in truth.headers]
    lines = [f"  c{at}: {{header: {header}, type: text}}" for at, header in enumerate(quoted)]
    text = "\n".join([
        "mapping: 1",
        "columns:",
        f"  lead: {{header: {quoted[0] if quoted else '?'}, type: lead_id}}",
        *lines,
        "lead: lead",
        'actions: [{name: note, type: "1003", fields: {note: {from: c0}}}]',
    ])  # fmt: skip
    binding = bind(parse_mapping(text, "truth.yaml"), sheet.headers, sheet.file, sheet.header_row)
    return [binding.columns[f"c{at}"] for at in range(len(truth.headers))]


def _rows(sheet: Sheet, places: Sequence[int]) -> tuple[Rows, int]:
    """Give the rows that are neither blank nor ragged, and how many are ragged."""
    rows: Rows = []
    ragged = 0
    for chunk in sheet.chunks():
        ragged += len(chunk.ragged)
        columns = [chunk.columns[place] for place in places] or chunk.columns
        numbered = zip(chunk.numbers, zip(*columns, strict=True), strict=True)
        rows += [row for number, row in numbered if number not in chunk.ragged and any(row)]
    return rows, ragged


def _difference(rows: Rows, ragged: int, truth: Rows) -> str:
    """Say where rows are not the true ones; a break inside a cell may be CRLF or LF."""
    ours, theirs = [_lf(row) for row in rows], [_lf(row) for row in truth]
    surplus = Counter(ours) - Counter(theirs)
    if surplus:
        return f"a row that is not in truth: {next(iter(surplus))}"
    if len(ours) + ragged != len(theirs):
        return f"{len(ours)} rows and {ragged} ragged ones, of {len(theirs)}"
    return "" if ragged or ours == theirs else "the rows stand in another order"


def _lf(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text.replace("\r\n", "\n") for text in row)


def forget_peak() -> None:
    """Start to measure anew, where the system can."""
    if sys.platform == "linux":
        with suppress(OSError):  # not everywhere may a process do this
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak() -> int:
    """Bytes that this process held at most."""
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return int(psutil.Process().memory_info().rss)
