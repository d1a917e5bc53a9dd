"""What must be true at any moment, whatever broke: the journal against the CRM's own record."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from importer.journal.reading import action_records, chain_of, count_rows, run_of
from importer.journal.roots import roots_of_rows
from importer.journal.schema import actions, requests
from importer.journal.store import Journal
from importer.model import PAYMENT, State
from importer.reconcile import Attempt, Books, Guide, follow_chain, reconcile
from importer.sandbox.faults import Fault
from importer.sandbox.records import StoredAction
from simulator.faults import HARMLESS

Key = tuple[str, ...]
"""Lead and content: how an action is known again without its id."""

IN_DOUBT = frozenset({State.SENDING, State.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What the world knows beside the journal."""

    stored: Sequence[StoredAction]
    """The CRM's own record of what came over the API."""
    struck: Mapping[str, Collection[str]]
    """SHA-256 of a request's body → the faults that it met."""
    killed: Collection[int]
    """Actions that were on the wire when a process died."""


def breaches(journal: Journal, witness: Witness) -> list[str]:
    """Every promise that does not hold now, in words; none, if all is well."""
    held = journal.read(
        select(actions, requests.c.body_sha256, requests.c.status).outerjoin(
            requests, requests.c.id == actions.c.request
        )
    )
    shuffled = {
        one.lead
        for one in held
        if Fault.REORDERED_ANSWER in witness.struck.get(one.body_sha256, ())
    }
    return [
        *_miscounted(held, witness.stored, shuffled),
        *_misnamed(held, witness.stored, shuffled),
        *_without_cause(held, witness),
    ]


def leftovers(journal: Journal) -> list[str]:
    """What is neither done nor waits for a doubt: after the last word nothing may be so."""
    held = journal.read(select(actions))
    doubtful = {one.lead for one in held if one.state == State.UNKNOWN}
    left = [one for one in held if one.state == State.STAGED and one.lead not in doubtful]
    wire = [one for one in held if one.state == State.SENDING]
    return [f"{one.run}/{one.row} {one.name} is left as {one.state}" for one in [*left, *wire]]


def imbalances(journal: Journal, run: str) -> list[str]:
    """Every side of a run's books that does not agree."""
    record = run_of(journal, run)
    chain = chain_of(journal, record)
    attempts = [
        Attempt(actions=action_records(journal, one.id), roots=roots_of_rows(journal, one.id))
        for one in chain
    ]
    books = reconcile(
        record,
        Books.of(action_records(journal, run), Guide.of(record)),
        rows_kept=count_rows(journal, run),
        chain=follow_chain(chain, attempts),
    )
    return list(books.imbalances)


def _miscounted(
    held: Sequence[Row[Any]], stored: Sequence[StoredAction], shuffled: Collection[str]
) -> Iterator[str]:
    """Nothing stored twice, nothing lost that is called created, nothing hidden that is stored."""
    there = Counter(_loosely(key_stored(one), shuffled) for one in stored)
    planned, created, doubtful = Counter[Key](), Counter[Key](), Counter[Key]()
    for one in held:
        key = _loosely(_key_planned(one), shuffled)
        planned[key] += 1
        created[key] += one.state == State.CREATED
        doubtful[key] += one.state in IN_DOUBT
    for key in {*there, *planned}:
        if there[key] > planned[key]:
            yield f"stored {there[key]} times, planned {planned[key]}: {key}"
        if created[key] > there[key]:
            yield f"created {created[key]}, but stored {there[key]}: {key}"
        if there[key] > created[key] + doubtful[key]:
            yield f"stored {there[key]}, but only {created[key]} created, none in doubt: {key}"


def _misnamed(
    held: Sequence[Row[Any]], stored: Sequence[StoredAction], shuffled: Collection[str]
) -> Iterator[str]:
    """Every CREATED action carries the id that the CRM gave to this very content."""
    by_id = {one.id: one for one in stored}
    given = Counter(one.action_id for one in held if one.state == State.CREATED)
    for one in held:
        if one.state != State.CREATED:
            continue
        found = by_id.get(one.action_id)
        if found is None:
            yield f"created as {one.action_id}, which the CRM has not stored for us"
        elif _loosely(key_stored(found), shuffled) != _loosely(_key_planned(one), shuffled):
            yield f"created as {one.action_id}, which is {key_stored(found)}"
        if given[one.action_id] > 1:
            yield f"the id {one.action_id} was given {given[one.action_id]} times"


def _without_cause(held: Sequence[Row[Any]], witness: Witness) -> Iterator[str]:
    """What is in doubt was struck by something that puts in doubt."""
    for one in held:
        struck = set(witness.struck.get(one.body_sha256, ())) - HARMLESS
        caused = struck or one.id in witness.killed or one.status == 400
        if one.state == State.UNKNOWN and not caused:
            yield f"{one.run}/{one.row} {one.name} is unknown without a cause: {one.detail}"


def _loosely(key: Key, shuffled: Collection[str]) -> Key:
    """A CRM that mixes up the items of an answer cannot be seen through, only counted after."""
    return key[:1] if key[0] in shuffled else key


def _key_planned(one: Row[Any]) -> Key:
    return key_of(one.lead, one.type, json.loads(one.entry))


def key_stored(one: StoredAction) -> Key:
    """How an action that the CRM has stored is known again."""
    return key_of(one.lead, one.type, one.body)


def key_of(lead: str, type_: str, body: Mapping[str, Any]) -> Key:
    """The lead, and what nobody changes of an entry."""
    if type_ == PAYMENT:
        return lead, type_, str(body["amount"]), str(body["currency"])
    return lead, type_, json.dumps(body["fields"], sort_keys=True)
