"""`reconciliation.json`: the figures of a run, then every line of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from operator import mod
from typing import Final

from pydantic import with_config

from importer.created import Told
from importer.model import Skipped
from importer.report.entries import Entry, entry_of
from importer.report.lines import ActionLine
from importer.report.shape import DESCRIBED
from importer.report.source import Report
from importer.report.spool import Spool
from importer.report.stretch import ByKind, Kind, Stretch, literal
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

    def text_of(line: ActionLine, record: Told | Skipped) -> str:
        return f"\n    {_ENCODE(entry_of(line, record, said))}"

    return Spool(text_of, _Stretches().texts, b",")


class _Stretches:
    """Makes the lines of stretches."""

    def __init__(self) -> None:
        self._templates = ByKind[bytes](_template)

    def texts(self, stretch: Stretch) -> Iterator[bytes]:
        """Yield the text of each line."""
        _, rows, leads, _, _, action_ids, _, sources = stretch
        values = zip(rows, rows, leads, stretch.amounts, action_ids, rows, sources, strict=True)
        return map(mod, self._templates.of(stretch), values)


def _template(kind: Kind) -> bytes:
    """An `Entry` of which everything but this is the same."""
    money = f'{{"currency": "{kind.code}", "amount": "%b"}}' if kind.code else "%.0bnull"
    return (
        f'\n    {{"cell": "{literal(kind.cell)}%b", "row": %b, "lead": "%b", '
        f'"action": "{literal(kind.name)}", "type": "{literal(kind.type)}", "money": {money}, '
        f'"status": "{literal(kind.status)}", "outcome": "CREATED", "skipped": "", '
        '"incomplete": false, "given_up": false, "taken_up": "", "action_id": "%b", '
        '"reasons": [], "problems": [], "remarks": [], "detail": "", "to_do": "", '
        '"earlier": null, "decisions": [], '
        f'"reference": "{literal(kind.run)}/%b", "source": %b}}'
    ).encode()


def document_file(report: Report, lines: Spool) -> Iterator[bytes]:
    """Yield the content of `reconciliation.json` in pieces: each line on a line of its own."""
    figures = json.dumps(summary(report), ensure_ascii=False, indent=2)
    yield (figures.removesuffix("\n}") + ',\n  "lines": [').encode()
    end = ""
    for piece in lines.pieces():
        yield piece
        end = "\n  "
    yield f"{end}]\n}}\n".encode()
