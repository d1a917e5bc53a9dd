"""JSON → the values of a frozen record, so that toggles and faults can be set over HTTP."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Mapping
from enum import StrEnum


def read_values(kind: type, data: object) -> dict[str, typing.Any]:
    """Values of a record's fields from a JSON object.

    Raises:
        ValueError: not an object, an unknown key, or a value that the field cannot hold.
    """
    if not isinstance(data, Mapping):
        raise ValueError(f"{kind.__name__} must be an object")  # noqa: TRY004 - callers catch one
    hints = typing.get_type_hints(kind)
    unknown = sorted(str(key) for key in data if key not in hints)
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(unknown)}")
    return {key: _read(key, hints[key], value) for key, value in data.items()}


def _read(key: str, hint: object, value: object) -> object:
    choices = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if value is None and type(None) in choices:
        return None
    for choice in choices:
        found = _as(choice, value)
        if found is not None:
            return found
    raise ValueError(f"{key} cannot be {value!r:.80}")


def _as(choice: object, value: object) -> object:
    """The value as one plain type, or None where it is not one."""
    if isinstance(choice, type) and issubclass(choice, StrEnum):
        return next((one for one in choice if one == value), None)
    if choice is bool or isinstance(value, bool):
        return value if choice is bool and isinstance(value, bool) else None
    if choice is float and isinstance(value, int | float):
        return _finite(value)
    return value if choice in {int, str} and type(value) is choice else None


def _finite(value: float) -> float | None:
    """An int of JSON can be larger than any float."""
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
