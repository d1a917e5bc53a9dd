from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import DEMO, PAYMENT, Json, Practice, payment, practised, refusal, statuses, taken

from importer.sandbox import (
    ENTERPRISE_ID,
    LEAD_COUNT,
    TOKEN,
    Fault,
    PracticeCrm,
    Rule,
    lead_id,
    seed,
)
from importer.sandbox.app import API
from importer.sandbox.page import show_page
from importer.sandbox.perform import perform
from importer.sandbox.records import Call


@pytest.fixture(scope="module")
def crm() -> Iterator[Practice]:
    """A practice CRM for this module; each test has leads of its own."""
    with practised() as practice:
        yield practice


@pytest.fixture
def own() -> Iterator[Practice]:
    """A practice CRM for one test: what arrived is counted, or it is left switched."""
    with practised() as practice:
        yield practice


def _page(crm: Practice, **query: str) -> httpx.Response:
    return httpx.get(crm.url, params=query, trust_env=False)


def _switch(crm: Practice, path: str, content: object) -> httpx.Response:
    return httpx.post(f"{crm.url}/_practice/{path}", json=content, trust_env=False)


def test_the_state_shows_what_arrived(own: Practice) -> None:
    """Another process can read every stored action, in order, with its lead and its body."""
    own.create(2, PAYMENT)
    own.create(1, DEMO)
    with own.struck(Rule(fault=Fault.FOREIGN_TWIN)):
        own.create(1, PAYMENT)
    own.post(1, [{"type": "X"}])
    own.get("/metadata")
    state = own.practice("state")
    assert [(one["lead"], one["type"]) for one in state["actions"]] == [
        (lead_id(2), "PAYMENT"),
        (lead_id(1), "1001"),
        (lead_id(1), "PAYMENT"),
    ]
    assert state["actions"][1]["body"] == {"fields": DEMO["fields"]}
    assert [one["origin"] for one in state["foreign"]] == ["foreign"]
    assert state["requests"] == {
        "total": 5,
        "creates": 4,
        "by_status": {"200": 4, "400": 1},
        "by_fault": {"foreign-twin": 1},
    }


def test_the_log_shows_every_request_and_no_token(own: Practice) -> None:
    """Every request is logged in its order, found or not, answered or not; tokens never."""
    own.get("/metadata")
    with own.struck(Rule(fault=Fault.DROP_AFTER)), pytest.raises(httpx.RemoteProtocolError):
        own.post(1, [DEMO])
    own.get(f"/nowhere?token={TOKEN}")
    own.http.get("/metadata", headers={"authorization": "Bearer another-secret"})
    log = own.practice("requests")["requests"]
    assert [(one["method"], one["status"], one["fault"]) for one in log] == [
        ("GET", 200, ""),
        ("POST", None, "drop-after"),
        ("GET", 404, ""),
        ("GET", 401, ""),
    ]
    assert log[1]["path"] == f"{own.path}/lead/{lead_id(1)}/action"
    shown = str(log) + str(own.practice("state")) + _page(own).text + repr(own.crm)
    assert TOKEN not in shown
    assert "another-secret" not in shown


def test_faults_are_switched_over_http(own: Practice) -> None:
    """Another process can put faults in force, read them, and switch them off."""
    rules = [{"fault": "error-after", "lead": lead_id(1), "status": 502}]
    assert taken(_switch(own, "faults", {"rules": rules, "seed": 7}))["seed"] == 7
    assert own.post(1, [DEMO]).status_code == 502
    assert statuses(own.create(2, DEMO)) == ["CREATED"]
    shown = own.practice("faults")
    assert shown["rules"][0]["lead"] == lead_id(1)
    assert taken(_switch(own, "faults", shown)) == shown
    assert taken(_switch(own, "faults", {"rules": []})) == {"rules": [], "seed": 0}
    assert statuses(own.create(1, DEMO)) == ["CREATED"]


@pytest.mark.parametrize(
    "wrong", [[], {}, {"rules": 5}, {"rules": [{}]}, {"rules": [], "seed": "7"}, {"rule": []}]
)
def test_wrong_faults_change_nothing(crm: Practice, wrong: object) -> None:
    """Rules that cannot be read are refused with a reason, and the old ones stay in force."""
    with crm.struck(Rule(fault=Fault.ERROR_BEFORE)):
        assert refusal(_switch(crm, "faults", wrong)) == (400, "BAD_REQUEST")
        assert crm.post(1, [DEMO]).status_code == 500


def test_toggles_are_switched_over_http(own: Practice) -> None:
    """Another process can switch one toggle; the others stay, and nonsense is refused."""
    shown = taken(_switch(own, "toggles", {"read_type": "bare", "max_actions": 1}))
    assert (shown["read_type"], shown["bad_field"]) == ("bare", "ignore-action")
    assert own.post(1, [DEMO, DEMO]).status_code == 400
    taken(_switch(own, "toggles", {"max_actions": None}))
    own.create(1, DEMO, DEMO)
    assert own.search(1)["data"][0]["type"] == "1001"


@pytest.mark.parametrize(
    "wrong", [{"read_type": "odd"}, {"colour": 1}, [], {"rate_limit": 1.5}, {"rate_limit": -1}]
)
def test_wrong_toggles_change_nothing(crm: Practice, wrong: object) -> None:
    """A toggle that does not exist, or cannot hold the value, is refused."""
    before = crm.crm.toggles
    assert refusal(_switch(crm, "toggles", wrong)) == (400, "BAD_REQUEST")
    assert crm.crm.toggles == before


def test_switches_take_json_only(crm: Practice) -> None:
    """A page of another site, which can send plain text only, switches nothing."""
    response = httpx.post(
        f"{crm.url}/_practice/faults",
        content='{"rules": [{"fault": "drop-after"}]}',
        headers={"content-type": "text/plain"},
        trust_env=False,
    )
    assert response.status_code == 415
    assert crm.practice("faults")["rules"] == []


def test_the_page_shows_arrivals_first_and_escaped(crm: Practice) -> None:
    """A person sees the lead where something arrived on top, and markup as text."""
    crm.create(250, {"type": "1001", "fields": {"note": "<script>alert('x')</script> & caf\u00e9"}})
    response = _page(crm)
    assert response.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "<script>" not in response.text
    assert "&lt;script&gt;" in response.text
    assert "caf\u00e9" in response.text
    arrived, other = (response.text.index(lead_id(n)) for n in (250, 1))
    assert arrived < other


def test_the_page_leads_through_all_leads(crm: Practice) -> None:
    """Page after page shows every lead once."""
    pages = [_page(crm, **{"from": str(start)}).text for start in range(0, LEAD_COUNT, 100)]
    found = "".join(pages)
    assert all(found.count(lead_id(n)) == 1 for n in range(1, LEAD_COUNT + 1))
    assert "More leads" in pages[0]
    assert "More leads" not in pages[-1]
    assert _page(crm, **{"from": "-1<b>"}).status_code == 200


def test_a_long_timeline_is_shortened(crm: Practice) -> None:
    """The page shows the newest of many actions, and says how many there are besides."""
    crm.create(251, *(payment(amount=str(n)) for n in range(1001, 1101)))
    text = _page(crm).text
    assert "amount: 1100" in text
    assert "amount: 1001" not in text
    assert "older ones" in text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
ENTRY = st.fixed_dictionaries(
    {"type": st.sampled_from(["PAYMENT", "1001", "1002", "1003", "9", "ACTION_1001"]) | JSON},
    optional={
        "fields": st.dictionaries(
            st.sampled_from(["note", "outcome", "paid_on"]) | st.text(), JSON
        ),
        "amount": st.sampled_from(["5", "0", "5.5"]) | JSON,
        "status": st.sampled_from(["PENDING", "paid"]) | JSON,
        "currency": st.sampled_from(["INR", "inr"]) | JSON,
        "paymentid": JSON,
        "created_on": JSON,
    },
)


def _dumped(content: object) -> bytes:
    return json.dumps(content).encode()


BODY = st.one_of(
    st.binary(),
    JSON.map(_dumped),
    st.lists(ENTRY, max_size=4).map(lambda entries: _dumped({"actions": entries})),
)
SHARED = PracticeCrm()


@given(
    route=st.sampled_from(sorted(API)),
    body=BODY,
    lead=st.sampled_from([lead_id(1), "x"]) | st.text(),
    query=st.dictionaries(
        st.sampled_from(["limit", "skip", "includeActions", "detail"]),
        st.sampled_from(["1", "100", "true"]) | st.text(),
    ),
    fault=st.none() | st.sampled_from(Fault),
)
def test_no_call_is_too_odd(
    route: tuple[str, str], body: bytes, lead: str, query: dict[str, str], fault: Fault | None
) -> None:
    """Whatever is asked, the answer is one that the documentation or a fault explains."""
    params = {"enterprise": ENTERPRISE_ID, "lead": lead, "action": lead, "code": lead}
    call = Call(method=route[0], path=lead, params=params, query=query, body=body, token=TOKEN)
    SHARED.faults.set([Rule(fault=fault)] if fault else [])
    reply = perform(SHARED, API[route], call)
    assert reply.status in {200, 400, 404} or fault is not None
    assert show_page(SHARED, query.get("skip", "")).status == 200


def test_seeded_leads_are_told_apart() -> None:
    """Five hundred leads, and no two share an id, a name, a phone or an e-mail address."""
    leads = list(seed.leads().values())
    assert len(leads) == LEAD_COUNT
    for key in ("id", "name", "phone", "email"):
        assert len({getattr(lead, key) for lead in leads}) == LEAD_COUNT
    assert all(len(lead.phone) == 12 and lead.phone.startswith("919") for lead in leads)


def test_seeded_leads_are_the_same_everywhere() -> None:
    """Sample files name these ids, so they can never change."""
    assert lead_id(1) == "ddc74f0a605b556fac6b46a7"
    assert lead_id(500) == seed.lead(500).id
    assert list(seed.leads())[:2] == [lead_id(1), lead_id(2)]


def test_a_seeded_timeline_is_older_than_any_arrival(own: Practice) -> None:
    """Leads have a history of their own, which is neither ours nor a foreigner's."""
    own.create(1, DEMO)
    timeline: list[Json] = own.search(1, limit=100)["data"]
    assert [item["type"] for item in timeline][-1] == "LEAD_ASSIGNMENT"
    ids = [item["id"] for item in timeline]
    assert ids == sorted(ids, reverse=True)
    assert len(own.crm.actions) == 1
    assert own.crm.foreign == ()
