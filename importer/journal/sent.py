"""What was sent and answered, as the digest of the body and the answer itself have it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Row, select

from importer.journal.purging import LET_GO, purged_at
from importer.journal.schema import actions, batches, requests
from importer.journal.store import Journal, pages
from importer.protocol import Items, encode, read_answer
from importer.verdict import Recorded

LONGEST_ANSWER: Final = 65_536
"""Bytes of an answer that are kept as evidence; a longer one is kept in part."""


def sent_otherwise(journal: Journal, run: str) -> Iterator[str]:
    """A sentence for what the recorded requests of a run do not agree with, if anything.

    Each of them is held against the digest of the body that left, the lead that it was for, and
    the answer that came. What a purge has let go is no lie; without a purge on record, it is.
    """
    altered, unsaid = list[int](), list[int]()
    purged = purged_at(journal, run) is not None
    for sent in _requests(journal, run):
        altered += [sent[0].row] if _is_altered(sent, purged=purged) else []
        unsaid += [] if purged and sent[0].answer is None else _unsaid(sent)
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


def _is_altered(sent: Sequence[Row[Any]], *, purged: bool) -> bool:
    kept = [one for one in sent if one.entry or one.state not in LET_GO or not purged]
    if len(kept) == len(sent):
        body = encode([one.entry for one in sent])
        if hashlib.sha256(body).hexdigest() != sent[0].body_sha256:
            return True
    return not (all(one.lead == one.of_lead for one in sent) and all(map(_agrees, kept)))


def _agrees(one: Row[Any]) -> bool:
    """Whether type and money are those of the entry that left."""
    try:
        entry = json.loads(one.entry)
        money = (Decimal(entry["amount"]), entry["currency"]) if "amount" in entry else None
        own = None if one.amount is None else (one.amount, one.currency)
        return (entry["type"], money) == (one.type, own)
    except (ArithmeticError, LookupError, TypeError, ValueError):  # it is none of ours
        return False


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
