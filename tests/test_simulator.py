"""The send against a network that breaks all the time and a process that dies: virtual time.

A developer's run is short, that of `.ci/run` long; with STORY_LEADS=100000 it is the whole proof.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import pytest
from simulator.faults import RULES
from simulator.naive import damage
from simulator.story import Figures, Script, tell

from importer.sandbox.faults import Fault, Rule

LEADS = int(os.environ.get("STORY_LEADS", "3000"))
STORIES = -(-LEADS // 2000)
WORKERS = 2

OFTEN = tuple(replace(rule, rate=min(1.0, 4 * rule.rate)) for rule in RULES)
CROWDED = (*RULES, Rule(fault=Fault.FOREIGN_TWIN, rate=0.5))


Show = Callable[[str], object]


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Iterator[Show]:
    """Shows figures to whoever runs the tests."""
    with capsys.disabled():
        yield lambda text: sys.stdout.write(f"\n{text}\n")


@pytest.fixture(scope="module")
def stories() -> Iterator[Sequence[Figures]]:
    """Several stories, each with a seed of its own, told on two processors."""
    scripts = [
        Script(seed=seed, leads=-(-LEADS // STORIES // 2) * 2, kills=10)
        for seed in range(1, STORIES + 1)
    ]
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=fresh) as workers:
        yield list(workers.map(tell, scripts))


def test_a_short_story_keeps_every_promise() -> None:
    """Few leads, faults at every third request, and a process that dies ten times."""
    told = tell(Script(seed=11, leads=300, kills=10, life_s=5.0, rules=OFTEN))
    assert told.breaches == []
    assert told.kills == 10
    assert told.killed > 5


def test_what_somebody_else_writes_is_never_taken_for_ours() -> None:
    """Somebody else books the very same beside every second request: nothing of it becomes ours."""
    told = tell(Script(seed=12, leads=400, kills=4, rules=CROWDED))
    assert told.breaches == []
    assert told.faults[Fault.FOREIGN_TWIN] > 100


def test_every_promise_holds_in_every_story(stories: Sequence[Figures]) -> None:
    """Nothing twice, nothing lost, every id right, no doubt without a cause, balanced books."""
    assert [breach for one in stories for breach in one.breaches] == []


def test_the_stories_are_as_bad_as_they_claim(stories: Sequence[Figures]) -> None:
    """Every fault struck, at least nine requests in a hundred met one, and processes died."""
    faults = sum((one.faults for one in stories), Counter[str]())
    requests, struck = (sum(getattr(one, it) for one in stories) for it in ("requests", "struck"))
    assert sum(one.leads for one in stories) >= LEADS
    assert struck >= 0.09 * requests
    assert set(faults) >= {rule.fault for rule in RULES} == set(Fault)
    assert all(one.kills >= 5 and one.killed > 0 for one in stories)


def test_what_is_left_in_doubt_is_little(stories: Sequence[Figures], show: Show) -> None:
    """Reading back settles nearly everything: what stays UNKNOWN is one action in fifty at most."""
    outcomes = sum((one.outcomes for one in stories), Counter[str]())
    actions = outcomes.total()
    show(figures_of(stories))
    assert outcomes["CREATED"] > 0.8 * actions
    assert outcomes["UNKNOWN"] < 0.02 * actions


def test_a_client_that_tries_again_doubles_and_one_that_gives_up_loses(show: Show) -> None:
    """The same network doubles much for a client that retries, and loses much for a careful one."""
    again, once = damage(seed=1, leads=2000, tries=6), damage(seed=1, leads=2000, tries=1)
    show(f"retrying: {again.doubled} of {again.actions} actions doubled, {again.lost} lost")
    show(f"giving up: {once.lost} of {once.actions} actions lost, {once.doubled} doubled")
    assert again.doubled > 0.03 * again.actions
    assert once.doubled == 0
    assert once.lost > 0.03 * once.actions


def figures_of(stories: Sequence[Figures]) -> str:
    """The figures of all stories, for people."""
    outcomes = sum((one.outcomes for one in stories), Counter[str]())
    names = ("leads", "actions", "stored", "requests", "struck", "kills", "killed", "stops")
    sums = {name: sum(getattr(one, name) for one in stories) for name in names}
    return f"{sums} {dict(outcomes)}"
