"""The night as the ops lead reads it over coffee: what matters, what to do, then every job."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from importer.nightly import leaves
from importer.nightly.leaves import Leaf
from importer.nightly.matters import headline, matters_of
from importer.nightly.passages import of_job
from importer.nightly.records import NightReport
from importer.nightly.todo import of_night
from importer.notify import one_line
from importer.pipeline.masking import hushed
from importer.report.commands import with_options
from importer.report.moments import day


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What people are told of a night."""

    subject: str
    """One line: the one thing that matters. It says that all is in only where all is in."""
    text: str
    html: str
    """The same; without anything that a mail program would fetch or run."""
    trouble: bool
    """Somebody has something to see to, or to know."""


def digest_of(night: NightReport, *, zone: dt.tzinfo) -> Digest:
    """Put a night into words.

    Nobody's name and no cell is among them: what is said of a row is masked as in the copies for
    others.

    Args:
        night: what the night came to.
        zone: of the times that are shown.
    """
    matters = matters_of(night)
    line = headline(night, matters)
    today = day(night.ended_at.astimezone(zone))
    found = [_with_options(leaf, night.options) for leaf in _leaves(night, line, zone)]
    subject = one_line(f"importer {today}: {line}")
    return Digest(
        subject=subject,
        text=leaves.as_text(found),
        html=leaves.as_page(found, subject),
        trouble=bool(matters or night.notes),
    )


def _leaves(night: NightReport, line: str, zone: dt.tzinfo) -> Iterator[Leaf]:
    yield leaves.title(f"{line}.")
    yield leaves.words(_when(night, zone))
    for matter in matters_of(night)[1:]:
        yield leaves.words(f"– {matter}")
    todo = list(of_night(night))
    if todo:
        yield leaves.job("What needs a person")
        yield from todo
    for job in night.jobs:
        yield from of_job(job, night.options, zone)
    told = {night.failed, *(one.said for one in night.untold)}
    notes = [note for note in night.notes if note not in told]
    if notes:
        yield leaves.job("To know")
        yield from map(leaves.words, map(hushed, notes))


def _with_options(leaf: Leaf, options: str) -> Leaf:
    return replace(leaf, lines=tuple(with_options(line, options) for line in leaf.lines))


def _when(night: NightReport, zone: dt.tzinfo) -> str:
    begun, ended = (one.astimezone(zone) for one in (night.started_at, night.ended_at))
    until = f"{ended:%H:%M}" if ended.date() == begun.date() else f"{day(ended)}, {ended:%H:%M}"
    return f"{night.workspace}; {day(begun)}, {begun:%H:%M} to {until}, {_name(begun)}."


def _name(moment: dt.datetime) -> str:
    return str(moment.tzinfo) if moment.utcoffset() else "UTC"
