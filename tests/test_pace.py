from __future__ import annotations

import asyncio
import math
import time as clocks
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.upload import Gate
from importer.upload.pace import Pace, nap


class FakeTime:
    """Time that passes only where somebody sleeps, or where a test says so."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def clock(self) -> float:
        """What time it is."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let the time pass, by at least the least bit that a clock can tell."""
        await asyncio.sleep(0)
        self.now = max(self.now + seconds, math.nextafter(self.now, math.inf))


def grant(pace: Pace, time: FakeTime, count: int) -> list[float]:
    """When each of so many permits is granted."""

    async def ask() -> list[float]:
        granted = []
        for _ in range(count):
            await pace.permit()
            granted.append(time.now)
        return granted

    return asyncio.run(ask())


def assert_within_bound(granted: Sequence[float], burst: int, interval: float) -> None:
    """At most burst + R·t in every window of every length t."""
    for first, start in enumerate(granted):
        for last in range(first, len(granted)):
            allowed = burst + (granted[last] - start) / interval
            assert last - first + 1 <= allowed + 1e-6


def test_a_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    """3,600 an hour with a burst of 3: three now, then one each second."""
    time = FakeTime(0.0)
    assert grant(Pace(3600, 3, time.clock, time.sleep), time, 6) == [0, 0, 0, 1, 2, 3]


def test_a_rest_brings_the_burst_back_and_no_more() -> None:
    """An hour of rest saves up one burst, not an hour of permits."""
    time = FakeTime(0.0)
    pace = Pace(3600, 3, time.clock, time.sleep)
    grant(pace, time, 3)
    time.now = 3600.0
    assert grant(pace, time, 5) == [3600, 3600, 3600, 3601, 3602]


def test_without_a_rate_nobody_waits() -> None:
    """The practice CRM is sent to as fast as it goes."""
    time = FakeTime(0.0)
    assert grant(Pace(None, 1, time.clock, time.sleep), time, 100) == [0.0] * 100


def test_a_pause_holds_every_sender_back_and_spends_the_burst() -> None:
    """After a pause the senders go on one by one: a burst would earn the next 429."""
    time = FakeTime(0.0)
    pace = Pace(3600, 5, time.clock, time.sleep)
    pace.pause(60)
    assert grant(pace, time, 3) == [60, 61, 62]


def test_a_pause_holds_also_without_a_rate() -> None:
    """A 429 of an unlimited CRM is honoured as well, and a shorter pause does not cut it short."""
    time = FakeTime(0.0)
    pace = Pace(None, 1, time.clock, time.sleep)
    pace.pause(60)
    pace.pause(5)
    assert grant(pace, time, 3) == [60, 60, 60]


def test_a_pause_reaches_a_sender_that_waits_already() -> None:
    """A sender that was told to wait a second waits on when a pause comes meanwhile."""
    time = FakeTime(0.0)
    pace = Pace(3600, 1, time.clock, time.sleep)

    async def scenario() -> float:
        await pace.permit()
        waiting = asyncio.create_task(pace.permit())
        await asyncio.sleep(0)
        pace.pause(60)
        await waiting
        return time.now

    assert asyncio.run(scenario()) == 60


def test_permits_are_granted_in_the_order_of_asking() -> None:
    """No sender overtakes another, so none starves."""
    time = FakeTime(0.0)
    pace = Pace(3600, 1, time.clock, time.sleep)
    order: list[int] = []

    async def send(number: int) -> None:
        await pace.permit()
        order.append(number)

    async def scenario() -> None:
        await asyncio.gather(*(send(number) for number in range(8)))

    asyncio.run(scenario())
    assert order == list(range(8))


def test_a_permit_that_is_cancelled_is_not_spent() -> None:
    """Senders that are stopped while they wait take nothing from those that go on."""
    time = FakeTime(0.0)
    pace = Pace(3600, 1, time.clock, time.sleep)

    async def scenario() -> float:
        await pace.permit()
        waiting = [asyncio.create_task(pace.permit()) for _ in range(5)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await pace.permit()
        return time.now

    assert asyncio.run(scenario()) == 1.0


def test_fifty_restarts_do_not_spend_fifty_bursts() -> None:
    """A pace that is told what was sent goes on where the last one was."""
    time = FakeTime(0.0)
    granted: list[float] = []
    for _ in range(50):
        pace = Pace(3600, 10, time.clock, time.sleep)
        pace.spent([time.now - sent for sent in granted])
        granted += grant(pace, time, 3)
    assert_within_bound(granted, 10, 1.0)
    assert granted[-1] <= 50 * 3


def test_what_is_long_past_does_not_count() -> None:
    """Requests older than the memory leave the burst whole, however many they were."""
    time = FakeTime(0.0)
    pace = Pace(3600, 3, time.clock, time.sleep)
    pace.spent([3.0, 4.0, 5.0] * 1000)
    assert grant(pace, time, 3) == [0, 0, 0]


def test_a_faster_past_costs_no_more_than_one_burst() -> None:
    """A thousand requests of a moment ago, sent at another rate, do not hold this run for hours."""
    time = FakeTime(0.0)
    pace = Pace(3600, 3, time.clock, time.sleep)
    pace.spent([0.0] * 1000)
    assert grant(pace, time, 2) == [1, 2]


def test_a_clock_that_was_set_back_counts_as_now() -> None:
    """A request from the future was at least not long ago."""
    time = FakeTime(0.0)
    pace = Pace(3600, 1, time.clock, time.sleep)
    pace.spent([-500.0])
    assert grant(pace, time, 1) == [1]


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (math.inf, 1), (math.nan, 1), (9, 0)])
def test_a_pace_that_makes_no_sense_is_refused(rate: float, burst: int) -> None:
    """No rate of nothing, no burst of nothing."""
    with pytest.raises(ValueError, match="is a"):
        Pace(rate, burst, FakeTime().clock)


@pytest.mark.parametrize("seconds", [0.0, 0.0004, 0.0123])
def test_a_nap_is_never_shorter_than_asked(seconds: float) -> None:
    """A request that left too early would break the limit, by however little."""

    async def slept() -> float:
        began = clocks.monotonic()
        await nap(seconds)
        return clocks.monotonic() - began

    assert min(asyncio.run(slept()) for _ in range(5)) >= seconds - 1e-9


steps = st.lists(
    st.one_of(
        st.tuples(st.just("rest"), st.floats(0, 20)),
        st.tuples(st.just("ask"), st.integers(1, 6)),
        st.tuples(st.just("cancel"), st.integers(0, 6)),
        st.tuples(st.just("pause"), st.floats(0, 10)),
        st.tuples(st.just("restart"), st.floats(0, 3)),
    ),
    max_size=25,
)


@given(steps=steps, rate=st.floats(100, 50_000), burst=st.integers(1, 6))
def test_no_window_holds_more_than_burst_and_rate_allow(
    steps: list[tuple[str, float]], rate: float, burst: int
) -> None:
    """Whatever senders ask, are cancelled, paused and restarted: burst + R·t, in every window."""
    time = FakeTime()
    interval = 3600 / rate
    granted: list[float] = []

    async def send(pace: Pace) -> None:
        await pace.permit()
        granted.append(time.now)

    async def scenario() -> None:
        pace = Pace(rate, burst, time.clock, time.sleep)
        for what, amount in steps:
            if what == "rest":
                time.now += amount
            elif what == "pause":
                pace.pause(amount)
            elif what == "restart":
                time.now += amount
                pace = Pace(rate, burst, time.clock, time.sleep)
                pace.spent([time.now - sent for sent in granted])
            else:
                senders = [asyncio.create_task(send(pace)) for _ in range(1 + int(amount))]
                if what == "cancel":
                    for _ in range(int(amount)):
                        await asyncio.sleep(0)
                    for sender in senders[: int(amount)]:
                        sender.cancel()
                await asyncio.gather(*senders, return_exceptions=True)

    asyncio.run(scenario())
    assert_within_bound(granted, burst, interval)


@given(rate=st.floats(100, 50_000), burst=st.integers(1, 6), count=st.integers(1, 40))
def test_a_busy_pace_loses_no_time(rate: float, burst: int, count: int) -> None:
    """Senders that always ask get exactly the rate: N permits take (N - burst) / R."""
    time = FakeTime()
    granted = grant(Pace(rate, burst, time.clock, time.sleep), time, count)
    expected = max(0, count - burst) * 3600 / rate
    assert granted[-1] - 1000.0 == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert all(earlier <= later for earlier, later in pairwise(granted))


@given(
    late=st.lists(st.floats(0, 3), min_size=1, max_size=30),
    rate=st.floats(1000, 50_000),
    burst=st.integers(1, 6),
)
def test_what_is_late_leaves_no_closer_together(late: list[float], rate: float, burst: int) -> None:
    """Requests are put on record one after the other, some slowly: what leaves keeps the bound."""
    time = FakeTime()
    left: list[float] = []

    async def scenario() -> None:
        pace = Pace(rate, burst, time.clock, time.sleep)
        gate = Gate(pace, clock=time.clock, sleep=time.sleep)
        for delay in late:
            assert await gate.permit()
            time.now += delay
            await gate.leave()
            left.append(time.now)

    asyncio.run(scenario())
    assert_within_bound(left, burst, 3600 / rate)


def test_a_pause_does_not_hold_what_is_on_record() -> None:
    """Whoever has claimed a batch sends it: a stop would wait for it as long as the CRM asked."""
    time = FakeTime(0.0)

    async def scenario() -> None:
        gate = Gate(Pace(3600, 1, time.clock, time.sleep), clock=time.clock, sleep=time.sleep)
        assert await gate.permit()
        gate.slow_down(600)
        await gate.leave()

    asyncio.run(scenario())
    assert time.now == 0
