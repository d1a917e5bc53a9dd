"""One file of a job: from the plan to the archive, or from where an earlier night left it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from importer.errors import ImporterError, SheetError, SheetRefusedError
from importer.files import sha256_of
from importer.journal.left import is_left_to_others
from importer.journal.money import lines_by_outcome
from importer.journal.purging import purged_at
from importer.journal.reading import runs_by_mapping
from importer.mapping import Mapping
from importer.model import Outcome, RunRecord, RunState
from importer.nightly.codes import interrupted, worst
from importer.nightly.halted import is_halted, settle_halted
from importer.nightly.inbox import Claim
from importer.nightly.putting_away import PuttingAway
from importer.nightly.records import NOTHING, FileFate, FileReport
from importer.nightly.shift import Shift
from importer.nightly.told import LOOK, held, left_of, unreadable, words_of
from importer.nightly.totals import is_part, read_totals
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
from importer.reconcile import Line, Reconciliation
from importer.report.figures import counted
from importer.report.moments import day
from importer.settings import Job
from importer.upload import Ending, EndKind

NOT_OVER = frozenset({RunState.READY, RunState.SENDING, RunState.STOPPED})
COUNTED = NOT_OVER | {RunState.DONE}
"""Runs that were planned to their end, and not refused."""


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
    before: dict[str, Line] = field(default_factory=dict)
    """Run that was gone on with → what of it was CREATED before."""
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
            return unreadable(claim, error)
        if self.shift.dry_run:
            return self.rehearse(claim.sheet, claim.totals)
        known = self._known(digest)
        if known is None:
            return self._begin(claim, digest)
        if known.state in NOT_OVER and known.id not in self.touched:
            return self.go_on(known, claim)
        return self._same(known, claim)

    def is_new(self, sheet: Path) -> bool:
        """Whether a file would be planned; what cannot be read is not."""
        try:
            return self._known(sha256_of(sheet)) is None
        except OSError:
            return False

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
        return report if waiting is None else held(report, waiting)

    def _plan(self, sheet: Path, totals: Path | None) -> str:
        counted_before = totals is not None and is_part(sheet, self.mapping)
        demands = Demands(
            approve_above=self.job.approve_above,
            expected=read_totals(None if counted_before else totals),
            job=self.job.name,
        )
        workplace, bars = self.shift.workplace, self.shift.bars
        return plan_run(workplace, sheet, self.mapping, demands=demands, bars=bars)

    def _rehearsed(self, run: RunRecord) -> FileReport:
        books = reconcile_run(self.shift.workplace, run.id)
        said = f"A dry run: {counted(books.unsent, 'action')} would be gone on with."
        if is_halted(self.shift.workplace, run.id):
            said = f"{said} {LOOK}"
        report = FileReport(
            file=run.file,
            fate=FileFate.RUN,
            run=run.id,
            books=books,
            created_before=books.outcomes[Outcome.CREATED],
            said=said,
        )
        waiting = waits(self.shift.workplace, run.id)
        return report if waiting is None else held(report, waiting)

    def _known(self, digest: str) -> RunRecord | None:
        """The latest run of a content, if a run of it now would not tell anything else."""
        journal = self.shift.workplace.journal
        runs = runs_by_mapping(journal, self.mapping.name, digest)
        found = next((one for one in reversed(runs) if one.state in COUNTED), None)
        if found is None or found.state in NOT_OVER:
            # One that was purged cannot be gone on with; the ledger knows what it created.
            return found if found and purged_at(journal, found.id) is None else None
        same = found.mapping_sha256 == self.mapping.sha256
        return found if same and not is_left_to_others(journal, found.id) else None

    def _send(self, run: str, file: str, claim: Claim | None) -> FileReport:
        self.current = run
        self.touched.add(run)
        waiting = waits(self.shift.workplace, run) is not None
        created = lines_by_outcome(self.shift.workplace.journal, run).get(Outcome.CREATED, NOTHING)
        self.before[run] = created
        ending, failed = self._ended(run)
        told = write_down(self.shift, run)
        code = failed.exit_code if failed else exit_code(told.books, ending)
        if interrupted(code):
            self.shift.signal = code
        self._hold_where_unsent(told.books, ending)
        said = str(failed) if failed else words_of(ending)
        report = FileReport(
            file=file,
            fate=FileFate.WAITING if waiting and not ending.halted else FileFate.RUN,
            run=run,
            exit_code=worst([code, told.exit_code]),
            books=told.books,
            created_before=created,
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
                f"It waits until the run {books.run.id} is done, since it may hold "
                "the same rows again; the next night takes it after that."
            )

    def _same(self, known: RunRecord, claim: Claim) -> FileReport:
        when = day(known.started_at.astimezone(self.job.timezone))
        code, left = left_of(self.shift, known.id)
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
        digest = told.books.run.file_sha256
        report = self.putting_away.with_reports(report, None, digest)
        if report.archived is None:
            return report  # the next night writes its reports first
        return self.putting_away.aside(report, claim, REFUSED, digest)

    def tell_again(self, report: FileReport) -> FileReport:
        """Sum a run of this night up again, of which a later one has taken rows up since."""
        told = write_down(self.shift, report.run)
        done = Ending(kind=EndKind.DONE)
        code = report.exit_code
        if report.books and report.end is EndKind.DONE and code == exit_code(report.books, done):
            code = exit_code(told.books, done)
        again = replace(
            report,
            exit_code=worst([code, told.exit_code]),
            books=told.books,
            said=f"{report.said} {told.said}".strip(),
            reports=told.reports,
            report=told.report,
        )
        if report.archived is None:
            return again
        again = self.putting_away.with_reports(again, None, told.books.run.file_sha256)
        return replace(again, archived=report.archived)

    def _no_sheet(self, error: SheetError, claim: Claim, digest: str) -> FileReport:
        report = FileReport(
            file=claim.sheet.name,
            fate=FileFate.REFUSED,
            exit_code=error.exit_code,
            said=str(error),
        )
        return self.putting_away.aside(report, claim, REFUSED, digest)
