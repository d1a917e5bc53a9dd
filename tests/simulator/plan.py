"""What a story wants to have on the timelines, staged in a journal without a sheet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from importer.journal.planning import Learned, NewRun, PlanRules, PlanTotals, begin_run, finish_plan
from importer.journal.staging import PlannedRow, stage
from importer.journal.store import Journal
from importer.model import PAYMENT, Currency, Draft, Money, Ready
from importer.sandbox.records import Lead
from importer.sandbox.seed import lead

PER_REQUEST = 2
_PAGE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One run: rows of leads, of which some are odd on purpose."""

    run: str
    first: int
    """Number of the first lead."""
    leads: int
    resending: bool
    """Its payments may be sent again once they are proven absent."""

    @property
    def numbers(self) -> range:
        """The leads' numbers."""
        return range(self.first, self.first + self.leads)


def leads_of(orders: Sequence[Order]) -> dict[str, Lead]:
    """The workspace's leads: all that are named, but for those that are meant to be missing."""
    numbers = (number for order in orders for number in order.numbers)
    found = (lead(number) for number in numbers if not _is_missing(number))
    return {one.id: one for one in found}


def stage_order(journal: Journal, order: Order) -> None:
    """Plan a run by the journal's own road."""
    begin_run(journal, _new_run(order))
    rows = list(rows_of(order))
    for at in range(0, len(rows), _PAGE):
        stage(journal, order.run, rows[at : at + _PAGE])
    drafts = [
        draft for one in rows if isinstance(one.checked, Ready) for draft in one.checked.drafts
    ]
    paid = sum((draft.money.amount for draft in drafts if draft.money), Decimal(0))
    totals = PlanTotals(
        rows_read=len(rows),
        skipped={},
        actions=len(drafts),
        money={Currency.INR: paid},
        rows_digest=f"{order.first:064x}",
    )
    rules = PlanRules(repeats=False, separate=False, limit=PER_REQUEST)
    finish_plan(journal, order.run, totals, rules, Learned())


def _new_run(order: Order) -> NewRun:
    return NewRun(
        id=order.run,
        parent="",
        root=order.run,
        file=f"{order.run}.csv",
        file_sha256="0" * 64,
        tab=None,
        header_row=1,
        headers=("Lead ID", "Receipt", "Amount", "State", "Note"),
        mapping="payments.yaml",
        mapping_text="",
        mapping_sha256="0" * 64,
        keys={"identity": {"receipt": "text"}, "actions": {"payment": PAYMENT, "receipt": "1003"}},
        targets={},
    )


def rows_of(order: Order) -> Iterator[PlannedRow]:
    """One row for most leads, two for some; by rising row number."""
    place = 1
    for number in order.numbers:
        for nth in range(1 + (number % 17 == 0 or number % 23 == 0)):
            place += 1
            drafts = tuple(_drafts(number, nth))
            receipt = f"R-{number}-{nth}"
            ready = Ready(
                row=place, drafts=drafts, fingerprint=f"{place:032x}", identity=(receipt,)
            )
            yield PlannedRow(checked=ready, root=(order.run, place))


def _drafts(number: int, nth: int) -> Iterator[Draft]:
    receipt = f"R-{number}-{nth}"
    if number % 10:
        # Two payments of one lead may well be equal; every other amount is there once.
        cents = 0 if number % 23 == 0 else nth
        amount = Decimal(number) + Decimal(cents) / 100
        entry = {
            "type": PAYMENT,
            "status": "COMPLETED",
            "currency": "INR",
            "amount": format(amount, "f"),
        }
        yield _draft("payment", number, entry, Money(amount=amount, currency=Currency.INR), receipt)
    if number % 7:
        fields = {"import_ref": receipt}
        if number % 29 == 0:
            fields["payer_email"] = "not an address"
        code = "CALL" if number % 53 == 0 else "1003"
        yield _draft("receipt", number, {"type": code, "fields": fields}, None, receipt)
    elif not number % 10:
        yield _draft(
            "receipt", number, {"type": "1001", "fields": {"note": receipt}}, None, receipt
        )


def _draft(
    name: str, number: int, entry: Mapping[str, object], money: Money | None, ref: str
) -> Draft:
    return Draft(
        name=name,
        type=str(entry["type"]),
        lead=lead(number).id,
        entry=json.dumps(entry, separators=(",", ":")),
        money=money,
        content={"B": ref},
    )


def _is_missing(number: int) -> bool:
    return number % 41 == 0
