from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from practice import DEMO, PAYMENT, Json, Practice, payment, practised, refusal, taken

from importer.sandbox import ENTERPRISE_ID, lead_id, seed


@pytest.fixture(scope="module")
def crm() -> Iterator[Practice]:
    """A practice CRM for this module; each test has leads of its own."""
    with practised() as practice:
        yield practice


def _amounts(items: list[Json]) -> list[str]:
    return [item["amount"] for item in items if item["type"] == "PAYMENT"]


def test_a_lead_reads_back_without_its_timeline(crm: Practice) -> None:
    """A lead's fields come alone unless its actions are asked for."""
    answer = taken(crm.get(f"/lead/{lead_id(1)}"))
    assert set(answer) == {"fields"}
    assert answer["fields"]["phone"] == seed.lead(1).phone


def test_a_lead_reads_back_with_its_timeline(crm: Practice) -> None:
    """With `includeActions` come all types of actions, newest first, as items seen live are."""
    crm.create(2, DEMO, PAYMENT)
    answer = taken(crm.get(f"/lead/{lead_id(2)}", includeActions="true", limit=100))
    assert (answer["actions_skip"], answer["actions_limit"]) == (0, 100)
    newest, second, *older = answer["actions"]
    assert newest["type"] == "PAYMENT"
    assert (second["type"], second["fields"]) == ("ACTION_1001", DEMO["fields"])
    assert {"id", "creationTimestamp", "modificationTimestamp", "employeeid"} <= set(newest)
    assert "LEAD_ASSIGNMENT" in [item["type"] for item in older]


def test_pages_tile_a_timeline(crm: Practice) -> None:
    """Pages of any size, put side by side, are the whole list, newest first."""
    crm.create(3, *(payment(amount=str(n)) for n in range(1, 26)))
    pages = [crm.search(3, {"type": "PAYMENT"}, skip=skip, limit=10) for skip in range(0, 40, 10)]
    assert [page["total_count"] for page in pages] == [25] * 4
    assert [len(page["data"]) for page in pages] == [10, 10, 5, 0]
    found = [amount for page in pages for amount in _amounts(page["data"])]
    assert found == [str(n) for n in range(25, 0, -1)]


def test_a_search_finds_ten_unless_told(crm: Practice) -> None:
    """The default page is the first ten."""
    crm.create(4, *[PAYMENT] * 12)
    answer = crm.search(4)
    assert (len(answer["data"]), answer["skip"], answer["limit"]) == (10, 0, 10)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", "", "1.5", "9" * 30, "\u0663"])
@pytest.mark.parametrize("path", ["/lead/{}", "/lead/{}/action/search", "/lead/search"])
def test_a_limit_out_of_range_is_refused(crm: Practice, path: str, limit: str) -> None:
    """A limit that is not a number from 1 to 100 answers 400 in the documented words."""
    method = "POST" if path.endswith("search") else "GET"
    target = path.format(lead_id(5))
    response = crm.http.request(method, target, params={"limit": limit})
    assert refusal(response) == (400, "BAD_REQUEST")
    assert response.json()["error"]["message"] == "Limit should be between 1 and 100"


@pytest.mark.parametrize("skip", ["-1", "x", "9" * 30])
def test_a_bad_skip_is_refused(crm: Practice, skip: str) -> None:
    """A skip that is not a number answers 400."""
    response = crm.http.post(f"/lead/{lead_id(5)}/action/search", params={"skip": skip})
    assert refusal(response) == (400, "BAD_REQUEST")


def test_a_search_filters_by_type(crm: Practice) -> None:
    """The filter takes the bare code, whatever the type reads back as."""
    crm.create(6, DEMO, PAYMENT)
    assert [item["type"] for item in crm.search(6, {"type": "1001"})["data"]] == ["ACTION_1001"]
    assert crm.search(6, {"type": "ACTION_1001"})["total_count"] == 0


def test_a_search_filters_by_time_with_both_ends(crm: Practice) -> None:
    """A window of creation holds both of its ends."""
    crm.create(7, PAYMENT)
    (item,) = crm.search(7, {"type": "PAYMENT"})["data"]
    at = item["creationTimestamp"]
    assert crm.search(7, {"created_on": {"from": at, "to": at}})["total_count"] == 1
    assert crm.search(7, {"created_on": {"from": at + 1}})["total_count"] == 0
    older = crm.search(7, {"created_on": {"to": at - 1}})["data"]
    assert "PAYMENT" not in [item["type"] for item in older]
    day = {"from": "01/01/2026 00:00:00", "to": "01/01/2026 23:59:59"}
    assert crm.search(7, {"created_on": day})["total_count"] == len(older)


def test_a_search_filters_by_performer(crm: Practice) -> None:
    """One performer or several can be asked for."""
    crm.create(8, DEMO)
    owner = seed.lead(8).owner
    everything = crm.search(8)["total_count"]
    assert crm.search(8, {"performed_by": "practice-api"})["total_count"] == 1
    assert crm.search(8, {"performed_by": owner})["total_count"] == everything - 1
    both = {"performed_by": [owner, "practice-api"]}
    assert crm.search(8, both)["total_count"] == everything


@pytest.mark.parametrize(
    "given",
    [
        {"type": ["1001"]},
        {"type": 1001},
        {"created_on": 5},
        {"created_on": {"from": "2026-01-01"}},
        {"created_on": {"since": 5}},
        {"created_on": None},
        {"performed_by": {}},
        {"performed_by": [1]},
        {"amount": "100"},
    ],
)
def test_a_filter_of_the_wrong_kind_is_refused(crm: Practice, given: Json) -> None:
    """A filter that the endpoint does not have, or a value that it cannot hold, answers 400."""
    response = crm.http.post(f"/lead/{lead_id(9)}/action/search", json=given)
    assert refusal(response) == (400, "BAD_REQUEST")
    assert response.json()["error"]["message"] == "Invalid filter"


def test_one_action_reads_back_as_documented(crm: Practice) -> None:
    """An action read by its id is its type and its body; another lead's action is not found."""
    answer = crm.create(10, DEMO, PAYMENT)
    demo, paid = (item["action_id"] for item in answer["actions"])
    assert taken(crm.get(f"/lead/{lead_id(10)}/action/{paid}")) == PAYMENT
    demo_back = taken(crm.get(f"/lead/{lead_id(10)}/action/{demo}"))
    assert demo_back == {**DEMO, "type": "ACTION_1001"}
    elsewhere = crm.get(f"/lead/{lead_id(11)}/action/{demo}")
    assert refusal(elsewhere) == (404, "ACTION_NOT_FOUND")


def test_a_built_in_action_is_not_read_by_its_id(crm: Practice) -> None:
    """What TeleCRM recorded itself cannot be read by its id."""
    oldest = crm.crm.timeline(lead_id(12))[-1]
    response = crm.get(f"/lead/{lead_id(12)}/action/{oldest.id}")
    assert refusal(response) == (400, "BAD_REQUEST")


def test_a_payment_changes_its_status_and_nothing_else(crm: Practice) -> None:
    """The status can be changed; amount, currency and paymentid cannot, in the documented words."""
    (item,) = crm.create(13, PAYMENT)["actions"]
    path = f"/lead/{lead_id(13)}/action/{item['action_id']}"
    done = crm.http.post(path, json={"type": "PAYMENT", "status": "COMPLETED"})
    assert taken(done) == payment(status="COMPLETED")
    for key in ("amount", "currency", "paymentid"):
        response = crm.http.post(path, json={"type": "PAYMENT", "status": "FAILED", key: "1"})
        assert refusal(response) == (400, "BAD_REQUEST")
        assert "for existing payment action" in response.json()["error"]["message"]
    for change in ({"type": "PAYMENT"}, {"type": "PAYMENT", "status": "Paid"}, {"type": "1001"}):
        assert refusal(crm.http.post(path, json=change)) == (400, "BAD_REQUEST")
    assert crm.stored(13) == [payment(status="COMPLETED")]


def test_a_custom_action_keeps_the_fields_that_an_update_leaves_out(crm: Practice) -> None:
    """An update of a custom action changes the fields that it names, if they fit."""
    entry = {"type": "1003", "fields": {"note": "a", "import_ref": "R1"}}
    (item,) = crm.create(14, entry)["actions"]
    path = f"/lead/{lead_id(14)}/action/{item['action_id']}"
    taken(crm.http.post(path, json={"type": "1003", "fields": {"note": "b"}}))
    assert crm.stored(14) == [{"type": "1003", "fields": {"note": "b", "import_ref": "R1"}}]
    bad = crm.http.post(path, json={"type": "1003", "fields": {"payer_email": "x"}})
    assert refusal(bad) == (400, "BAD_REQUEST")


def _lead_ids(crm: Practice, given: Json | None = None, **page: int) -> list[str]:
    answer = taken(crm.http.post("/lead/search", json=given, params=page))
    return [item["id"] for item in answer["data"]]


def test_leads_are_found_by_what_their_fields_hold(crm: Practice) -> None:
    """A lead is found by phone in any spelling, by name in any case, by one of several values."""
    lead = seed.lead(20)
    for phone in (lead.phone, f"+{lead.phone}", lead.phone.removeprefix("91")):
        assert _lead_ids(crm, {"fields": {"phone": phone}}) == [lead.id]
    assert _lead_ids(crm, {"fields": {"name": lead.name.upper()}}) == [lead.id]
    both = {"email": [lead.email, seed.lead(21).email]}
    assert _lead_ids(crm, {"fields": both}) == [lead_id(21), lead_id(20)]
    assert _lead_ids(crm, {"fields": {**both, "city": lead.city}}) == [lead.id]
    assert _lead_ids(crm, {"fields": {"shoe_size": "9"}}) == []


def test_leads_are_found_newest_first(crm: Practice) -> None:
    """Without a filter all leads are found, the newest first."""
    answer = taken(crm.http.post("/lead/search", params={"limit": 2}))
    assert answer["total_count"] == 500
    assert [item["id"] for item in answer["data"]] == [lead_id(500), lead_id(499)]
    at = seed.lead(30).created_on
    window = {"created_on": {"from": at, "to": at}}
    assert _lead_ids(crm, {"fields": window}) == [lead_id(30)]


def test_leads_are_found_by_what_happened_to_them(crm: Practice) -> None:
    """The `actions` block finds leads with one action that passes all of it."""
    crm.create(40, {"type": "1002", "fields": {"project": "Lakeside"}})
    assert _lead_ids(crm, {"actions": {"type": ["1002"]}}) == [lead_id(40)]
    block = {"type": "1002", "performed_by": seed.lead(40).owner}
    assert _lead_ids(crm, {"actions": block}) == []
    assert _lead_ids(crm, {"actions": {"type": "1002", "performed_at": {"to": 5}}}) == []


@pytest.mark.parametrize(
    "given",
    [
        {"fields": []},
        {"fields": {"name": 5}},
        {"fields": {"created_on": "today"}},
        {"actions": 5},
        {"actions": {"amount": "5"}},
        {"limit": 5},
    ],
)
def test_a_lead_filter_of_the_wrong_kind_is_refused(crm: Practice, given: Json) -> None:
    """A filter that lead search does not have answers 400."""
    response = crm.http.post("/lead/search", json=given)
    assert refusal(response) == (400, "BAD_REQUEST")


def test_definitions_tell_what_can_be_written(crm: Practice) -> None:
    """Custom actions are listed with their prefixed codes, and in detail with their fields."""
    listed = taken(crm.get("/custom-actions"))["customActions"]
    assert [one["code"] for one in listed] == ["ACTION_1001", "ACTION_1002", "ACTION_1003"]
    assert "fieldSchema" not in listed[0]
    detailed = taken(crm.get("/custom-actions", detail="true"))["customActions"]
    assert detailed[2]["fieldSchema"]["payer_email"] == {"type": "EMAIL"}
    one = taken(crm.get("/custom-actions/ACTION_1002"))
    assert one["fieldSchema"]["outcome"]["type"] == "DROPDOWN"
    assert one["allowPredatedActivity"] == {"enabled": True}


@pytest.mark.parametrize("code", ["1001", "action_1001", "ACTION_9"])
def test_a_definition_needs_its_whole_code(crm: Practice, code: str) -> None:
    """A code without its prefix, in another case, or unknown is not found."""
    response = crm.get(f"/custom-actions/{code}")
    assert refusal(response) == (404, "NOT_FOUND")


def test_the_workspace_names_its_identifier(crm: Practice) -> None:
    """Metadata names the field that identifies a lead, and custom fields say which that is."""
    identifier = taken(crm.get("/metadata"))["leadIdentifierFieldId"]
    fields = taken(crm.get("/custom-fields", detail="true"))["customFields"]
    (field,) = (one for one in fields if one["id"] == identifier)
    assert (field["apiName"], field["isLeadid"]) == ("phone", True)
    summary = taken(crm.get("/custom-fields"))["customFields"]
    assert "id" not in summary[0]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/enterprise/{}/metadata"),
        ("GET", "/autoupdate/v2/enterprise/{}/team-members"),
        ("GET", "/autoupdate/v2/enterprise/{}/metadata/"),
        ("DELETE", "/autoupdate/v2/enterprise/{}/lead/" + lead_id(1)),
        ("PUT", "/autoupdate/v2/enterprise/{}/metadata"),
        ("GET", "/favicon.ico"),
    ],
)
def test_everything_else_is_a_page_that_is_no_json(crm: Practice, method: str, path: str) -> None:
    """An unknown path or method answers 404 with HTML, as the real host does."""
    target = crm.url + path.format(ENTERPRISE_ID)
    response = httpx.request(method, target, trust_env=False, follow_redirects=False)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert response.text.startswith("<!DOCTYPE html>")
