"""Every action as the JSON that the page's script reads: small, and made in one pass.

Lines that look alike share one entry in a table, and name what differs: so the page of 100,000
actions stays small enough to open from a mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from operator import mod
from typing import Final, TypeVar

from importer.model import Outcome
from importer.reconcile import Key
from importer.report.figures import shown, shown_digits
from importer.report.inert import for_script
from importer.report.lines import ActionLine
from importer.report.listing import MARK_CORRECTED, MARK_GIVEN_UP, MARK_TAKEN_UP, mark_of
from importer.report.reasons import Said
from importer.report.spool import Spool
from importer.report.stretch import ByKind, Kind, Stretch, encoded
from importer.report.words import INCOMPLETE, OUTCOME_WORDS, SKIPPED

GAP: Final = "\x01"
"""Stands in a text for a word that differs from line to line; no shown text holds it."""

_VARIES: Final = re.compile(r"\w*\d\w*(?:[-.,]\w*\d\w*)*")
_MARKS: Final = ("", INCOMPLETE, MARK_GIVEN_UP, MARK_TAKEN_UP, MARK_CORRECTED)
_Kind = tuple[object, ...]
_Key = TypeVar("_Key")
_AS_BEFORE, _ROW, _ACTION_ID, _LEAD = range(4)
"""Words that need not be written out: the one in this place before, and the line's own."""


class PageRows(Spool):
    """A JSON object in pieces, safe inside a script block.

    `rows` holds for every line: row, lead, what it is known by, amount, action id, its place in
    `kinds`, then the words for the gaps of its kind's texts. For lead and what it is known by, 0
    stands for the same as before.

    `kinds` holds: column letters, name, type, currency, outcome, mark, (letter, text) of each note,
    places of its hints in `hints`, places of its reasons. Outcome and mark are named by their
    places in `outcomes` and `marks`.
    """

    def __init__(self, reasons: Iterable[Said]) -> None:
        self._table = _Table(reasons)
        super().__init__(lambda line, _: self._table.text(line), self._table.texts, b",")

    def pieces(self) -> Iterator[bytes]:
        """Yield the object."""
        yield b'{"rows":['
        yield from super().pieces()
        yield b"],"
        yield for_script(self._table.tables())[1:].encode()


class _Table:
    """The kinds of lines, and what the line before said."""

    def __init__(self, reasons: Iterable[Said]) -> None:
        self._reasons: dict[Key, int] = {one.key: place for place, one in enumerate(reasons)}
        self._outcomes = {outcome: place for place, outcome in enumerate((*Outcome, None))}
        self._kinds: dict[_Kind, int] = {}
        self._hints: dict[str, int] = {}
        self._lead = self._known_by = ""
        self._words: list[str] = []
        self._places = ByKind(self._place_of_plain)
        self._currencies = ByKind(lambda kind: kind.currency)

    def text(self, line: ActionLine) -> str:
        """Return a line's entry in `rows`, as JSON."""
        return for_script(self._entry(line))

    def texts(self, stretch: Stretch) -> Iterator[bytes]:
        """Yield the same of each line of a stretch."""
        _, rows, leads, known_by, digits, action_ids, *_ = stretch
        amounts = [
            f'"{shown_digits(one, currency)}"' if currency else "0"
            for one, currency in zip(digits, self._currencies.of(stretch), strict=True)
        ]
        entries = zip(
            rows,
            _unless_before(leads, self._lead),
            _unless_before(known_by, self._known_by),
            encoded(amounts),
            action_ids,
            self._places.of(stretch),
            strict=True,
        )
        self._lead, self._known_by = leads[-1].decode(), known_by[-1].decode()
        self._words = []
        return map(mod, repeat(b'[%b,%b,%b,%b,"%b",%b]'), entries)

    def _place_of_plain(self, kind: Kind) -> bytes:
        alike = (kind.name, kind.type, kind.code or "")
        of_all = ("", *alike, self._outcomes[Outcome.CREATED], 0, (), (), ())
        return b"%d" % _place(self._kinds, of_all)

    def _entry(self, line: ActionLine) -> list[object]:
        words: list[str] = []
        kind = self._kind(line, words)
        entry = [
            line.row,
            0 if line.lead == self._lead else line.lead,
            0 if line.known_by == self._known_by else line.known_by,
            shown(line.money.amount, line.money.currency) if line.money else 0,
            line.action_id or 0,
            _place(self._kinds, kind),
            *self._short(words, line),
        ]
        self._lead, self._known_by = line.lead, line.known_by
        return entry

    def _kind(self, line: ActionLine, words: list[str]) -> _Kind:
        return (
            " ".join(line.letters),
            line.name,
            line.type,
            str(line.money.currency) if line.money else "",
            self._outcomes[line.outcome],
            _MARKS.index(mark_of(line)),
            tuple((one.column, _without(one.text, words)) for one in line.notes if one.text),
            tuple(_place(self._hints, hint) for hint in line.to_do.splitlines()),
            tuple(self._reasons[key] for key in line.reasons if key in self._reasons),
        )

    def _short(self, words: Sequence[str], line: ActionLine) -> Iterator[object]:
        before, self._words = self._words, list(words)
        own = {str(line.row): _ROW, line.action_id: _ACTION_ID, line.lead: _LEAD}
        for place, word in enumerate(words):
            as_before = place < len(before) and before[place] == word
            yield _AS_BEFORE if as_before else own.get(word, word)

    def tables(self) -> dict[str, object]:
        """Return what the entries refer to."""
        return {
            "kinds": list(self._kinds),
            "hints": list(self._hints),
            "outcomes": [*(str(outcome) for outcome in OUTCOME_WORDS), SKIPPED],
            "marks": _MARKS,
        }


def _unless_before(column: Sequence[bytes], before: str) -> Iterator[bytes]:
    """A column as JSON, with 0 for a text that is the same as before."""
    pairs = zip(column, (before.encode(), *column), strict=False)
    return (b"0" if one == other else b'"%b"' % one for one, other in pairs)


def _without(text: str, words: list[str]) -> str:
    """Take the words that hold a digit out of a text, and put them with the others."""
    words += _VARIES.findall(text)
    return _VARIES.sub(GAP, text)


def _place(table: dict[_Key, int], key: _Key) -> int:
    return table.setdefault(key, len(table))
