"""What was created, with nothing more to say of it: summed up by kind, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from importer.created import Created, Told
from importer.model import Currency


@dataclass(slots=True)
class Kind:
    """How many there are that share name, type, status and currency, and what they come to."""

    name: str
    type: str
    status: str
    currency: str | None
    count: int = 0
    amount: Decimal = field(default_factory=Decimal)

    def sums(self) -> dict[Currency, Decimal]:
        """Their money."""
        return {} if self.currency is None else {Currency(self.currency): self.amount}


@dataclass(slots=True)
class Plain:
    """Takes such actions in while they go by."""

    _kinds: dict[tuple[str, str, str, str | None], Kind] = field(default_factory=dict)

    def add(self, one: Created) -> bool:
        """Count one; whether it is the first of its kind."""
        key = (one.name, one.type, one.status, one.currency)
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = Kind(*key)
        kind.count += 1
        if one.amount is not None:
            kind.amount += Decimal(one.amount)
        return kind.count == 1

    def take(self) -> Iterator[Kind]:
        """All that were counted since the last time."""
        kinds, self._kinds = self._kinds, {}
        yield from kinds.values()


def whole_row(told: Sequence[Told]) -> Sequence[Created]:
    """The actions of a row, if each was created and that is all, under names of its own; else none.

    Of such a row nothing was repaired, corrected, added or given up, and nothing is open: what was
    planned is what was created.
    """
    created = [one for one in told if isinstance(one, Created)]
    names = {one.name for one in created}
    return created if len(created) == len(names) == len(told) else ()
