"""The line of what was created, and of which there is nothing else to say: most of a report's.

Its texts are made from the journal's own, without a record or a parsed value between: a report of
100,000 rows has 200,000 of these lines, and each is put into four files.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from importer.created import CURRENCIES, Created
from importer.model import Cell, Outcome, RunRecord
from importer.report.figures import with_decimals
from importer.report.inert import stand_anywhere, visible

_AMBIGUOUS: Final = ('""', ':","')
"""In compact JSON without escapes: a value that is empty, or looks like what stands between two."""
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode


class Values(NamedTuple):
    """What stands in the columns of `listing.COLUMNS`, in their order."""

    cell: str
    row: str
    lead: str
    known_by: str
    name: str
    type: str
    currency: str
    """"" without money, like the digits."""
    digits: str
    """As `figures.plain` writes them."""
    outcome: str
    mark: str
    taken_up_by: str
    action_id: str
    why: str
    to_do: str
    reference: str
    says: str


class Brief(NamedTuple):
    """As a `lines.ActionLine`, without what it has nothing to say about."""

    row: int
    values: Values
    status: str
    """As `Created.status`."""
    source: str
    """The source values as the document's JSON."""
    is_simple: bool
    """None of its texts has to be escaped, in any of the files."""

    @property
    def outcome(self) -> Outcome:
        """What all of them have in common."""
        return Outcome.CREATED


class Briefs:
    """Makes the brief lines of a run."""

    def __init__(self, run: RunRecord, known_by: Sequence[str]) -> None:
        # The number of the row stands last.
        self._before = visible(str(Cell(file=run.file, tab=run.tab, row=0, column="")))[:-1]
        # A name of a file may hold what no cell of ours does: a tab, a line break.
        self._is_shown = self._before.isprintable()
        self._keys = [f"{_ENCODE(name)}:" for name in known_by]

    def known_by(self, of_row: Sequence[Created]) -> str:
        """Return what a person knows a row by, beside its lead, where all of it was created."""
        found = (_value(key, of_row) for key in self._keys)
        return " · ".join(filter(None, found))

    def of(self, created: Created, known_by: str) -> Brief:
        """Return the line of an action."""
        run, row, _, name, type_, lead, amount, code, status, action_id, content, _ = created
        currency = code or ""
        digits = with_decimals(amount, CURRENCIES[currency]) if amount else ""
        says, source = _both(content)
        values = Values(
            f"{self._before}{row}",
            str(row),
            lead,
            known_by,
            name,
            type_,
            currency,
            digits,
            _CREATED,
            "",
            "",
            action_id,
            "",
            "",
            f"{run}/{row}",
            says,
        )
        is_simple = self._is_shown and stand_anywhere((*values, status))
        return Brief(row, values, status, source, is_simple)


_CREATED: Final = str(Outcome.CREATED)


def _both(content: str) -> tuple[str, str]:
    """What a line says of its source values, and the same as the document's JSON."""
    if any(one in content for one in _AMBIGUOUS):
        found = json.loads(content)
        return "; ".join(f"{name}: {text}" for name, text in found.items() if text), _ENCODE(found)
    said = content[2:-2].replace('":"', ": ").replace('","', "; ")
    return said, content.replace('":"', '": "').replace('","', '", "')


def _value(key: str, of_row: Sequence[Created]) -> str:
    """The value behind a key, of the last action that has it; "" where none has."""
    for one in reversed(of_row):
        start = one.content.find(key)
        if start >= 0:
            start += len(key) + 1
            return one.content[start : one.content.index('"', start)]
    return ""
