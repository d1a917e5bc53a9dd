"""`reconciliation.json`: the figures of a run, then every line of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from pydantic import with_config

from importer.created import Told
from importer.model import Skipped
from importer.report.brief import Brief
from importer.report.entries import Entry, entry_of
from importer.report.lines import Line
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

    def text_of(line: Line, record: Told | Skipped) -> str:
        if isinstance(line, Brief):
            return f"\n    {_brief(line)}"
        return f"\n    {_ENCODE(entry_of(line, record, said))}"

    return Spool(text_of, ",")


def _brief(line: Brief) -> str:
    """An `Entry` of which everything but this is the same."""
    one = line.values
    texts = [one.cell, one.lead, one.name, one.type, line.status, one.action_id, one.reference]
    cell, lead, name, type_, status, action_id, reference = (
        [f'"{text}"' for text in texts] if line.is_simple else map(_ENCODE, texts)
    )
    money = f'{{"currency": "{one.currency}", "amount": "{one.digits}"}}'
    return (
        f'{{"cell": {cell}, "row": {line.row}, "lead": {lead}, "action": {name}, "type": {type_}, '
        f'"money": {money if one.digits else "null"}, "status": {status}, "outcome": "CREATED", '
        '"skipped": "", "incomplete": false, "given_up": false, "taken_up": "", '
        f'"action_id": {action_id}, "reasons": [], "problems": [], "remarks": [], "detail": "", '
        f'"to_do": "", "earlier": null, "decisions": [], "reference": {reference}, '
        f'"source": {line.source}}}'
    )


def document_file(report: Report, lines: Spool) -> Iterator[bytes]:
    """Yield the content of `reconciliation.json` in pieces: each line on a line of its own."""
    figures = json.dumps(summary(report), ensure_ascii=False, indent=2)
    yield (figures.removesuffix("\n}") + ',\n  "lines": [').encode()
    end = ""
    for piece in lines.pieces():
        yield piece
        end = "\n  "
    yield f"{end}]\n}}\n".encode()
