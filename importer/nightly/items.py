"""A thing to do after a night, and the commands that several of them share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from importer.nightly.records import NightReport
from importer.report.commands import REASON, Command, Step, typed
from importer.report.words import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to do, and about what."""

    about: str
    step: Step
    after: str = ""
    """A sentence behind the commands."""


def care(title: str, text: str, *commands: Command) -> Step:
    """Return a step for when there is time."""
    return Step(tone=Tone.CARE, title=title, text=text, commands=commands)


def stop(title: str, text: str, *commands: Command) -> Step:
    """Return a step that comes before anything else."""
    return Step(tone=Tone.STOP, title=title, text=text, commands=commands)


def settling(night: NightReport, run: str) -> Iterator[Command]:
    """Yield what says of a run's doubts whether they stand in the CRM."""
    options = night.options
    yield Command(text=typed("settle", run, options), does="looks at the leads' timelines")
    yield Command(
        text=typed("resolve", run, "--rows … --created", REASON, options),
        does="it stands on the timeline",
    )
    yield Command(
        text=typed("resolve", run, "--rows … --not-created", REASON, options),
        does="it does not",
    )


def report_again(night: NightReport, run: str) -> Command:
    """Return what writes a run's reports."""
    return Command(text=typed("report", run, night.options), does="writes its reports")
