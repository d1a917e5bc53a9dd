"""Every action as the JSON that the page's script reads: small, and made in one pass.

Texts that repeat stand once in a table and are named by their place in it, so that the page of
100,000 actions stays small enough to open from a mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeVar

from importer.model import Outcome
from importer.reconcile import Reason
from importer.report.figures import shown
from importer.report.inert import for_script
from importer.report.lines import ActionLine, Note
from importer.report.words import OUTCOME_WORDS, SKIPPED, to_do_about

_Key = TypeVar("_Key")

_ROWS_A_PIECE: Final = 500

_OUTCOMES: Final[Mapping[Outcome | None, int]] = {
    **{outcome: place for place, outcome in enumerate(Outcome)},
    None: len(Outcome),
}


def rows_data(lines: Iterable[ActionLine], reasons: Iterable[Reason]) -> Iterator[str]:
    """Yield a JSON object in pieces, safe inside a script block.

    `rows` holds for every line: row, column letters, lead, what, money, currency, outcome,
    incomplete, action id, notes, reasons. Where the script knows a table of that name, the entry is
    a place in it.
    """
    table = _Tables(reasons)
    yield '{"rows":['
    pending: list[str] = []
    begun = False
    for line in lines:
        pending.append(for_script(table.entry(line)))
        if len(pending) == _ROWS_A_PIECE:
            yield ("," if begun else "") + ",".join(pending)
            pending.clear()
            begun = True
    yield ("," if begun and pending else "") + ",".join(pending)
    yield "],"
    yield for_script(table.tables())[1:]


class _Tables:
    """The texts that repeat, each with its place."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self._reasons = {
            (one.outcome, one.code, "" if one.code else one.text): place
            for place, one in enumerate(reasons)
        }
        self._letters: dict[str, int] = {}
        self._whats: dict[tuple[str, str], int] = {}
        self._currencies: dict[str, int] = {"": 0}
        self._notes: dict[tuple[Note, ...], int] = {}
        self._marks: dict[tuple[int, ...], int] = {}

    def entry(self, line: ActionLine) -> list[object]:
        money = line.money
        return [
            line.row,
            _place(self._letters, " ".join(line.letters)),
            line.lead,
            _place(self._whats, (line.name, line.type)),
            shown(money.amount, money.currency) if money else "",
            _place(self._currencies, str(money.currency) if money else ""),
            _OUTCOMES[line.outcome],
            int(line.incomplete),
            line.action_id,
            _place(self._notes, line.notes),
            _place(self._marks, self._marks_of(line)),
        ]

    def _marks_of(self, line: ActionLine) -> tuple[int, ...]:
        if line.outcome is None:
            return ()
        found = (self._reasons.get((line.outcome, *key)) for key in line.reasons)
        return tuple(place for place in found if place is not None)

    def tables(self) -> dict[str, object]:
        words = OUTCOME_WORDS
        return {
            "letters": list(self._letters),
            "whats": list(self._whats),
            "currencies": list(self._currencies),
            "outcomes": [*(str(outcome) for outcome in words), SKIPPED],
            "todo": [to_do_about(outcome, incomplete=True) for outcome in words],
            "notes": [
                [[note.column, note.text, note.hint] for note in notes] for notes in self._notes
            ],
            "marks": list(self._marks),
        }


def _place(table: dict[_Key, int], key: _Key) -> int:
    return table.setdefault(key, len(table))
