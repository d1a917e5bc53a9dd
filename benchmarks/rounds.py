"""The rounds: every task once in each, so that a slow minute of the machine strikes all alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.measuring import BrokenError
from benchmarks.place import sync
from benchmarks.table import Sample
from benchmarks.tasks import Task


@dataclass(slots=True)
class Measurements:
    """What the rounds have measured."""

    samples: dict[str, list[Sample]] = field(default_factory=lambda: defaultdict(list))
    """Task → one sample a round."""
    missing: dict[str, str] = field(default_factory=dict)
    """Task → the library that it would need."""
    broken: dict[str, str] = field(default_factory=dict)
    """Task → why it could not be measured; it is left out of the rounds that follow."""


def go_round(
    tasks: Sequence[Task],
    rounds: int,
    say: Callable[[str], object] = lambda _words: None,
    keep: Callable[[Measurements], object] = lambda _found: None,
) -> Measurements:
    """Measure every task once a round, every other round backwards.

    Args:
        tasks: in their order.
        rounds: how many.
        say: told what is being measured, and what came of it.
        keep: given what there is after each round: a run takes hours.
    """
    found = Measurements()
    here = [task for task in tasks if task.is_here]
    found.missing = {task.key: task.needs for task in tasks if not task.is_here}
    for key, library in found.missing.items():
        say(f"{key}: {library} is not installed, left out")
    for number in range(1, rounds + 1):
        for task in here if number % 2 else reversed(here):
            if task.key not in found.broken:
                said = _measure(task, found)
                say(f"round {number} of {rounds}: {task.key}: {said}")
        keep(found)
    return found


def _measure(task: Task, found: Measurements) -> str:
    sync()
    try:
        sample = task.run()
    except BrokenError as error:
        found.broken[task.key] = str(error)
        found.samples.pop(task.key, None)
        return f"BROKEN: {error}"
    found.samples[task.key].append(sample)
    return f"{sample['wall_s']:.2f} s, {sample['cpu_s']:.2f} s CPU, {sample['peak_mb']:.0f} MB"
