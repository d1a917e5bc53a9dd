"""`reconciliation.json`: the figures of a run, then every line of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from pydantic import with_config

from importer.report.entries import Entry, entries_of
from importer.report.shape import DESCRIBED
from importer.report.source import Report, ReportSource
from importer.report.summary import Summary, summary

_LINES_A_PIECE: Final = 1000


@with_config(DESCRIBED)
class Document(Summary):
    """One run: what `--json` prints, without exit code and files, and its lines."""

    lines: list[Entry]
    """Every action and every skipped row, in the sheet's order."""


def document_file(report: Report, source: ReportSource) -> Iterator[bytes]:
    """Yield the content of `reconciliation.json` in pieces: each line on a line of its own."""
    figures = json.dumps(summary(report), ensure_ascii=False, indent=2)
    yield (figures.removesuffix("\n}") + ',\n  "lines": [').encode()
    pending: list[str] = []
    before = ""
    for entry in entries_of(report, source):
        pending.append(f"{before}\n    {json.dumps(entry, ensure_ascii=False)}")
        before = ","
        if len(pending) >= _LINES_A_PIECE:
            yield "".join(pending).encode()
            pending.clear()
    yield ("".join(pending) + ("\n  " if before else "") + "]\n}\n").encode()
