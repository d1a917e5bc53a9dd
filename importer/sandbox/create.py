"""`POST /lead/{leadId}/action`: the one endpoint that appends (docs.telecrm.in, actions/create)."""

from __future__ import annotations

from collections.abc import Sequence

from importer.sandbox.endpoints import find_lead, read_object
from importer.sandbox.entries import Judged
from importer.sandbox.records import (
    Call,
    Lead,
    Origin,
    RefusedError,
    Reply,
    StoredAction,
    error_reply,
    json_reply,
)
from importer.sandbox.state import PracticeCrm
from importer.sandbox.strikes import Plan


def create_actions(crm: PracticeCrm, call: Call, plan: Plan) -> Reply:
    """Append the good entries, in order, and say of each what became of it.

    A partial commit in the plan stores only the first good entries; its answer is made elsewhere.

    Raises:
        RefusedError: the request is refused as a whole.
    """
    lead, judged, allowed = _judge(crm, call)
    if not allowed and not crm.toggles.bad_request_stores:
        raise _only_writable()
    good = [one for one in judged if one.body is not None]
    stored = crm.store(
        lead.id,
        good if plan.keeps is None else good[: plan.keeps],
        veil_seconds=plan.delay.seconds if plan.delay else 0.0,
        veil_looks=plan.delay.looks if plan.delay else 0,
    )
    if not allowed:
        raise _only_writable()
    return _answer(crm, lead, judged, stored)


def store_twins(crm: PracticeCrm, call: Call, count: int) -> None:
    """Let somebody else store equals of the first good entries; a refused request has none."""
    try:
        lead, judged, allowed = _judge(crm, call)
    except RefusedError:
        return
    if allowed:
        good = [one for one in judged if one.body is not None]
        crm.store(lead.id, good[:count], origin=Origin.FOREIGN)


def _judge(crm: PracticeCrm, call: Call) -> tuple[Lead, Sequence[Judged], bool]:
    """The lead, its entries judged one by one, and whether the request may hold them all."""
    lead = find_lead(crm, call)
    entries = read_object(call).get("actions")
    if not isinstance(entries, list) or not entries:
        raise RefusedError(error_reply(400, "BAD_REQUEST", "Actions must be a non-empty array"))
    most = crm.toggles.max_actions
    if most is not None and len(entries) > most:
        message = f"At most {most} actions can be created at a time"
        raise RefusedError(error_reply(400, "BAD_REQUEST", message))
    judge = crm.judge()
    writable = [entry for entry in entries if judge.allows(entry)]
    return lead, [judge.judge(entry) for entry in writable], len(writable) == len(entries)


def _only_writable() -> RefusedError:
    message = "Only custom actions and payment actions can be created"
    return RefusedError(error_reply(400, "BAD_REQUEST", message))


def _answer(
    crm: PracticeCrm, lead: Lead, judged: Sequence[Judged], stored: Sequence[StoredAction]
) -> Reply:
    ids = iter([action.id for action in stored])
    items = [
        {"action_id": None, "status": "IGNORED"}
        if one.body is None
        else {"action_id": next(ids, None), "status": "CREATED"}
        for one in judged
    ]
    remarks = [
        {"field": f"actions[{at}].{remark.path}", "status": "IGNORED", "remark": remark.text}
        for at, one in enumerate(judged)
        for remark in one.remarks
    ]
    answer = {"lead_id": lead.id, "actions": items}
    said = remarks or crm.toggles.remarks_when_empty
    return json_reply(200, {**answer, "remarks": remarks} if said else answer)
