"""What a timeline that was read back proves of the actions in doubt. Pure; one lead at a time.

An item is explained where the journal knows its id, or where it was stamped before the requests in
doubt can have reached the CRM. Of a type's other items there must be exactly as many equal ones as
actions in doubt, inside their window, by whom our actions are shown to be by: then they are these.
Absent is an action only where no item of its type is left without an explanation. Everything
between is open, and says why: nothing is settled by a guess.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import Final

from importer.model import PAYMENT
from importer.protocol import Seen
from importer.verdict.findings import Absent, Finding, Open, Present, Sight, Sought

REFERENCE: Final = "import_ref"
"""The field that makes a custom action provable: one value for each row."""

_WHOLE_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?")
"""Not `0012`: a text with zeros in front is no number."""


def settle(sought: Sequence[Sought], sight: Sight) -> list[Finding]:
    """Say of each action in doubt what this look at its lead's timeline proves.

    Args:
        sought: every action of the lead that is in doubt, whatever run or request it is of.
        sight: what was read.

    Returns:
        One finding for each, by rising id. `Absent` is of this look alone: one is not enough.
    """
    by_type: dict[str, list[Sought]] = defaultdict(list)
    for one in sought:
        by_type[one.content.type].append(one)
    findings = [one for type_, some in by_type.items() for one in _settle_type(type_, some, sight)]
    return sorted(findings, key=lambda finding: finding.id)


def _settle_type(type_: str, sought: Sequence[Sought], sight: Sight) -> Iterator[Finding]:
    if type_ in sight.gaps:
        yield from _open(sought, sight.gaps[type_])
        return
    left = _unexplained(type_, sought, sight)
    missed: list[Sought] = []
    for group in _groups(sought):
        found = _settle_group(group, [item for item in left if _equal(group[0], item)], sight)
        taken = {one.action_id for one in found if isinstance(one, Present)}
        left = [item for item in left if item.id not in taken]
        yield from (one for one in found if not isinstance(one, Absent))
        missing = {one.id for one in found if isinstance(one, Absent)}
        missed += [one for one in group if one.id in missing]
    reason = _why_not_absent(left) or (_LATE if type_ in sight.late else "")
    if reason:
        yield from _open(missed, reason)
    else:
        yield from (Absent(id=one.id) for one in missed)


def _settle_group(group: Sequence[Sought], equal: Sequence[Seen], sight: Sight) -> list[Finding]:
    """Settle the actions in doubt that are equal to each other, by the items equal to them."""
    items = [item for item in equal if any(_inside(one, item) for one in group)]
    if not all(item.id for item in items):
        return _open(group, _NO_ID)
    ours = [item for item in items if _is_ours(item, sight.performers)]
    if reason := _why_not_these(group, ours):
        return _open(group, reason)
    if not ours:
        reason = _why_not_present(equal, items, sight.performers)
        return _open(group, reason) if reason else [Absent(id=one.id) for one in group]
    pairs = _pair(group, ours)
    if pairs is None or not all(_inside(one, item) for one, item in pairs):
        return _open(group, _WHICH)
    found = {one.id for one, _ in pairs}
    return [
        *(Present(id=one.id, action_id=item.id, missing=_lost(one, item)) for one, item in pairs),
        *(Absent(id=one.id) for one in group if one.id not in found),
    ]


def _why_not_these(group: Sequence[Sought], ours: Sequence[Seen]) -> str:
    """Why so many items cannot be these actions; "" where they can, or where there are none."""
    if len(ours) != len(group) and any(one.said for one in group):
        return _SAID
    if len(ours) > len(group):
        return _SEVERAL.format(found=len(ours), sought=len(group))
    if ours and len(ours) < len(group) and len({one.request for one in group}) > 1:
        return _REQUESTS
    return ""


def _is_ours(item: Seen, performers: Collection[str]) -> bool:
    """Whether it is shown to be by whom our actions are by; a CRM may show nobody at all."""
    return item.performer in performers if performers else not item.performer


def _unexplained(type_: str, sought: Sequence[Sought], sight: Sight) -> list[Seen]:
    since = [one.since_ms for one in sought if one.since_ms is not None]
    begin = min(since) if len(since) == len(sought) else None
    return [
        item
        for item in sight.items
        if item.type == type_
        and not (item.id and item.id in sight.known)
        and (
            begin is None
            or item.created_ms is None
            or item.created_ms >= begin
            # A reference is not explained by its time: somebody's clock may have been wrong.
            or any(_has_reference(one) and _equal(one, item) for one in sought)
        )
    ]


def _groups(sought: Sequence[Sought]) -> list[list[Sought]]:
    """The actions in doubt that cannot be told apart on a timeline, each group in sent order."""
    groups: dict[object, list[Sought]] = defaultdict(list)
    for one in sorted(sought, key=lambda one: (one.request, one.id)):
        groups[_essence(one.content, by_reference=_has_reference(one))].append(one)
    return list(groups.values())


def _pair(group: Sequence[Sought], items: Sequence[Seen]) -> list[tuple[Sought, Seen]] | None:
    """Which item is which action: by all that is shown, then by order; None if it is not sure."""
    waiting = list(group)
    pairs, strangers = [], []
    for item in sorted(items, key=_moment):
        like = next((one for one in waiting if _look(one.content) == _look(item)), None)
        if like is None:
            strangers.append(item)
        else:
            waiting.remove(like)
            pairs.append((like, item))
    unlike = any(_look(one.content) != _look(waiting[0].content) for one in waiting)
    if strangers and len(items) < len(group) and unlike:
        return None
    return [*pairs, *zip(waiting, strangers, strict=False)]


def _equal(one: Sought, item: Seen) -> bool:
    by_reference = _has_reference(one)
    essence = _essence(item, by_reference=by_reference)
    return essence is not None and essence == _essence(one.content, by_reference=by_reference)


def _inside(one: Sought, item: Seen) -> bool:
    """Whether the item's time fits; for a reference of its own, not being older is enough."""
    if _has_reference(one):
        return one.since_ms is None or (item.created_ms or one.since_ms) >= one.since_ms
    if one.begin_ms is None or one.end_ms is None or item.created_ms is None:
        return False
    return one.begin_ms <= item.created_ms <= one.end_ms


def _has_reference(one: Sought) -> bool:
    return bool(one.content.fields and one.content.fields.get(REFERENCE))


def _essence(seen: Seen, *, by_reference: bool) -> object:
    """What nobody can change of an action afterwards, or is there to know it by; None: not shown.

    The status of a PAYMENT is no part of it, since people update it.
    """
    if seen.type == PAYMENT:
        shown = seen.amount is not None and seen.currency
        return (seen.type, seen.amount, seen.currency) if shown else None
    if seen.fields is None:
        return None
    if by_reference:
        reference = seen.fields.get(REFERENCE)
        return None if reference is None else (seen.type, _number(reference))
    fields = sorted(seen.fields.items())
    return (seen.type, *((name, _number(text)) for name, text in fields))


def _look(seen: Seen) -> object:
    """What tells two actions of one essence apart, as long as nobody has changed it."""
    return seen.status if seen.type == PAYMENT else sorted((seen.fields or {}).items())


def _number(text: str) -> object:
    """A number for a text that is one: a CRM may show `5000.0` for `5000`."""
    return Decimal(text) if _WHOLE_NUMBER.fullmatch(text) else text


def _lost(one: Sought, item: Seen) -> tuple[str, ...]:
    shown = item.fields or {}
    return tuple(sorted(name for name in one.content.fields or {} if name not in shown))


def _moment(item: Seen) -> tuple[float, int, str]:
    """Rising: ids are, where they have one length; without a stamp nothing is known."""
    return (item.created_ms or 0, len(item.id), item.id)


def _open(sought: Sequence[Sought], reason: str) -> list[Finding]:
    return [Open(id=one.id, reason=reason) for one in sought]


def _why_not_present(
    equal: Sequence[Seen], inside: Sequence[Seen], performers: Collection[str]
) -> str:
    """Why equal items are not ours; "" where there are none."""
    if inside and not performers:
        return _NOT_LEARNT
    if inside:
        return _FOREIGN.format(who=inside[0].performer or "nobody")
    return _TIME if equal else ""


def _why_not_absent(left: Sequence[Seen]) -> str:
    """Why what was not found may be there all the same; "" where it cannot be."""
    if not left:
        return ""
    bare = any(item.fields is None and item.amount is None for item in left)
    return _BARE if bare else _UNEXPLAINED


_SAID: Final = (
    "A person has said of an equal action that it was created, without its id: nothing tells which "
    "of them stands on the timeline."
)
_LATE: Final = (
    "It is not on the timeline, but neither are others that the CRM has created: no proof."
)
_SEVERAL: Final = (
    "{found} equal actions stand on the timeline where {sought} could be ours: somebody else may "
    "have written the rest."
)
_REQUESTS: Final = (
    "Equal actions of several requests are in doubt, and fewer stand on the timeline: nothing "
    "tells which."
)
_WHICH: Final = "Equal actions stand on the timeline, and nothing tells which of them this one is."
_FOREIGN: Final = "An equal action stands on the timeline, but it is shown to be by {who}."
_NOT_LEARNT: Final = (
    "An equal action stands on the timeline, but it is not known yet whom our own actions are "
    "shown to be by: settle again once the CRM has answered that it created one."
)
_NO_ID: Final = "An equal action stands on the timeline, but the CRM does not show its id."
_TIME: Final = (
    "An equal action stands on the timeline, but its time does not prove that it is ours."
)
_BARE: Final = "The CRM does not show what its actions hold: they cannot be compared."
_UNEXPLAINED: Final = (
    "It is not on the timeline as it was sent, but another action is that no run explains."
)
