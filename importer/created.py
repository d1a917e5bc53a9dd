"""The action of which there is nothing to say but that it was created: most of a run's.

A run has hundreds of thousands of these, and a handful of others. Whoever counts or shows them
takes the texts as the journal keeps them, and makes no record of each.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from importer.model import ActionRecord, Currency, Money, Outcome

CURRENCIES: Final = {str(currency): currency for currency in Currency}
"""ISO code → member: what an enumeration's own call finds out step by step."""


class Created(NamedTuple):
    """An action that was created whole, with an id, and about which nobody has said anything.

    It has no remark, problem, detail, earlier action or decision, and is not given up. Each of its
    texts is `str.isprintable`.
    """

    run: str
    row: int
    position: int
    name: str
    type: str
    lead: str
    amount: str | None
    """Plain digits, `1234.50`; None without money."""
    currency: str | None
    """ISO code; None without money."""
    status: str
    """Of a PAYMENT: `COMPLETED`; "" for anything else."""
    action_id: str
    content: str
    """Source column → source value, as compact JSON with sorted keys: `{"a":"1","b":""}`. No key
    or value holds a quote or a backslash, so that nothing in it is escaped."""
    lead_column: str
    """Letter of the sheet's column that named the lead."""

    @property
    def reference(self) -> str:
        """`<run>/<row>`."""
        return f"{self.run}/{self.row}"

    def record(self) -> ActionRecord:
        """The same as every other action is told."""
        return ActionRecord(
            row=self.row,
            position=self.position,
            name=self.name,
            type=self.type,
            lead=self.lead,
            outcome=Outcome.CREATED,
            money=None
            if self.amount is None or self.currency is None
            else Money(amount=Decimal(self.amount), currency=CURRENCIES[self.currency]),
            action_id=self.action_id,
            remarks=(),
            problems=(),
            detail="",
            earlier=None,
            content=json.loads(self.content),
            reference=self.reference,
            lead_column=self.lead_column,
            status=self.status,
        )


Told: TypeAlias = Created | ActionRecord
"""An action of a run, in the shorter of two ways."""


def record_of(told: Told) -> ActionRecord:
    """The action as a record, however it was told."""
    return told.record() if isinstance(told, Created) else told
