"""Did this go in, from which sheet, in which run, and what did the CRM say? From the journal."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from importer.journal import tracing
from importer.journal.reading import uncounted_runs
from importer.journal.tracing import Place, Traced
from importer.model import Outcome, RunRecord
from importer.pipeline.asking import Kind, cell_of, spellings
from importer.pipeline.references import REFERENCE
from importer.pipeline.workplace import Workplace

MOST_STORIES: Final = 100
"""Stories that are told of; whoever asks for more is helped by a report."""


class Fate(StrEnum):
    """The answer to "did it go in?"."""

    IN = "in the CRM"
    DOUBT = "in doubt"
    OUT = "not in the CRM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is to be said of something that was asked for."""

    fate: Fate
    asked: Traced
    by: Traced
    """The attempt on which the answer rests: the one that was created, else the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One row through all the sheets that brought it."""

    asked: tuple[Traced, ...]
    """What was asked for, oldest first; at least one."""
    attempts: tuple[Traced, ...]
    """All that is the same thing, oldest run first, `asked` among them."""
    held: tuple[Traced, ...]
    """What is, or was, held as a DUPLICATE of these; and what one of these is, or was, held for."""

    @property
    def answers(self) -> tuple[Answer, ...]:
        """One for each thing that was asked for, each once."""
        found: dict[tuple[Fate, int], Answer] = {}
        for one in (each for asked in self.asked for each in _answers(asked, self.attempts)):
            found.setdefault((one.fate, one.by.id), one)
        return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """All that was found of what somebody asked for."""

    what: str
    kind: Kind | None
    """What it was found to be; None where nothing was found."""
    searched: tuple[Kind, ...]
    """What it was looked for as, in this order."""
    stories: tuple[Story, ...]
    """Oldest first, at most `MOST_STORIES`."""
    more: bool
    """There are more."""
    skipped: Mapping[Place, str]
    """Rows that were asked for and yield no action: why."""
    without: tuple[str, ...]
    """Runs over the sheet that was asked for that have no such row on record, oldest first."""
    runs: Mapping[str, RunRecord]
    """Every run that is spoken of, without its counts."""

    @property
    def fates(self) -> frozenset[Fate]:
        """The answers of all stories."""
        return frozenset(one.fate for story in self.stories for one in story.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    kind: Kind
    places: Collection[Place] = ()
    """Rows that were asked for, on record or not."""
    actions: Sequence[int] = ()


def trace(workplace: Workplace, what: str) -> Trace:
    """Find out what became of something: by reference, cell, action id, lead id or source value.

    It only reads, and works while another process sends.

    Args:
        workplace: the workspace; visited is enough.
        what: as somebody typed it; see `Kind`.
    """
    searched: list[Kind] = []
    for look in _LOOKS:
        for found in look(workplace, what.strip()):
            searched.append(found.kind)
            told = _tell(workplace, what, found, tuple(searched))
            if told.stories or told.skipped or told.without:
                return told
    return _tell(workplace, what, None, tuple(searched))


def _by_reference(workplace: Workplace, what: str) -> Iterator[_Found]:  # noqa: ARG001 - one of `_LOOKS`
    if match := REFERENCE.fullmatch(what):
        yield _Found(kind=Kind.REFERENCE, places=[(match[1], int(match[2]))])


def _by_cell(workplace: Workplace, what: str) -> Iterator[_Found]:
    if (found := cell_of(what)) is None:
        return
    place, row = found
    sheets = tracing.sheets_of(workplace.journal)
    named = [run for run, file, tab in sheets if place in spellings(file, tab)]
    yield _Found(kind=Kind.CELL, places=[(run, row) for run in named])


def _by_id(workplace: Workplace, what: str) -> Iterator[_Found]:
    journal = workplace.journal
    yield _Found(kind=Kind.ACTION_ID, actions=tracing.actions_of_id(journal, what))
    yield _Found(kind=Kind.LEAD, actions=tracing.actions_of_lead(journal, what))


def _by_value(workplace: Workplace, what: str) -> Iterator[_Found]:
    # As values are kept.
    value = unicodedata.normalize("NFC", what)
    yield _Found(kind=Kind.VALUE, places=sorted(tracing.rows_of_value(workplace.journal, value)))


_LOOKS: Final[Sequence[Callable[[Workplace, str], Iterator[_Found]]]] = (
    _by_reference,
    _by_cell,
    _by_id,
    _by_value,
)
"""From what says most exactly what is meant to what takes longest to look for."""


def _tell(
    workplace: Workplace, what: str, found: _Found | None, searched: tuple[Kind, ...]
) -> Trace:
    journal = workplace.journal
    places = found.places if found else ()
    on_record = tracing.rows_at(journal, places)
    asked = [*tracing.actions_of_rows(journal, places), *(found.actions if found else ())]
    stories, more = _stories(workplace, asked)
    skipped = {place: reason for place, reason in on_record.items() if reason}
    known = {run for run, _, _ in tracing.sheets_of(journal)}
    without = [run for run, row in places if (run, row) not in on_record and run in known]
    spoken_of = {*(run for run, _ in skipped), *without} | {
        one.run for story in stories for one in (*story.attempts, *story.held)
    }
    return Trace(
        what=what,
        kind=found.kind if found else None,
        searched=searched,
        stories=tuple(stories),
        more=more,
        skipped=skipped,
        without=tuple(without),
        runs=uncounted_runs(journal, spoken_of),
    )


def _stories(workplace: Workplace, asked: Sequence[int]) -> tuple[list[Story], bool]:
    """Put what was asked for together with its kin, each thing once."""
    journal, left = workplace.journal, dict.fromkeys(asked)
    stories: list[Story] = []
    while left and len(stories) < MOST_STORIES:
        attempts = tracing.traced(journal, tracing.kin_of(journal, [next(iter(left))]))
        held = tracing.traced(journal, tracing.held_with(journal, attempts))
        mine = tuple(one for one in attempts if one.id in left)
        stories.append(Story(asked=mine, attempts=tuple(attempts), held=tuple(held)))
        for one in mine:
            del left[one.id]
    return stories, bool(left)


def _answers(asked: Traced, attempts: Sequence[Traced]) -> Iterator[Answer]:
    """Judge one thing that was asked for; a row refused as a whole, by each action that it became.

    Only what an action's own record says counts as an answer: what is held is another thing than
    the one that it is held for.
    """
    if asked.is_held or asked.action.outcome is Outcome.CREATED:
        yield Answer(fate=_FATES.get(asked.action.outcome, Fate.OUT), asked=asked, by=asked)
        return
    alike = [one for one in attempts if not one.is_held]
    named = dict.fromkeys(one.action.name for one in alike if one.action.name)
    for name in [asked.action.name] if asked.action.name else (named or [""]):
        # A row refused as a whole stands for each of its actions.
        of_name = [one for one in alike if one.action.name in (name, "")]
        yield _answer(asked, of_name)


def _answer(asked: Traced, of_name: Sequence[Traced]) -> Answer:
    for outcome in (Outcome.CREATED, Outcome.UNKNOWN, Outcome.ALREADY):
        ended_so = [one for one in of_name if one.action.outcome is outcome]
        if ended_so:
            return Answer(fate=_FATES[outcome], asked=asked, by=ended_so[-1])
    return Answer(fate=Fate.OUT, asked=asked, by=of_name[-1])


_FATES: Final = {
    Outcome.CREATED: Fate.IN,
    Outcome.ALREADY: Fate.IN,
    Outcome.UNKNOWN: Fate.DOUBT,
}
"""Outcome → answer; whatever else, it is not in the CRM."""
