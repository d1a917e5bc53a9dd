"""The run in one sentence, and what to do next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from importer.model import (
    ActionRecord,
    Decision,
    Earlier,
    EarlierReason,
    Outcome,
    Remark,
    Ruling,
    RunState,
)
from importer.reconcile import NEXT_STEPS
from importer.report.lines import action_line
from importer.report.source import Failures, Report
from importer.report.steps import Step, next_steps
from importer.report.verdict import verdict
from importer.report.words import Tone

from .books import RUN, action, books_of, inr

C, A, G, V, R, D, K, S = Outcome  # CREATED ALREADY IGNORED INVALID REFUSED DUPLICATE UNKNOWN UNSENT


def steps(*outcomes: Outcome, failing: int = 0) -> list[Step]:
    """Return the steps of a run whose actions ended so."""
    books = books_of([action(row, one, inr("1")) for row, one in enumerate(outcomes, start=5)])
    failures = Failures(path=Path("x/failures.xlsx"), rows=failing) if failing else None
    return list(next_steps(Report(books=books, failures=failures)))


@pytest.mark.parametrize(
    ("outcomes", "tone", "text"),
    [
        ([], "good", "Nothing to do: no row of this sheet yields an action."),
        ([C], "good", "The one action was created."),
        ([C, C], "good", "All 2 actions were created."),
        ([A, A], "good", "All 2 actions were created by earlier runs: nothing to do."),
        ([C, A], "good", "All 2 actions are on the timelines: 1 created now, 1 there already."),
        ([C, C, V], "care", "2 of 3 actions were created; 1 needs a person."),
        ([C, G, V, R, D], "care", "1 of 5 actions were created; 4 need a person."),
        (
            [C, A, V],
            "care",
            "1 of 3 actions were created and 1 was there already; 1 needs a person.",
        ),
        ([C, S, S], "care", "1 of 3 actions were created; 2 were not sent."),
        ([K, S, V], "stop", "0 of 3 actions were created; 2 need a person, 1 was not sent."),
    ],
)
def test_the_verdict_counts_every_action(outcomes: list[Outcome], tone: str, text: str) -> None:
    """What was created, what waits for a person and what was not sent are all said."""
    books = books_of([action(row, one, inr("1")) for row, one in enumerate(outcomes, start=5)])
    assert (verdict(books).tone, verdict(books).text) == (tone, text)


GIVEN_UP = Decision(ruling=Ruling.CLOSED, by="asha", at=RUN.started_at, reason="Cancelled.")


def test_what_was_given_up_is_not_to_be_resumed() -> None:
    """The verdict counts it apart, the step counts the others, and its line has nothing to do."""
    closed = action(6, S, inr("1"), decisions=(GIVEN_UP,))
    books = books_of([action(5, C), closed, action(7, S)])
    assert verdict(books).text == "1 of 3 actions were created; 1 was not sent, 1 was given up."
    (step,) = next_steps(Report(books=books, failures=None))
    assert step.title == "Resume 1 unsent action"
    assert action_line(RUN, closed).to_do == "Given up: nothing to do."
    only = books_of([action(5, C), closed])
    assert verdict(only).text == "1 of 2 actions were created; 1 was given up."
    assert list(next_steps(Report(books=only, failures=None))) == []


def test_what_is_incomplete_is_no_plain_success() -> None:
    """CREATED with something dropped needs care."""
    remark = Remark(path="fields.note", text="Too long")
    books = books_of([action(5, C), action(6, C, remarks=(remark,))])
    assert verdict(books).text == "All 2 actions were created; 1 is incomplete."
    assert verdict(books).tone is Tone.CARE


def test_books_that_do_not_balance_come_before_everything() -> None:
    """No good news is told over figures that are wrong."""
    books = replace(books_of([action(5, C)]), imbalances=("2 planned, 1 on record.",))
    assert verdict(books).tone is Tone.STOP
    assert verdict(books).text == "The books of this run do not balance."
    report = Report(books=books, failures=None)
    assert [step.title for step in next_steps(report)] == ["Do not rely on these figures"]


@pytest.mark.parametrize("state", [RunState.REFUSED, RunState.PLANNING])
def test_a_run_that_sent_nothing_says_so(state: RunState) -> None:
    """A sheet that was refused, or not read to its end, sent nothing."""
    books = books_of([action(5, S)], run=replace(RUN, state=state))
    assert "nothing was sent" in verdict(books).text


def test_doubt_comes_first_and_forbids_sending_again() -> None:
    """UNKNOWN is settled before anything else is done."""
    found = steps(V, D, S, K, failing=1)
    assert [step.tone for step in found] == [Tone.STOP, Tone.CARE, Tone.CARE, Tone.CARE]
    assert found[0].title == "Settle 1 action in doubt"
    assert found[0].text.startswith("Do not send it again, by any way, before it is settled.")


def test_the_failures_workbook_comes_with_its_command() -> None:
    """Where to find it, and what to type when it is corrected."""
    (step,) = steps(C, V, V, failing=2)
    assert step.title == "Correct 2 rows and run them"
    assert step.link == "failures.xlsx"
    assert step.command == "importer run …/20261122-k7f3/failures.xlsx -m …/payments.yaml"


def test_a_stopped_run_is_resumed_and_a_refused_one_is_not() -> None:
    """UNSENT of a sheet that was refused as a whole is not to be sent by resuming."""
    assert [step.command for step in steps(C, S)] == [f"importer resume {RUN.id}"]
    books = books_of([action(5, S)], run=replace(RUN, state=RunState.REFUSED))
    refused = list(next_steps(Report(books=books, failures=None)))
    assert [step.title for step in refused] == ["Correct the sheet and run it again"]


WAITS = "What is left waits for an action of the same lead that is in doubt."


@pytest.mark.parametrize(
    ("reason", "outcomes", "text"),
    [
        ("", [C, S], "Put right what stopped the run, if anything did, then go on: "),
        ("1 action was released.", [S], "1 action was released. Put right what stopped the run, "),
        ("", [K, S], "Settle the 1 action in doubt first, then go on: "),
        (WAITS, [K, S], f"{WAITS} Settle the 1 action in doubt first, then go on: "),
        ("Interrupted.", [K, K, S], "Interrupted. Settle the 2 actions in doubt first, then "),
    ],
)
def test_unsent_actions_say_what_they_wait_for(
    reason: str, outcomes: list[Outcome], text: str
) -> None:
    """The run's own reason comes first, and what is in doubt is settled before resuming."""
    run = replace(RUN, state=RunState.STOPPED, reason=reason)
    acts = [action(row, one, inr("1")) for row, one in enumerate(outcomes, start=5)]
    found = list(next_steps(Report(books=books_of(acts, run=run), failures=None)))
    assert found[-1].text.startswith(text)
    assert f"importer close {RUN.id}" in found[-1].text


def held(row: int, reason: EarlierReason, run: str = "20261101-a2b3") -> ActionRecord:
    """Return a duplicate that is held for this reason, and for an action of this run."""
    earlier = Earlier(run=run, file="a.xlsx", row=12, action_id="", reason=reason)
    return action(row, D, inr("1"), earlier=earlier)


@pytest.mark.parametrize("reason", [EarlierReason.IN_DOUBT, EarlierReason.CHANGED])
def test_a_duplicate_of_something_in_doubt_is_not_said_to_stand(reason: EarlierReason) -> None:
    """Step, reason and line send a person to the timeline, where the earlier one may be missing."""
    one = held(5, reason)
    books = books_of([one])
    (step,) = next_steps(Report(books=books, failures=None))
    line = action_line(RUN, one)
    doubtful = reason is EarlierReason.IN_DOUBT
    assert ("it may or may not be on its lead's timeline" in step.text) is doubtful
    assert line.to_do == books.reasons[0].hint == NEXT_STEPS[K if doubtful else D]


def test_each_kind_of_duplicate_has_its_own_command() -> None:
    """In doubt: settle that run; still open: resume or close that run; else: compare, release.

    Whoever releases is told that a wrong amount stays beside the right one.
    """
    acts = [
        held(5, EarlierReason.CHANGED),
        held(6, EarlierReason.SEEN_BEFORE),
        held(7, EarlierReason.IN_DOUBT, "20261102-bbbb"),
        held(8, EarlierReason.OPEN, "20261103-cccc"),
        held(9, EarlierReason.OPEN, "20261104-dddd"),
    ]
    doubt, unsent, rest = next_steps(Report(books=books_of(acts), failures=None))
    assert (doubt.title, doubt.command) == (
        "Settle what 1 duplicate waits for",
        "importer settle 20261102-bbbb",
    )
    assert (unsent.title, unsent.command) == (
        "Resume what 2 duplicates wait for",
        "importer resume 20261103-cccc",
    )
    assert "20261103-cccc, 20261104-dddd" in unsent.text
    assert "importer close" in unsent.text
    assert rest.title == "Decide on 2 duplicates"
    assert rest.command == f"importer release {RUN.id} --rows … --reason …"
    assert "books a second one beside" in rest.text


def test_nothing_is_to_be_done_about_a_success() -> None:
    """All CREATED or ALREADY: no step."""
    assert steps(C, A) == []
