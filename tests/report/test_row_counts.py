"""The rows of a run by what is left to do about them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from importer.model import ActionRecord, Outcome

from .books import action, books_of

FATES = st.tuples(st.sampled_from(Outcome), st.booleans())
"""An outcome, and whether it was given up where it can be."""


def row_of(number: int, fates: list[tuple[Outcome, bool]]) -> list[ActionRecord]:
    """Return the actions of one row."""
    inside = (Outcome.CREATED, Outcome.ALREADY)
    return [
        action(number, outcome, position=at, given_up=gone and outcome not in inside)
        for at, (outcome, gone) in enumerate(fates)
    ]


@given(st.lists(st.lists(FATES, min_size=1, max_size=3), max_size=8))
def test_every_row_is_in_exactly_one_count(rows: list[list[tuple[Outcome, bool]]]) -> None:
    """Done, waiting, unsent and given up add up to the rows with actions."""
    books = books_of([one for at, fates in enumerate(rows, start=5) for one in row_of(at, fates)])
    found = books.rows
    parts = (found.done, found.waiting, found.unsent, found.given_up)
    assert sum(parts) == books.rows_with_actions == len(rows)
    assert found.partly <= sum(parts[1:])
    assert found.done == sum(
        all(outcome in (Outcome.CREATED, Outcome.ALREADY) for outcome, _ in fates) for fates in rows
    )
