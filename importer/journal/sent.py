"""What was sent and answered, as the digest of the body and the answer itself have it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, compress, groupby, starmap
from operator import itemgetter
from types import NoneType
from typing import Any, Final

from sqlalchemy import Text, and_, bindparam, case, func, select, type_coerce

from importer.journal.bodies import other, payment
from importer.journal.purging import LET_GO, purged_at
from importer.journal.schema import actions, batches, requests
from importer.journal.store import PAGE, Journal
from importer.model import PAYMENT, State
from importer.protocol import Items, encode, read_answer, says_all_created
from importer.verdict import Recorded

LONGEST_ANSWER: Final = 65_536
"""Bytes of an answer that are kept as evidence; a longer one is kept in part."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A recorded request, and what it carried, in the order of its body."""

    body_sha256: str
    answer: str | None
    status: int
    lead: str
    """Of its batch."""
    rows: Sequence[int]
    leads: Sequence[str]
    types: Sequence[str]
    entries: Sequence[str]
    amounts: Sequence[str | None]
    currencies: Sequence[str | None]
    states: Sequence[str]
    ids: Sequence[str]
    remarks: Sequence[str]
    """As JSON."""


def sent_otherwise(journal: Journal, run: str, *, page: int = PAGE) -> Iterator[str]:
    """A sentence for what the recorded requests of a run do not agree with, if anything.

    Each of them is held against the digest of the body that left, the lead that it was for, and
    the answer that came. What a purge has let go is no lie; without a purge on record, it is.

    Args:
        journal: the journal.
        run: the run's id.
        page: how many requests are read at once.
    """
    altered, unsaid = list[int](), list[int]()
    purged = purged_at(journal, run) is not None
    # Counted first: a run that is being sent meanwhile only has more of them later.
    carried = {one.astray: one.n for one in journal.read(_CARRIED, {"of_run": run})}
    unheld = sum(carried.values())
    for sent in _requests(journal, run, page, carried.keys()):
        unheld -= len(sent.rows)
        if not _is_text(sent):
            altered.append(sent.rows[0])
            continue
        altered += [sent.rows[0]] if _is_altered(sent, purged=purged) else []
        unsaid += [] if purged and sent.answer is None else _unsaid(sent)
    if unheld > 0:
        yield f"{unheld} actions name a request that carried nothing of this run."
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


def _requests(
    journal: Journal, run: str, size: int, astray: Collection[int | None]
) -> Iterator[_Sent]:
    """Those that carried something; `astray` are they of which something stands elsewhere now."""
    last = -1
    while True:
        with journal.reading():  # as of one moment
            page = journal.read(_REQUESTS, {"of_run": run, "last": last, "size": size})
            if not page:
                return
            first, last = page[0].id, page[-1].id
            told = {one.id: one[1:] for one in page}
            # What stands in its request's batch is found by that; no index leads to all the others.
            carried = _ACTIONS.where(_IS_AT_HOME) if told.keys().isdisjoint(astray) else _ACTIONS
            found = journal.read(carried, {"of_run": run, "first": first, "last": last})
        for request, of_request in groupby(found, key=itemgetter(0)):
            columns: list[Any] = list(zip(*of_request, strict=True))[1:]
            yield _Sent(*told[request], *columns)


_IS_RECORDED: Final = and_(
    requests.c.run == bindparam("of_run"), requests.c.verdict == Recorded.__name__
)
_REQUESTS: Final = (
    select(
        requests.c.id, requests.c.body_sha256, requests.c.answer, requests.c.status, batches.c.lead
    )
    .join(batches, batches.c.id == requests.c.batch)
    .where(_IS_RECORDED, requests.c.id > bindparam("last"))
    .order_by(requests.c.id)
    .limit(bindparam("size"))
)
_IS_AT_HOME: Final = actions.c.batch == requests.c.batch
_ELSEWHERE: Final = case(
    (actions.c.batch.is_distinct_from(requests.c.batch), actions.c.request)
).label("astray")
_CARRIED: Final = (
    select(_ELSEWHERE, func.count().label("n"))
    .select_from(actions.join(requests, requests.c.id == actions.c.request))
    .where(actions.c.run == bindparam("of_run"), requests.c.verdict == Recorded.__name__)
    .group_by(_ELSEWHERE)
)
"""How many actions of a run name a recorded request, of whatever run and batch: by the request that
carried what stands in another batch now (none has, unless somebody altered one), else together."""

_ACTIONS: Final = (
    select(
        actions.c.request,
        actions.c.row,
        actions.c.lead,
        actions.c.type,
        actions.c.entry,
        type_coerce(actions.c.amount, Text),
        actions.c.currency,
        actions.c.state,
        actions.c.action_id,
        type_coerce(actions.c.remarks, Text),
    )
    .join(requests, requests.c.id == actions.c.request)
    .join(batches, batches.c.id == requests.c.batch)
    .where(_IS_RECORDED, requests.c.id.between(bindparam("first"), bindparam("last")))
    .order_by(requests.c.id, actions.c.row, actions.c.position)
)
"""Texts and numbers, as they are kept: most are only compared."""


def _is_text(sent: _Sent) -> bool:
    """Whether nothing of it is bytes, which SQLite keeps in any column, and nobody here writes."""
    many = (sent.leads, sent.types, sent.entries, sent.states, sent.ids, sent.remarks)
    some = (*sent.amounts, *sent.currencies, sent.answer)
    return (
        {*map(type, chain(*many, (sent.body_sha256, sent.lead)))} == {str}
        and {*map(type, some)} <= {str, NoneType}
        and isinstance(sent.status, int)
    )


def _is_altered(sent: _Sent, *, purged: bool) -> bool:
    facts: Iterator[tuple[str, str, str | None, str | None]] = zip(
        sent.types, sent.entries, sent.amounts, sent.currencies, strict=True
    )
    is_kept = [
        not purged or bool(entry) or state not in LET_GO
        for entry, state in zip(sent.entries, sent.states, strict=True)
    ]
    if all(is_kept):
        body = encode(sent.entries)
        if hashlib.sha256(body).hexdigest() != sent.body_sha256:
            return True
    return not (set(sent.leads) == {sent.lead} and all(starmap(_agrees, compress(facts, is_kept))))


def _agrees(type_: str, entry: str, amount: str | None, currency: str | None) -> bool:
    """Whether type and money are those of the entry that left."""
    if amount is None:
        if (found := other(entry)) and found[1] == type_:
            return True
    elif (found := payment(entry)) and found.group(2, 3) == (currency, amount):
        return type_ == PAYMENT
    try:
        sent = json.loads(entry)
        money = (Decimal(sent["amount"]), sent["currency"]) if "amount" in sent else None
        own = None if amount is None else (Decimal(amount), currency)
        return (sent["type"], money) == (type_, own)
    except (ArithmeticError, LookupError, TypeError, ValueError):  # it is none of ours
        return False


def _unsaid(sent: _Sent) -> list[int]:
    """Rows of which the answer says something else than the record."""
    is_plain = {*sent.states} == {State.CREATED} and {*sent.remarks} == {"[]"}
    if is_plain and says_all_created(sent.status, sent.answer or "", sent.ids, sent.lead):
        return []
    answer = (sent.answer or "").encode()
    if len(answer) >= LONGEST_ANSWER:
        return []  # it was not kept as a whole
    said = read_answer(sent.status, answer, len(sent.rows), sent.lead)
    if not isinstance(said, Items):
        return [*sent.rows]
    return [
        row
        for row, state, action_id, remarks, item in zip(
            sent.rows, sent.states, sent.ids, sent.remarks, said.items, strict=True
        )
        if (state, action_id) != (item.outcome.lower(), item.action_id)
        or len(json.loads(remarks)) != len((*item.remarks, *said.general))
    ]
