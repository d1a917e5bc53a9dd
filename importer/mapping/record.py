"""What the records have in common that are read straight from the file."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Frozen, and without a key that it does not know; an alias is the key in the file."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True
    )


def each_once(names: Iterable[str]) -> tuple[str, ...]:
    """The names in their order, each where it occurs first."""
    return tuple(dict.fromkeys(names))
