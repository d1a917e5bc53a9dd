"""Did this go in, from which sheet, in which run, and what did the CRM say? From the journal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from importer.journal import finding, kin
from importer.journal.paging import Place
from importer.journal.reading import uncounted_runs
from importer.journal.store import pages
from importer.journal.tracing import Traced, traced
from importer.model import Outcome, RunRecord
from importer.pipeline import asking
from importer.pipeline.asking import Kind, cell_of, ids_of, reference_of, spellings, values_of
from importer.pipeline.exits import Exit
from importer.pipeline.giving_up import GivenUp, given_up_by
from importer.pipeline.holding import holds_of
from importer.pipeline.workplace import Workplace
from importer.report.words import Hold

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
    number: Traced | None = None
    """Of a row that was refused as a whole: what its number is in the CRM as, or may be. Whether it
    is the same thing, nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One row through all the sheets that brought it."""

    asked: tuple[Traced, ...]
    """What was asked for, oldest first; at least one."""
    attempts: tuple[Traced, ...]
    """All that is the same thing, oldest run first, `asked` among them."""
    held: tuple[Traced, ...]
    """What is, or was, held as a DUPLICATE of these; and what one of these is, or was, held for."""
    of_number: tuple[Traced, ...]
    """Rows of other sheets with the same number, where one was refused as a whole: the same thing,
    or another one whose number is mistyped."""

    @property
    def answers(self) -> tuple[Answer, ...]:
        """One for each thing that was asked for, each once."""
        found: dict[tuple[Fate, int], Answer] = {}
        for one in (each for asked in self.asked for each in _answers(asked, self.attempts)):
            found.setdefault((one.fate, one.by.id), self._with_number(one))
        return tuple(found.values())

    def _with_number(self, answer: Answer) -> Answer:
        """Beside the no of a row that was refused as a whole, what has its number."""
        if answer.by.action.outcome is not Outcome.INVALID:
            return answer
        alike = (
            one
            for outcome in (Outcome.CREATED, Outcome.UNKNOWN, Outcome.ALREADY)
            for one in self.of_number
            if one.action.outcome is outcome
        )
        return replace(answer, number=next(alike, None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """All that was found of what somebody asked for."""

    what: str
    kind: Kind | None
    """What it was found to be; None where nothing was found."""
    searched: tuple[Kind, ...]
    """What it was looked for as, in this order."""
    stories: tuple[Story, ...]
    """Oldest first; the newest `MOST_STORIES`."""
    more: bool
    """There are more, or one of them has more: of what is not shown, nothing is known here."""
    skipped: Mapping[Place, str]
    """Rows that were asked for and yield no action: why."""
    without: tuple[str, ...]
    """Runs over the sheet that was asked for that have no such row on record, oldest first."""
    runs: Mapping[str, RunRecord]
    """Every run that is spoken of, without its counts."""
    given_up: Mapping[int, GivenUp]
    """Action that nobody waits for, by the journal's number → who has given it up, and where."""
    holds: Mapping[str, Hold]
    """Run of which something is UNSENT → what its plan waits for."""

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
    cut: bool = False
    """There are older ones."""


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
    if (place := reference_of(what)) is not None:
        yield _Found(kind=Kind.REFERENCE, places=[place])


def _by_cell(workplace: Workplace, what: str) -> Iterator[_Found]:
    if (found := cell_of(what)) is None:
        return
    place, row = found
    sheets = finding.sheets_of(workplace.journal)
    named = [run for run, file, tab in sheets if place in spellings(file, tab)]
    yield _Found(kind=Kind.CELL, places=[(run, row) for run in named])


def _by_id(workplace: Workplace, what: str) -> Iterator[_Found]:
    journal = workplace.journal
    for kind, look in (
        (Kind.ACTION_ID, finding.actions_of_id),
        (Kind.LEAD, finding.actions_of_lead),
    ):
        found = look(journal, ids_of(what))
        yield _Found(kind=kind, actions=found.ids, cut=found.cut)


def _by_value(workplace: Workplace, what: str) -> Iterator[_Found]:
    values, amount = values_of(what), asking.amount_of(what)
    found = finding.rows_of_value(workplace.journal, values, amount, asking.is_amount)
    yield _Found(kind=Kind.VALUE, places=found.places, cut=found.cut)


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
    on_record = finding.rows_at(journal, places)
    asked = [*finding.actions_of_rows(journal, places), *(found.actions if found else ())]
    stories, more = _stories(workplace, asked)
    given_up = given_up_by(journal, [one for story in stories for one in story.attempts])
    skipped = {place: reason for place, reason in on_record.items() if reason}
    known = {run for run, _, _ in finding.sheets_of(journal)}
    without = [run for run, row in places if (run, row) not in on_record and run in known]
    spoken_of = {*(run for run, _ in skipped), *without} | {
        one.run for story in stories for one in (*story.attempts, *story.held, *story.of_number)
    }
    spoken_of |= {run for run, _ in (one.place for one in given_up.values())}
    attempts = (one for story in stories for one in story.attempts)
    unsent = {one.run for one in attempts if one.action.outcome is Outcome.UNSENT}
    return Trace(
        what=what,
        kind=found.kind if found else None,
        searched=searched,
        stories=tuple(stories),
        more=more or (found is not None and found.cut),
        skipped=skipped,
        without=tuple(without),
        runs={
            run: one
            for page in pages(sorted(spoken_of))
            for run, one in uncounted_runs(journal, page).items()
        },
        given_up=given_up,
        holds=holds_of(workplace, unsent),
    )


def _stories(workplace: Workplace, asked: Sequence[int]) -> tuple[list[Story], bool]:
    """Put what was asked for together with its kin, each thing once; the newest first."""
    journal, left, cut = workplace.journal, dict.fromkeys(sorted(asked)), False
    stories: list[Story] = []
    while left and len(stories) < MOST_STORIES:
        newest, _ = left.popitem()
        found = kin.kin_of(journal, [newest])
        attempts = traced(journal, found.ids)
        mine = tuple(one for one in attempts if one.id == newest or one.id in left)
        cut = cut or found.cut
        # What a correction has replaced meanwhile is on record no more.
        if mine:
            stories.append(_story(workplace, mine, attempts))
        for one in mine:
            left.pop(one.id, None)
    return stories[::-1], cut or bool(left)


def _story(workplace: Workplace, mine: tuple[Traced, ...], attempts: Sequence[Traced]) -> Story:
    journal = workplace.journal
    held = traced(journal, kin.held_with(journal, attempts))
    known = {one.id for one in (*attempts, *held)}
    alike = traced(journal, kin.of_number(journal, attempts))
    return Story(
        asked=mine,
        attempts=tuple(attempts),
        held=tuple(held),
        of_number=tuple(one for one in alike if one.id not in known),
    )


def _answers(asked: Traced, attempts: Sequence[Traced]) -> Iterator[Answer]:
    """Judge one thing that was asked for; a row refused as a whole, by each action that it became.

    Only what an action's own record says counts as an answer: what is held is another thing than
    the one that it is held for.
    """
    if asked.is_held or asked.action.outcome is Outcome.CREATED:
        yield Answer(fate=_FATES.get(asked.action.outcome, Fate.OUT), asked=asked, by=asked)
        return
    alike = [one for one in attempts if not one.is_held]
    # A row refused as a whole stands for each of its actions, and for what became of them.
    became = {one.action.name: one for one in attempts if one.root == asked.root}
    named = dict.fromkeys(one.action.name for one in attempts if one.action.name)
    for name in [asked.action.name] if asked.action.name else (named or [""]):
        if not asked.action.name and name in became and became[name].is_held:
            yield Answer(fate=Fate.OUT, asked=asked, by=became[name])
        else:
            yield _answer(asked, [one for one in alike if one.action.name in (name, "")])


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


def trace_exit_code(found: Trace) -> Exit:
    """0: all that was asked for is in the CRM as a whole; else the most urgent that is true.

    What was not read may be anything: where there is more, it is never 0.
    """
    answers = [one for story in found.stories for one in story.answers]
    if Fate.DOUBT in found.fates:
        return Exit.IN_DOUBT
    whole = answers and not found.skipped and not found.more
    if whole and all(one.fate is Fate.IN and not one.by.action.incomplete for one in answers):
        return Exit.DONE
    return Exit.INCOMPLETE
