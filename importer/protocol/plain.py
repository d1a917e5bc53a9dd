"""The commonest answer of all: everything was created, and nothing else is said."""

from __future__ import annotations

import json
from collections.abc import Sequence

from importer.protocol.answer import is_id


def says_all_created(status: int, answer: str, ids: Sequence[str], lead: str) -> bool:
    """Whether `read_answer` finds nothing in an answer but that these were created, in this order.

    Where it says no, an answer may say so all the same, in other words; `read_answer` knows.

    Args:
        status: the HTTP status.
        answer: the whole body.
        ids: the CRM's ids of the actions that were sent.
        lead: the lead that the request was for.
    """
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return False
    items = [{"action_id": one, "status": "CREATED"} for one in ids]
    forms = (
        {"actions": items},
        {"actions": items, "remarks": []},
        {"actions": items, "lead_id": lead},
        {"actions": items, "lead_id": lead, "remarks": []},
    )
    if status != 200 or found not in forms:
        return False
    # A key that stood there twice would have a pair of quotes more than what was found.
    quotes = 8 * len(ids) + 2 * len(found) + 2 * ("lead_id" in found)
    return answer.count('"') == quotes and all(map(is_id, ids)) and len(set(ids)) == len(ids)
