"""The bodies of actions as our own checks write them: read by a pattern, which costs little.

What a pattern takes, a parser would read no otherwise; whatever else a body is, is for the parser.
"""

from __future__ import annotations

import re
from typing import Final

from importer.model import PAYMENT

_TEXT: Final = r'"[^"\\\x00-\x1f]*+"'
_AMOUNT: Final = r"(?:0|[1-9][0-9]*+)(?:\.[0-9]+)?"
_FIELD: Final = rf"{_TEXT}:(?:{_TEXT}|0|[1-9][0-9]{{0,17}})"

is_amount: Final = re.compile(_AMOUNT).fullmatch

payment: Final = re.compile(
    rf'\{{"type":"{PAYMENT}","status":"([A-Z]+)","currency":"([A-Z]+)","amount":"({_AMOUNT})"\}}'
).fullmatch
"""Its groups are status, currency and amount."""

other: Final = re.compile(
    rf'\{{"type":"([0-9]+)"(?:,"fields":\{{(?:{_FIELD}(?:,{_FIELD})*+)?\}})?\}}'
).fullmatch
"""Its group is the type; it has no money."""
