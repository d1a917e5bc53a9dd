"""How a sheet's columns have changed since the last run of its mapping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from importer.folding import fold, readable
from importer.journal.habits import headers_last_read
from importer.journal.store import Journal
from importer.model import Note
from importer.our_headers import is_failures_workbook, is_ours
from importer.pipeline.opening import BoundSheet


def drift(journal: Journal, bound: BoundSheet) -> list[Note]:
    """Compare a sheet's headers with those that the last run of its mapping read.

    A declared column that is gone is refused when the sheet is opened; this tells of the others,
    and of one that is now found by another of its headers. A failures workbook has the columns of
    the sheet that it came from, and is not compared.
    """
    last = headers_last_read(journal, bound.mapping.name)
    if last is None or is_failures_workbook(bound.sheet.headers):
        return []
    run, headers = last
    before, now = _by_fold(headers), _by_fold(bound.sheet.headers)
    gone = [shown for key, shown in before.items() if key not in now]
    new = [shown for key, shown in now.items() if key not in before]
    told = [*_told("gone", gone), *_told("new", new)]
    if not told:
        return []
    message = f"Since the run {run}, columns of the sheet have changed: {'; '.join(told)}."
    return [Note(code="columns-changed", message=message)]


def _by_fold(headers: Sequence[str]) -> dict[str, str]:
    return {fold(one): readable(one) for one in headers if fold(one) and not is_ours(one)}


def _told(what: str, headers: Sequence[str]) -> Iterator[str]:
    if headers:
        yield f"{what}: {', '.join(f'“{header}”' for header in headers)}"
