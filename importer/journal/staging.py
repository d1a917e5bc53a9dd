"""The rows of a plan, written as they are read: rows, actions, problems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from importer import batches
from importer.journal.bulk import execute_many
from importer.journal.schema import actions, problems, rows
from importer.journal.store import Journal
from importer.model import CheckedRow, Currency, Invalid, Ready, Skipped, State
from importer.reconcile import add_money


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRow:
    """A checked row and the row at the root of its chain."""

    checked: CheckedRow
    root: tuple[str, int]


def stage(journal: Journal, run: str, planned: Sequence[PlannedRow]) -> None:
    """Write some rows of the plan, in sheet order, in one transaction."""
    found = [_row_values(journal.workspace, run, one) for one in planned]
    drafted = [values for one in planned for values in _actions(journal, run, one)]
    wrong = [values for one in planned for values in _problems(run, one.checked)]
    with journal.transaction() as connection:
        for table, values in ((rows, found), (actions, drafted), (problems, wrong)):
            execute_many(connection, insert(table), values)


def _row_values(workspace: str, run: str, planned: PlannedRow) -> dict[str, Any]:
    checked = planned.checked
    return {
        "run": run,
        "number": checked.row,
        "skipped": checked.reason if isinstance(checked, Skipped) else "",
        "fingerprint": "" if isinstance(checked, Skipped) else checked.fingerprint,
        "key": ""
        if isinstance(checked, Skipped) or checked.identity is None
        else batches.row_key(workspace, checked.identity),
        "root_run": planned.root[0],
        "root_row": planned.root[1],
        "readable": _readable(checked),
    }


def _readable(checked: CheckedRow) -> dict[str, str]:
    sums: dict[Currency, Decimal] = {}
    for money in checked.money if isinstance(checked, Invalid) else ():
        add_money(sums, money)
    return {currency: format(amount, "f") for currency, amount in sums.items()}


def _actions(journal: Journal, run: str, planned: PlannedRow) -> Iterable[dict[str, Any]]:
    checked = planned.checked
    match checked:
        case Skipped():
            return
        case Invalid():
            known = {"state": State.INVALID, "content": dict(checked.content)}
            yield _blank_action(run, checked.row) | known
        case Ready():
            key = batches.row_key(journal.workspace, checked.identity)
            for position, draft in enumerate(checked.drafts):
                yield _blank_action(run, checked.row) | {
                    "position": position,
                    "name": draft.name,
                    "type": draft.type,
                    "lead": draft.lead,
                    "entry": draft.entry,
                    "amount": draft.money.amount if draft.money else None,
                    "currency": draft.money.currency if draft.money else None,
                    "content": dict(draft.content),
                    "identity": batches.identity_of(key, draft.name),
                    "origin": batches.origin_of(planned.root, draft.name),
                }


def _blank_action(run: str, row: int) -> dict[str, Any]:
    texts = ("name", "type", "lead", "entry", "action_id", "detail")
    return {
        **dict.fromkeys(texts, ""),
        "run": run,
        "row": row,
        "position": 0,
        "amount": None,
        "currency": None,
        "content": {},
        "identity": None,
        "origin": None,
        "occurrence": 0,
        "state": State.STAGED,
        "batch": None,
        "request": None,
        "remarks": [],
        "earlier": None,
        "holder": None,
        "given_up": False,
        "looked_up": False,
        "approved": None,
    }


def _problems(run: str, checked: CheckedRow) -> Iterable[dict[str, Any]]:
    if isinstance(checked, Invalid):
        for seq, problem in enumerate(checked.problems):
            yield {**asdict(problem), "run": run, "seq": seq}
