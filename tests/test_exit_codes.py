"""The exit code says the most urgent thing that is true."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import replace

import pytest
from test_reconcile import books

from importer.model import Outcome, RunState
from importer.pipeline.outcome import exit_code
from importer.reconcile import Line, Reconciliation
from importer.upload import Ending, EndKind

DONE = Ending(kind=EndKind.DONE)
STOPPED = Ending(kind=EndKind.STOPPED)
UNREACHABLE = Ending(kind=EndKind.UNREACHABLE)
OUT_OF_TIME = Ending(kind=EndKind.OUT_OF_TIME)
INTERRUPTED = Ending(kind=EndKind.INTERRUPTED, signal=signal.SIGTERM)


def found(counts: Mapping[Outcome, int], **changes: object) -> Reconciliation:
    """The books of a run with so many actions of each outcome."""
    lines = {one: Line(count=counts.get(one, 0), money={}) for one in Outcome}
    left = {"left_of": lines} | changes
    return replace(books([]), outcomes=lines, **left)  # type: ignore[arg-type]  # named by the caller


@pytest.mark.parametrize(
    ("counts", "ending", "code"),
    [
        ({}, DONE, 0),
        ({Outcome.CREATED: 2, Outcome.ALREADY: 1}, DONE, 0),
        ({Outcome.CREATED: 2, Outcome.INVALID: 1}, DONE, 4),
        ({Outcome.IGNORED: 1}, DONE, 4),
        ({Outcome.REFUSED: 1}, DONE, 4),
        ({Outcome.DUPLICATE: 1}, DONE, 4),
        ({Outcome.UNSENT: 1, Outcome.INVALID: 1}, STOPPED, 6),
        ({Outcome.UNSENT: 1, Outcome.INVALID: 1}, UNREACHABLE, 75),
        ({Outcome.UNSENT: 1, Outcome.UNKNOWN: 1}, UNREACHABLE, 5),
        ({Outcome.UNSENT: 1, Outcome.UNKNOWN: 1}, STOPPED, 5),
        ({Outcome.UNSENT: 1, Outcome.INVALID: 1}, OUT_OF_TIME, 75),
        ({Outcome.UNSENT: 1, Outcome.UNKNOWN: 1}, OUT_OF_TIME, 5),
        ({Outcome.UNKNOWN: 1}, INTERRUPTED, 143),
    ],
)
def test_the_most_urgent_comes_first(
    counts: Mapping[Outcome, int], ending: Ending, code: int
) -> None:
    """Interrupted before in doubt before stopped before later before incomplete."""
    assert exit_code(found(counts), ending) == code


def test_books_that_do_not_balance_come_before_a_doubt() -> None:
    """7 outranks 5, and an interruption outranks 7."""
    broken = found({Outcome.UNKNOWN: 1}, imbalances=("one rupee is missing",))
    assert exit_code(broken, DONE) == 7
    assert exit_code(broken, INTERRUPTED) == 143


@pytest.mark.parametrize("state", [RunState.STOPPED, RunState.DONE])
@pytest.mark.parametrize(("given_up", "code"), [(0, 6), (1, 6), (2, 4)])
def test_what_was_given_up_does_not_call_for_resume(
    state: RunState, given_up: int, code: int
) -> None:
    """UNSENT calls for resume, code 6, until a person has closed all of it: 4."""
    open_ = {Outcome.UNSENT: Line(count=2 - given_up, money={})}
    left = found({Outcome.UNSENT: 2}, left_of=open_, given_up_now=given_up)
    assert exit_code(replace(left, run=replace(left.run, state=state)), DONE) == code


def test_what_was_waived_in_an_earlier_run_is_nothing_to_do() -> None:
    """A row that comes again as it was given up makes no alarm; one given up in this run does."""
    held = found({Outcome.DUPLICATE: 2}, left_of={}, waived_before=2)
    assert exit_code(held, DONE) == 0
    assert exit_code(replace(held, waived_before=1, given_up_now=1), DONE) == 4


def test_created_incomplete_is_not_everything_created() -> None:
    """A remark on a created action makes code 4; a refused sheet makes code 3."""
    assert exit_code(found({Outcome.CREATED: 1}, incomplete=1), DONE) == 4
    refused = replace(books([]).run, state=RunState.REFUSED)
    assert exit_code(found({Outcome.INVALID: 3}, run=refused), DONE) == 3
