"""The rows of a plan, written as they are read: rows, actions, problems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

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


_ROW: Final = insert(rows)
_ACTION: Final = insert(actions).values(
    action_id="",
    detail="",
    batch=None,
    request=None,
    remarks=[],
    earlier=None,
    holder=None,
    given_up=False,
    looked_up=False,
    approved=None,
)
"""What nobody knows yet is the same in each of them, and is written the same way once."""
_PROBLEM: Final = insert(problems)


def stage(journal: Journal, run: str, planned: Sequence[PlannedRow]) -> None:
    """Write some rows of the plan, in sheet order, in one transaction."""
    keys = [_key_of(journal.workspace, one.checked) for one in planned]
    keyed = list(zip(planned, keys, strict=True))
    found = [_row_values(run, one, key) for one, key in keyed]
    drafted = [values for one, key in keyed for values in _actions(run, one, key)]
    wrong = [values for one in planned for values in _problems(run, one.checked)]
    with journal.transaction() as connection:
        for statement, values in ((_ROW, found), (_ACTION, drafted), (_PROBLEM, wrong)):
            execute_many(connection, statement, values)


def _key_of(workspace: str, checked: CheckedRow) -> str:
    """What a row is known by; "" where nobody can tell."""
    if isinstance(checked, Skipped) or checked.identity is None:
        return ""
    return batches.row_key(workspace, checked.identity)


def _row_values(run: str, planned: PlannedRow, key: str) -> dict[str, Any]:
    checked = planned.checked
    return {
        "run": run,
        "number": checked.row,
        "skipped": checked.reason if isinstance(checked, Skipped) else "",
        "fingerprint": "" if isinstance(checked, Skipped) else checked.fingerprint,
        "key": key,
        "root_run": planned.root[0],
        "root_row": planned.root[1],
        "readable": _readable(checked),
    }


def _readable(checked: CheckedRow) -> dict[str, str]:
    sums: dict[Currency, Decimal] = {}
    for money in checked.money if isinstance(checked, Invalid) else ():
        add_money(sums, money)
    return {currency: format(amount, "f") for currency, amount in sums.items()}


def _actions(run: str, planned: PlannedRow, key: str) -> Iterable[dict[str, Any]]:
    checked = planned.checked
    match checked:
        case Skipped():
            return
        case Invalid():
            yield _no_action(run, checked)
        case Ready():
            for position, draft in enumerate(checked.drafts):
                yield {
                    "run": run,
                    "row": checked.row,
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
                    # Most are the only one of their identity; `ledger` numbers the others.
                    "occurrence": 1,
                    "state": State.STAGED,
                }


def _no_action(run: str, checked: Invalid) -> dict[str, Any]:
    """What stands for the actions of a row that is refused."""
    return {
        "run": run,
        "row": checked.row,
        "position": 0,
        "name": "",
        "type": "",
        "lead": "",
        "entry": "",
        "amount": None,
        "currency": None,
        "content": dict(checked.content),
        "identity": None,
        "origin": None,
        "occurrence": 0,
        "state": State.INVALID,
    }


def _problems(run: str, checked: CheckedRow) -> Iterable[dict[str, Any]]:
    if isinstance(checked, Invalid):
        for seq, problem in enumerate(checked.problems):
            yield {**asdict(problem), "run": run, "seq": seq}
