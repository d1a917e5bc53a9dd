"""The end of a file: into the archive, unless it is no more what was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from importer.files import sha256_of
from importer.nightly.archive import INPUT, Archive, put_away
from importer.nightly.codes import worst
from importer.nightly.inbox import Claim
from importer.nightly.records import FileFate, FileReport
from importer.nightly.shift import Shift
from importer.pipeline.archives import REFUSED
from importer.pipeline.exits import Exit
from importer.settings import Job

_CHANGED: Final = (
    "The file has changed since it was read: somebody was still writing it. It stays taken, and "
    "the next night reads it anew; what is in the CRM already is recognised row by row."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PuttingAway:
    """What becomes of a job's files once their run is told.

    A program that has a file open goes on writing into it after it was renamed: what it wrote
    after the read is in no run, so such a file is not put away.
    """

    shift: Shift
    job: Job
    archive: Archive

    def with_reports(self, report: FileReport, claim: Claim | None, digest: str) -> FileReport:
        """Put a run's reports into the archive, and its input, if nothing of it is left to send.

        Args:
            report: of the run.
            claim: the input; None where it was put away before.
            digest: SHA-256 of what the run has read.
        """
        if report.reports is None:
            return report  # the next night writes them first
        folder = report.reports

        def work() -> FileReport:
            whole = claim is None or sha256_of(claim.sheet) == digest
            if whole and claim is not None and report.books and report.books.unsent:
                return report
            # With its reports there, the next night knows the run as this job's.
            archived = self.archive.keep(report.run, folder)
            if whole and (claim is None or put_away(claim, archived / INPUT, digest)):
                return replace(report, archived=archived)
            return _not_whole(report)

        return self._or_said(report, work)

    def aside(self, report: FileReport, claim: Claim, why: str, digest: str) -> FileReport:
        """Put away an input that has no run of its own.

        Args:
            report: of the file.
            claim: the file.
            why: the archive's folder.
            digest: SHA-256 of what was read.
        """

        def work() -> FileReport:
            if sha256_of(claim.sheet) == digest:
                folder = self.archive.put_aside(why, self.shift.clock())
                if put_away(claim, folder, digest):
                    return replace(report, archived=folder)
            left = replace(_not_whole(report), said=_CHANGED, fate=FileFate.NOT_READY)
            # What was refused was not the whole file.
            return replace(left, exit_code=Exit.LATER) if why == REFUSED else left

        return self._or_said(report, work)

    def _or_said(self, report: FileReport, work: Callable[[], FileReport]) -> FileReport:
        try:
            return work()
        except OSError as error:
            said = (
                f"{report.said} The archive {self.job.archive} cannot be written: "
                f"{error.strerror}. What was imported is on record; the next night puts it away."
            )
            code = worst([report.exit_code, Exit.USAGE])
            return replace(report, said=said.strip(), exit_code=code)


def _not_whole(report: FileReport) -> FileReport:
    said = f"{report.said} {_CHANGED}".strip()
    code = worst([report.exit_code, Exit.LATER])
    return replace(report, said=said, archived=None, changed=True, exit_code=code)
