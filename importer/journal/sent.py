"""What was sent and answered, as the digest of the body and the answer itself have it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Row, select

from importer.journal.schema import actions, batches, requests
from importer.journal.store import Journal, pages
from importer.protocol import Items, encode, read_answer
from importer.verdict import Recorded

LONGEST_ANSWER: Final = 65_536
"""Bytes of an answer that are kept as evidence; a longer one is kept in part."""


def sent_otherwise(journal: Journal, run: str) -> Iterator[str]:
    """A sentence for what the recorded requests of a run do not agree with, if anything.

    Each of them is held against the digest of the body that left, the lead that it was for, and
    the answer that came.
    """
    altered, unsaid = list[int](), list[int]()
    for sent in _requests(journal, run):
        altered += [sent[0].row] if _is_altered(sent) else []
        unsaid += _unsaid(sent)
    if altered:
        yield (
            f"{len(altered)} requests hold something else than was sent, the first of them of row "
            f"{altered[0]}."
        )
    if unsaid:
        yield (
            f"The answers that were kept say something else of {len(unsaid)} actions, the first of "
            f"them in row {unsaid[0]}."
        )


def _requests(journal: Journal, run: str) -> Iterator[Sequence[Row[Any]]]:
    """The actions of each recorded request, in the order of its body."""
    recorded = select(requests.c.id).where(
        requests.c.run == run, requests.c.verdict == Recorded.__name__
    )
    everything = [one.id for one in journal.read(recorded.order_by(requests.c.id))]
    for page in pages(everything):
        found = journal.read(_ACTIONS.where(requests.c.id.in_(page)))
        for _, of_request in groupby(found, key=lambda one: one.request):
            yield list(of_request)


_ACTIONS: Final = (
    select(
        actions.c.row,
        actions.c.lead,
        actions.c.type,
        actions.c.entry,
        actions.c.amount,
        actions.c.currency,
        actions.c.state,
        actions.c.action_id,
        actions.c.remarks,
        actions.c.request,
        batches.c.lead.label("of_lead"),
        requests.c.body_sha256,
        requests.c.answer,
        requests.c.status,
    )
    .join(requests, requests.c.id == actions.c.request)
    .join(batches, batches.c.id == requests.c.batch)
    .order_by(requests.c.id, actions.c.row, actions.c.position)
)


def _is_altered(sent: Sequence[Row[Any]]) -> bool:
    body = encode([one.entry for one in sent])
    if hashlib.sha256(body).hexdigest() != sent[0].body_sha256:
        return True
    return not all(one.lead == one.of_lead and _agrees(one) for one in sent)


def _agrees(one: Row[Any]) -> bool:
    """Whether type and money are those of the entry that left."""
    entry = json.loads(one.entry)
    if entry["type"] != one.type:
        return False
    if one.amount is None:
        return "amount" not in entry
    return (Decimal(entry["amount"]), entry["currency"]) == (one.amount, one.currency)


def _unsaid(sent: Sequence[Row[Any]]) -> list[int]:
    """Rows of which the answer says something else than the record."""
    answer = (sent[0].answer or "").encode()
    if len(answer) >= LONGEST_ANSWER:
        return []  # it was not kept as a whole
    said = read_answer(sent[0].status, answer, len(sent), sent[0].of_lead)
    if not isinstance(said, Items):
        return [one.row for one in sent]
    return [
        one.row
        for one, item in zip(sent, said.items, strict=True)
        if (one.state, one.action_id) != (item.outcome.lower(), item.action_id)
        or len(one.remarks) != len((*item.remarks, *said.general))
    ]
