"""Create actions: the body of a request, and what the answer says of each of its items.

Source: docs.telecrm.in, sync-api/actions/create. An answer is believed as a whole or not at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from importer.model import Outcome, Remark
from importer.protocol.body import OddBodyError, clean, excerpt, parse_object

is_id: Final = re.compile(r"[!-~]{1,200}").fullmatch
"""Ids look like 24 hex characters, but are documented only as strings."""
_INDEXED: Final = re.compile(r"actions\[([0-9]{1,6})\](?:\.(.*))?", re.DOTALL)
_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{2,79}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    """What the CRM said of one action."""

    outcome: Literal[Outcome.CREATED, Outcome.IGNORED]
    action_id: str
    """The CRM's id of the stored action; "" when it was ignored."""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A complete answer: one item for each action sent, in the order in which they were sent."""

    items: tuple[ItemAnswer, ...]
    general: tuple[Remark, ...] = ()
    """Remarks that name none of the actions; their path is as the CRM wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAnswer:
    """The CRM's error envelope."""

    code: str
    """`LEAD_NOT_FOUND`; "" where the envelope has none. Messages vary, so branch on this alone."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A body that cannot be trusted."""

    reason: str
    """One sentence: what is wrong with it."""
    excerpt: str
    """Its beginning, for people."""


Answer = Items | ErrorAnswer | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What an answer says of one action."""

    number: int
    """1-based."""
    count: int
    """Items of the whole answer."""
    item: str
    """Its JSON."""
    remarks: tuple[str, ...]
    """The JSON of the remarks that name it, and of those that name none."""


def encode(entries: Sequence[str]) -> bytes:
    """The body of one request: the entries' JSON texts, byte for byte, in order.

    Raises:
        ValueError: there are no entries, or one has a character that UTF-8 cannot carry.
    """
    if not entries:
        raise ValueError("A request has at least one action.")
    return f'{{"actions":[{",".join(entries)}]}}'.encode()


def read_answer(status: int, body: bytes, sent: int, lead: str) -> Answer:
    """Read the answer to a create-actions request; never raises, whatever the bytes are.

    Args:
        status: the HTTP status.
        body: the whole body.
        sent: how many actions the request had.
        lead: the lead that the request was for.

    Returns:
        `Items` only for status 200 with exactly `sent` items, each without fault.
    """
    try:
        found = parse_object(body)
        error = read_error(status, found)
        return error if error is not None else _read_items(found, sent, lead)
    except (OddBodyError, RecursionError) as odd:
        return unreadable(odd, body)


def part_of(answer: str, item: int) -> Part | None:
    """The part of an answer on record that is about one of its items, for people.

    Args:
        answer: as the journal has it.
        item: 0-based.

    Returns:
        None where the answer has no such item.
    """
    try:
        found = parse_object(answer.encode("utf-8", "replace"))
        entries = found.get("actions")
        if not isinstance(entries, list) or not 0 <= item < len(entries):
            return None
        said = _listed(found.get("remarks"))
        mine = [one for one in said if _read_remark(one, len(entries)).item in (None, item)]
        return Part(
            number=item + 1,
            count=len(entries),
            item=_as_json(entries[item]),
            remarks=tuple(map(_as_json, mine)),
        )
    except (OddBodyError, RecursionError):
        return None


def read_error(status: int, found: Mapping[str, object]) -> ErrorAnswer | None:
    """The error envelope of a body; None where the body is the result of a 200.

    `error` is documented as an object; a plain string is taken as well.

    Raises:
        OddBodyError: an error is missing, stands beside a result, or has another shape.
    """
    error = found.get("error")
    if error is None and status == 200:
        return None
    if error is None:
        raise OddBodyError(f"with status {status} it should hold an error, and does not")
    if "actions" in found or "data" in found:
        raise OddBodyError("it holds both an error and a result")
    if isinstance(error, str):
        return ErrorAnswer(code=_code(error), message=clean(error))
    if not isinstance(error, dict):
        raise OddBodyError("its error is neither an object nor a text")
    message = error.get("message")
    return ErrorAnswer(
        code=_code(error.get("code")), message=clean(message) if isinstance(message, str) else ""
    )


def unreadable(odd: OddBodyError | RecursionError, body: bytes) -> Unreadable:
    """What is kept of a body that cannot be trusted."""
    why = odd if isinstance(odd, OddBodyError) else "it is nested without end"
    return Unreadable(reason=f"The answer cannot be used: {why}.", excerpt=excerpt(body))


def _code(found: object) -> str:
    return found if isinstance(found, str) and _CODE.fullmatch(found) else ""


def _check_lead(found: object, lead: str) -> None:
    """An answer about another lead is the answer to another request."""
    if found is None:
        return
    if not isinstance(found, str) or found.casefold() != lead.casefold():
        raise OddBodyError(f"it is about the lead {clean(str(found), 40)}, not {lead}")


def _read_items(found: Mapping[str, object], sent: int, lead: str) -> Items:
    _check_lead(found.get("lead_id"), lead)
    entries = found.get("actions")
    if not isinstance(entries, list):
        raise OddBodyError("it has no list of actions")
    if len(entries) != sent:
        raise OddBodyError(f"it speaks of {len(entries)} actions, and {sent} were sent")
    fates = [_read_item(entry, number) for number, entry in enumerate(entries, start=1)]
    ids = [action_id for outcome, action_id in fates if outcome is Outcome.CREATED]
    if len(set(ids)) != len(ids):
        raise OddBodyError("it gives the same action id twice")
    remarks = [_read_remark(said, sent) for said in _listed(found.get("remarks"))]
    _check_order([outcome for outcome, _ in fates], remarks)
    by_item: dict[int | None, list[Remark]] = {}
    for one in remarks:
        by_item.setdefault(one.item, []).append(one.remark)
    return Items(
        items=tuple(
            ItemAnswer(outcome=outcome, action_id=action_id, remarks=tuple(by_item.get(item, ())))
            for item, (outcome, action_id) in enumerate(fates)
        ),
        general=tuple(by_item.get(None, ())),
    )


def _read_item(entry: object, number: int) -> tuple[Literal[Outcome.CREATED, Outcome.IGNORED], str]:
    if not isinstance(entry, dict):
        raise OddBodyError(f"its action {number} is not an object")
    action_id = entry.get("action_id")
    match entry.get("status"):
        case "CREATED" if isinstance(action_id, str) and is_id(action_id):
            return Outcome.CREATED, action_id
        case "CREATED":
            raise OddBodyError(f"its action {number} is CREATED, but has no action id")
        case "IGNORED" if action_id is None:
            return Outcome.IGNORED, ""
        case "IGNORED":
            raise OddBodyError(f"its action {number} is IGNORED, but has an action id")
        case status:
            shown = clean(str(status), 40)
            raise OddBodyError(f"its action {number} has the status {shown}, which is not known")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A remark as it stands in the answer. It explains an item, and none is odd by itself."""

    item: int | None
    """0-based; None where it names none of those that were sent."""
    ignored: bool
    """It says that something was ignored; one without a status says so too."""
    remark: Remark


def _read_remark(said: object, sent: int) -> _Said:
    of = said if isinstance(said, dict) else {"remark": said}
    field, text = of.get("field"), of.get("remark")
    path = clean(field, 200) if isinstance(field, str) else ""
    indexed = _INDEXED.fullmatch(path)
    item = int(indexed[1]) if indexed and int(indexed[1]) < sent else None
    return _Said(
        item=item,
        ignored=of.get("status", "IGNORED") == "IGNORED",
        remark=Remark(
            path=path if indexed is None or item is None else indexed[2] or "",
            text=clean(text if isinstance(text, str) else _as_json(said)),
        ),
    )


def _listed(found: object) -> Sequence[object]:
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _check_order(outcomes: Sequence[Outcome], remarks: Sequence[_Said]) -> None:
    """Items and remarks must be in one order.

    A remark on a CREATED item is of a field that was left out. Where an IGNORED one has none, it
    may as well be that one's, and the items may stand in another order than was sent.
    """
    said = {one.item for one in remarks if one.ignored}
    unexplained = set(_at(outcomes, Outcome.IGNORED)) - said
    explained = set(_at(outcomes, Outcome.CREATED)) & said
    if unexplained and explained:
        raise OddBodyError(
            f"it says why its action {min(explained) + 1} was ignored, which is CREATED, and not "
            f"why its action {min(unexplained) + 1} is IGNORED"
        )


def _at(outcomes: Sequence[Outcome], wanted: Outcome) -> list[int]:
    return [number for number, outcome in enumerate(outcomes) if outcome is wanted]


def _as_json(found: object) -> str:
    return json.dumps(found, ensure_ascii=False, default=str)
