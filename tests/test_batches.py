"""Identity, matching against the ledger, grouping into batches: pure arithmetic."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from importer.batches import (
    Claimant,
    Holder,
    Matching,
    Waiting,
    add_fingerprint,
    decide,
    digest,
    group,
    identity_of,
    pair_failed,
    row_key,
)
from importer.model import State

CONTENTS = st.sampled_from("abc")

EVERYWHERE = Matching(repeats=True, trusted=None)
NOWHERE = Matching(repeats=True, trusted=frozenset())


def claimant(number: int, content: str, *, fingerprint: str = "", root: str = "new") -> Claimant:
    """An action of this run."""
    return Claimant(
        id=number,
        content={"note": content},
        fingerprint=fingerprint or f"row {number}",
        root=(root, number),
    )


def holder(
    number: int, content: str, *, state: State = State.CREATED, fingerprint: str = "old"
) -> Holder:
    """An earlier action."""
    return Holder(
        id=100 + number,
        run="old",
        occurrence=number,
        content={"note": content},
        state=state,
        fingerprint=fingerprint,
        root=("old", number),
    )


def test_the_key_knows_workspace_values_and_name_and_where_each_ends() -> None:
    """Two identities are equal only if workspace, each value and the action's name are."""
    keys = [
        identity_of(row_key(workspace, values), name)
        for workspace, values, name in (
            ("w", ["ab", "c"], "payment"),
            ("w", ["a", "bc"], "payment"),
            ("w", ["abc"], "payment"),
            ("w", ["ab", "c"], "receipt"),
            ("v", ["ab", "c"], "payment"),
        )
    ]
    assert len(set(keys)) == len(keys)
    assert identity_of(row_key("w", ["ab", "c"]), "payment") == keys[0]
    assert digest({"b": "2", "a": "1"}) == digest({"a": "1", "b": "2"})


@given(st.text(), st.lists(st.text(), max_size=3))
def test_the_key_of_a_row_is_the_digest_of_its_identity(workspace: str, values: list[str]) -> None:
    """However it is put together, whatever stands in the cells."""
    assert row_key(workspace, values) == digest(workspace, values)


@given(st.lists(CONTENTS, max_size=8), st.randoms(use_true_random=False))
def test_the_same_rows_in_another_order_are_all_already(
    contents: list[str], chance: object
) -> None:
    """However a sheet of equal identities is re-sorted, every row of it is ALREADY."""
    shuffled = list(contents)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis types its Random loosely
    holders = [holder(n, content) for n, content in enumerate(contents, start=1)]
    claimants = [claimant(n, content) for n, content in enumerate(shuffled)]
    decisions = decide(claimants, holders, EVERYWHERE)
    assert {decision.state for decision in decisions} <= {State.ALREADY}
    assert len({decision.occurrence for decision in decisions}) == len(contents)


@given(st.lists(CONTENTS, max_size=6), st.lists(CONTENTS, max_size=6), st.booleans())
def test_no_occurrence_is_given_twice_and_nobody_is_forgotten(
    new: list[str],
    old: list[str],
    trust: bool,  # noqa: FBT001 - hypothesis gives it by position
) -> None:
    """Every claimant gets one decision and an occurrence of its own; only the surplus is sent."""
    holders = [holder(n, content) for n, content in enumerate(old, start=1)]
    claimants = [claimant(n, content) for n, content in enumerate(new)]
    decisions = decide(claimants, holders, EVERYWHERE if trust else NOWHERE)
    assert sorted(decision.id for decision in decisions) == list(range(len(new)))
    assert len({decision.occurrence for decision in decisions}) == len(new)
    sent = [decision for decision in decisions if decision.state is State.STAGED]
    assert len(sent) == max(0, len(new) - len(old))
    assert all(decision.occurrence > len(old) for decision in sent)


@given(st.lists(CONTENTS, min_size=1, max_size=6))
def test_what_is_in_doubt_is_held(contents: list[str]) -> None:
    """An equal action that is UNKNOWN or on the wire never makes ALREADY: it is DUPLICATE."""
    holders = [holder(n, one, state=State.UNKNOWN) for n, one in enumerate(contents, start=1)]
    claimants = [claimant(n, content) for n, content in enumerate(contents)]
    decisions = decide(claimants, holders, EVERYWHERE)
    assert {(one.state, one.reason) for one in decisions} == {(State.DUPLICATE, "in doubt")}


@given(st.lists(CONTENTS, min_size=1, max_size=6), st.booleans())
def test_what_an_open_run_is_to_send_is_held(contents: list[str], trust: bool) -> None:  # noqa: FBT001 - hypothesis gives it by position
    """What an earlier run has staged is DUPLICATE "open", one for one, also in separate exports."""
    holders = [holder(n, one, state=State.STAGED) for n, one in enumerate(contents, start=1)]
    claimants = [claimant(n, content) for n, content in enumerate([*contents, "new"])]
    *held, new = decide(claimants, holders, EVERYWHERE if trust else NOWHERE)
    assert {(one.state, one.reason) for one in held} == {(State.DUPLICATE, "open")}
    assert (new.state, new.occurrence) == (State.STAGED, len(contents) + 1)


@given(st.lists(CONTENTS, max_size=6), st.lists(CONTENTS, max_size=6))
def test_a_run_that_knows_an_action_holds_none_of_its_others_for_it(
    new: list[str], old: list[str]
) -> None:
    """What is known to a run under another action is sent, whatever else that run has created."""
    holders = [holder(n, content) for n, content in enumerate(old, start=1)]
    claimants = [
        replace(claimant(n, content), others=frozenset({"old"})) for n, content in enumerate(new)
    ]
    decisions = decide(claimants, holders, EVERYWHERE)
    assert {one.state for one in decisions} <= {State.STAGED}
    assert [one.occurrence for one in decisions] == [len(old) + n for n in range(1, len(new) + 1)]


@given(st.integers(0, 5), st.integers(0, 5), st.booleans())
def test_as_many_rows_are_unchanged_as_were_refused(now: int, before: int, trust: bool) -> None:  # noqa: FBT001 - hypothesis gives it by position
    """Each refused row answers for one equal row at the most; untrusted sheets answer for none."""
    failed = [holder(n, "a", state=State.REFUSED) for n in range(1, before + 1)]
    pairs = pair_failed(
        [claimant(n, "a") for n in range(now)], failed, EVERYWHERE if trust else NOWHERE
    )
    assert len(pairs) == (min(now, before) if trust else 0)
    assert len({earlier.id for _, earlier in pairs}) == len(pairs)


def test_a_row_answers_for_its_own_refusal_first_and_never_for_its_neighbours() -> None:
    """Rows of one sheet are different rows: only the row's own attempt stands for it there."""
    failed = [holder(n, "a", state=State.IGNORED) for n in (1, 2)]
    own, other = claimant(2, "a", root="old"), claimant(3, "a", root="old")
    assert pair_failed([other, own], failed, NOWHERE) == [(own, failed[1])]


def test_a_corrected_row_answers_for_how_it_first_looked() -> None:
    """A row that equals the root of a corrected chain is ALREADY although its content differs."""
    old = holder(1, "corrected", fingerprint="as it first looked")
    new = claimant(1, "uncorrected", fingerprint="as it first looked")
    (decision,) = decide([new], [old], EVERYWHERE)
    assert (decision.state, decision.reason) == (State.ALREADY, "corrected")


def test_separate_exports_hold_an_equal_row_unless_it_is_of_the_same_chain() -> None:
    """With `exports: separate` an equal row of another sheet waits for a person."""
    stranger, relative = claimant(1, "a"), claimant(1, "a", root="old")
    (held,) = decide([stranger], [holder(1, "a")], NOWHERE)
    assert (held.state, held.reason) == (State.DUPLICATE, "seen before")
    (known,) = decide([relative], [holder(1, "a")], NOWHERE)
    assert known.state is State.ALREADY


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=12), st.integers(1, 7))
def test_grouping_keeps_order_and_limit(leads: list[tuple[int, int]], limit: int) -> None:
    """Batches hold one lead each, at most the limit, every action once and in order."""
    waiting = [
        Waiting(id=1000 * at + n, row=at, lead=str(lead))
        for at, (lead, count) in enumerate(sorted(leads))
        for n in range(count)
    ]
    batches = list(group(waiting, limit))
    assert all(0 < len(ids) <= limit for _, ids in batches)
    assert [one.id for one in waiting] == [number for _, ids in batches for number in ids]
    lead_of = {one.id: one.lead for one in waiting}
    assert all(lead_of[number] == lead for lead, ids in batches for number in ids)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=12), st.integers(4, 7))
def test_a_row_that_fits_is_never_split(counts: list[int], limit: int) -> None:
    """The actions of one row travel in one batch wherever the limit allows it."""
    waiting = [
        Waiting(id=1000 * at + n, row=at, lead="a")
        for at, count in enumerate(counts)
        for n in range(count)
    ]
    row_of = {one.id: one.row for one in waiting}
    rows = [row for _, ids in group(waiting, limit) for row, _ in groupby(ids, row_of.__getitem__)]
    assert max(Counter(rows).values()) == 1


@given(st.lists(st.text(max_size=3), max_size=8), st.randoms(use_true_random=False))
def test_the_digest_of_a_sheet_knows_no_order_but_counts(rows: list[str], chance: object) -> None:
    """Re-sorted rows give the same digest; one row more, even an equal one, gives another."""
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis types its Random loosely
    assert _sheet(rows) == _sheet(shuffled)
    assert _sheet([*rows, "again"]) != _sheet(rows)
    assert _sheet(["again", "again"]) != _sheet(["again"])


def _sheet(rows: list[str]) -> str:
    total = ""
    for row in rows:
        total = add_fingerprint(total, digest(row))
    return total
