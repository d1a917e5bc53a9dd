"""Identity, grouping and order: pure arithmetic that no clock, file or random number touches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from importer.model import State

DIGEST_CHARS = 32
"""Hex characters of a digest: 128 bits, beyond chance for any number of rows."""


def digest(*parts: object) -> str:
    """Digest of plain data; equal data give equal digests, and no two shapes run together."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_CHARS]


def identity_digest(workspace: str, values: Sequence[str], name: str) -> str:
    """The key of an action without its occurrence.

    Workspace, typed source values and the action's name in the mapping; never the payload, the
    file or the mapping's version, so that an edited template cannot book again.
    """
    return digest(workspace, list(values), name)


def content_digest(content: Mapping[str, str]) -> str:
    """What "the same again" is judged by: source values, not what the mapping makes of them."""
    return digest(dict(content))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """An action of this run that shares its identity with earlier ones."""

    id: int
    content: str
    fingerprint: str
    """Of its row."""
    root: tuple[str, int]
    """Root run and root row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An earlier action that holds an occurrence of the identity."""

    id: int
    occurrence: int
    content: str
    state: State
    """`created`, `sending` or `unknown`."""
    fingerprint: str
    """Of the row at the root of its chain: what it looked like before any correction."""
    root: tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of a claimant."""

    id: int
    occurrence: int
    holder: Holder | None
    """None: the occurrence is free, and the action may be sent."""
    state: State
    reason: str
    """`same`, `corrected`, `changed`, `in doubt`, `seen before`; "" where it may be sent."""


def decide(
    claimants: Sequence[Claimant],
    holders: Sequence[Holder],
    answered: Container[int] = frozenset(),
    *,
    trust_equal: bool,
) -> list[Decision]:
    """Match the actions of one identity to the ledger: by content first, then in order.

    Content first means that a re-sorted sheet changes nothing. A holder that was corrected answers
    for its row as it first looked, too: neither the corrected nor the uncorrected export can book
    it again. What is left over pairs up in order and is held as changed; only claimants beyond the
    last holder get a new occurrence.

    Args:
        claimants: this run's actions of one identity, in sheet order.
        holders: the earlier ones, by rising occurrence.
        answered: ids of holders that stand for another row of this run already.
        trust_equal: equal content means the same thing again. False for `exports: separate`,
            where an equal row of a new sheet may be a new payment: it is held for a person,
            unless it comes from the very chain that created the holder.
    """
    free = [holder for holder in holders if holder.id not in answered]
    waiting, decisions = list(claimants), list[Decision]()
    for matches in (_same_content, _same_origin, _any):
        for claimant in list(waiting):
            holder = next((one for one in free if matches(claimant, one)), None)
            if holder is not None:
                free.remove(holder)
                waiting.remove(claimant)
                decisions.append(_held(claimant, holder, trust_equal=trust_equal))
    last = max((holder.occurrence for holder in holders), default=0)
    decisions += [
        Decision(id=one.id, occurrence=last + n, holder=None, state=State.STAGED, reason="")
        for n, one in enumerate(waiting, start=1)
    ]
    return decisions


def _same_content(claimant: Claimant, holder: Holder) -> bool:
    return claimant.content == holder.content


def _same_origin(claimant: Claimant, holder: Holder) -> bool:
    return claimant.fingerprint == holder.fingerprint


def _any(_claimant: Claimant, _holder: Holder) -> bool:
    return True


def _held(claimant: Claimant, holder: Holder, *, trust_equal: bool) -> Decision:
    if holder.state is not State.CREATED:
        state, reason = State.DUPLICATE, "in doubt"
    elif not trust_equal and claimant.root != holder.root:
        state, reason = State.DUPLICATE, "seen before"
    elif _same_content(claimant, holder):
        state, reason = State.ALREADY, "same"
    elif _same_origin(claimant, holder):
        state, reason = State.ALREADY, "corrected"
    else:
        state, reason = State.DUPLICATE, "changed"
    return Decision(
        id=claimant.id, occurrence=holder.occurrence, holder=holder, state=state, reason=reason
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A staged action, as grouping needs it."""

    id: int
    row: int
    lead: str


def group(waiting: Iterable[Waiting], limit: int) -> Iterator[tuple[str, list[int]]]:
    """Split each lead's actions (adjacent, in sheet order) into batches of at most `limit` ids.

    The actions of one row travel together wherever one request holds them: half a row in doubt
    is harder to settle than a whole one.
    """
    for lead, of_lead in groupby(waiting, key=lambda one: one.lead):
        batch: list[int] = []
        for _, of_row in groupby(of_lead, key=lambda one: one.row):
            ids = [one.id for one in of_row]
            if batch and len(batch) + len(ids) > limit:
                yield lead, batch
                batch = []
            batch += ids
            while len(batch) > limit:
                yield lead, batch[:limit]
                batch = batch[limit:]
        yield lead, batch


def add_fingerprint(total: str, fingerprint: str) -> str:
    """Add a row to the order-free digest of a sheet (a sum, so that equal rows count twice)."""
    return f"{(int(total or '0', 16) + int(fingerprint, 16)) % (1 << 256):064x}"
