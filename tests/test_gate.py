from __future__ import annotations

import asyncio

import pytest
from virtual_time import now, run_virtually

from importer.upload import Ending, EndKind, Gate
from importer.upload.pace import Pace


def open_gate(rate_per_hour: float | None = None, deadline_s: float | None = None) -> Gate:
    """A gate on the virtual clock of the loop that runs."""
    return Gate(Pace(rate_per_hour, 1, now), deadline_s, now)


def test_a_gate_without_a_deadline_waits_as_long_as_it_takes() -> None:
    """A pause of a week is waited for, and then the permit comes."""

    async def scenario() -> tuple[bool, float]:
        gate = open_gate()
        gate.slow_down(604_800)
        return await gate.permit(), now()

    assert list(run_virtually(scenario())) == [True, pytest.approx(604_800)]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (600, "The 10 minutes that it was given are over."),
        (60, "The minute that it was given is over."),
        (90, "The 1.5 minutes that it was given are over."),
    ],
)
def test_when_its_time_is_over_nobody_is_let_through(given: float, reason: str) -> None:
    """Who waits for a permit then is sent home at that moment, with the reason."""

    async def scenario() -> tuple[list[bool], float, Ending]:
        gate = open_gate(rate_per_hour=3600 / given * 0.9, deadline_s=given)
        permits = [await gate.permit(), await gate.permit(), await gate.permit()]
        return permits, now(), gate.ending

    permits, stopped_at, ending = run_virtually(scenario())
    assert permits == [True, False, False]
    assert stopped_at == pytest.approx(given)
    assert ending.kind is EndKind.OUT_OF_TIME
    assert ending.reason == reason
    assert "Resume" in ending.remedy


def test_a_rest_ends_with_the_time_that_was_given() -> None:
    """Nobody backs off beyond the deadline."""

    async def scenario() -> tuple[bool, bool, float]:
        gate = open_gate(deadline_s=60)
        return await gate.rest(50), await gate.rest(50), now()

    assert list(run_virtually(scenario())) == [True, False, pytest.approx(60)]


def test_a_time_budget_of_nothing_lets_nobody_through() -> None:
    """With no time given, not one request leaves."""

    async def scenario() -> bool:
        return await open_gate(deadline_s=0).permit()

    assert not run_virtually(scenario())


def test_the_first_ending_stays() -> None:
    """A run that was interrupted is not out of time afterwards."""

    async def scenario() -> EndKind:
        gate = open_gate(deadline_s=60)
        gate.stop(Ending(kind=EndKind.INTERRUPTED))
        await asyncio.sleep(100)
        assert not await gate.permit()
        return gate.ending.kind

    assert run_virtually(scenario()) is EndKind.INTERRUPTED


def test_what_breaks_while_it_waits_is_told() -> None:
    """A sleep or a pace that fails is no permit: whoever waits for it is told."""

    async def broken(_seconds: float) -> None:
        raise OSError

    async def scenario() -> None:
        with pytest.raises(OSError):  # noqa: PT011 - the very one that was raised
            await Gate(Pace(None, 1, now), clock=now, sleep=broken).rest(1)

    run_virtually(scenario())


def test_the_crm_was_there_once_a_request_has_left() -> None:
    """What was reached is an outage later, and no wrong address."""

    async def scenario() -> list[bool]:
        gate = open_gate()
        before = gate.reached
        gate.note_reached()
        return [before, gate.reached]

    assert run_virtually(scenario()) == [False, True]
