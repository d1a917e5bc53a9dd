"""A thing to do after a night, and the commands that several of them share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from importer.nightly.records import NightReport
from importer.nightly.weights import Weight
from importer.report.commands import ANY_ROWS, Command, Step, report_again, resolve, settle
from importer.report.words import Tone

CALL: Final = "The journal knows what was sent; call the people who look after the importer."


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to do, and about what."""

    weight: Weight
    """Of the matter that it is about: the list has the order of the subject."""
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


def internal_error(said: str, *commands: Command) -> Step:
    """Return a step for what nobody but the importer's own people can put right."""
    mistake = "This is a mistake of the importer, or a disk that fails."
    return stop("An internal error", f"{said} {mistake} {CALL}", *commands)


def settling(night: NightReport, run: str) -> Iterator[Command]:
    """Yield what says of a run's doubts whether they stand in the CRM."""
    options = night.options
    yield settle(run, options)
    yield resolve(run, ANY_ROWS, options, created=True, does="it stands on the timeline")
    yield resolve(run, ANY_ROWS, options, created=False, does="it does not")


def reports_of(night: NightReport, run: str) -> Command:
    """Return what writes a run's reports."""
    return report_again(run, night.options, does="writes its reports")
