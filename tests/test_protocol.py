from __future__ import annotations

import datetime as dt
import json
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import Outcome, Remark
from importer.protocol import (
    ErrorAnswer,
    ItemAnswer,
    Items,
    Part,
    Seen,
    Timeline,
    Unreadable,
    as_seen,
    clean,
    clock_offset,
    encode,
    part_of,
    read_answer,
    read_timeline,
    search_body,
    seconds_to_wait,
)

LEAD = "603d2b2f9b1e8a001c8e4f5c"
CREATED = ItemAnswer(outcome=Outcome.CREATED, action_id="a1")
IGNORED = ItemAnswer(outcome=Outcome.IGNORED, action_id="")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
odd = json_values | st.sampled_from(["CREATED", "IGNORED", "a1", LEAD, "actions[0].fields.note"])
items = st.fixed_dictionaries({}, optional={"action_id": odd, "status": odd})
answers = st.fixed_dictionaries(
    {},
    optional={
        "lead_id": odd,
        "actions": st.lists(items | odd, max_size=3) | odd,
        "remarks": st.lists(
            st.fixed_dictionaries({}, optional={"field": odd, "remark": odd}) | odd, max_size=3
        )
        | odd,
        "data": st.lists(items | odd, max_size=3) | odd,
        "error": odd | st.fixed_dictionaries({}, optional={"code": odd, "message": odd}),
    },
)
bodies = st.binary() | answers.map(lambda found: json.dumps(found).encode())


def body(actions: object, **more: object) -> bytes:
    """An answer about the usual lead."""
    return json.dumps({"lead_id": LEAD, "actions": actions, **more}).encode()


def one(**item: object) -> bytes:
    """An answer with one item."""
    return body([item])


def read(found: bytes, sent: int = 1, status: int = 200) -> object:
    """The answer as it is read for the usual lead."""
    return read_answer(status, found, sent, LEAD)


def test_a_body_is_the_stored_entries_byte_for_byte() -> None:
    """Entries travel as they were stored: their spaces, their order of keys and their ₹ remain."""
    entries = ['{"type":"1001","fields":{"note":"₹ 5"}}', '{ "type" : "PAYMENT" }']
    assert encode(entries) == (
        '{"actions":[{"type":"1001","fields":{"note":"₹ 5"}},{ "type" : "PAYMENT" }]}'.encode()
    )


def test_a_request_without_actions_is_not_made() -> None:
    """An empty batch is a mistake of the caller, not a request."""
    with pytest.raises(ValueError, match="at least one"):
        encode([])


def test_the_documented_answer_is_read_item_by_item() -> None:
    """The answer of the documents gives one CREATED and one IGNORED with its remark."""
    answer = {
        "lead_id": LEAD,
        "actions": [
            {"action_id": "a1", "status": "CREATED"},
            {"action_id": None, "status": "IGNORED"},
        ],
        "remarks": [
            {
                "field": "actions[1].fields.email",
                "status": "IGNORED",
                "remark": "Email is invalid",
            }
        ],
    }
    remark = Remark(path="fields.email", text="Email is invalid")
    assert read(json.dumps(answer).encode(), 2) == Items(
        items=(CREATED, ItemAnswer(outcome=Outcome.IGNORED, action_id="", remarks=(remark,)))
    )


@pytest.mark.parametrize("more", [{}, {"remarks": None}, {"remarks": []}])
def test_an_answer_needs_no_remarks(more: dict[str, object]) -> None:
    """Missing, null and empty remarks are the same: nothing was said."""
    assert read(body([{"action_id": "a1", "status": "CREATED"}], **more)) == Items(items=(CREATED,))


def test_an_answer_needs_no_lead() -> None:
    """An answer that names no lead is read; its letters' case does not matter where it does."""
    item = {"action_id": "a1", "status": "CREATED"}
    assert read(json.dumps({"actions": [item]}).encode()) == Items(items=(CREATED,))
    upper = json.dumps({"lead_id": LEAD.upper(), "actions": [item]}).encode()
    assert read(upper) == Items(items=(CREATED,))


ITEMS = {
    "C": {"action_id": "a1", "status": "CREATED"},
    "I": {"action_id": None, "status": "IGNORED"},
}


def says(at: int, **more: object) -> dict[str, object]:
    """A remark that names an item."""
    return {"field": f"actions[{at}].fields.email", "remark": "Email is invalid", **more}


@pytest.mark.parametrize(
    ("items", "remarks"),
    [
        ("IC", [says(1, status="IGNORED")]),
        ("IC", [says(1)]),
        ("IIC", [says(0, status="IGNORED"), says(2, status="IGNORED")]),
    ],
)
def test_items_that_stand_in_another_order_than_their_remarks_are_not_believed(
    items: str, remarks: list[object]
) -> None:
    """Why the created one was ignored, and not why the ignored one was: the answer is unusable."""
    found = read(body([ITEMS[one] for one in items], remarks=remarks), len(items))
    assert isinstance(found, Unreadable)
    assert "which is CREATED" in found.reason


@pytest.mark.parametrize(
    ("items", "remarks"),
    [
        ("CI", [says(1, status="IGNORED")]),
        # A field of the stored one was left out, and the ignored one says why.
        ("IC", [says(0, status="IGNORED"), says(1, status="IGNORED")]),
        ("IC", []),
        ("IC", [says(1, status="CREATED")]),
        ("C", [says(0, status="IGNORED")]),
        ("IC", [{"field": "fields.email", "status": "IGNORED", "remark": "x"}]),
    ],
)
def test_items_that_their_remarks_allow_are_believed(items: str, remarks: list[object]) -> None:
    """A remark on a stored action spoils nothing where no ignored one lacks its own."""
    found = read(body([ITEMS[one] for one in items], remarks=remarks), len(items))
    assert isinstance(found, Items)


@pytest.mark.parametrize(
    ("remarks", "of_item", "general"),
    [
        ([{"field": "actions[0].amount", "remark": "x"}], [("amount", "x")], []),
        ([{"field": "actions[0]", "remark": "x"}], [("", "x")], []),
        ([{"field": "actions[7].amount", "remark": "x"}], [], [("actions[7].amount", "x")]),
        ([{"field": "fields.rating", "remark": "x"}], [], [("fields.rating", "x")]),
        ([{"remark": "x"}], [], [("", "x")]),
        ([{"field": "actions[0].amount"}], [("amount", '{"field": "actions[0].amount"}')], []),
        (["x", 7], [], [("", "x"), ("", "7")]),
        ("x", [], [("", "x")]),
        ([{"field": "actions[0].note", "remark": "a\nb\x00\ud800c"}], [("note", "a b c")], []),
    ],
)
def test_no_remark_is_lost(
    remarks: object, of_item: list[tuple[str, str]], general: list[tuple[str, str]]
) -> None:
    """A remark goes to the action that it names, else to the answer as a whole; none spoils it."""
    found = read(body([{"action_id": "a1", "status": "CREATED"}], remarks=remarks))
    assert isinstance(found, Items)
    assert [(one.path, one.text) for one in found.items[0].remarks] == of_item
    assert [(one.path, one.text) for one in found.general] == general


@pytest.mark.parametrize(
    ("found", "sent", "reason"),
    [
        (b"", 1, "empty"),
        (b"<html>busy</html>", 1, "not JSON"),
        (b'{"lead_id": "', 1, "not JSON"),
        (b"[]", 1, "not an object"),
        (b"\xff\xfe", 1, "UTF-8"),
        (b'{"actions": [], "actions": []}', 1, "twice"),
        (b'{"actions": NaN}', 1, "NaN"),
        (b'{"n": 1e99999999999999999999}', 1, "not JSON"),
        (b'{"n": ' + b"9" * 5000 + b"}", 1, "not JSON"),
        (b"[" * 100_000, 1, "not JSON"),
        (b"{}", 1, "no list"),
        (body({"action_id": "a1"}), 1, "no list"),
        (body([]), 1, "0 actions, and 1 were sent"),
        (body([{"action_id": "a1", "status": "CREATED"}]), 2, "1 actions, and 2 were sent"),
        (body([None]), 1, "action 1 is not an object"),
        (one(action_id="a1"), 1, "status None"),
        (one(action_id="a1", status="created"), 1, "status created"),
        (one(action_id="a1", status="UPDATED"), 1, "status UPDATED"),
        (one(status="CREATED"), 1, "no action id"),
        (one(action_id="", status="CREATED"), 1, "no action id"),
        (one(action_id=17, status="CREATED"), 1, "no action id"),
        (one(action_id="a\ud800", status="CREATED"), 1, "no action id"),
        (one(action_id="a1", status="IGNORED"), 1, "has an action id"),
        (body([{"action_id": "a1", "status": "CREATED"}] * 2), 2, "same action id twice"),
        (json.dumps({"lead_id": "other", "actions": []}).encode(), 1, "lead other"),
        (json.dumps({"lead_id": 5, "actions": []}).encode(), 1, "lead 5"),
        (body([], error={"code": "X"}), 1, "both an error and a result"),
        (b'{"error": 7}', 1, "neither an object nor a text"),
    ],
)
def test_an_answer_with_any_fault_is_not_half_trusted(found: bytes, sent: int, reason: str) -> None:
    """One fault anywhere makes the whole answer unreadable, and the reason says which."""
    answer = read(found, sent)
    assert isinstance(answer, Unreadable)
    assert reason in answer.reason


@pytest.mark.parametrize(
    "found",
    [
        b'{"actions": [{"status": %b}]}',
        b'{"actions": [{"action_id": "a1", "status": "CREATED"}], "remarks": [{"remark": %b}]}',
        b'{"lead_id": %b}',
        b'{"data": [{"type": "1001", "fields": {"a": %b}}]}',
    ],
)
def test_nesting_without_end_is_odd_and_no_crash(found: bytes) -> None:
    """However deep a body nests, and wherever it does, the readers come back with an answer."""
    limit = sys.getrecursionlimit()
    # Around the limit, a body can be read whose value is already too deep to be written.
    for depth in (10, 50_000, *range(limit // 2, limit)):
        nested = found % (b"[" * depth + b"]" * depth)
        assert isinstance(read(nested), Items | Unreadable)
        assert isinstance(part_of(nested.decode(), 0), Part | None)
        assert isinstance(read_timeline(200, nested), Timeline | Unreadable)


@pytest.mark.parametrize(
    ("found", "code", "message"),
    [
        (b'{"error": {"code": "LEAD_NOT_FOUND", "message": "No."}}', "LEAD_NOT_FOUND", "No."),
        (b'{"error": {"code": 7, "message": null}}', "", ""),
        (b'{"error": {}}', "", ""),
        (b'{"error": "it broke"}', "", "it broke"),
        (b'{"error": "LEAD_NOT_FOUND"}', "LEAD_NOT_FOUND", "LEAD_NOT_FOUND"),
        (b'{"error": {"code": "lead not found"}}', "", ""),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 404, 500])
def test_an_error_is_read_as_object_or_text(
    found: bytes, code: str, message: str, status: int
) -> None:
    """The envelope's code and message are read whatever the status; what is no code is none."""
    assert read(found, 1, status) == ErrorAnswer(code=code, message=message)


def test_items_of_another_status_are_not_believed() -> None:
    """Only a 200 speaks of items; the same body under another status is unreadable."""
    faultless = one(action_id="a1", status="CREATED")
    assert isinstance(read(faultless), Items)
    for status in (201, 202, 207, 400, 500):
        assert isinstance(read(faultless, 1, status), Unreadable)


def test_an_unreadable_answer_keeps_its_beginning() -> None:
    """The first words of what came are kept for people, on one line and not too many."""
    answer = read(b"<html>\n<h1>Gateway\x00 \xff</h1>" + b"x" * 10_000)
    assert isinstance(answer, Unreadable)
    assert answer.excerpt.startswith("<html> <h1>Gateway")
    assert len(answer.excerpt) <= 500


@given(status=st.integers(0, 999), found=bodies, sent=st.integers(1, 3))
def test_whatever_comes_is_read_without_a_crash(status: int, found: bytes, sent: int) -> None:
    """Any bytes under any status are read; items only from a 200, as many as sent, ids distinct."""
    answer = read_answer(status, found, sent, LEAD)
    if isinstance(answer, Items):
        ids = [item.action_id for item in answer.items if item.outcome is Outcome.CREATED]
        assert (status, len(answer.items), len(set(ids))) == (200, sent, len(ids))
        texts = [remark.text for item in answer.items for remark in item.remarks]
        assert "".join(texts).encode()
    assert isinstance(read_timeline(status, found), Timeline | ErrorAnswer | Unreadable)


def test_a_part_is_one_item_with_what_is_said_of_it() -> None:
    """What names another item is left out, and what names none is kept."""
    items = [{"status": "IGNORED"}, {"status": "CREATED", "action_id": "a1"}]
    general = {"field": "lead", "remark": "Slow today"}
    answer = body(items, remarks=[says(0), general, says(1)]).decode()
    part = part_of(answer, 1)
    assert part is not None
    assert (part.number, part.count) == (2, 2)
    assert json.loads(part.item) == items[1]
    assert [json.loads(one) for one in part.remarks] == [general, says(1)]
    assert part_of(answer, 2) is None


@given(found=bodies, item=st.integers(-1, 3))
def test_a_part_of_whatever_is_cut_out_without_a_crash(found: bytes, item: int) -> None:
    """Any answer on record, and any number, ends with a part or without one."""
    assert isinstance(part_of(found.decode("utf-8", "replace"), item), Part | None)


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_foreign_text_is_safe_to_keep(text: str) -> None:
    """What is kept of a foreign text is one short line that UTF-8 and a workbook can carry."""
    kept = clean(text, 40)
    kept.encode()
    assert len(kept) <= 40
    assert not any(ord(character) < 32 for character in kept)


def test_a_search_asks_for_one_type() -> None:
    """The bare code is asked for, without a window that the CRM's clock would have to share."""
    assert json.loads(search_body("1001")) == {"type": "1001"}


def test_a_timeline_is_read_in_the_form_that_live_answers_have() -> None:
    """Prefix, id, stamp and fields are read as live items carry them."""
    page = {
        "data": [
            {
                "id": "a1",
                "type": "ACTION_1001",
                "creationTimestamp": 1_767_000_000_123,
                "fields": {"note": "hi", "paid_on": 1_767_000_000_000, "blank": "", "gone": None},
            },
            {"id": "a2", "type": "PAYMENT", "amount": "5000.00", "status": "PENDING"},
        ],
        "total_count": 7,
    }
    fields = {"note": "hi", "paid_on": "1767000000000"}
    assert read_timeline(200, json.dumps(page).encode()) == Timeline(
        seen=(
            Seen(id="a1", type="1001", fields=fields, created_ms=1_767_000_000_123),
            Seen(id="a2", type="PAYMENT", amount=Decimal(5000), status="PENDING"),
        ),
        total=7,
    )


def test_a_lead_with_its_actions_is_a_timeline_without_a_total() -> None:
    """The other endpoint's answer is read as well; it does not say how many there are."""
    found = read_timeline(200, b'{"fields": {}, "actions": [{"type": "1001"}]}')
    assert found == Timeline(seen=(Seen(id="", type="1001"),), total=None)


@pytest.mark.parametrize(
    "found",
    [b"{}", b'{"data": {}}', b'{"data": [1]}', b'{"data": [{"id": "a1"}]}', b"<html>"],
)
def test_a_timeline_with_any_fault_proves_nothing(found: bytes) -> None:
    """A page that cannot be read as a whole is no page: an absence must not rest on it."""
    assert isinstance(read_timeline(200, found), Unreadable)


def test_a_total_below_what_is_shown_is_no_total() -> None:
    """A CRM that counts fewer actions than it shows does not count."""
    found = read_timeline(200, b'{"data": [{"type": "1001"}], "total_count": 0}')
    assert isinstance(found, Timeline)
    assert found.total is None


@pytest.mark.parametrize(
    ("sent", "stands"),
    [
        (
            '{"type":"PAYMENT","status":"COMPLETED","currency":"INR","amount":"1234.50"}',
            {"type": "PAYMENT", "status": "COMPLETED", "currency": "INR", "amount": 1234.5},
        ),
        (
            '{"type":"1001","fields":{"n":5000,"d":0.10}}',
            {"type": "ACTION_1001", "fields": {"d": "0.1", "n": 5000.0}},
        ),
    ],
)
def test_what_was_sent_equals_what_stands(sent: str, stands: dict[str, object]) -> None:
    """An entry compares as equal to its item on the timeline, whatever the spelling of numbers."""
    found = read_timeline(200, json.dumps({"data": [stands]}).encode())
    assert isinstance(found, Timeline)
    assert found.seen == (as_seen(sent),)


@pytest.mark.parametrize("amount", ["", "x", "1,234.50", True, None, {}, "1e5"])
def test_an_amount_that_cannot_be_read_is_none(amount: object) -> None:
    """No amount is guessed: what is not a plain number cannot be compared."""
    page = {"data": [{"type": "PAYMENT", "amount": amount}]}
    found = read_timeline(200, json.dumps(page).encode())
    assert isinstance(found, Timeline)
    assert found.seen[0].amount is None


@pytest.mark.parametrize(
    ("stamp", "milliseconds"),
    [
        (1_767_000_000_123, 1_767_000_000_123),
        ("2025-12-29T09:20:00.123Z", 1_767_000_000_123),
        ("2025-12-29T14:50:00.123+05:30", 1_767_000_000_123),
        ("2025-12-29T09:20:00.123", None),
        ("29/12/2025 09:20:00", None),
        ("0001-01-01T00:00:00Z", None),
        (1_767_000_000, None),
        (True, None),
        (1_767_000_000.5, None),
        (None, None),
    ],
)
def test_a_stamp_is_read_only_where_it_is_sure(stamp: object, milliseconds: int | None) -> None:
    """Milliseconds, or ISO 8601 with its zone; seconds would make a new action look old."""
    page = {"data": [{"type": "1001", "creationTimestamp": stamp}]}
    found = read_timeline(200, json.dumps(page).encode())
    assert isinstance(found, Timeline)
    assert found.seen[0].created_ms == milliseconds


@pytest.mark.parametrize("key", ["employeeid", "performed_by"])
def test_a_timeline_tells_who_did_it(key: str) -> None:
    """The performer is read under either of its names; what is no text is nobody."""
    for shown, read in (("asha@example.com", "asha@example.com"), (None, ""), (7, "")):
        found = read_timeline(200, json.dumps({"data": [{"type": "1001", key: shown}]}).encode())
        assert isinstance(found, Timeline)
        assert found.seen[0].performer == read


NOW = dt.datetime(2026, 4, 3, 10, 0, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("header", "date", "seconds"),
    [
        ("5", None, 5.0),
        (" 2.5 ", None, 2.5),
        ("Fri, 03 Apr 2026 10:00:30 GMT", None, 30.0),
        ("Fri, 03 Apr 2026 10:00:30 GMT", "Fri, 03 Apr 2026 10:00:20 GMT", 10.0),
        ("Fri, 03 Apr 2026 10:00:30 -0000", None, 30.0),
        ("Fri, 03 Apr 2026 09:00:00 GMT", None, 0.0),
        ("Fri, 03 Apr 2026 10:00:30 GMT", "yesterday", 30.0),
        (None, None, None),
        ("", None, None),
        ("-5", None, None),
        ("soon", None, None),
        ("9" * 400, None, None),
        ("\u0665", None, None),
    ],
)
def test_retry_after_is_read_as_seconds(
    header: str | None, date: str | None, seconds: float | None
) -> None:
    """Seconds or a date, counted by the CRM's own clock where it tells it; else nothing."""
    assert seconds_to_wait(header, date=date, now=NOW) == seconds


@given(st.text(), st.text())
def test_no_header_brings_the_reading_down(header: str, date: str) -> None:
    """Any header text yields seconds from 0 on, or None."""
    seconds = seconds_to_wait(header, date=date, now=NOW)
    assert seconds is None or seconds >= 0
    clock_offset(date, NOW)


def test_the_clocks_difference_is_told() -> None:
    """The offset is what must be added to our clock to have the CRM's; unknown without a date."""
    assert clock_offset("Fri, 03 Apr 2026 10:00:07 GMT", NOW) == 7.0
    assert clock_offset(None, NOW) is None
