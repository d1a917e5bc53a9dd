"""The endpoints of the Sync API, each a function of the workspace and a call; no HTTP in here.

Every function raises `RefusedError` with the answer where the request is refused as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from importer.model import PAYMENT, PaymentStatus
from importer.sandbox import search, shapes
from importer.sandbox.entries import Entry
from importer.sandbox.records import (
    PREFIX,
    Call,
    Lead,
    RefusedError,
    Reply,
    StoredAction,
    error_reply,
    json_reply,
)
from importer.sandbox.state import PracticeCrm

Endpoint = Callable[[PracticeCrm, Call], Reply]


def get_lead(crm: PracticeCrm, call: Call) -> Reply:
    """`GET /lead/{leadId}`, with a page of its timeline if `includeActions=true`."""
    lead = find_lead(crm, call)
    skip, limit = _page(call)
    answer: shapes.Json = {"fields": shapes.lead_fields(lead)}
    if call.query.get("includeActions") == "true":
        page = crm.look(lead.id)[skip : skip + limit]
        answer["actions"] = [shapes.listed_action(one, crm.toggles) for one in page]
        answer |= {"actions_skip": skip, "actions_limit": limit}
    return json_reply(200, answer)


def get_action(crm: PracticeCrm, call: Call) -> Reply:
    """`GET /lead/{leadId}/action/{actionId}`."""
    action = _find_action(crm, call)
    if not _is_writable(action):
        _bad_request("Only custom actions and payment actions can be retrieved")
    return json_reply(200, shapes.whole_action(action, crm.toggles))


def update_action(crm: PracticeCrm, call: Call) -> Reply:
    """`POST /lead/{leadId}/action/{actionId}`: a payment's status, or some of a custom action's."""
    action = _find_action(crm, call)
    change = read_object(call)
    if change.get("type") != action.type or not _is_writable(action):
        _bad_request("The type must be the type of the action")
    body = _paid(action, change) if action.type == PAYMENT else _refilled(crm, action, change)
    return json_reply(200, shapes.whole_action(crm.change(action, body), crm.toggles))


def search_actions(crm: PracticeCrm, call: Call) -> Reply:
    """`POST /lead/{leadId}/action/search`: newest first; an empty body finds everything."""
    lead = find_lead(crm, call)
    skip, limit = _page(call)
    given = read_object(call) if call.body.strip() else {}
    try:
        found = search.search_actions(crm.look(lead.id), given)
    except search.InvalidFilterError:
        _bad_request("Invalid filter")
    page = [shapes.found_action(one, crm.toggles) for one in found[skip : skip + limit]]
    return _listed(page, len(found), skip, limit)


def search_leads(crm: PracticeCrm, call: Call) -> Reply:
    """`POST /lead/search`: newest first; an empty body finds everything."""
    skip, limit = _page(call)
    given = read_object(call) if call.body.strip() else {}
    try:
        found = _matching_leads(crm, given)
    except search.InvalidFilterError:
        _bad_request("Invalid filter")
    page = [shapes.found_lead(one, crm.toggles) for one in found[skip : skip + limit]]
    return _listed(page, len(found), skip, limit)


def list_definitions(crm: PracticeCrm, call: Call) -> Reply:
    """`GET /custom-actions`, with everything if `detail=true`."""
    detail = call.query.get("detail") == "true"
    shape = shapes.definition_detail if detail else shapes.definition_summary
    return json_reply(200, {"customActions": [shape(one) for one in crm.definitions().values()]})


def get_definition(crm: PracticeCrm, call: Call) -> Reply:
    """`GET /custom-actions/{code}`: the code with its prefix, case-sensitive."""
    code = call.params["code"]
    definition = crm.definitions().get(code.removeprefix(PREFIX))
    if definition is None or not code.startswith(PREFIX):
        message = f"Custom action with code {code} was not found."
        raise RefusedError(error_reply(404, "NOT_FOUND", message))
    return json_reply(200, {**shapes.definition_detail(definition), "icon": "note"})


def list_lead_fields(_crm: PracticeCrm, call: Call) -> Reply:
    """`GET /custom-fields`, with everything if `detail=true`."""
    detail = call.query.get("detail") == "true"
    fields = [shapes.lead_field(name, detail=detail) for name in shapes.LEAD_FIELDS]
    return json_reply(200, {"customFields": fields})


def get_metadata(crm: PracticeCrm, _call: Call) -> Reply:
    """`GET /metadata`."""
    return json_reply(200, shapes.metadata(crm.enterprise_id))


def find_lead(crm: PracticeCrm, call: Call) -> Lead:
    """The lead that the path names; a malformed id is not found either."""
    wanted = call.params["lead"]
    if wanted not in crm.leads:
        message = f"Lead with ID {wanted} was not found."
        raise RefusedError(error_reply(404, "LEAD_NOT_FOUND", message))
    return crm.leads[wanted]


def read_object(call: Call) -> Mapping[str, object]:
    """The body, which must be a JSON object; `NaN` and endless nesting are no JSON."""
    try:
        content = json.loads(call.body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        _bad_request("The body is not valid JSON")
    if not isinstance(content, dict):
        _bad_request("The body must be an object")
    return content


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _bad_request(message: str) -> NoReturn:
    raise RefusedError(error_reply(400, "BAD_REQUEST", message))


def _page(call: Call) -> tuple[int, int]:
    skip, limit = call.query.get("skip", "0"), call.query.get("limit", "10")
    if not (_is_count(limit) and 1 <= int(limit) <= 100):
        _bad_request("Limit should be between 1 and 100")
    if not _is_count(skip):
        _bad_request("Skip should be 0 or more")
    return int(skip), int(limit)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def _listed(page: Sequence[shapes.Json], total: int, skip: int, limit: int) -> Reply:
    return json_reply(200, {"data": page, "total_count": total, "skip": skip, "limit": limit})


def _find_action(crm: PracticeCrm, call: Call) -> StoredAction:
    lead, wanted = find_lead(crm, call), call.params["action"]
    action = crm.find(lead.id, wanted)
    if action is None:
        message = f"Action with ID {wanted} was not found."
        raise RefusedError(error_reply(404, "ACTION_NOT_FOUND", message))
    return action


def _is_writable(action: StoredAction) -> bool:
    return action.type == PAYMENT or action.type.isdigit()


def _paid(action: StoredAction, change: Entry) -> Entry:
    """A payment after an update: its status, and nothing else, may change."""
    if not set(change) <= {"type", "status"}:
        _bad_request(
            "Cannot update amount, currency, or paymentid fields for existing payment action."
        )
    if change.get("status") not in list(PaymentStatus):
        _bad_request("Status is invalid")
    return {**action.body, "status": change["status"]}


def _refilled(crm: PracticeCrm, action: StoredAction, change: Entry) -> Entry:
    """A custom action after an update: fields that were not sent stay."""
    judged = crm.judge().judge(change)
    if judged.body is None:
        _bad_request("; ".join(remark.text for remark in judged.remarks))
    return {"fields": {**_fields(action.body), **_fields(judged.body)}}


def _fields(body: Entry) -> Mapping[str, object]:
    fields = body.get("fields")
    return fields if isinstance(fields, Mapping) else {}


def _matching_leads(crm: PracticeCrm, given: Entry) -> Sequence[Lead]:
    if set(given) - {"fields", "actions"}:
        raise search.InvalidFilterError("key")
    newest = sorted(crm.leads.values(), key=lambda lead: lead.created_on, reverse=True)
    found = search.search_leads(newest, given.get("fields", {}), crm.toggles)
    history = search.read_history(given.get("actions"))
    if history is None:
        return found
    return [lead for lead in found if history.holds(crm.look(lead.id))]
