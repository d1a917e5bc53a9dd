"""What a digest may repeat of a run: digests go further than reports do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from importer.folding import ANYTHING
from importer.nightly.records import FileReport
from importer.pipeline.masking import hushed
from importer.reconcile import Ground
from importer.report.reasons import Said
from importer.report.source import Report


def masked_report(file: FileReport, mapping: Path | None, options: str) -> Report | None:
    """Return what a file's reports show, without what its rows say; None where there are none.

    Args:
        file: the file.
        mapping: its job's mapping file.
        options: what a command needs to find the same settings, or "".
    """
    report = file.report
    if report is None:
        return None
    run = report.books.run
    place = report.place
    if file.reports is not None and file.reports.name == run.id:
        place = file.reports.parent.as_posix()
    reasons = tuple(_masked(one, run.headers) for one in report.reasons)
    return replace(
        report,
        reasons=reasons,
        place=place,
        mapping=mapping.as_posix() if mapping else report.mapping,
        options=options,
    )


def said_of(file: FileReport) -> str:
    """Return why a file was refused or a run stopped, without what it quotes of the sheet."""
    headers = file.books.run.headers if file.books else ()
    reason = file.books.run.reason if file.books else ""
    return hushed(file.said or reason, headers)


def _masked(one: Said, headers: tuple[str, ...]) -> Said:
    return replace(
        one,
        text=hushed(_text(one), headers),
        hint=hushed(one.hint, headers),
        note=hushed(one.note, headers),
        example="",
    )


def _text(one: Said) -> str:
    """What the CRM says, with `…` for what differs from row to row; what we say, as it is."""
    _, ground, code, pattern = one.key
    if not pattern or ground not in {Ground.REMARK, Ground.DETAIL}:
        return one.text
    if ground is Ground.REMARK or code or one.example:
        return pattern
    # `The CRM answered with status 500: …`: what is behind the colon may be the CRM's.
    ours, colon, theirs = one.text.partition(": ")
    _, kept, rest = pattern.partition(": ")
    if theirs and not kept:  # one `…` stands for the number before the colon and what is behind it
        rest = "".join(pattern.partition(ANYTHING)[1:])
    return f"{ours}{colon}{rest}"
