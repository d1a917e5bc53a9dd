"""What was told of a run's actions once, told again."""

from __future__ import annotations

import pytest

from importer.created import Created, Told
from importer.model import Outcome
from importer.pipeline.heard import Heard

from .books import CREATED, action, every_outcome, inr

PLAIN = CREATED._replace(content='{"receipt":"RC-₹"}')


@pytest.mark.parametrize("in_memory", [1, 1024 * 1024 * 1024])
def test_actions_are_told_again_as_they_were(in_memory: int) -> None:
    """Short forms and records, in their order, as often as somebody asks, on disk and in memory."""
    told: list[Told] = [PLAIN._replace(row=row) for row in range(5, 2600)]
    told[700:700] = [*every_outcome().actions(), action(31, Outcome.IGNORED, inr("7.005"))]
    with Heard(in_memory) as heard:
        for one in told:
            heard.add(one)
        assert list(heard.again()) == told
        assert list(heard.again()) == told
    assert {type(one) for one in told} == {Created, type(told[700])}


def test_of_nothing_nothing_is_told() -> None:
    """A run without actions."""
    with Heard() as heard:
        assert list(heard.again()) == []
