"""What stands on the leads' timelines, and which of it lists show yet. Not safe for threads."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from importer.sandbox import seed
from importer.sandbox.records import Lead, StoredAction

_MACHINE = 0x5A_0D_B0_C0_DE << 24
"""The middle of every id, as an ObjectId has a machine's: `5a0db0c0de`."""


class Ids:
    """Rising 24-hex ids with the second of their making in front, like ObjectIds."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, at: int) -> str:
        """A new id for this millisecond, above every earlier one whatever the clock does."""
        self._last = max(self._last + 1, (at // 1000) << 64 | _MACHINE)
        return f"{self._last:024x}"

    def seen(self, taken: str) -> None:
        """Stay above this id from now on."""
        self._last = max(self._last, int(taken, 16))


@dataclass(frozen=True, slots=True, kw_only=True)
class Veil:
    """How long an action stays out of lists."""

    until: int
    """Epoch milliseconds."""
    looks: int
    """Lists of that lead that will not show it either."""


class Timelines:
    """The actions of all leads, in the order of storing."""

    def __init__(self, leads: Mapping[str, Lead]) -> None:
        self._actions: dict[str, StoredAction] = {}
        self._by_lead: defaultdict[str, list[str]] = defaultdict(list)
        self._veils: dict[str, Veil] = {}
        for action in itertools.chain.from_iterable(map(seed.history, leads.values())):
            self.put(action)

    def put(self, action: StoredAction) -> None:
        """Add an action, or replace its earlier state."""
        if action.id not in self._actions:
            self._by_lead[action.lead].append(action.id)
        self._actions[action.id] = action

    def find(self, lead: str, action_id: str) -> StoredAction | None:
        """An action of this lead; a veil does not hide it from this."""
        action = self._actions.get(action_id)
        return action if action and action.lead == lead else None

    def veil(self, actions: Iterable[StoredAction], veil: Veil) -> None:
        """Keep these actions out of lists for a while."""
        self._veils.update((action.id, veil) for action in actions)

    def of(self, lead: str) -> list[StoredAction]:
        """A lead's actions, newest first, veiled ones too."""
        newest_last = enumerate(map(self._actions.__getitem__, self._by_lead.get(lead, ())))
        ordered = sorted(newest_last, key=lambda pair: (pair[1].at, pair[0]), reverse=True)
        return [action for _, action in ordered]

    def look(self, lead: str, now: int) -> list[StoredAction]:
        """What a list shows of a lead's actions, newest first; it counts as a look."""
        return [action for action in self.of(lead) if not self._is_veiled(action.id, now)]

    def _is_veiled(self, action_id: str, now: int) -> bool:
        veil = self._veils.get(action_id)
        if veil is None:
            return False
        if veil.looks == 0 and now >= veil.until:
            del self._veils[action_id]
            return False
        self._veils[action_id] = replace(veil, looks=max(0, veil.looks - 1))
        return True

    def __iter__(self) -> Iterator[StoredAction]:
        return iter(self._actions.values())
