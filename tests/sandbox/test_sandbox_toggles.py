from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
from practice import (
    DEMO,
    PAYMENT,
    Json,
    Practice,
    payment,
    practised,
    refusal,
    remarks,
    statuses,
    taken,
)

from importer.sandbox import (
    AmountEcho,
    BadField,
    CreatedOn,
    PaymentId,
    PracticeCrm,
    PrefixedType,
    ReadType,
    Shape,
    Toggles,
    UnknownCode,
    UnknownKey,
    WrongEnterprise,
    lead_id,
    seed,
)

BAD_EMAIL = {"type": "1003", "fields": {"note": "kept", "payer_email": "nobody"}}
TYPO = {"type": "1001", "fields": {"note": "kept", "nte": "typo"}}


@pytest.fixture(scope="module")
def crm() -> Iterator[Practice]:
    """A practice CRM for this module; each test has leads of its own."""
    with practised() as practice:
        yield practice


def test_a_bad_field_costs_the_action_or_only_itself(crm: Practice) -> None:
    """By default a bad field ignores its action; switched, only the field is dropped."""
    assert statuses(crm.create(1, BAD_EMAIL)) == ["IGNORED"]
    with crm.toggled(bad_field=BadField.DROP_FIELD):
        answer = crm.create(1, BAD_EMAIL)
    assert statuses(answer) == ["CREATED"]
    assert list(remarks(answer)) == ["actions[0].fields.payer_email"]
    assert crm.stored(1) == [{"type": "1003", "fields": {"note": "kept"}}]


def test_an_unknown_field_is_dropped_or_costs_the_action(crm: Practice) -> None:
    """By default an unknown field is dropped with a remark; switched, in silence or with all."""
    answer = crm.create(2, TYPO)
    assert (statuses(answer), list(remarks(answer))) == (["CREATED"], ["actions[0].fields.nte"])
    with crm.toggled(unknown_key=UnknownKey.DROP_SILENTLY):
        answer = crm.create(2, TYPO)
        assert (statuses(answer), remarks(answer)) == (["CREATED"], {})
    with crm.toggled(unknown_key=UnknownKey.IGNORE_ACTION):
        answer = crm.create(2, TYPO)
        assert (statuses(answer), list(remarks(answer))) == (["IGNORED"], ["actions[0].fields.nte"])
    assert crm.stored(2) == [{"type": "1001", "fields": {"note": "kept"}}] * 2


def test_an_unknown_key_beside_the_fields_is_treated_alike(crm: Practice) -> None:
    """A key that the entry should not have is dropped with a remark, or costs the action."""
    entry = payment(note="no place for this")
    answer = crm.create(3, entry)
    assert (statuses(answer), list(remarks(answer))) == (["CREATED"], ["actions[0].note"])
    with crm.toggled(unknown_key=UnknownKey.IGNORE_ACTION):
        assert statuses(crm.create(3, entry)) == ["IGNORED"]
    assert crm.stored(3) == [PAYMENT]


def test_an_unknown_code_is_ignored_or_costs_the_request(crm: Practice) -> None:
    """By default an undefined code is ignored with a remark; switched, it answers 400."""
    unknown = {"type": "9999", "fields": {}}
    answer = crm.create(4, DEMO, unknown)
    assert (statuses(answer), list(remarks(answer))) == (
        ["CREATED", "IGNORED"],
        ["actions[1].type"],
    )
    with crm.toggled(unknown_code=UnknownCode.BAD_REQUEST):
        assert refusal(crm.post(4, [DEMO, unknown])) == (400, "BAD_REQUEST")
    assert crm.stored(4) == [DEMO]


def test_a_prefixed_type_is_refused_or_dropped(crm: Practice) -> None:
    """By default `ACTION_1001` answers 400; switched, that entry is dropped without a word."""
    prefixed = {"type": "ACTION_1001", "fields": {"note": "x"}}
    assert refusal(crm.post(5, [prefixed])) == (400, "BAD_REQUEST")
    with crm.toggled(prefixed_type=PrefixedType.DROP_SILENTLY):
        answer = crm.create(5, prefixed, DEMO)
        assert (statuses(answer), remarks(answer)) == (["IGNORED", "CREATED"], {})
        assert refusal(crm.post(5, [{"type": "ACTION_X"}])) == (400, "BAD_REQUEST")
    assert crm.stored(5) == [DEMO]


def test_a_bad_request_stores_nothing_or_its_good_part(crm: Practice) -> None:
    """By default a 400 stores nothing; switched, the good entries were stored all the same."""
    entries = [DEMO, {"type": "INCOMING_CALL"}, PAYMENT]
    assert refusal(crm.post(6, entries)) == (400, "BAD_REQUEST")
    assert crm.stored(6) == []
    with crm.toggled(bad_request_stores=True):
        assert refusal(crm.post(6, entries)) == (400, "BAD_REQUEST")
    assert crm.stored(6) == [DEMO, PAYMENT]


def test_a_paymentid_is_kept_hidden_rejected_or_unique(crm: Practice) -> None:
    """A paymentid can be read back, be kept to itself, be refused, or be taken only once."""
    entry = payment(paymentid="pay_1")
    (item,) = crm.create(7, entry)["actions"]
    path = f"/lead/{lead_id(7)}/action/{item['action_id']}"
    assert taken(crm.get(path)) == entry
    with crm.toggled(paymentid=PaymentId.HIDE):
        assert taken(crm.get(path)) == PAYMENT
    with crm.toggled(paymentid=PaymentId.REJECT):
        assert list(remarks(crm.create(7, entry))) == ["actions[0].paymentid"]
    assert statuses(crm.create(7, entry, entry)) == ["CREATED"] * 2
    with crm.toggled(paymentid=PaymentId.UNIQUE):
        fresh = payment(paymentid="pay_2")
        assert statuses(crm.create(7, entry, fresh, fresh)) == ["IGNORED", "CREATED", "IGNORED"]
        assert statuses(crm.create(8, fresh)) == ["IGNORED"]
    assert statuses(crm.create(8, payment(paymentid=5))) == ["IGNORED"]


def test_a_creation_time_is_stamped_or_honoured(crm: Practice) -> None:
    """By default created_on is passed over; switched, it counts where the definition allows it."""
    allowed = {"type": "1002", "fields": {"note": "x"}, "created_on": 1767225600000}
    forbidden = {**allowed, "type": "1001"}
    assert remarks(crm.create(9, allowed, forbidden)) == {}
    assert all(action.at > 1767225600000 for action in crm.crm.timeline(lead_id(9))[:2])
    with crm.toggled(created_on=CreatedOn.HONOUR):
        answer = crm.create(9, allowed, forbidden, {**allowed, "created_on": "yesterday"})
        assert statuses(answer) == ["CREATED"] * 3
        assert list(remarks(answer)) == ["actions[1].created_on", "actions[2].created_on"]
        assert list(remarks(crm.create(9, payment(created_on=5)))) == ["actions[0].created_on"]
    honoured = crm.search(9, {"type": "1002", "created_on": {"to": 1767225600000}})
    assert honoured["total_count"] == 1


def test_an_amount_reads_back_as_sent_or_with_two_decimals(crm: Practice) -> None:
    """By default an amount reads back as it was sent; switched, with two decimals."""
    (item,) = crm.create(10, payment(amount="005000.5"))["actions"]
    path = f"/lead/{lead_id(10)}/action/{item['action_id']}"
    assert taken(crm.get(path))["amount"] == "005000.5"
    with crm.toggled(amount_echo=AmountEcho.TWO_DECIMALS):
        assert taken(crm.get(path))["amount"] == "5000.50"
        assert crm.search(10, {"type": "PAYMENT"})["data"][0]["amount"] == "5000.50"


def test_an_amount_may_be_a_number_if_switched(crm: Practice) -> None:
    """By default an amount is a string only; switched, a JSON number is taken as its text."""
    assert statuses(crm.create(11, payment(amount=5000))) == ["IGNORED"]
    with crm.toggled(amount_may_be_number=True):
        answer = crm.create(11, payment(amount=5000), payment(amount=10.5), payment(amount=0))
    assert statuses(answer) == ["CREATED", "CREATED", "IGNORED"]
    assert [entry["amount"] for entry in crm.stored(11)] == ["5000", "10.5"]


def test_a_request_may_be_limited_in_length(crm: Practice) -> None:
    """With a limit, one entry more answers 400 and stores nothing."""
    with crm.toggled(max_actions=2):
        assert statuses(crm.create(12, DEMO, DEMO)) == ["CREATED"] * 2
        assert refusal(crm.post(12, [DEMO] * 3)) == (400, "BAD_REQUEST")
    assert len(crm.stored(12)) == 2


def test_empty_remarks_may_be_left_out(crm: Practice) -> None:
    """Switched, an answer without remarks has no such key; one with remarks has it."""
    with crm.toggled(remarks_when_empty=False):
        assert "remarks" not in crm.create(13, DEMO)
        assert "remarks" in crm.create(13, TYPO)


def test_types_read_back_prefixed_or_bare(crm: Practice) -> None:
    """By default a custom action reads back as `ACTION_1001`; switched, as `1001`."""
    crm.create(14, DEMO, PAYMENT)
    with crm.toggled(read_type=ReadType.BARE):
        assert [item["type"] for item in crm.search(14)["data"][:2]] == ["PAYMENT", "1001"]


def test_action_search_tells_everything_or_the_type(crm: Practice) -> None:
    """By default items have ids, times and content; as documented, a type and no more."""
    crm.create(15, DEMO, PAYMENT)
    with crm.toggled(action_items=Shape.DOCUMENTED):
        found = crm.search(15)["data"][:2]
    assert found == [{"type": "PAYMENT"}, {"type": "ACTION_1001"}]


def test_lead_search_tells_ids_or_does_not(crm: Practice) -> None:
    """By default found leads have ids beside their fields; as documented, they have none."""
    given = {"fields": {"phone": seed.lead(16).phone}}
    with crm.toggled(lead_items=Shape.DOCUMENTED):
        (item,) = taken(crm.http.post("/lead/search", json=given))["data"]
    assert set(item) == {"fields"}
    assert item["fields"]["status"] == seed.lead(16).status


def test_status_may_be_compared_with_its_case(crm: Practice) -> None:
    """By default a status is found in any case; switched, in its own only."""
    given = {"fields": {"status": "won"}}
    assert taken(crm.http.post("/lead/search", json=given))["total_count"] > 0
    with crm.toggled(status_case_sensitive=True):
        assert taken(crm.http.post("/lead/search", json=given))["total_count"] == 0


def test_a_wrong_enterprise_may_be_not_found(crm: Practice) -> None:
    """Switched, a wrong enterprise answers 404; a wrong token answers 401 all the same."""
    path = f"{crm.url}/autoupdate/v2/enterprise/64f0c0ffee0000000000dcba/metadata"
    with crm.toggled(wrong_enterprise=WrongEnterprise.NOT_FOUND):
        assert refusal(crm.http.get(path)) == (404, "ENTERPRISE_NOT_FOUND")
        wrong = crm.http.get(path, headers={"authorization": "Bearer wrong"})
        assert refusal(wrong) == (401, "NOT_AUTHORIZED")


def test_a_licence_may_have_expired(crm: Practice) -> None:
    """With an expired licence every call is refused, and nothing is stored."""
    with crm.toggled(licence_expired=True):
        assert refusal(crm.post(17, [DEMO])) == (403, "ENTERPRISE_LICENSE_EXPIRED")
    assert crm.stored(17) == []


@pytest.mark.parametrize("html", [False, True])
@pytest.mark.parametrize("retry_after", [False, True])
def test_a_rate_limit_slides(*, html: bool, retry_after: bool) -> None:
    """Above the limit come 429s, as switched, until the oldest request has left the window."""
    now = [1_800_000_000.0]
    toggles = Toggles(
        rate_limit=2, rate_window_seconds=10, rate_retry_after=retry_after, rate_html=html
    )
    limited = PracticeCrm(toggles=toggles, clock=lambda: now[0])
    with practised(crm=limited) as crm:
        assert crm.get("/metadata").status_code == 200
        now[0] += 4
        assert crm.get("/metadata").status_code == 200
        refused = crm.post(1, [DEMO])
        assert refused.status_code == 429
        assert refused.headers.get("retry-after") == ("6" if retry_after else None)
        assert refused.headers["content-type"].startswith(
            "text/html" if html else "application/json"
        )
        now[0] += 6
        assert crm.post(1, [DEMO]).status_code == 200
        assert crm.post(1, [DEMO]).status_code == 429
    assert crm.stored(1) == [DEMO]


def test_the_clock_may_be_ahead(crm: Practice) -> None:
    """A skewed clock shows in the Date header, in ids and in times alike."""
    honest = parsedate_to_datetime(crm.get("/metadata").headers["date"])
    with crm.toggled(clock_skew_seconds=3600.0):
        response = crm.post(18, [DEMO])
    skewed = parsedate_to_datetime(response.headers["date"])
    assert 3590 < (skewed - honest).total_seconds() < 3700
    newest = crm.crm.timeline(lead_id(18))[0]
    assert abs(newest.at / 1000 - skewed.timestamp()) < 60
    assert int(newest.id[:8], 16) == newest.at // 1000


def test_answers_may_take_their_time(crm: Practice) -> None:
    """With a latency, an answer does not come before it."""
    with crm.toggled(latency_seconds=0.05):
        assert crm.get("/metadata").elapsed.total_seconds() >= 0.05


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_actions": 0},
        {"rate_limit": -1},
        {"rate_window_seconds": 0.0},
        {"latency_seconds": -1.0},
        {"clock_skew_seconds": 1e300},
    ],
)
def test_a_measure_out_of_range_is_refused(wrong: Json) -> None:
    """A toggle cannot hold a number that makes no sense."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Toggles(**wrong)
