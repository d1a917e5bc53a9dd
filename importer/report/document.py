"""`reconciliation.json`: the figures of a run, then every line of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from pydantic import with_config

from importer.report.entries import Entry, entry_of
from importer.report.shape import DESCRIBED
from importer.report.source import Report
from importer.report.spool import Spool
from importer.report.summary import Summary, summary

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode


@with_config(DESCRIBED)
class Document(Summary):
    """One run: what `--json` prints, without exit code and files, and its lines."""

    lines: list[Entry]
    """Every action and every skipped row, in the sheet's order."""


def document_lines(report: Report) -> Spool:
    """Return the spool of the document's lines."""
    said = {one.key: one for one in report.reasons}
    return Spool(lambda line, record: f"\n    {_ENCODE(entry_of(line, record, said))}", ",")


def document_file(report: Report, lines: Spool) -> Iterator[bytes]:
    """Yield the content of `reconciliation.json` in pieces: each line on a line of its own."""
    figures = json.dumps(summary(report), ensure_ascii=False, indent=2)
    yield (figures.removesuffix("\n}") + ',\n  "lines": [').encode()
    end = ""
    for piece in lines.pieces():
        yield piece.encode()
        end = "\n  "
    yield f"{end}]\n}}\n".encode()
