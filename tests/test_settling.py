"""What a timeline proves of actions in doubt: by examples, and against a truth that is known."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.protocol import Seen
from importer.verdict import Absent, Finding, Open, Present, Sight, Sought, settle

SENT_MS = 1_767_000_000_000
BEGIN_MS, END_MS = SENT_MS - 300_000, SENT_MS + 480_000
US = "practice-api"


def paid(amount: str = "500", *, status: str = "COMPLETED", currency: str = "INR") -> Seen:
    """A payment as it was sent."""
    return Seen(type="PAYMENT", id="", amount=Decimal(amount), currency=currency, status=status)


def noted(**fields: str) -> Seen:
    """A custom action as it was sent."""
    return Seen(type="1003", id="", fields=fields)


def sought(content: Seen, number: int = 1, request: int = 1, **window: float | None) -> Sought:
    """An action in doubt."""
    times = {"begin_ms": float(BEGIN_MS), "end_ms": float(END_MS)} | window
    return Sought(
        id=number,
        request=request,
        content=content,
        begin_ms=times["begin_ms"],
        end_ms=times["end_ms"],
        since_ms=times.get("since_ms", times["begin_ms"]),
    )


def stands(content: Seen, id_: str = "a1", at: int | None = SENT_MS, by: str = US) -> Seen:
    """The same on the timeline."""
    return replace(content, id=id_, created_ms=at, performer=by)


def look(
    some: Sequence[Sought],
    *items: Seen,
    known: Sequence[str] = (),
    by: Sequence[str] = (US,),
) -> list[Finding]:
    """What one look proves."""
    return settle(some, Sight(items=items, known=known, performers=by))


def kinds(findings: Sequence[Finding]) -> list[str]:
    """The classes of findings."""
    return [type(one).__name__ for one in findings]


def test_what_stands_there_as_it_was_sent_is_present() -> None:
    """An unknown item with equal content, stamped in the window, is the action in doubt."""
    assert look([sought(paid())], stands(paid())) == [Present(id=1, action_id="a1")]


def test_an_empty_timeline_proves_an_absence() -> None:
    """Where nothing stands that is not explained, the action is not there."""
    old = stands(paid(), "old", BEGIN_MS - 1)
    ours = stands(paid(), "known")
    assert look([sought(paid())], old, ours, known=["known"]) == [Absent(id=1)]


@pytest.mark.parametrize(
    "item",
    [
        stands(paid("501")),
        stands(paid(currency="USD")),
        stands(paid(currency="")),
        stands(replace(paid(), amount=None)),
        stands(paid(), id_=""),
        stands(paid(), at=None),
        stands(paid(), at=END_MS + 1),
        stands(paid(), by="asha@example.com"),
        stands(paid(), by=""),
    ],
)
def test_what_is_not_quite_it_settles_nothing(item: Seen) -> None:
    """An item that may be it and is not proved to be leaves the action open, with a sentence."""
    (finding,) = look([sought(paid())], item)
    assert isinstance(finding, Open)
    assert finding.reason.endswith(".")


def test_a_changed_status_is_no_other_payment() -> None:
    """People update a payment's status: it is the same payment by its amount and currency."""
    assert kinds(look([sought(paid())], stands(paid(status="REFUNDED")))) == ["Present"]


def test_two_equal_payments_of_one_request_need_two_items() -> None:
    """Of two equal ones with one on the timeline, the first is there and the other is not."""
    both = [sought(paid(), 1), sought(paid(), 2)]
    one, two = stands(paid(), "a1"), stands(paid(), "a2", SENT_MS + 1)
    assert look(both, two, one) == [
        Present(id=1, action_id="a1"),
        Present(id=2, action_id="a2"),
    ]
    assert look(both, one) == [Present(id=1, action_id="a1"), Absent(id=2)]
    assert look(both) == [Absent(id=1), Absent(id=2)]


def test_equal_amounts_are_told_apart_by_their_status_where_that_helps() -> None:
    """One of two statuses on the timeline names its payment; a third status names none."""
    both = [sought(paid(), 1), sought(paid(status="FAILED"), 2)]
    assert look(both, stands(paid(status="FAILED"))) == [
        Absent(id=1),
        Present(id=2, action_id="a1"),
    ]
    assert kinds(look(both, stands(paid(status="REFUNDED")))) == ["Open", "Open"]


def test_more_equal_items_than_actions_settle_nothing() -> None:
    """Somebody else may have written one of them, and nothing tells which."""
    assert kinds(look([sought(paid())], stands(paid()), stands(paid(), "a2"))) == ["Open"]


def test_somebody_else_s_equal_is_not_counted_where_ours_are_known_by_their_name() -> None:
    """A colleague's equal payment hides nothing that is ours, and stands for nothing of it."""
    theirs = stands(paid(), "t1", by="asha@example.com")
    assert look([sought(paid())], theirs, stands(paid())) == [Present(id=1, action_id="a1")]
    assert kinds(look([sought(paid())], theirs)) == ["Open"]


def test_where_nobody_knows_whom_our_actions_are_by_a_name_proves_nothing() -> None:
    """Not learnt is open; only an item that shows nobody is believed then."""
    named, nameless = stands(paid()), stands(paid(), by="")
    assert kinds(look([sought(paid())], named, by=[])) == ["Open"]
    assert kinds(look([sought(paid())], nameless, by=[])) == ["Present"]


def test_between_the_window_and_what_is_surely_older_nothing_is_proved() -> None:
    """An equal item a little too early is neither ours nor a reason to send again."""
    item = stands(paid(), at=BEGIN_MS - 100_000)
    assert kinds(look([sought(paid(), since_ms=BEGIN_MS - 240_000.0)], item)) == ["Open"]
    assert kinds(look([sought(paid())], item)) == ["Absent"]


def test_equal_actions_of_two_requests_are_settled_only_together() -> None:
    """With other windows, fewer items than actions could be of either request."""
    later = {"begin_ms": BEGIN_MS + 200_000.0, "end_ms": END_MS + 200_000.0}
    both = [sought(paid(), 1, 1), sought(paid(), 2, 2, **later)]
    assert kinds(look(both, stands(paid()))) == ["Open", "Open"]
    assert kinds(look(both, stands(paid()), stands(paid(), "a2"))) == ["Present", "Present"]
    assert kinds(look(both)) == ["Absent", "Absent"]
    outside = stands(paid(), "a2", BEGIN_MS + 1), stands(paid(), "a1", BEGIN_MS + 2)
    assert kinds(look(both, *outside)) == ["Open", "Open"]


def test_a_reference_alone_decides() -> None:
    """With `import_ref`, dropped fields and an unknown time are no matter; lost fields are told."""
    one = sought(noted(import_ref="R-1", note="x", city="y"), begin_ms=None, end_ms=None)
    item = stands(noted(import_ref="R-1", note="X!", extra="z"), at=None)
    assert look([one], item) == [Present(id=1, action_id="a1", missing=("city",))]


def test_another_reference_is_another_action() -> None:
    """What has another reference is not it; what no run explains forbids to call it absent."""
    one = sought(noted(import_ref="R-1"))
    assert kinds(look([one], stands(noted(import_ref="R-2")))) == ["Open"]
    assert kinds(look([one], stands(noted()))) == ["Open"]


@pytest.mark.parametrize(
    ("sent", "shown", "equal"),
    [
        ({"n": "5000"}, {"n": "5000.00"}, True),
        ({"n": "0012"}, {"n": "12"}, False),
        ({"n": "5"}, {"n": "5", "more": "x"}, False),
        ({"n": "5", "gone": "x"}, {"n": "5"}, False),
        ({"n": "a"}, {"n": "A"}, False),
        ({}, {}, True),
    ],
)
def test_without_a_reference_all_fields_decide(
    sent: dict[str, str],
    shown: dict[str, str],
    equal: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Fields that were dropped, added or changed leave it open; a number's spelling does not."""
    found = kinds(look([sought(noted(**sent))], stands(noted(**shown))))
    assert found == ["Present" if equal else "Open"]


def test_items_without_content_prove_nothing() -> None:
    """A CRM that shows types alone can neither prove a presence nor an absence."""
    assert kinds(look([sought(noted(n="5"))], Seen(id="", type="1003"))) == ["Open"]
    assert kinds(look([sought(paid())], Seen(id="", type="PAYMENT"))) == ["Open"]


def test_without_a_window_an_equal_payment_may_be_an_old_one() -> None:
    """Without the CRM's clock, nobody knows which items are new: equal or not, they are in the way.

    A reference is needed then, or an empty timeline.
    """
    one = sought(paid(), begin_ms=None, end_ms=None)
    assert kinds(look([one], stands(paid()))) == ["Open"]
    assert kinds(look([one], stands(paid(), at=1))) == ["Open"]
    assert look([one]) == [Absent(id=1)]


def test_each_type_is_settled_by_itself() -> None:
    """What is odd about the payments of a request leaves its custom actions alone."""
    some = [sought(paid(), 1), sought(noted(n="1"), 2), sought(noted(n="2"), 3)]
    found = look(some, stands(paid("7")), stands(noted(n="1"), "a2"))
    assert kinds(found) == ["Open", "Present", "Absent"]


def test_a_gap_settles_nothing_of_its_type() -> None:
    """A list that was not read whole proves neither that it is there once, nor that it is not."""
    some = [sought(paid(), 1), sought(noted(n="1"), 2)]
    sight = Sight(items=(stands(paid()),), known=(), gaps={"PAYMENT": "Cut."})
    assert settle(some, sight) == [Open(id=1, reason="Cut."), Absent(id=2)]


def test_a_timeline_that_lacks_what_is_known_to_stand_there_proves_no_absence() -> None:
    """A list that is late for others may be late for this one; what it shows, it shows."""
    some = [sought(paid(), 1), sought(paid("7"), 2)]
    sight = Sight(items=(stands(paid()),), known=(), performers=[US], late={"PAYMENT"})
    assert kinds(settle(some, sight)) == ["Present", "Open"]


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What was sent, and what really happened."""

    sought: tuple[Sought, ...]
    stored: frozenset[int]
    """Ids of the actions in doubt that stand on the timeline."""
    items: tuple[Seen, ...]
    known: tuple[str, ...]


CONTENTS = (
    paid("100"),
    paid("100", status="FAILED"),
    paid("200"),
    noted(n="1"),
    noted(n="1.0"),
    noted(import_ref="R-1", n="2"),
    noted(import_ref="R-1", n="3"),
    noted(import_ref="R-2"),
)


@st.composite
def truths(draw: st.DrawFn, *, foreign: bool) -> Truth:
    """Some actions in doubt, of up to two requests; some stored; others' and old ones around."""
    number = draw(st.integers(1, 6))
    some, items, stored = [], [], set()
    for one in range(number):
        content, request = draw(st.sampled_from(CONTENTS)), draw(st.integers(1, 2))
        shift = 1_000_000.0 if request == 2 else 0.0
        some.append(sought(content, one, request, begin_ms=BEGIN_MS + shift, end_ms=END_MS + shift))
        if draw(st.booleans()):
            stored.add(one)
            at = SENT_MS + int(shift) + draw(st.integers(0, 60_000))
            items.append(stands(content, f"s{one}", at))
    for one in range(draw(st.integers(0, 3)) if foreign else 0):
        when = draw(st.none() | st.integers(BEGIN_MS - 10, END_MS + 2_000_000))
        id_ = draw(st.sampled_from(["", f"f{one}"]))
        items.append(stands(draw(st.sampled_from(CONTENTS)), id_, when))
    known = [f"k{one}" for one in range(draw(st.integers(0, 2)))]
    items += [stands(draw(st.sampled_from(CONTENTS)), id_) for id_ in known]
    return Truth(
        sought=tuple(some),
        stored=frozenset(stored),
        items=tuple(draw(st.permutations(items))),
        known=tuple(known),
    )


def essence(seen: Seen) -> object:
    """What a timeline tells of an action for good, written down a second time."""
    if seen.type == "PAYMENT":
        return ("PAYMENT", seen.amount, seen.currency)
    fields = dict(seen.fields or {})
    return fields.get("import_ref") or tuple((key, float(fields[key])) for key in sorted(fields))


def count(truth: Truth, findings: Sequence[Finding], kind: type[Finding]) -> Counter[object]:
    """Essence → findings of this kind."""
    by_id = {one.id: one for one in truth.sought}
    found = (one.id for one in findings if isinstance(one, kind))
    return Counter(essence(by_id[id_].content) for id_ in found)


@given(truths(foreign=True))
def test_nothing_is_called_created_without_an_item_of_its_own(truth: Truth) -> None:
    """Each present action has an unknown, equal item, and no item stands for two."""
    findings = look(truth.sought, *truth.items, known=truth.known)
    by_id = {one.id: one for one in truth.sought}
    items = {item.id: item for item in truth.items if item.id}
    present = [one for one in findings if isinstance(one, Present)]
    assert len({one.action_id for one in present}) == len(present)
    for one in present:
        assert one.action_id not in truth.known
        assert essence(items[one.action_id]) == essence(by_id[one.id].content)


@given(truths(foreign=True))
def test_nothing_is_called_absent_while_its_item_stands_there(truth: Truth) -> None:
    """Never more are absent than were not stored, whoever else writes the same."""
    findings = look(truth.sought, *truth.items, known=truth.known)
    lost = Counter(essence(one.content) for one in truth.sought if one.id not in truth.stored)
    absent = count(truth, findings, Absent)
    assert all(absent[one] <= lost[one] for one in absent)


@given(truths(foreign=False))
def test_where_nobody_else_writes_the_truth_is_found_or_nothing(truth: Truth) -> None:
    """Without others, every count that is settled is the true one."""
    findings = look(truth.sought, *truth.items, known=truth.known)
    stored = Counter(essence(one.content) for one in truth.sought if one.id in truth.stored)
    open_ = count(truth, findings, Open)
    present = count(truth, findings, Present)
    assert len(findings) == len(truth.sought)
    for one in {essence(each.content) for each in truth.sought}:
        assert open_[one] or present[one] == stored[one]


@given(truths(foreign=False))
def test_one_request_alone_on_its_timeline_is_always_settled(truth: Truth) -> None:
    """With one window and nobody else, only a reference used twice for unlike actions is open."""
    alone = tuple(
        replace(one, request=1, begin_ms=0, end_ms=9e12, since_ms=0) for one in truth.sought
    )
    findings = look(alone, *truth.items, known=truth.known)
    assert not count(replace(truth, sought=alone), findings, Open)


@given(truths(foreign=True), st.randoms(use_true_random=False))
def test_other_names_and_another_order_change_nothing(truth: Truth, rng: random.Random) -> None:
    """Ids are names: with others, and the pages shuffled, each action ends the same way."""
    ids = sorted({item.id for item in truth.items})
    names = {id_: id_ and f"x{at}" for at, id_ in enumerate(rng.sample(ids, len(ids)))}
    shuffled = [replace(item, id=names[item.id]) for item in truth.items]
    rng.shuffle(shuffled)
    again = look(truth.sought, *shuffled, known=[names[one] for one in truth.known])
    assert kinds(again) == kinds(look(truth.sought, *truth.items, known=truth.known))


def test_an_older_item_with_its_reference_is_never_passed_over() -> None:
    """Somebody's clock may be wrong: it is neither ours by its time nor a reason to send again."""
    one = sought(noted(import_ref="R-1", note="x"))
    older = stands(noted(import_ref="R-1", note="x"), at=BEGIN_MS - 9_000_000)
    assert kinds(look([one], older)) == ["Open"]
    assert kinds(look([replace(one, since_ms=None)], older)) == ["Present"]


def test_what_a_person_spoke_of_takes_an_item_of_its_own() -> None:
    """Beside an action that is said to stand there, only as many items as actions settle one."""
    said = replace(sought(paid(), 1, 1), said=True)
    mine = sought(paid(), 2, 2)
    assert kinds(look([said, mine])) == ["Open", "Open"]
    assert kinds(look([said, mine], stands(paid()))) == ["Open", "Open"]
    assert kinds(look([said, mine], stands(paid()), stands(paid(), "a2"))) == ["Present", "Present"]
