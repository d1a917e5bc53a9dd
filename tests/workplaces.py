"""A workspace for tests: a real journal, a real practice CRM over HTTP, sheets written as CSV."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from importer.mapping import Mapping, parse_mapping
from importer.model import Outcome
from importer.pipeline.left import resumable
from importer.pipeline.outcome import exit_code
from importer.pipeline.planning import Demands, plan_run
from importer.pipeline.reporting import reconcile_run, report_run
from importer.pipeline.sending import send_run
from importer.pipeline.workplace import Workplace, open_workplace
from importer.reconcile import Reconciliation
from importer.sandbox import API_PATH, PracticeCrm, lead_id, running
from importer.secret import Token
from importer.settings import PRACTICE_TOKEN, Settings, load_settings
from importer.upload import Ending

HEADERS = ("Lead ID", "Receipt", "Amount", "State", "Note")

MAPPING = """\
mapping: 1
sheet: {header: {row: 1}}
columns:
  lead:    {header: Lead ID, type: lead_id}
  receipt: {header: Receipt, type: text}
  amount:  {header: Amount, type: amount, currency: INR, locale: en_IN}
  state:   {header: State, type: text}
  note:    {header: Note, type: text}
lead: lead
identity: {columns: [receipt], equal_rows: problem, exports: cumulative}
actions:
  - name: payment
    type: PAYMENT
    amount: {from: amount}
    currency: INR
    status: {from: state, map: {Paid: COMPLETED, Bounced: FAILED}, otherwise: problem}
  - name: receipt
    type: "1003"
    fields: {import_ref: {from: receipt}, payer_email: {from: note}}
"""

REPEATS = MAPPING.replace(
    "columns: [receipt], equal_rows: problem", "columns: [lead, amount], equal_rows: repeats"
)
"""The same, with rows that may genuinely be equal."""

Row = tuple[str, str, str, str, str]


def row(number: int, **changes: str) -> Row:
    """A faultless row: one payment and its receipt, for a lead that exists."""
    cells = {
        "lead": lead_id(number),
        "receipt": f"R-{number:04}",
        "amount": f"{number * 100}.50",
        "state": "Paid",
        "note": "",
    } | changes
    return (cells["lead"], cells["receipt"], cells["amount"], cells["state"], cells["note"])


def write_sheet(
    path: Path, rows: Sequence[Sequence[str]], headers: Sequence[str] = HEADERS
) -> Path:
    """Write a CSV as a spreadsheet program does."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([headers, *rows])
    return settled(path)


def settled(path: Path) -> Path:
    """Let a file look as if it had been written a minute ago: nobody waits for it then."""
    before = time.time() - 60
    os.utime(path, (before, before))
    return path


@dataclass(kw_only=True)
class Desk:
    """Somebody at a desk: a folder, a CRM that is running, settings that name it."""

    folder: Path
    crm: PracticeCrm
    settings: Settings
    mapping: Mapping

    def sheet(self, *rows: Sequence[str], name: str = "payments.csv") -> Path:
        """Write a sheet into the folder."""
        return write_sheet(self.folder / name, rows)

    def plan(self, sheet: Path, *, strict: bool = False) -> str:
        """Stage a run and leave it at that."""
        with open_workplace(self.settings) as workplace:
            return plan_run(workplace, sheet, self.mapping, demands=Demands(strict=strict))

    def run(self, sheet: Path, *, strict: bool = False) -> Result:
        """Run a sheet from end to end."""
        with open_workplace(self.settings) as workplace:
            run = plan_run(workplace, sheet, self.mapping, demands=Demands(strict=strict))
            return self._send(workplace, run)

    def resume(self, run: str) -> Result:
        """Send what is left of a run."""
        with open_workplace(self.settings) as workplace:
            resumable(workplace, run)
            return self._send(workplace, run)

    def failures_of(self, result: Result) -> Path:
        """The failures workbook of a run."""
        with open_workplace(self.settings) as workplace:
            _, written = report_run(workplace, result.run)
        assert written.failures is not None
        return written.failures.path

    def leave_doubts(self) -> None:
        """From here on a run settles nothing by itself."""
        settle = self.settings.settle.model_copy(update={"automatic": False})
        self.settings = self.settings.model_copy(update={"settle": settle})

    def arrived(self) -> list[tuple[str, str]]:
        """(lead, type) of everything on the CRM's timelines that came over the API, in order."""
        return [(action.lead, action.type) for action in self.crm.actions]

    @staticmethod
    def _send(workplace: Workplace, run: str) -> Result:
        ending = send_run(workplace, run, Token(PRACTICE_TOKEN))
        books = reconcile_run(workplace, run)
        return Result(run=run, ending=ending, books=books, code=exit_code(books, ending))


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a run ended."""

    run: str
    ending: Ending
    books: Reconciliation
    code: int

    @property
    def counts(self) -> dict[str, int]:
        """Outcome → actions, without zeros."""
        return {
            str(outcome): line.count for outcome, line in self.books.outcomes.items() if line.count
        }

    def money(self, outcome: Outcome) -> dict[str, str]:
        """Currency → amount of an outcome."""
        return {str(one): str(amount) for one, amount in self.books.outcomes[outcome].money.items()}


@contextmanager
def desk(
    folder: Path, mapping: str = MAPPING, crm: PracticeCrm | None = None, **send: object
) -> Iterator[Desk]:
    """Open a desk in a folder; `send` are keys of the settings' [send]."""
    crm = crm or PracticeCrm()
    with running(crm) as address:
        settings = load_settings(
            None,
            {
                "workspace": {"base_url": address + API_PATH, "enterprise_id": crm.enterprise_id},
                "journal": {"path": folder / "state" / "journal.db"},
                "reports": {"folder": folder / "reports"},
                # What a process left on the wire when it died is waited for as long as this.
                "send": {"timeout_seconds": 5.0, **send},
                "settle": {"delay_seconds": 0.1, "between_looks_seconds": 0.1},
            },
        )
        yield Desk(
            folder=folder,
            crm=crm,
            settings=settings,
            mapping=parse_mapping(mapping, "payments.yaml"),
        )
