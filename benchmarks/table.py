"""The table: medians of the rounds, their ratio, the goal, and whether it is met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from tabulate import tabulate

Sample = Mapping[str, float]
"""What one round of one task measured: metric → value, in the unit that the metric's name says."""

Samples = Mapping[str, Sequence[Sample]]
"""Task → its rounds."""

HEADERS = ("what", "ours", "beside it", "ratio", "goal", "met")


class Measure(StrEnum):
    """What a goal is about."""

    RATIO = "ours ÷ beside it"
    FASTER = "beside it ÷ ours"
    SHARE = "beside it ÷ ours, in percent"
    OURS = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a value has to be; both ends count as met."""

    of: Measure = Measure.RATIO
    most: float | None = None
    least: float | None = None
    stretch: float | None = None
    """What would be better still, at the same end."""
    unit: str = "×"

    @property
    def is_set(self) -> bool:
        """Whether there is anything to meet; without, it says how two values are compared."""
        return self.most is not None or self.least is not None

    def value(self, ours: float, beside: float) -> float:
        """The value that is judged."""
        match self.of:
            case Measure.RATIO:
                return ours / beside if beside else float("inf")
            case Measure.FASTER | Measure.SHARE:
                return beside / ours if ours else float("inf")
            case Measure.OURS:
                return ours

    def met(self, value: float) -> str:
        """`yes`, `no`, or that the stretch is met as well."""
        if not _within(value, self.least, self.most):
            return "no"
        if self.stretch is None:
            return "yes"
        least = None if self.least is None else self.stretch
        most = None if self.most is None else self.stretch
        return "yes, the stretch too" if _within(value, least, most) else "yes"

    def show(self, value: float) -> str:
        """A value as the goal counts it: `2.71 ×`, `93.4 %`, `312 MB`."""
        if self.of is Measure.SHARE:
            return f"{value:.1%}".replace("%", " %")
        return f"{value:.3g} {self.unit}" if value < 100 else f"{value:,.0f} {self.unit}"

    def __str__(self) -> str:
        ends = [("≥", self.least), ("≤", self.most)]
        words = " and ".join(f"{sign} {self.show(end)}" for sign, end in ends if end is not None)
        return words if self.stretch is None else f"{words}, stretch {self.show(self.stretch)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of one task."""

    task: str
    metric: str = "wall_s"

    def median(self, samples: Samples) -> float | None:
        """The median of its rounds; None where it was not measured."""
        found = [sample[self.metric] for sample in samples.get(self.task, ())]
        return median(found) if found else None

    def show(self, value: float) -> str:
        """A value with its unit, which the metric's name ends with."""
        match self.metric.rpartition("_")[2]:
            case "s":
                return f"{value:.3f} s" if value < 1 else f"{value:,.1f} s"
            case "mb":
                return f"{value:,.0f} MB"
            case unit:
                return f"{round(value, 2) + 0.0:,g} {unit}"  # there is no -0


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: ours, what it is held against, and the goal."""

    topic: str
    """By which `--only` picks it."""
    what: str
    ours: Figure
    beside: Figure
    peer: str
    """What stands beside ours: a peer, an ideal, or ours at another size; "": nothing."""
    goal: Goal | None = None
    """None: shown, for comparison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A line with its values."""

    line: Line
    ours: float | None
    beside: float | None

    @property
    def value(self) -> float | None:
        """What is judged; None where one side was not measured."""
        if self.ours is None or self.beside is None:
            return None
        return (self.line.goal or Goal()).value(self.ours, self.beside)

    @property
    def met(self) -> str:
        """Whether the goal is met; a dash where there is none, or nothing to judge."""
        goal = self.line.goal
        return goal.met(self.value) if goal and goal.is_set and self.value is not None else "–"

    def cells(self) -> tuple[str, ...]:
        """The line's cells, in the order of the headers."""
        line, goal = self.line, self.line.goal or Goal()
        ours = "–" if self.ours is None else line.ours.show(self.ours)
        beside = "not measured" if self.beside is None else line.beside.show(self.beside)
        alone = goal.of is Measure.OURS
        ratio = "–" if self.value is None or alone else goal.show(self.value)
        peer = f"{line.peer}: {beside}" if line.peer else "–"
        return (line.what, ours, peer, ratio, _goal(line), self.met)


def judge(lines: Sequence[Line], samples: Samples) -> list[Verdict]:
    """Hold every line against what was measured."""
    return [
        Verdict(line=line, ours=line.ours.median(samples), beside=line.beside.median(samples))
        for line in lines
    ]


def as_text(verdicts: Sequence[Verdict], form: str = "simple", runs: Sequence[Samples] = ()) -> str:
    """The table as text.

    Args:
        verdicts: its lines.
        form: one of tabulate's.
        runs: the runs that were put together: each has its value beside the goal.
    """
    headers, rows = list(HEADERS), [list(verdict.cells()) for verdict in verdicts]
    if runs:
        headers.append("in each run")
        for verdict, row in zip(verdicts, rows, strict=True):
            row.append(_in_each(verdict.line, runs))
    return tabulate(rows, headers=headers, tablefmt=form, disable_numparse=True)


def _in_each(line: Line, runs: Sequence[Samples]) -> str:
    goal = line.goal or Goal()
    values = [judge([line], samples)[0].value for samples in runs]
    return ", ".join("–" if value is None else goal.show(value) for value in values)


def tasks_as_text(samples: Samples, form: str = "simple") -> str:
    """What each task took as a whole: time, CPU time and memory, ours and the peers'."""
    rows = []
    for task in samples:
        shown = [Figure(task, metric) for metric in ("wall_s", "cpu_s", "peak_mb")]
        values = [(figure, figure.median(samples)) for figure in shown]
        rows.append([task, *(figure.show(value) for figure, value in values if value is not None)])
    headers = ("process", "wall", "CPU", "peak memory")
    return tabulate(rows, headers=headers, tablefmt=form, disable_numparse=True)


def as_json(verdicts: Sequence[Verdict]) -> list[dict[str, object]]:
    """The table for programs: medians unrounded."""
    return [
        {
            "what": verdict.line.what,
            "ours": verdict.ours,
            "beside": verdict.beside,
            "peer": verdict.line.peer,
            "value": verdict.value,
            "goal": _goal(verdict.line),
            "met": verdict.met,
        }
        for verdict in verdicts
    ]


def _goal(line: Line) -> str:
    return str(line.goal) if line.goal and line.goal.is_set else "–"


def _within(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)
