"""The practice CRM's own records: what a workspace holds, what is asked, what is answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

PREFIX = "ACTION_"
"""What a custom action's code starts with in definitions and in read-backs, but not in writes."""


class FieldType(StrEnum):
    """The types of a custom action's fields (docs.telecrm.in, concepts/field-types)."""

    TEXT = "TEXT"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    NUMBER = "NUMBER"
    DATE = "DATE"
    DROPDOWN = "DROPDOWN"
    RATING = "RATING"
    MONEY = "MONEY"
    TAGS = "TAGS"
    WEBSITE = "WEBSITE"
    MEDIALINK = "MEDIALINK"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSchema:
    """One field of a custom action."""

    type: FieldType
    options: tuple[str, ...] = ()
    """Labels of a DROPDOWN, in the order in which they came to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A custom action as the workspace defines it."""

    code: str
    """Bare: `1001`."""
    name: str
    fields: Mapping[str, FieldSchema]
    score: int = 0
    allow_predated: bool = False
    """Whether an action may carry its own `created_on`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A lead of the practice workspace."""

    id: str
    name: str
    phone: str
    """Country code and number, digits only."""
    email: str
    city: str
    status: str
    owner: str
    """E-mail address of the team member."""
    created_on: int
    """Epoch milliseconds."""


class Origin(StrEnum):
    """Who put an action on a timeline."""

    API = "api"
    """A request to this server."""
    FOREIGN = "foreign"
    """Somebody else in the workspace."""
    SEED = "seed"
    """It was there before the first request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAction:
    """An action on a lead's timeline."""

    id: str
    """24 lower-case hex characters; ids rise in the order of storing."""
    lead: str
    type: str
    """Bare: `1001`, `PAYMENT`, `OUTGOING_CALL`."""
    body: Mapping[str, object]
    """The rest of the entry as stored: `fields`, or a payment's four values."""
    at: int
    """Creation, epoch milliseconds."""
    origin: Origin
    performer: str
    """`employeeid` of read-backs: an e-mail address, or a word without `@` for automation."""
    modified: int
    """Last change, epoch milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """One request that arrived; never its headers, its query or its body."""

    method: str
    path: str
    status: int | None
    """None where no answer was begun."""
    at: int
    """Arrival, epoch milliseconds of the practice CRM's clock."""
    fault: str = ""
    """The faults that fired, joined by `+`."""


class Delivery(StrEnum):
    """How an answer travels."""

    WHOLE = "whole"
    DROPPED = "dropped"
    """The connection is closed without a byte."""
    RESET = "reset"
    """The connection is reset without a byte."""
    HANGING = "hanging"
    """Nothing comes until the client goes away."""
    CUT = "cut"
    """Half of the announced bytes, then the connection is closed."""
    DRIPPED = "dripped"
    """In small pieces, with a pause before each."""

    @property
    def begins(self) -> bool:
        """Whether the client sees a status line."""
        return self in {Delivery.WHOLE, Delivery.CUT, Delivery.DRIPPED}


JSON = "application/json"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, and how it travels."""

    status: int
    body: bytes
    media: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = Delivery.WHOLE
    pause: float = 0.0
    """Seconds before each piece of a dripped answer."""


def json_reply(status: int, content: object, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """Answer with JSON; text that UTF-8 cannot hold (a lone surrogate) travels escaped."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    try:
        body = text.encode()
    except UnicodeEncodeError:
        body = json.dumps(content, separators=(",", ":")).encode()
    return Reply(status=status, body=body, headers=headers)


def error_reply(
    status: int, code: str, message: str, headers: tuple[tuple[str, str], ...] = ()
) -> Reply:
    """Answer with the error envelope (docs.telecrm.in: `{"error": {"code", "message"}}`)."""
    return json_reply(status, {"error": {"code": code, "message": message}}, headers)


def html_reply(status: int, title: str, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """Answer with a bare HTML page, as proxies and unknown paths do."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body>"
    return Reply(status=status, body=f"{page}</html>\n".encode(), media=HTML, headers=headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request after routing: what an endpoint may look at."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    """`enterprise`, `lead`, `action`, `code`, as the path names them."""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    token: str | None = field(default=None, repr=False)
    """The bearer token, or None."""


class RefusedError(Exception):
    """The whole request is answered with an error; nothing (more) is stored."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply
