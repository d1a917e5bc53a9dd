"""A job of the night: each file's verdict, its figures, why not everything went in, and where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from importer.model import Outcome
from importer.nightly import leaves
from importer.nightly.leaves import Leaf
from importer.nightly.masked import masked_report, said_of
from importer.nightly.records import FileFate, FileReport, JobReport
from importer.pipeline.masking import hushed
from importer.reconcile import Chain, Line, Reconciliation
from importer.report.figures import counted, shown_count, shown_sums
from importer.report.moments import day
from importer.report.reasons import Said
from importer.report.source import Report
from importer.report.tiles import Tile, tiles_of
from importer.report.verdict import verdict

_TOP: Final = 5
"""How many reasons are told of; the report has them all."""

_DEEPER: Final = "    "

_FATES: Final = {
    FileFate.SAME: "This very content was imported before; no request was spent.",
    FileFate.NOT_READY: "It is not complete yet; it is taken the next time.",
    FileFate.LEFT: "It was left in the inbox; it is taken the next time.",
    FileFate.REFUSED: "It was refused; nothing of it was sent.",
    FileFate.WAITING: "Its plan waits for somebody's approval; nothing of it was sent.",
    FileFate.FAILED: "An internal error; it is tried again the next time.",
    FileFate.RUN: "",
}


def of_job(job: JobReport, options: str, zone: dt.tzinfo) -> Iterator[Leaf]:
    """Yield everything about one job.

    Args:
        job: the job.
        options: what a command needs to find the settings, or "".
        zone: of the days that are shown.
    """
    yield leaves.job(f"Job {job.name}")
    if job.said:
        yield leaves.words(hushed(job.said))
    if job.missing:
        yield leaves.words(f"{job.missing[:1].upper()}{job.missing[1:].rstrip('.')}.")
    yield from map(leaves.words, map(hushed, job.unusual))
    for file in job.resumed:
        left = file.fate is FileFate.LEFT
        title = f"{file.file}, {'of before' if left else 'gone on with'}{_since(file, zone)}"
        yield from _of_file(file, title, masked_report(file, job.mapping, options))
    for file in job.files:
        yield from _of_file(file, file.file, masked_report(file, job.mapping, options))
    if not (job.said or job.missing or job.files or job.resumed):
        yield leaves.words("No new file came, and none is missing.")


def _of_file(file: FileReport, title: str, report: Report | None) -> Iterator[Leaf]:
    yield leaves.file(title)
    said = said_of(file) or _FATES[file.fate]
    if file.books:
        yield leaves.words(
            f"{verdict(file.books, file.created_before).text} {said_of(file)}".strip()
        )
        yield leaves.typed(_figures(file.books, file.created_before))
        if file.books.run.parent:
            yield leaves.words(_of_chain(file.books.chain))
    elif said:
        yield leaves.words(said)
    if reasons := list(_reasons(report)) if report else []:
        yield leaves.words("Why:")
        yield leaves.typed(reasons)
    if places := list(_places(file, report)):
        yield leaves.typed(places)


def _since(file: FileReport, zone: dt.tzinfo) -> str:
    return f" from {day(file.books.run.started_at.astimezone(zone))}" if file.books else ""


def _of_chain(chain: Chain) -> str:
    """How far the sheet has come that the corrected rows are of."""
    sheet, rows = chain.runs[0].file, counted(chain.rows, "row")
    if chain.closed:
        return f"With it, the {rows} of {sheet} are closed: nothing of that sheet is open any more."
    left = f"{shown_count(chain.open_rows)} of the {rows}"
    return f"Of {sheet}, {left} {'is' if chain.open_rows == 1 else 'are'} still open."


def _figures(books: Reconciliation, before: Line) -> Iterator[str]:
    """Rows read, in the CRM, not in, in doubt: as the report's page has them."""
    rows = [(tile.name, _money(tile), ", ".join(tile.beneath)) for tile in tiles_of(books, before)]
    yield from leaves.columns(rows)


def _money(tile: Tile) -> str:
    return " + ".join(tile.figures)


def _reasons(report: Report) -> Iterator[str]:
    found = [one for one in report.reasons if one.outcome is not Outcome.ALREADY]
    for one in found[:_TOP]:
        money = " + ".join(shown_sums(one.money))
        counts = " ".join(filter(None, (shown_count(one.count), one.outcome, money)))
        yield from _wrapped(f"{counts}: {_with_code(one)}{_at(one)}", "")
        yield from _wrapped(one.hint, _DEEPER)
    if len(found) > _TOP:
        yield f"and {shown_count(len(found) - _TOP)} more, in the report"


def _wrapped(text: str, begun: str) -> Iterator[str]:
    yield from wrap(
        text,
        leaves.WIDTH - 2,
        initial_indent=begun,
        subsequent_indent=_DEEPER,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _with_code(one: Said) -> str:
    """The CRM's own codes are written in capitals; ours say nothing to a person."""
    return f"{one.code}: {one.text}" if one.code.isupper() else one.text


def _at(one: Said) -> str:
    return f" ({', '.join(one.examples)})" if one.examples else ""


def _places(file: FileReport, report: Report | None) -> Iterator[str]:
    """Where its reports are, and where its input is now."""
    page = file.reports
    if file.reports and report:
        page = file.reports / report.names.page
    failures = report.failures.path if report and report.failures else None
    rows = [
        (name, str(place) if isinstance(place, str) else place.as_posix())
        for name, place in (
            ("run", file.run),
            ("report", page),
            ("failures", failures),
            ("archive", file.archived),
        )
        if place
    ]
    yield from leaves.columns(rows) if rows else ()
