"""Nights as `importer nightly` reports them, made by hand; `reconcile` closes their books."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from report.books import RUN, SHAPE, action, books_of, every_outcome, inr, problem, refused_row

from importer.model import ActionRecord, Currency, Outcome, Problem, Remark, RunRecord, RunState
from importer.nightly.records import (
    FileFate,
    FileReport,
    JobReport,
    NightReport,
    StillHeld,
    StillWrong,
    Stray,
    Untold,
    Waiting,
)
from importer.reconcile import Line, Reconciliation
from importer.report.source import Failures, ReportSource, report_of
from importer.report.words import Hold
from importer.upload import EndKind

INDIA = dt.timezone(dt.timedelta(hours=5.5), "Asia/Kolkata")
BEGUN = dt.datetime(2026, 11, 22, 20, 30, tzinfo=dt.UTC)
ENDED = dt.datetime(2026, 11, 22, 21, 12, tzinfo=dt.UTC)
REPORTS = Path("/srv/importer/reports")
ARCHIVE = Path("/srv/importer/archive/payments/2026-11-23")
NAME = "Asha Rao"
"""A person of the sheets: in no digest."""


def night(*jobs: JobReport, code: int = 0, **changes: object) -> NightReport:
    """Return a night of these jobs."""
    plain = NightReport(
        workspace="acme-finance at https://next.telecrm.in",
        started_at=BEGUN,
        ended_at=ENDED,
        jobs=jobs,
        still_unknown={},
        unsent={},
        folder=REPORTS.parent,
        exit_code=code,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the tests' own words


def job(*files: FileReport, name: str = "payments", **changes: object) -> JobReport:
    """Return a job that took up these files."""
    plain = JobReport(
        name=name,
        files=files,
        mapping=REPORTS.parent / f"mappings/{name}.yaml",
        for_failures=f"into {REPORTS.parent}/inbox",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # as above


def ran(
    actions: Iterable[ActionRecord],
    code: int = 0,
    *,
    run: RunRecord = RUN,
    state: RunState = RunState.DONE,
    **changes: object,
) -> FileReport:
    """Return a file that was run, with the books of these actions."""
    books = books_of(list(actions), run=replace(run, state=state, notes=()))
    return reported(books, code, **changes)


def reported(books: Reconciliation, code: int, **changes: object) -> FileReport:
    """Return a file with these books, and what its reports show."""
    source = ReportSource(
        reconciliation=books,
        shape=SHAPE,
        actions=lambda: iter(()),
        skipped_rows=lambda: iter(()),
        failing_rows=lambda: iter(()),
        place="reports",
    )
    folder = REPORTS / books.run.id
    wrong = books.waiting(Outcome.INVALID, Outcome.IGNORED, Outcome.REFUSED)
    failures = Failures(path=folder / "failures.xlsx", rows=wrong) if wrong else None
    plain = FileReport(
        file=books.run.file,
        fate=FileFate.RUN,
        run=books.run.id,
        exit_code=code,
        books=books,
        report=report_of(source, failures),
        archived=ARCHIVE / books.run.id,
        reports=folder,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the tests' own words


def all_created(count: int = 24, *, run: RunRecord = RUN) -> FileReport:
    """Return a file of which every row is in."""
    return ran(
        [action(row, Outcome.CREATED, inr("1250.50")) for row in range(5, 5 + count)], run=run
    )


def gone_on_with() -> FileReport:
    """Return a run of which 11 of 12 actions were created in earlier nights, and one tonight."""
    before = Line(count=11, money={Currency.INR: Decimal("13755.50")})
    return replace(all_created(12), created_before=before)


def some_to_correct(run: RunRecord = RUN) -> FileReport:
    """Return a file with wrong rows, whose cells hold people's names, addresses and numbers."""
    wrong = (
        Problem(
            code="amount-unreadable",
            row=30,
            column="D",
            seen=f"12x {NAME}",
            message=f"The amount “12x {NAME}” is not a number.",
            hint="Write what was paid.",
        ),
    )
    said = Remark(path="fields.payer", text=f"{NAME} <asha@example.com> +91 98450 12345 is unknown")
    return ran(
        [
            *(action(row, Outcome.CREATED, inr("1250.50")) for row in range(5, 25)),
            *(action(row, Outcome.ALREADY, inr("900")) for row in range(25, 28)),
            refused_row(30, *wrong),
            refused_row(31, problem(31, "D", "-5", "The amount is not above 0.", "Write more.")),
            action(
                32,
                Outcome.IGNORED,
                inr("125000.50"),
                remarks=(said,),
                content={"payer": NAME, "receipt": "RC-32"},
            ),
            action(
                33, Outcome.REFUSED, inr("7500"), detail="LEAD_NOT_FOUND: Lead 62ab is not there."
            ),
        ],
        4,
        run=run,
    )


def in_doubt() -> FileReport:
    """Return a file of which one payment may or may not be in the CRM."""
    return ran(
        [
            *(action(row, Outcome.CREATED, inr("1250.50")) for row in range(5, 25)),
            action(36, Outcome.UNKNOWN, inr("250000"), detail="No answer came within 60 s."),
            action(36, Outcome.UNSENT, position=1, detail="The same lead has an action in doubt."),
        ],
        5,
        state=RunState.STOPPED,
    )


def stopped() -> FileReport:
    """Return a file whose run the CRM stopped."""
    return ran(
        [
            *(action(row, Outcome.CREATED, inr("1250.50")) for row in range(5, 10)),
            *(action(row, Outcome.UNSENT, inr("1250.50")) for row in range(10, 29)),
        ],
        6,
        state=RunState.STOPPED,
        said="The CRM does not accept the token (401). Set a new token, then resume the run.",
    )


def refused() -> FileReport:
    """Return a file that the checks refused as a whole."""
    return ran(
        [
            *(
                refused_row(row, problem(row, "A", "x", "The lead is none.", "Copy it."))
                for row in range(5, 20)
            ),
            *(action(row, Outcome.UNSENT, inr("1250.50")) for row in range(20, 24)),
        ],
        3,
        state=RunState.REFUSED,
        fate=FileFate.REFUSED,
        archived=ARCHIVE.parent / "2026-11-23/refused",
        said="15 of 19 rows are invalid, more than 50 %: most likely it is the wrong mapping.",
    )


def no_sheet() -> FileReport:
    """Return a file that could not be read at all."""
    return FileReport(
        file="payments.xlsx",
        fate=FileFate.REFUSED,
        exit_code=3,
        said=f"payments.xlsx cannot be read: the cell “{NAME}” holds a quotation mark.",
        archived=ARCHIVE / "refused",
    )


def same() -> FileReport:
    """Return a file whose content was imported before."""
    return FileReport(
        file="payments (1).xlsx",
        fate=FileFate.SAME,
        run=RUN.id,
        said=f"Its content was imported before, on 22 Nov 2026, by the run {RUN.id}.",
        archived=ARCHIVE / "same",
        reports=REPORTS / RUN.id,
    )


def waiting() -> FileReport:
    """Return a file whose plan waits for approval."""
    return ran(
        [action(row, Outcome.UNSENT, inr("125000")) for row in range(5, 10)],
        6,
        state=RunState.STOPPED,
        fate=FileFate.WAITING,
        said=TOO_MUCH,
        end=EndKind.STOPPED,
        archived=None,
    )


def waiting_and_wrong() -> FileReport:
    """Return a file whose plan waits for approval, and of which one row is wrong."""
    return ran(
        [
            refused_row(31, problem(31, "D", "-5", "The amount is not above 0.", "Write more.")),
            *(action(row, Outcome.UNSENT, inr("300000")) for row in (5, 6)),
        ],
        6,
        state=RunState.STOPPED,
        fate=FileFate.WAITING,
        said=TOO_MUCH,
        end=EndKind.STOPPED,
        archived=None,
    )


def given_up() -> FileReport:
    """Return a run of an earlier night that a person has closed since."""
    return ran(
        [action(row, Outcome.UNSENT, inr("125000"), given_up=True) for row in range(5, 10)], 4
    )


def unreadable() -> FileReport:
    """Return a file that was taken and cannot be read where it lies."""
    return FileReport(
        file="payments.xlsx",
        fate=FileFate.FAILED,
        exit_code=2,
        said="It cannot be read in /srv/importer/inbox/taken/payments/20261122T203000-abcd, where "
        "a night has put it: Permission denied. Let the night's account read it.",
    )


def cannot_be_archived() -> FileReport:
    """Return a run that is all in, and whose file cannot be put away."""
    said = (
        "The archive /srv/importer/archive/payments cannot be written: Permission denied. What was "
        "imported is on record; the next night puts it away."
    )
    return replace(all_created(), exit_code=2, said=said, archived=None)


def not_ready(file: str) -> FileReport:
    """Return a file that somebody is still writing."""
    said = "It is still being written. It stays in the inbox; the next night takes it."
    return FileReport(file=file, fate=FileFate.NOT_READY, exit_code=75, said=said)


def unbalanced() -> FileReport:
    """Return a file whose books do not balance."""
    books = all_created().books
    assert books is not None
    wrong = replace(books, imbalances=("30 actions were planned, and 24 have an outcome.",))
    return reported(wrong, 7)


def failed() -> FileReport:
    """Return a file at which the importer itself failed."""
    return FileReport(
        file="payments.xlsx", fate=FileFate.FAILED, exit_code=1, said="The disk is full."
    )


def stopped_and_given_up() -> FileReport:
    """Return a stopped run of which a person has given up a part."""
    return ran(
        [
            action(5, Outcome.UNSENT, inr("1250.50")),
            action(6, Outcome.UNSENT, inr("90000"), given_up=True),
        ],
        6,
        state=RunState.STOPPED,
        said="The CRM does not accept the token (401). Set a new token, then resume the run.",
    )


def interrupted() -> FileReport:
    """Return a file whose run somebody ended."""
    return ran(
        [
            *(action(row, Outcome.CREATED, inr("1250.50")) for row in range(5, 10)),
            *(action(row, Outcome.UNSENT, inr("1250.50")) for row in range(10, 29)),
        ],
        143,
        state=RunState.STOPPED,
        said="The process was told to end.",
    )


def out_of_time() -> FileReport:
    """Return a file of which the rest waits for the next night."""
    return ran(
        [
            *(action(row, Outcome.CREATED, inr("1250.50")) for row in range(5, 10)),
            *(action(row, Outcome.UNSENT, inr("1250.50")) for row in range(10, 12)),
        ],
        75,
        state=RunState.STOPPED,
        said="The time of this night was over. The next night goes on with it.",
        end=EndKind.OUT_OF_TIME,
    )


def halted() -> FileReport:
    """Return a run that a stop rule has ended, in a later night."""
    return replace(
        stopped(),
        said="25 requests in a row were wholly ignored or refused; mostly: “LEAD_NOT_FOUND”. "
        "Until somebody has looked, no night sends more of it.",
        halted=True,
        end=EndKind.STOPPED,
    )


def changed() -> FileReport:
    """Return a file into which somebody wrote after it was read."""
    return replace(
        all_created(),
        exit_code=75,
        said="The file has changed since it was read: somebody was still writing it.",
        archived=None,
        changed=True,
    )


def without_reports() -> FileReport:
    """Return a run that was sent, and whose reports the disk did not take."""
    said = "Its reports could not be written: No space left on device."
    return replace(in_doubt(), said=said, report=None, reports=None, archived=None)


def not_gone_on_with() -> FileReport:
    """Return a run of an earlier night that something keeps from its end."""
    said = "The journal is damaged. Restore it from its back-up."
    return FileReport(
        file="payments.xlsx", fate=FileFate.FAILED, run=RUN.id, exit_code=2, said=said
    )


def left(file: str) -> FileReport:
    """Return a file that an earlier run comes before."""
    said = f"It stays in the inbox until the run {RUN.id} is done."
    return FileReport(file=file, fate=FileFate.LEFT, exit_code=75, said=said)


NOT_TOLD = (
    "The night before: The notification to address 1 (mailtos) failed: it could not be reached."
)
UNTOLD = Untold(
    night="the night of 22 Nov 2026, 02:00",
    ended="ended without a word",
    said=(
        "The night of 22 Nov 2026, 02:00, ended without a word: it was killed, or the machine went "
        "down. People may have been told nothing of it. What it had done is in its digest: "
        "/srv/importer/reports/nights/2026-11-22 020412.txt."
    ),
    note=Path("/srv/importer/state/night-since-3f9a01c2.txt"),
)
TOO_MUCH = (
    "It waits for approval: ₹6,25,000.00 is to be sent, and above ₹5,00,000.00 a second person "
    "looks at it first. Somebody else than asha looks at the plan and approves it; then it is "
    "applied."
)
PLANNED = (
    "It was planned, and nobody has said that the plan is to be sent. Apply it, or give it up."
)
HELD = StillHeld(
    file="payments (1).xlsx",
    actions=2,
    typed="--rows 7-8",
    money={Currency.INR: Decimal(5000)},
)
STILL_WRONG = StillWrong(
    file="payments (1).xlsx",
    rows=2,
    typed="--rows 5,7",
    money={Currency.INR: Decimal("1250.50")},
    mapping=REPORTS.parent / "mappings/payments.yaml",
    job="payments",
    failures=REPORTS / "20261120-q8w1/failures.xlsx",
)
MISTAKE = "There is a mistake in the importer itself (KeyError): the log has the details."
BAD_MAPPING = "The mapping payments.yaml has 1 mistake. Correct these lines and run it again."
VISITS = replace(RUN, id="20261122-m2p9", root="20261122-m2p9", file="visits.csv", tab=None)
MISSING = "no file came: one was expected by 01:30 on weekdays"


STRAY = Stray(
    path=Path("/srv/importer/inbox/Export.xlsx"),
    said="It lies in /srv/importer/inbox and is no job's: its name does not fit payments*.xlsx.",
)
NO_TIME = "The time of this night was over. It stays in the inbox; the next night takes it."


def nights() -> dict[str, NightReport]:
    """Return a night for each way in which one can end."""
    everything = reported(every_outcome().reconciliation, 5, said="A person said no.")
    return {
        "all_created": night(job(all_created())),
        "some_to_correct": night(job(some_to_correct()), code=4),
        "in_doubt": night(job(in_doubt()), code=5, still_unknown={"20261119-h4t2": 2}),
        "stopped": night(job(stopped()), code=6),
        "no_file": night(job(missing=MISSING)),
        "same_again": night(job(same())),
        "refused": night(job(refused()), code=3),
        "no_sheet": night(job(no_sheet()), code=3),
        "approval": night(job(waiting(), waiting=(RUN.id,)), code=6),
        "two_jobs": night(
            job(some_to_correct()),
            job(
                all_created(3, run=VISITS),
                name="visits",
                unusual=("visits.csv has 3 rows; usual are 800 to 2,500.",),
            ),
            code=4,
            unsent={"20261120-q8w1": 4},
            notes=(NOT_TOLD,),
        ),
        "unbalanced": night(job(unbalanced()), code=7),
        "resumed": night(
            job(all_created(run=VISITS), resumed=(gone_on_with(),)),
        ),
        "one_more": night(job(resumed=(gone_on_with(),))),
        "failed": night(job(failed(), all_created()), code=1),
        "interrupted": night(job(interrupted()), code=143),
        "bad_mapping": night(job(said=BAD_MAPPING), code=2),
        "not_told": night(job(all_created()), notes=(NOT_TOLD,)),
        "untold": night(job(all_created()), untold=(UNTOLD,), notes=(UNTOLD.said,)),
        "zero_rows": night(job(ran([]))),
        "not_expected": night(job()),
        "planned_before": night(
            job(all_created()),
            waiting={
                "20261120-q8w1": Waiting(hold=Hold.APPROVAL, said=TOO_MUCH),
                "20261121-p3d5": Waiting(hold=Hold.APPLY, said=PLANNED),
            },
            options="--settings office.toml",
        ),
        "left": night(job(out_of_time(), left("visits.csv"), left("visits 2.csv")), code=75),
        "every_outcome": night(job(everything), code=5),
        "still_wrong": night(job(all_created()), still_wrong={"20261120-q8w1": STILL_WRONG}),
        "read_since": night(
            job(all_created()),
            still_wrong={"20261120-q8w1": replace(STILL_WRONG, read_since=True)},
        ),
        "job_broke": night(job(all_created(), said=MISTAKE, exit_code=1), code=1),
        "halted": night(job(resumed=(halted(),)), code=6),
        "changed": night(job(changed()), code=75),
        "without_reports": night(job(without_reports()), code=5),
        "not_gone_on_with": night(job(resumed=(not_gone_on_with(),)), code=2),
        "held_before": night(job(), duplicate={"20261120-q8w1": HELD}),
        "same_but_open": night(
            job(replace(same(), exit_code=5, said=f"It is held by the run {RUN.id}.")),
            code=5,
            still_unknown={RUN.id: 1},
        ),
        "waiting_and_wrong": night(job(waiting_and_wrong(), waiting=(RUN.id,)), code=6),
        "older_copy": night(
            code=2,
            failed="The night could not begin: The journal is an older copy. Put the newer one "
            "back. No job was taken up.",
        ),
        "given_up": night(job(resumed=(given_up(),)), code=4),
        "unreadable": night(job(unreadable()), code=2),
        "cannot_be_archived": night(job(cannot_be_archived()), code=2),
        "stray": night(job(not_ready("payments.xlsx")), code=75, strays=(STRAY,)),
        "no_time": night(
            job(replace(left("visits.csv"), end=EndKind.OUT_OF_TIME, said=NO_TIME)), code=75
        ),
        "same_beside_new": night(
            job(
                all_created(),
                replace(same(), exit_code=4, said=f"It is held by the run {RUN.id}."),
            ),
            code=4,
        ),
        "ended": night(
            job(all_created(), said="The night was interrupted.", exit_code=143), code=143
        ),
        "moved": night(job(all_created()), came_from="office-1"),
        "no_night": night(
            code=75,
            failed="The night could not begin: Another run is at work. No job was taken up.",
        ),
    }


NIGHTS = nights()
