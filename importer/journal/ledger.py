"""Identity across runs: what an earlier run has created, or has in doubt, is not booked again.

The ledger is not a table of its own: it is every action in a live state, under the unique index
`live_key`, and what an earlier run that is still open is going to send. What a corrected row
looked like before its correction is found through its chain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Row, func, select, update

from importer.batches import Claimant, Decision, Matching, decide, held_by_origin
from importer.journal.aliases import hold_by_alias
from importer.journal.corrected import Recognised, recognise_corrected
from importer.journal.failed import report_unchanged
from importer.journal.fitting import check_keys
from importer.journal.matching import (
    Others,
    apply,
    claimant_of,
    holder_of,
    holders_against,
    staged_of,
    taken,
)
from importer.journal.schema import actions
from importer.journal.shared import Shared, shared_of
from importer.journal.store import Journal, pages
from importer.journal.waived import hold_waived
from importer.model import State


def settle_identities(
    journal: Journal, run: str, matching: Matching, retry: frozenset[State] = frozenset()
) -> Recognised:
    """Give every staged action its occurrence, or find that it must not be sent.

    What a correction answers for is found first: a row that comes back as it first looked may
    share its identity with a row that it has nothing to do with. What a person has waived, and what
    the CRM has refused, come last: whatever stands on a timeline, or may, answers before it.

    Args:
        journal: the journal, in the transaction that finishes the plan.
        run: the run whose rows have just been staged.
        matching: as the mapping says.
        retry: `ignored` or `refused`, where that is to be sent again although nothing of it has
            changed.

    Returns:
        What was recognised by its corrected form.
    """
    recognised = recognise_corrected(journal, run, matching.trusted)
    shared = shared_of(journal, run)
    match_identities(journal, run, matching, shared)
    hold_waived(journal, run, matching)
    if shared.identities:
        report_unchanged(journal, run, matching, retry)
    return recognised


_NONE: Others = {}


def match_identities(
    journal: Journal, run: str, matching: Matching, shared: Shared, others: Others = _NONE
) -> None:
    """Match what is staged to the ledger as it is now.

    Args:
        journal: the journal.
        run: the run.
        matching: as the mapping says.
        shared: what the run has in common with others now.
        others: see `batches.Claimant`; none of what was staged just now is known to another run.

    Raises:
        JournalError: a key that it would be matched by was altered.
    """
    with journal.transaction():
        check_keys(journal, run, shared)
        _settle_origins(journal, run, others)
        _number_occurrences(journal, run)
        for page in _shared_identities(journal, run) if shared.identities else ():
            mine, theirs = _claimants(journal, run, page), _holders(journal, run, page)
            answered = taken(journal, run, theirs)
            claimants = [(one.identity, claimant_of(one, others)) for one in mine]
            apply(journal, _decide(claimants, theirs, matching, answered), [*mine, *theirs])
        hold_by_alias(journal, run, matching, shared, others)


def _settle_origins(journal: Journal, run: str, others: Others) -> None:
    """Settle what another run of the same chain has created, has in doubt, or is to send."""
    mine = staged_of(run).subquery()
    theirs = journal.read(
        holders_against(run)
        .where(actions.c.origin.in_(select(mine.c.origin)), actions.c.run != run)
        # What is live comes last, and so stands for what is merely open.
        .order_by(actions.c.state != State.STAGED)
    )
    if not theirs:
        return
    by_origin = {one.origin: one for one in theirs}
    held = [one for one in journal.read(staged_of(run)) if one.origin in by_origin]
    decisions = [
        held_by_origin(claimant_of(one, others), holder_of(by_origin[one.origin])) for one in held
    ]
    apply(journal, decisions, [*held, *theirs])


def _number_occurrences(journal: Journal, run: str) -> None:
    staged = staged_of(run).subquery()
    rank = func.row_number().over(
        partition_by=staged.c.identity, order_by=[staged.c.row, staged.c.position]
    )
    ranked = select(staged.c.id, rank.label("n")).subquery()
    with journal.transaction() as connection:
        connection.execute(
            # Of most it is 1, as they were staged: those are not written once more.
            update(actions)
            .where(actions.c.id == ranked.c.id, actions.c.occurrence != ranked.c.n)
            .values(occurrence=ranked.c.n)
        )


def _shared_identities(journal: Journal, run: str) -> Iterator[Sequence[str]]:
    mine, theirs = staged_of(run).subquery(), holders_against(run).subquery()
    shared = (
        select(mine.c.identity)
        .distinct()
        .join(theirs, theirs.c.identity == mine.c.identity)
        .order_by(mine.c.identity)
    )
    # Asked for once: to find the next page, the database would go through all that is staged again.
    yield from pages([one.identity for one in journal.read(shared)])


def _claimants(journal: Journal, run: str, page: Sequence[str]) -> Sequence[Row[Any]]:
    return journal.read(
        staged_of(run)
        .where(actions.c.identity.in_(page))
        .order_by(actions.c.identity, actions.c.row, actions.c.position)
    )


def _holders(journal: Journal, run: str, page: Sequence[str]) -> Sequence[Row[Any]]:
    return journal.read(
        holders_against(run)
        .where(actions.c.identity.in_(page))
        .order_by(actions.c.identity, actions.c.occurrence, actions.c.state == State.STAGED)
    )


def _decide(
    mine: Sequence[tuple[str, Claimant]],
    theirs: Sequence[Row[Any]],
    matching: Matching,
    answered: frozenset[int],
) -> Iterator[Decision]:
    holders = {
        identity: [holder_of(one) for one in of_identity]
        for identity, of_identity in groupby(theirs, key=lambda one: one.identity)
    }
    for identity, of_identity in groupby(mine, key=lambda one: one[0]):
        claimants = [claimant for _, claimant in of_identity]
        yield from decide(claimants, holders[identity], matching, answered)
