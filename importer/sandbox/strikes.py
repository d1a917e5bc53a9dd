"""Which faults strike a request: rules switched on at run time, reproducible by seed."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from importer.sandbox.faults import BEFORE_FAULTS, SIDE_FAULTS, Fault, Operation, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What strikes one request."""

    ending: Rule | None = None
    delay: Rule | None = None
    twin: Rule | None = None

    @property
    def strikes_before(self) -> bool:
        """Whether the request ends before it has done anything."""
        return self.ending is not None and self.ending.fault in BEFORE_FAULTS

    @property
    def keeps(self) -> int | None:
        """How many good entries a partial commit stores; None: all of them."""
        if self.ending is None or self.ending.fault is not Fault.PARTIAL_COMMIT:
            return None
        return self.ending.count

    def __str__(self) -> str:
        struck = (self.twin, self.delay, self.ending)
        return "+".join(rule.fault for rule in struck if rule is not None)


class Faults:
    """The rules in force, and how often each was met; may be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.set(())

    def set(self, rules: Sequence[Rule], seed: int = 0) -> None:
        """Put these rules in force, in place of all others; counting starts again."""
        with self._lock:
            self.rules = tuple(rules)
            self.seed = seed
            self._met: Counter[int] = Counter()
            self._met_by_lead: Counter[tuple[int, str]] = Counter()
            self._struck: Counter[int] = Counter()

    def choose(self, operation: Operation, lead: str) -> Plan:
        """What strikes this request: the first ending that applies, and the side faults."""
        with self._lock:
            applies = [at for at in range(len(self.rules)) if self._applies(at, operation, lead)]
            return Plan(
                ending=self._first(applies, lambda fault: fault not in SIDE_FAULTS),
                delay=self._first(applies, lambda fault: fault is Fault.DELAYED_VISIBILITY),
                twin=self._first(applies, lambda fault: fault is Fault.FOREIGN_TWIN),
            )

    def _applies(self, at: int, operation: Operation, lead: str) -> bool:
        rule = self.rules[at]
        if rule.on not in {None, operation} or rule.lead not in {None, lead}:
            return False
        self._met[at] += 1
        self._met_by_lead[at, lead] += 1
        return (
            rule.nth in {None, self._met[at]}
            and (rule.times is None or self._struck[at] < rule.times)
            and self._draw(at, lead) < rule.rate
        )

    def _first(self, applies: Sequence[int], wanted: Callable[[Fault], bool]) -> Rule | None:
        """The first of these rules that is wanted; it has struck once more."""
        for at in applies:
            if wanted(self.rules[at].fault):
                self._struck[at] += 1
                return self.rules[at]
        return None

    def _draw(self, at: int, lead: str) -> float:
        """Uniform in [0, 1), by seed."""
        text = f"{self.seed} {at} {lead} {self._met_by_lead[at, lead]}"
        digest = hashlib.sha256(text.encode(errors="replace")).digest()
        return int.from_bytes(digest[:6]) / 2**48

    def as_json(self) -> object:
        """The rules in force, in the form in which they can be set again."""
        return {"rules": [dataclasses.asdict(rule) for rule in self.rules], "seed": self.seed}
