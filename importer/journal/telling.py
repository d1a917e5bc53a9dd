"""Every action of a run, told in the shorter of two ways: most were created, and that is all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

from sqlalchemy import Row, select

from importer.created import CURRENCIES, Created, Told
from importer.journal.bodies import is_amount, payment
from importer.journal.records import records_of
from importer.journal.schema import runs
from importer.journal.statements import TOLD, UNTOLD
from importer.journal.store import Journal


def told_actions(journal: Journal, run: str) -> Iterator[Told]:
    """Every action of a run, in sheet order.

    Raises:
        JournalError: one of them was altered until it says nothing.
    """
    last = (-1, -1)
    for described in journal.read(select(runs.c.targets).where(runs.c.id == run)):
        short = _Short(run, described.targets)
        while page := _page(journal, run, last, short):
            yield from page
            last = (page[-1].row, page[-1].position)


def _page(journal: Journal, run: str, last: tuple[int, int], short: _Short) -> list[Told]:
    """The next actions behind a row and position, as of one moment."""
    with journal.reading():
        found = journal.read(TOLD, {"of_run": run, "row": last[0], "position": last[1]})
        told = short.forms(found)
        rest = [one.id for one, form in zip(found, told, strict=True) if form is None]
        if not rest:
            return [form for form in told if form]
        full = {one.id: one for one in journal.read(UNTOLD, {"ids": rest})}
        records = records_of(journal, run, [full[one] for one in rest])
        return [form or next(records) for form in told]


class _OddError(Exception):
    """Nothing that a short form is made of. Caught in this module."""


class _Short:
    """Finds the short form of a run's actions.

    Args:
        run: the run's id.
        targets: action name → field path → column letter.
    """

    def __init__(self, run: str, targets: Mapping[str, Mapping[str, str]]) -> None:
        self._run = run
        self._targets = targets
        self._letters: dict[tuple[str, str], str] = {}
        """Name and type → column that named the lead."""
        self._shapes = set[tuple[str, ...]]()
        """What was found to be sound."""

    def forms(self, found: Sequence[Row[Any]]) -> Sequence[Created | None]:
        """Of rows of `TOLD`, in their order; None where there is more to say, or something odd.

        All are judged at once, which costs little; where one is odd, it is sought.
        """
        plain = [one for one in found if one[-1] is not None]
        if len(plain) < len(found):
            forms = iter(self.forms(plain))
            return [None if one[-1] is None else next(forms) for one in found]
        try:
            return list(self._forms(found)) if found else []
        except (_OddError, TypeError, AttributeError):  # the last two: of what is no text
            if len(found) == 1:
                return [None]
        part = len(found) // 8 + 1
        parts = (found[first : first + part] for first in range(0, len(found), part))
        return [form for some in parts for form in self.forms(some)]

    def _forms(self, found: Sequence[Row[Any]]) -> Iterator[Created]:
        rows, places, names, types, leads, amounts, currencies, entries, kept, ids, contents = list(
            zip(*found, strict=True)
        )[1:]
        if {*map(type, rows), *map(type, places)} != {int}:
            raise _OddError
        if not _is_plain("".join((*leads, *ids, *contents))):
            raise _OddError
        for shape in set(map(_shape, contents)) - self._shapes:
            self._shapes.add(_sound(shape))
        kinds = list(zip(names, types, strict=True))
        for kind in set(kinds) - self._letters.keys():
            self._letters[kind] = self._letter(*kind)
        statuses = list(map(_status, amounts, currencies, entries, kept))
        letters = [self._letters[kind] for kind in kinds]
        whole = (rows, places, names, types, leads, amounts, currencies, statuses, ids, contents)
        return map(Created._make, zip(repeat(self._run), *whole, letters))

    def _letter(self, name: str, type_: str) -> str:
        letter = self._targets.get(name, {}).get("lead", "")
        if not _is_plain(name + type_ + letter):
            raise _OddError
        return letter


def _is_plain(text: str) -> bool:
    return text.isprintable() and "\\" not in text


def _shape(content: str) -> tuple[str, ...]:
    """All of a content but its values: what is not in quotes, then the names."""
    parts = content.split('"')
    return (*parts[::2], *parts[1::4])


def _sound(shape: tuple[str, ...]) -> tuple[str, ...]:
    """A shape, if it is that of a JSON object of texts by name, in the order of the names."""
    names = sorted(set(shape[len(shape) // 3 * 2 + 1 :]))
    written = ",".join(f'"{name}":""' for name in names)
    if _shape(f"{{{written}}}") != shape:
        raise _OddError
    return shape


def _status(amount: str | None, currency: str | None, entry: str | None, kept: str | None) -> str:
    """The status of an action, as `status_of` finds it, if that is plain, and its money."""
    if entry is amount is currency is None:
        return ""  # no payment
    sent = payment(entry) if entry else None
    # Without a body, it is no payment, or its body was let go.
    status = str(sent[1]) if sent else kept or ""
    if entry and not sent:
        raise _OddError
    # Most often its amount stands in the body as it stands here.
    if amount is None or not ((sent and sent[3] == amount) or is_amount(amount)):
        raise _OddError
    if currency not in CURRENCIES or not _is_plain(status):
        raise _OddError
    return status
