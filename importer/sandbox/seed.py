"""What a practice workspace holds before the first request: the same in every process, for ever."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping

from importer.sandbox.records import (
    Definition,
    FieldSchema,
    FieldType,
    Lead,
    Origin,
    StoredAction,
)

ENTERPRISE_ID = "64f0c0ffee0000000000abcd"
"""The workspace's id: 24 hex characters, as real ones have."""

TOKEN = "practice-token"  # noqa: S105 - opens the practice CRM on this machine and nothing else
"""The one bearer token that the practice CRM accepts unless it is given another."""

LEAD_COUNT = 500

STATUSES = ("Fresh", "Contacted", "Interested", "Site visit done", "Won", "Lost")

MEMBERS = (
    "asha.menon@example.com",
    "imran.qureshi@example.com",
    "neha.kulkarni@example.com",
    "vikram.rathore@example.com",
)
"""The workspace's team, by e-mail address."""

_FIRST = (
    "Aarav Aditi Aisha Amit Ananya Arjun Bhavna Chetan Deepa Dev Farhan Fatima Gaurav Gita Harish "
    "Isha Jaspreet Kabir Kavya Kiran Lakshmi Manish Meera Mohit Nandini Nikhil Pooja Pranav Priya "
    "Rahul Ritu Rohan Sana Sandeep Shreya Suresh Tanvi Varun Yash Zoya"
)
_LAST = (
    "Agarwal Bansal Bhat Bose Chatterjee Chauhan Das Desai Deshmukh D'Souza Fernandes Gill Gupta "
    "Hegde Iyer Jain Jha Joshi Kapoor Khan Kulkarni Kumar Malhotra Mehta Menon Mishra Nair Naidu "
    "Patel Pillai Qureshi Rao Reddy Saxena Shah Sharma Shetty Singh Srinivasan Thakur Verma"
)
_CITIES = "Ahmedabad Bengaluru Chennai Delhi Hyderabad Indore Jaipur Kochi Mumbai Pune"

_FIRST_LEAD_AT = 1_767_225_600_000
_HOUR = 3_600_000


def _text(name: str) -> tuple[str, FieldSchema]:
    return name, FieldSchema(type=FieldType.TEXT)


def _date(name: str) -> tuple[str, FieldSchema]:
    return name, FieldSchema(type=FieldType.DATE)


_OUTCOME = FieldSchema(type=FieldType.DROPDOWN, options=("Interested", "Not interested", "Revisit"))

DEFINITIONS: Mapping[str, Definition] = {
    definition.code: definition
    for definition in (
        Definition(
            code="1001",
            name="Demo",
            score=5,
            fields=dict((_text("note"), _date("demo_on"), _text("import_ref"))),
        ),
        Definition(
            code="1002",
            name="Site visit",
            score=10,
            allow_predated=True,
            fields=dict(
                (
                    _date("visited_on"),
                    _text("project"),
                    ("outcome", _OUTCOME),
                    _text("note"),
                    _text("import_ref"),
                )
            ),
        ),
        Definition(
            code="1003",
            name="Receipt",
            fields=dict(
                (
                    _text("import_ref"),
                    _date("paid_on"),
                    _text("mode"),
                    ("payer_email", FieldSchema(type=FieldType.EMAIL)),
                    _text("note"),
                )
            ),
        ),
    )
}
"""Bare code → definition of the workspace's custom actions."""


def lead_id(n: int) -> str:
    """Id of the nth lead, counted from 1; leads 1 to `LEAD_COUNT` exist."""
    return hashlib.sha256(f"practice lead {n}".encode()).hexdigest()[:24]


def lead(n: int) -> Lead:
    """The nth lead, counted from 1."""
    firsts = _FIRST.split()
    first = firsts[n % len(firsts)]
    last = _word(_LAST, n + n // len(firsts) * 3)
    address = f"{first}.{last}".lower().replace("'", "")
    return Lead(
        id=lead_id(n),
        name=f"{first} {last}",
        phone=f"9199999{n * 197 % 100_000:05}",
        email=f"{address}@example.com",
        city=_word(_CITIES, n),
        status=STATUSES[n % len(STATUSES)],
        owner=MEMBERS[n % len(MEMBERS)],
        created_on=_FIRST_LEAD_AT + n * _HOUR,
    )


def _word(words: str, n: int) -> str:
    choices = words.split()
    return choices[n % len(choices)]


@functools.cache
def leads() -> Mapping[str, Lead]:
    """Id → lead, for all of them, in order."""
    return {one.id: one for one in map(lead, range(1, LEAD_COUNT + 1))}


def history(one: Lead) -> Iterator[StoredAction]:
    """What TeleCRM itself had recorded on a lead's timeline, oldest first."""
    number = int.from_bytes(hashlib.sha256(one.id.encode()).digest()[:2])
    yield _built_in(one, 1, "LEAD_ASSIGNMENT", {"assignedto": one.owner})
    if number % 3 == 0:
        yield _built_in(one, 2, "INCOMING_CALL", {"duration": 30 + number % 240, "note": ""})
    if number % 5 == 0:
        yield _built_in(
            one, 3, "USER_NOTE", {"text": "Asked for a call back.", "isTruncated": False}
        )


def _built_in(one: Lead, hours: int, kind: str, body: Mapping[str, object]) -> StoredAction:
    at = one.created_on + hours * _HOUR
    tail = hashlib.sha256(f"practice action {one.id} {kind}".encode()).hexdigest()[:16]
    return StoredAction(
        id=f"{at // 1000:08x}{tail}",
        lead=one.id,
        type=kind,
        body=body,
        at=at,
        origin=Origin.SEED,
        performer=one.owner,
        modified=at,
    )
