"""What a digest may repeat of a run: digests go further than reports do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

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
    return _hushed(file.said or reason, headers)


def _masked(one: Said, headers: tuple[str, ...]) -> Said:
    _, ground, _, pattern = one.key
    by_crm = ground in {Ground.REMARK, Ground.DETAIL}  # where `…` stands for what differs
    text = pattern if by_crm and pattern else one.text
    return replace(
        one,
        text=_hushed(text, headers),
        hint=_hushed(one.hint, headers),
        note=_hushed(one.note, headers),
        example="",
    )


def _hushed(sentence: str, headers: tuple[str, ...]) -> str:
    return hushed(sentence, headers).replace("...", "…")  # which comparing letters takes apart
