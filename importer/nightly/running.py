"""One file of a job: from the plan to the archive, or from where an earlier night left it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from importer.errors import ImporterError, SheetError, SheetRefusedError
from importer.files import sha256_of
from importer.journal.overview import Open, open_by_run
from importer.journal.purging import purged_at
from importer.journal.reading import runs_by_mapping
from importer.mapping import Mapping
from importer.model import RunRecord, RunState
from importer.nightly.codes import interrupted, worst
from importer.nightly.halted import is_halted, settle_halted
from importer.nightly.inbox import Claim
from importer.nightly.putting_away import PuttingAway
from importer.nightly.records import FileFate, FileReport
from importer.nightly.shift import GOES_ON, OUT_OF_TIME, Shift
from importer.nightly.totals import read_totals
from importer.nightly.written import write_down
from importer.pipeline.approving import waits
from importer.pipeline.archives import REFUSED, SAME
from importer.pipeline.exits import Exit
from importer.pipeline.keys import separate
from importer.pipeline.left import estimate, resumable
from importer.pipeline.outcome import exit_code
from importer.pipeline.planning import Demands, plan_run
from importer.pipeline.reporting import reconcile_run
from importer.pipeline.sending import send_run
from importer.reconcile import Reconciliation
from importer.report.figures import counted
from importer.report.moments import day
from importer.settings import Job
from importer.upload import Ending, EndKind

NOT_OVER = frozenset({RunState.READY, RunState.SENDING, RunState.STOPPED})
COUNTED = NOT_OVER | {RunState.DONE}
"""Runs that were planned to their end, and not refused."""
_LOOK: Final = "Until somebody has looked, no night sends more of it."


@dataclass(slots=True, kw_only=True)
class Running:
    """The runs of a job in one night."""

    shift: Shift
    job: Job
    mapping: Mapping
    putting_away: PuttingAway
    touched: set[str] = field(default_factory=set)
    """Runs that this night has worked on."""
    current: str = ""
    """The one that it is working on; kept where that fails."""
    hold: str = ""
    """Why no new file may be planned: its rows may be UNSENT in a run that could not go on."""

    def take(self, claim: Claim) -> FileReport:
        """Run a file that was taken, unless it was imported before.

        Raises:
            ImporterError: what is wrong elsewhere; the file stays taken.
        """
        try:
            digest = sha256_of(claim.sheet)
        except OSError as error:
            return _unreadable(claim, error)
        if self.shift.dry_run:
            return self.rehearse(claim.sheet, claim.totals)
        known = self._known(digest)
        if known is None:
            return self._begin(claim, digest)
        if known.state in NOT_OVER and known.id not in self.touched:
            return self.go_on(known, claim)
        return self._same(known, claim)

    def _begin(self, claim: Claim, digest: str) -> FileReport:
        """Plan a file and send it, or say why not."""
        try:
            run = self._plan(claim.sheet, claim.totals)
        except SheetRefusedError as refusal:
            return self._refused(refusal, claim)
        except SheetError as error:
            return self._no_sheet(error, claim, digest)
        return self._send(run, claim.sheet.name, claim)

    def go_on(self, run: RunRecord, claim: Claim | None) -> FileReport:
        """Send what is left of a run, settle what is in doubt, and put it away.

        Raises:
            ImporterError: what is wrong elsewhere; its input stays where it is.
        """
        if self.shift.dry_run:
            return self._rehearsed(run)
        self.current = run.id
        resumable(self.shift.workplace, run.id)
        return self._send(run.id, run.file, claim)

    def rehearse(self, sheet: Path, totals: Path | None) -> FileReport:
        """What a file would come to, if it were taken now.

        Raises:
            ImporterError: it would be refused.
        """
        workplace = self.shift.workplace
        known = self._known(sha256_of(sheet))
        if known is not None and known.state in NOT_OVER:
            return self._rehearsed(known)
        if known is not None:
            return FileReport(file=sheet.name, fate=FileFate.SAME, run=known.id)
        with workplace.journal.rehearsal():
            run = self._plan(sheet, totals)
            books, left = reconcile_run(workplace, run), estimate(workplace, run)
            waiting = waits(workplace, run)
        everything = left.actions == sum(line.count for line in books.outcomes.values())
        report = FileReport(
            file=sheet.name,
            fate=FileFate.RUN,
            exit_code=Exit.DONE if everything else Exit.INCOMPLETE,
            books=books,
            said=f"A dry run: {counted(left.actions, 'action')} would be sent.",
        )
        return report if waiting is None else _held(report, waiting)

    def _plan(self, sheet: Path, totals: Path | None) -> str:
        demands = Demands(
            approve_above=self.job.approve_above,
            expected=read_totals(totals),
            job=self.job.name,
        )
        workplace, bars = self.shift.workplace, self.shift.bars
        return plan_run(workplace, sheet, self.mapping, demands=demands, bars=bars)

    def _rehearsed(self, run: RunRecord) -> FileReport:
        books = reconcile_run(self.shift.workplace, run.id)
        said = f"A dry run: {counted(books.unsent, 'action')} would be gone on with."
        if is_halted(self.shift.workplace, run.id):
            said = f"{said} {_LOOK}"
        report = FileReport(file=run.file, fate=FileFate.RUN, run=run.id, books=books, said=said)
        waiting = waits(self.shift.workplace, run.id)
        return report if waiting is None else _held(report, waiting)

    def _known(self, digest: str) -> RunRecord | None:
        """The latest run of a content, if a run of it now would not tell anything else."""
        journal = self.shift.workplace.journal
        runs = runs_by_mapping(journal, self.mapping.name, digest)
        found = next((one for one in reversed(runs) if one.state in COUNTED), None)
        if found is None or found.state in NOT_OVER:
            # One that was purged cannot be gone on with; the ledger knows what it created.
            return found if found and purged_at(journal, found.id) is None else None
        return found if found.mapping_sha256 == self.mapping.sha256 else None

    def _send(self, run: str, file: str, claim: Claim | None) -> FileReport:
        self.current = run
        self.touched.add(run)
        waiting = waits(self.shift.workplace, run) is not None
        ending, failed = self._ended(run)
        told = write_down(self.shift, run)
        code = failed.exit_code if failed else exit_code(told.books, ending)
        if interrupted(code):
            self.shift.signal = code
        self._hold_where_unsent(told.books, ending)
        said = str(failed) if failed else _words_of(ending)
        report = FileReport(
            file=file,
            fate=FileFate.WAITING if waiting and not ending.halted else FileFate.RUN,
            run=run,
            exit_code=worst([code, told.exit_code]),
            books=told.books,
            said=f"{said} {told.said}".strip(),
            end=ending.kind,
            halted=ending.halted,
            reports=told.reports,
            report=told.report,
        )
        return self.putting_away.with_reports(report, claim, told.books.run.file_sha256)

    def _ended(self, run: str) -> tuple[Ending, ImporterError | None]:
        """How the sending ended; what broke it is told with the run's books."""
        orders = self.shift.orders(self.job)
        try:
            if is_halted(self.shift.workplace, run) and (left := settle_halted(self.shift, run)):
                return left, None
            ending = send_run(
                self.shift.workplace, run, self.shift.token, orders=orders, bars=self.shift.bars
            )
        except ImporterError as error:
            return Ending(kind=EndKind.STOPPED, reason=error.message, remedy=error.hint), error
        return ending, None

    def _hold_where_unsent(self, books: Reconciliation, ending: Ending) -> None:
        # The next export holds the same rows again, and they would be held as DUPLICATE.
        if books.unsent and ending.kind is not EndKind.DONE and not separate(self.mapping):
            self.hold = (
                f"It stays in the inbox until the run {books.run.id} is done, since it may hold "
                "the same rows again; the next night takes it after that."
            )

    def _same(self, known: RunRecord, claim: Claim) -> FileReport:
        when = day(known.started_at.astimezone(self.job.timezone))
        code, left = _left_of(self.shift, known.id)
        said = f"Its content was imported before, on {when}, by the run {known.id}."
        if left:
            said = f"Its content came before, on {when}: it is held by the run {known.id}, {left}."
        report = FileReport(
            file=claim.sheet.name,
            fate=FileFate.SAME,
            run=known.id,
            exit_code=code,
            said=said,
            reports=self.shift.workplace.reports_of(known.id),
        )
        return self.putting_away.aside(report, claim, SAME, known.file_sha256)

    def _refused(self, refusal: SheetRefusedError, claim: Claim) -> FileReport:
        self.current = refusal.run
        self.touched.add(refusal.run)
        told = write_down(self.shift, refusal.run)
        report = FileReport(
            file=claim.sheet.name,
            fate=FileFate.REFUSED,
            run=refusal.run,
            exit_code=worst([refusal.exit_code, told.exit_code]),
            books=told.books,
            said=f"{refusal} {told.said}".strip(),
            reports=told.reports,
            report=told.report,
        )
        return self.putting_away.with_reports(report, claim, told.books.run.file_sha256)

    def _no_sheet(self, error: SheetError, claim: Claim, digest: str) -> FileReport:
        report = FileReport(
            file=claim.sheet.name,
            fate=FileFate.REFUSED,
            exit_code=error.exit_code,
            said=str(error),
        )
        return self.putting_away.aside(report, claim, REFUSED, digest)


def _held(report: FileReport, waiting: Ending) -> FileReport:
    """What a dry run tells of a plan that would not be sent before somebody has looked."""
    said = f"A dry run. {waiting.reason} {waiting.remedy}"
    code = worst([report.exit_code, Exit.STOPPED])
    return replace(report, fate=FileFate.WAITING, exit_code=code, said=said)


def _unreadable(claim: Claim, error: OSError) -> FileReport:
    said = (
        f"It cannot be read in {claim.folder.as_posix()}, where a night has put it: "
        f"{error.strerror}. Let the night's account read it, or put a good copy into the inbox and "
        "remove that folder. Until then, each night tries it again."
    )
    return FileReport(file=claim.sheet.name, fate=FileFate.FAILED, exit_code=Exit.USAGE, said=said)


def _left_of(shift: Shift, run: str) -> tuple[int, str]:
    """The exit code of what a run has open, and that in words; 0 and "" where nothing is."""
    left = open_by_run(shift.workplace.journal).get(run, Open())
    if left.unknown:
        return Exit.IN_DOUBT, f"of which {counted(left.unknown, 'action')} may be in the CRM or not"
    if left.unsent and waits(shift.workplace, run):
        return Exit.STOPPED, "whose plan waits for somebody's word"
    if left.unsent:
        return Exit.STOPPED, f"which has {counted(left.unsent, 'action')} still to send"
    if left.to_correct:
        return Exit.INCOMPLETE, f"of which {counted(left.to_correct, 'row')} wait for a correction"
    if left.duplicate:
        return Exit.INCOMPLETE, f"which holds {counted(left.duplicate, 'action')} as DUPLICATE"
    return Exit.DONE, ""


def _words_of(ending: Ending) -> str:
    """Why it was not sent to its end, for people who were not there; "" where it was."""
    if ending.halted:
        return f"{ending.reason} {_LOOK} {ending.remedy}"
    match ending.kind:
        case EndKind.UNREACHABLE:
            return f"The CRM did not answer: {_begun_small(ending.reason)} {GOES_ON}"
        case EndKind.OUT_OF_TIME:
            return f"{OUT_OF_TIME} {GOES_ON}"
        case _:
            return f"{ending.reason} {ending.remedy}".strip()


def _begun_small(sentence: str) -> str:
    return f"{sentence[:1].lower()}{sentence[1:]}"
