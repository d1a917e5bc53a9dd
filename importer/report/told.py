"""Every action and every skipped row of a run as lines, in the sheet's order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import Final, TypeVar

from importer.created import Created, Told, record_of
from importer.model import RunRecord, Skipped
from importer.report.advice import Advice
from importer.report.inert import visible
from importer.report.lines import Line, action_line, skipped_line
from importer.report.source import ReportSource, advice_of
from importer.report.stretch import Stretches

T = TypeVar("T", bound=Told)

_AT_ONCE: Final = 1000
"""Actions; of so many it no longer matters what a stretch costs beside its lines."""
_row_of: Final = attrgetter("row")


def told_of(source: ReportSource) -> Iterator[tuple[Line, Told | Skipped | None]]:
    """Yield every action and every skipped row of a run, in the sheet's order.

    Each line comes with what it was made from; a stretch comes without.
    """
    run = source.reconciliation.run
    teller = _Teller(run, advice_of(source), source.known_by)
    skipped = source.skipped_rows()
    upcoming = next(skipped, None)
    for rest in whole_rows(source.actions(), _AT_ONCE):
        while upcoming is not None and upcoming.row < rest[-1].row:
            before = bisect_right(rest, upcoming.row, key=_row_of)
            yield from teller.lines(rest[:before])
            yield skipped_line(run, upcoming), upcoming
            del rest[:before]
            upcoming = next(skipped, None)
        yield from teller.lines(rest)
    while upcoming is not None:
        yield skipped_line(run, upcoming), upcoming
        upcoming = next(skipped, None)


def whole_rows(actions: Iterable[T], at_once: int) -> Iterator[list[T]]:
    """Cut actions, which come in sheet order, into parts of whole rows.

    Args:
        actions: of which each has a `row`.
        at_once: how many, or a few more or less; as many as a row has.
    """
    actions, rest = iter(actions), list[T]()
    while more := list(islice(actions, at_once)):
        rest += more
        if last := bisect_left(rest, rest[-1].row, key=_row_of):
            yield rest[:last]
            rest = rest[last:]
    if rest:
        yield rest


class _Teller:
    """Makes the lines of whole rows: a row is known by all that its actions were made from."""

    def __init__(self, run: RunRecord, advice: Advice, known_by: Sequence[str]) -> None:
        self._run = run
        self._advice = advice
        self._known_by = known_by
        self._stretches = Stretches(run, known_by)

    def lines(self, told: Sequence[Told]) -> Iterator[tuple[Line, Told | None]]:
        """Yield the lines of some rows."""
        others = {one.row for one in told if not isinstance(one, Created)}
        for is_other, some in groupby(told, key=lambda one: one.row in others):
            if is_other:
                for _, of_row in groupby(some, key=_row_of):
                    yield from self._of_row(list(of_row))
            else:
                yield from self._of_created([one for one in some if isinstance(one, Created)])

    def _of_created(self, created: Sequence[Created]) -> Iterator[tuple[Line, Told | None]]:
        """Of rows that were created. Where something is odd about one of them, it is sought."""
        stretch = self._stretches.of(created)
        if stretch is not None:
            yield stretch, None
        elif created[0].row == created[-1].row:
            yield from self._of_row(created)
        else:
            for some in whole_rows(created, len(created) // 8 + 1):
                yield from self._of_created(some)

    def _of_row(self, of_row: Sequence[Told]) -> Iterator[tuple[Line, Told]]:
        """Each action may be of other cells."""
        records = list(map(record_of, of_row))
        content = {name: text for one in records for name, text in one.content.items()}
        known_by = (content.get(name, "") for name in self._known_by)
        shown_by = visible(" · ".join(filter(None, known_by)))
        return ((action_line(self._run, one, self._advice, shown_by), one) for one in records)
