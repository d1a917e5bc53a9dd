"""What every sending peer sends: per lead one request, with the two actions of each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Row = Mapping[Any, Any]
"""Header → cell, as each library has it."""


def actions_of(rows: Iterable[Row]) -> dict[str, list[object]]:
    """The body of the request for one lead; nothing is checked."""
    actions: list[object] = []
    for row in rows:
        status = "COMPLETED" if row["Status"] == "Paid" else "FAILED"
        amount = row["Amount"].replace(",", "")
        actions.append({"type": "PAYMENT", "amount": amount, "currency": "INR", "status": status})
        fields = {
            "import_ref": row["Receipt No"],
            "paid_on": row["Date"],
            "mode": row["Mode"],
            "payer_phone": row["Phone"],
            "payer_email": row["Email"],
            "note": f"{row['Lead Name']}, {row['City']}, by {row['Agent']}. {row['Remarks']}",
        }
        actions.append({"type": "1003", "fields": fields})
    return {"actions": actions}


def address(root: str, lead: str) -> str:
    """Where a lead's actions are created."""
    return f"{root}/lead/{lead}/action"
