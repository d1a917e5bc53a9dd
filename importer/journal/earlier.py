"""The earlier action that stands for a later one, as the later one keeps it on record."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from importer.model import Currency, Earlier, EarlierReason, Money, State

_DIFFER = (EarlierReason.CHANGED, EarlierReason.CORRECTED)


def earlier_values(
    old: Row[Any],
    reason: EarlierReason,
    new: Mapping[str, str] | None = None,
    content: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What `model.Earlier` holds, as plain data.

    Args:
        old: the earlier action, joined with its run's file.
        reason: why it stands for the later one.
        new: source values of the later one, where what differs is to be shown.
        content: those of the earlier one, where they are not its own alone.
    """
    return {
        "run": old.run,
        "file": old.file,
        "row": old.row,
        "action_id": old.action_id,
        "reason": reason,
        "changes": changes(content or old.content, new)
        if new is not None and reason in _DIFFER
        else [],
        "money": None if old.amount is None else [format(old.amount, "f"), old.currency],
        "incomplete": old.state == State.CREATED and bool(old.remarks),
    }


def read_earlier(values: Mapping[str, Any] | None) -> Earlier | None:
    """The record behind such data."""
    if values is None:
        return None
    money = values["money"]
    return Earlier(
        run=values["run"],
        file=values["file"],
        row=values["row"],
        action_id=values["action_id"],
        reason=EarlierReason(values["reason"]),
        changes=tuple((column, old, new) for column, old, new in values["changes"]),
        money=money and Money(amount=Decimal(money[0]), currency=Currency(money[1])),
        incomplete=values["incomplete"],
    )


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[list[str]]:
    """(column, old, new) of what differs, among the columns that both know."""
    return [
        [column, old[column], new[column]]
        for column in sorted(old.keys() & new.keys())
        if old[column] != new[column]
    ]
