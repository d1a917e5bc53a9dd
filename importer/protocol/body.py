"""The body of an answer as JSON that nothing can be hidden in, and text that is safe to keep."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NoReturn

LONGEST_TEXT: Final = 1000
"""Characters that are kept of a text of the CRM."""

_UNSAFE: Final = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # controls, which a workbook refuses
    "\ud800-\udfff\ufffe\uffff"  # not characters at all: UTF-8 or XML cannot carry them
    "\u2028\u2029\u202a-\u202e\u2066-\u2069"  # would turn the text around them
    "]+"
)


class OddBodyError(ValueError):
    """A body is not what the API says. Caught in this room; its text is for people."""


def parse_object(body: bytes) -> Mapping[str, object]:
    """Read a body that must be one JSON object. Numbers come as `int` or `Decimal`.

    Stricter than `json.loads`: UTF-8 only, no key twice in an object (one of the two values would
    be lost in silence), no NaN or Infinity.

    Raises:
        OddBodyError: it is not that; nothing else is raised, whatever the bytes are.
    """
    try:
        found = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_without_repeats,
            parse_constant=_refuse_constant,
            parse_float=Decimal,
        )
    except OddBodyError:
        raise
    except UnicodeDecodeError as error:
        raise OddBodyError("it is not UTF-8 text") from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        # ValueError: not JSON, or an integer of thousands of digits; ArithmeticError: an exponent
        # beyond Decimal; RecursionError: nested without end.
        raise OddBodyError("it is not JSON" if body.strip() else "it is empty") from error
    if not isinstance(found, dict):
        raise OddBodyError("it is JSON, but not an object")
    return found


def clean(text: str, limit: int = LONGEST_TEXT) -> str:
    """A foreign text on one line, without what breaks a file or a screen, at most `limit` long."""
    flat = " ".join(_UNSAFE.sub(" ", text[: 4 * limit]).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def excerpt(body: bytes) -> str:
    """The beginning of a body, for people."""
    return clean(body[:4000].decode("utf-8", "replace"), 500)


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise OddBodyError("an object in it has the same key twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise OddBodyError(f"it holds {name}, which is not JSON")
