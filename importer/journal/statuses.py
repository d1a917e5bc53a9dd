"""The status of a payment, such as COMPLETED or FAILED: in its body, or kept when that goes."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from sqlalchemy import Row

from importer.model import PAYMENT


def status_of(one: Row[Any]) -> str:
    """Of an action, as the journal's table has it; "" of what has none.

    From the body alone, as long as there is one: whoever alters that alters what was sent, and the
    books show it.
    """
    if one.type != PAYMENT:
        return ""
    if not one.entry:
        return one.kept_status or ""
    with suppress(ValueError, KeyError, TypeError):  # altered: the books do not balance
        return str(json.loads(one.entry)["status"])
    return ""
