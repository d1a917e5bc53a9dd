"""The JSON that read-backs consist of, as seen live or as documented."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal

from importer.model import PAYMENT
from importer.sandbox.records import PREFIX, Definition, FieldSchema, FieldType, Lead, StoredAction
from importer.sandbox.toggles import AmountEcho, PaymentId, ReadType, Shape, Toggles

Json = dict[str, object]


def action_type(action: StoredAction, toggles: Toggles) -> str:
    """The type as it reads back."""
    prefixed = action.type.isdigit() and toggles.read_type is ReadType.PREFIXED
    return PREFIX + action.type if prefixed else action.type


def whole_action(action: StoredAction, toggles: Toggles) -> Json:
    """One action read by its id: type and body, without id or times, as documented."""
    body = dict(action.body)
    if action.type == PAYMENT:
        if toggles.paymentid is PaymentId.HIDE:
            body.pop("paymentid", None)
        if toggles.amount_echo is AmountEcho.TWO_DECIMALS:
            body["amount"] = f"{Decimal(str(body['amount'])):.2f}"
    return {"type": action_type(action, toggles), **body}


def listed_action(action: StoredAction, toggles: Toggles) -> Json:
    """One action of a list, as seen live: with its id, its times and its performer."""
    return {
        "id": action.id,
        "creationTimestamp": action.at,
        "modificationTimestamp": action.modified,
        "employeeid": action.performer,
        **whole_action(action, toggles),
    }


def found_action(action: StoredAction, toggles: Toggles) -> Json:
    """One item of an action search."""
    if toggles.action_items is Shape.DOCUMENTED:
        return {"type": action_type(action, toggles)}
    return listed_action(action, toggles)


def lead_fields(lead: Lead) -> Json:
    """A lead's fields."""
    return {
        "name": lead.name,
        "phone": lead.phone,
        "email": lead.email,
        "city": lead.city,
        "created_on": lead.created_on,
        "modified_on": lead.created_on,
    }


def found_lead(lead: Lead, toggles: Toggles) -> Json:
    """One item of a lead search."""
    fields = lead_fields(lead)
    if toggles.lead_items is Shape.DOCUMENTED:
        return {"fields": {**fields, "status": lead.status, "assignee": lead.owner}}
    return {
        "id": lead.id,
        "status": lead.status,
        "employeeid": lead.owner,
        "lostReasonid": None,
        "actions": [],
        "fields": fields,
    }


def _schema(schema: FieldSchema) -> Json:
    options: Json = {"options": list(schema.options)} if schema.options else {}
    return {"type": schema.type, **options}


def definition_summary(definition: Definition) -> Json:
    """A custom action in the list of them."""
    return {
        "code": PREFIX + definition.code,
        "displayName": definition.name,
        "score": definition.score,
        "source": "USER",
    }


def definition_detail(definition: Definition) -> Json:
    """A custom action with everything."""
    return {
        **definition_summary(definition),
        "id": _id_of(definition.code),
        "description": "",
        "fieldSchema": {name: _schema(schema) for name, schema in definition.fields.items()},
        "displaySchema": list(definition.fields),
        "allowPredatedActivity": {"enabled": definition.allow_predated},
        "quickAdd": True,
        "definitionType": "CUSTOM",
    }


LEAD_FIELDS: Mapping[str, FieldType] = {
    "name": FieldType.TEXT,
    "phone": FieldType.PHONE,
    "email": FieldType.EMAIL,
    "city": FieldType.TEXT,
    "created_on": FieldType.DATE,
    "modified_on": FieldType.DATE,
}
IDENTIFIER = "phone"
"""The lead field that identifies a lead."""


def lead_field(name: str, *, detail: bool) -> Json:
    """A lead field in the list of them."""
    summary: Json = {
        "type": LEAD_FIELDS[name],
        "apiName": name,
        "lockAfterCreate": False,
        "isLeadid": name == IDENTIFIER,
    }
    return {"id": _id_of(name), "description": "", **summary} if detail else summary


def metadata(enterprise_id: str) -> Json:
    """What the workspace says of itself; only `leadIdentifierFieldId` is documented."""
    return {
        "id": enterprise_id,
        "name": "Practice workspace",
        "timezone": "Asia/Kolkata",
        "defaultCountryCode": "91",
        "leadIdentifierFieldId": _id_of(IDENTIFIER),
    }


def _id_of(name: str) -> str:
    """A stable 24-hex id."""
    return hashlib.sha256(f"practice {name}".encode()).hexdigest()[:24]
