"""The rows of a run by what is left to do about them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from importer.model import REPLACED, ActionRecord, Outcome

from .books import action, books_of

FATES = st.tuples(st.sampled_from(Outcome), st.sampled_from(["", "given up", "taken up"]))
"""An outcome, and whether it was given up or taken up, where it can be."""


def row_of(number: int, fates: list[tuple[Outcome, str]]) -> list[ActionRecord]:
    """Return the actions of one row."""
    return [
        action(
            number,
            outcome,
            position=at,
            given_up=fate == "given up" and outcome in (*REPLACED, Outcome.UNSENT),
            taken_up=f"20261123-b2c3/{number}" if is_taken_up(outcome, fate) else "",
        )
        for at, (outcome, fate) in enumerate(fates)
    ]


def is_taken_up(outcome: Outcome, fate: str) -> bool:
    """Return whether a later run has the action."""
    return fate == "taken up" and outcome in REPLACED


@given(st.lists(st.lists(FATES, min_size=1, max_size=3), max_size=8))
def test_every_row_is_in_exactly_one_count(rows: list[list[tuple[Outcome, str]]]) -> None:
    """Done, waiting, unsent, taken up and given up add up to the rows with actions."""
    books = books_of([one for at, fates in enumerate(rows, start=5) for one in row_of(at, fates)])
    found = books.rows
    parts = (found.done, found.waiting, found.unsent, found.taken_up, found.given_up)
    assert sum(parts) == books.rows_with_actions == len(rows)
    assert found.partly <= sum(parts[1:])
    assert found.done == sum(
        all(outcome in (Outcome.CREATED, Outcome.ALREADY) for outcome, _ in fates) for fates in rows
    )
    waiting = sum(line.count for line in books.left_of.values()) - sum(
        books.outcomes[outcome].count for outcome in (Outcome.CREATED, Outcome.ALREADY)
    )
    assert waiting == sum(
        outcome not in (Outcome.CREATED, Outcome.ALREADY) and not one.is_over
        for at, fates in enumerate(rows, start=5)
        for one, (outcome, _) in zip(row_of(at, fates), fates, strict=True)
    )
    assert books.taken_up.count == sum(is_taken_up(*fate) for fates in rows for fate in fates)
