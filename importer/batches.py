"""Identity, grouping and order: pure arithmetic that no clock, file or random number touches."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from json.encoder import encode_basestring
from typing import Final

from importer.model import EarlierReason, State

_R = EarlierReason

DIGEST_CHARS = 32
"""Hex characters of a digest: 128 bits, beyond chance for any number of rows."""


_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""Made once: `json.dumps` makes an encoder for each of its calls, and a sheet has many rows."""


def digest(*parts: object) -> str:
    """Digest of plain data; equal data give equal digests, and no two shapes run together."""
    return _digested(_ENCODE(parts))


def _digested(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_CHARS]


def row_key(workspace: str, values: Sequence[str]) -> str:
    """The `digest` of a row's identity: the workspace, and the typed values that tell it apart."""
    # The same JSON, put together without looking at what the values are: each row of a sheet asks.
    texts = ",".join(map(encode_basestring, values))
    return _digested(f"[{encode_basestring(workspace)},[{texts}]]")


def identity_of(key: str, name: str) -> str:
    """The key of an action without its occurrence.

    Its row's `row_key` and the action's name in the mapping; never the payload, the file or the
    mapping's version, so that an edited template cannot book again. Written out, not digested:
    the journal holds the one against the other in SQL (`journal.fitting`).
    """
    return f"{key}/{name}"


def origin_of(root: tuple[str, int], name: str) -> str:
    """Root run, root row and name: whatever a correction makes of an identity, it yields one."""
    return f"{root[0]}/{root[1]}/{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """How a mapping wants the actions of one identity to be matched to earlier ones."""

    repeats: bool
    """Equal identities are numbered; otherwise one of them is all there can be."""
    trusted: frozenset[str] | None
    """Runs of whose sheets an equal row is the same thing again. None: of every sheet, as exports
    are cumulative. Otherwise an equal row may be a new payment, and is held for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimant:
    """An action of this run that shares its identity with earlier ones."""

    id: int
    content: Mapping[str, str]
    fingerprint: str
    """Of its row."""
    root: tuple[str, int]
    """Root run and root row."""
    others: frozenset[str] = frozenset()
    """Runs that know this one, and have an action of their own held for it: what else they have
    is something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An earlier action that holds an occurrence of the identity."""

    id: int
    run: str
    occurrence: int
    content: Mapping[str, str]
    state: State
    """`created`, `sending` or `unknown`; `staged` where an earlier run is going to send it."""
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
    reason: EarlierReason | None
    """None where it may be sent."""


def decide(
    claimants: Sequence[Claimant],
    holders: Sequence[Holder],
    matching: Matching,
    answered: Container[int] = frozenset(),
) -> list[Decision]:
    """Match the actions of one identity to the ledger: by content first, then in order.

    Content first means that a re-sorted sheet changes nothing; only columns that both sides know
    count, so that an edited mapping changes nothing either. A holder that was corrected answers
    for its row as it first looked, too. What is left over pairs up in order and is held as
    changed; only claimants beyond the last holder get a new occurrence, and only under `repeats`.

    Args:
        claimants: this run's actions of one identity, in sheet order.
        holders: the live ones, by rising occurrence.
        matching: as the mapping says.
        answered: ids of holders that stand for another row already, or belong to this run.
    """
    free = [holder for holder in holders if holder.id not in answered]
    waiting, decisions = list(claimants), list[Decision]()
    common = sorted(_columns(claimants) & _columns(holders))
    keys: tuple[tuple[EarlierReason, _Key], ...] = (
        (_R.SAME, lambda one: tuple(one.content.get(name, "") for name in common) or one.id),
        (_R.CORRECTED, lambda one: one.fingerprint),
        (_R.CHANGED, lambda _one: ""),
    )
    for reason, key in keys:
        pairs = _pairs(waiting, free, key)
        decisions += [hold(claimant, holder, reason, matching) for claimant, holder in pairs]
        gone = {one.id for pair in pairs for one in pair}
        waiting = [one for one in waiting if one.id not in gone]
        free = [one for one in free if one.id not in gone]
    return decisions + _surplus(waiting, holders, matching)


def compare(claimant: Claimant, holder: Holder) -> EarlierReason:
    """Why an action stands for another one that is known to be the same thing."""
    common = claimant.content.keys() & holder.content.keys()
    if all(claimant.content[name] == holder.content[name] for name in common):
        return _R.SAME
    return _R.CORRECTED if claimant.fingerprint == holder.fingerprint else _R.CHANGED


def held_by_origin(claimant: Claimant, holder: Holder) -> Decision:
    """An action of the very row that has been created, or is in doubt, in another run.

    Whatever the person made of the row's identity meanwhile: one row yields one such action.
    """
    anywhere = Matching(repeats=True, trusted=None)
    return hold(claimant, holder, compare(claimant, holder), anywhere)


_Key = Callable[[Claimant | Holder], object]


def _columns(many: Sequence[Claimant | Holder]) -> set[str]:
    return set.intersection(*(set(one.content) for one in many)) if many else set()


def _pairs(
    waiting: Sequence[Claimant], free: Sequence[Holder], key: _Key
) -> list[tuple[Claimant, Holder]]:
    by_key: dict[object, deque[Holder]] = {}
    for holder in free:
        by_key.setdefault(key(holder), deque()).append(holder)
    pairs = []
    for one in waiting:
        queue = by_key.get(key(one), ())
        place = next((n for n, holder in enumerate(queue) if holder.run not in one.others), None)
        if place is not None:
            pairs.append((one, queue[place]))
            del by_key[key(one)][place]
    return pairs


def hold(claimant: Claimant, holder: Holder, reason: EarlierReason, matching: Matching) -> Decision:
    """Hold an action for an earlier one, which it equals or differs from as `reason` says."""
    state = State.ALREADY if reason in {_R.SAME, _R.CORRECTED} else State.DUPLICATE
    if holder.state is State.STAGED:
        state, reason = State.DUPLICATE, _R.OPEN
    elif holder.state is not State.CREATED:
        state, reason = State.DUPLICATE, _R.IN_DOUBT
    elif not _is_trusted(claimant, holder, matching):
        state, reason = State.DUPLICATE, _R.SEEN_BEFORE
    return Decision(
        id=claimant.id, occurrence=holder.occurrence, holder=holder, state=state, reason=reason
    )


def _is_trusted(claimant: Claimant, holder: Holder, matching: Matching) -> bool:
    return (
        matching.trusted is None
        or holder.root[0] in matching.trusted
        or claimant.root == holder.root
    )


def _surplus(
    waiting: Sequence[Claimant], holders: Sequence[Holder], matching: Matching
) -> list[Decision]:
    if holders and not matching.repeats:
        return [hold(one, holders[-1], _R.CHANGED, matching) for one in waiting]
    last = max((holder.occurrence for holder in holders), default=0)
    return [
        Decision(id=one.id, occurrence=last + n, holder=None, state=State.STAGED, reason=None)
        for n, one in enumerate(waiting, start=1)
    ]


def pair_failed(
    claimants: Sequence[Claimant], failed: Sequence[Holder], matching: Matching
) -> list[tuple[Claimant, Holder]]:
    """Match actions to equal ones that the CRM has refused: each answers for one of them.

    Its own earlier attempt stands for an action first. Then any other one that is trusted, but
    for those of the sheet that it comes from: rows of one sheet are different rows.

    Args:
        claimants: this run's, in sheet order; all of them would travel with the same bytes.
        failed: `ignored` or `refused`, one for each root row, as its latest attempt ended.
        matching: as the mapping says.
    """
    by_root = {holder.root: holder for holder in failed}
    pairs = [(one, by_root.pop(one.root)) for one in claimants if one.root in by_root]
    known = {one.id for one, _ in pairs}
    for one in (one for one in claimants if one.id not in known):
        for root, holder in by_root.items():
            if root[0] != one.root[0] and _is_trusted(one, holder, matching):
                pairs.append((one, by_root.pop(root)))
                break
    return pairs


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
