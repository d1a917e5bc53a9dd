"""What a person does about what is still to be sent: resume it, or have its plan approved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from importer.model import Outcome
from importer.reconcile import Wait
from importer.report.commands import Step, give_up, plan_commands, resume
from importer.report.figures import counted
from importer.report.source import Report
from importer.report.words import Hold, Tone


def send_step(report: Report, remedy: str) -> Step:
    """Return the step.

    Args:
        report: of a run of which something is UNSENT.
        remedy: what to do about that which has just stopped it; "" where that is not known.
    """
    return _resume(report, remedy) if report.hold is None else _hold(report, report.hold)


def _resume(report: Report, remedy: str) -> Step:
    books, run, options = report.books, report.books.run.id, report.options
    if doubtful := books.waiting(Outcome.UNKNOWN):
        first = f"Settle the {counted(doubtful, 'action')} in doubt first. Then go on"
    elif remedy:
        first = f"{remedy.rstrip(' .')}. Then go on"
    elif Wait.TURN in books.waits:
        first = "Put right what stopped the run, if anything did. Then go on"
    else:
        first = "A person has said that this is to be sent. Go on when you are ready"
    return Step(
        tone=Tone.CARE,
        title=f"Resume {counted(books.unsent, 'unsent action')}",
        text=f"{first}: nothing that was created is sent again.",
        shows=Outcome.UNSENT,
        commands=(
            resume(run, options),
            give_up(run, options, does="gives it up, where mapping or sheet was wrong"),
        ),
    )


def _hold(report: Report, hold: Hold) -> Step:
    run, options = report.books.run.id, report.options
    return Step(
        tone=Tone.CARE,
        title=_TITLES[hold].format(counted(report.books.unsent, "unsent action")),
        text=_TEXTS[hold],
        shows=Outcome.UNSENT,
        commands=(*plan_commands(hold, run, options), give_up(run, options)),
    )


_TITLES: Final[Mapping[Hold, str]] = {
    Hold.APPROVAL: "Have {} approved",
    Hold.ANOTHER: "Have {} approved anew",
    Hold.APPLY: "Apply the plan of {}",
}
_TEXTS: Final[Mapping[Hold, str]] = {
    Hold.APPROVAL: "It waits for approval: somebody else than the one who planned it looks at the "
    "plan (this report, and plan.json beside it), and says so. Nothing of it is sent before that.",
    Hold.ANOTHER: "What it would send has changed since it was approved. Have the plan written "
    "anew; somebody else than the one who planned it looks at that, and says so.",
    Hold.APPLY: "It was planned, and nobody has said that the plan is to be sent.",
}
