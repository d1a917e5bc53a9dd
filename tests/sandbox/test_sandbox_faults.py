from __future__ import annotations

import http.client
import json
from collections.abc import Iterator

import httpx
import pytest
from practice import DEMO, PAYMENT, Json, Practice, payment, practised, statuses, taken

from importer.sandbox import Fault, Operation, PracticeCrm, Rule, lead_id

ENTRIES = [payment(amount=str(n)) for n in (1, 2, 3)]


@pytest.fixture(scope="module")
def crm() -> Iterator[Practice]:
    """A practice CRM for this module; each test has leads of its own."""
    with practised() as practice:
        yield practice


def _ask(crm: Practice, lead: int, rule: Rule) -> http.client.HTTPResponse:
    """Ask on a fresh connection while a fault is in force; the answer is not read yet."""
    with crm.struck(rule), crm.connection() as connection:
        crm.ask(connection, lead, *ENTRIES)
        return connection.getresponse()


def _last_fault(crm: Practice) -> tuple[int | None, str]:
    request = crm.crm.requests[-1]
    return request.status, request.fault


@pytest.mark.parametrize(
    ("fault", "stored"), [(Fault.DROP_BEFORE, []), (Fault.DROP_AFTER, ENTRIES)]
)
def test_a_dropped_connection_ends_without_a_byte(
    crm: Practice, fault: Fault, stored: list[Json]
) -> None:
    """The client sees an orderly end and no answer; only "after" has stored the entries."""
    lead = crm.fresh()
    with pytest.raises(http.client.RemoteDisconnected):
        _ask(crm, lead, Rule(fault=fault))
    assert crm.stored(lead) == stored
    assert _last_fault(crm) == (None, str(fault))


@pytest.mark.parametrize(
    ("fault", "stored"), [(Fault.RESET_BEFORE, []), (Fault.RESET_AFTER, ENTRIES)]
)
def test_a_reset_connection_breaks(crm: Practice, fault: Fault, stored: list[Json]) -> None:
    """The client's own kernel reports a reset; only "after" has stored the entries."""
    lead = crm.fresh()
    with pytest.raises(ConnectionResetError) as broken:
        _ask(crm, lead, Rule(fault=fault))
    assert not isinstance(broken.value, http.client.RemoteDisconnected)
    assert crm.stored(lead) == stored
    assert _last_fault(crm) == (None, str(fault))


@pytest.mark.parametrize(
    ("fault", "stored"), [(Fault.HANG_BEFORE, []), (Fault.HANG_AFTER, ENTRIES)]
)
def test_a_hanging_request_gets_no_answer(crm: Practice, fault: Fault, stored: list[Json]) -> None:
    """The client waits in vain until it goes away; only "after" has stored the entries."""
    lead = crm.fresh()
    with crm.struck(Rule(fault=fault)), crm.connection() as connection:
        connection.connect()
        connection.sock.settimeout(0.05)
        crm.ask(connection, lead, *ENTRIES)
        with pytest.raises(TimeoutError):
            connection.getresponse()
    assert crm.stored(lead) == stored
    assert statuses(crm.create(lead, DEMO)) == ["CREATED"]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.ERROR_AFTER])
def test_an_error_tells_nothing_of_the_commit(crm: Practice, fault: Fault, status: int) -> None:
    """Before or after the commit, the answer is the same error."""
    lead = crm.fresh()
    with crm.struck(Rule(fault=fault, status=status)):
        response = crm.post(lead, ENTRIES)
    assert response.status_code == status
    assert set(response.json()["error"]) == {"code", "message"}
    assert crm.stored(lead) == (ENTRIES if fault is Fault.ERROR_AFTER else [])


def test_an_error_may_be_a_page_and_say_when_to_come_again(crm: Practice) -> None:
    """An error can be HTML, and can carry Retry-After."""
    with crm.struck(Rule(fault=Fault.ERROR_BEFORE, status=503, html=True, retry_after=7)):
        response = crm.post(30, ENTRIES)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "7"
    assert response.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("kept", [0, 1, 2, 3, 9])
def test_a_partial_commit_stores_a_beginning(crm: Practice, kept: int) -> None:
    """The first k good entries are stored, then a 500 is answered."""
    lead = crm.fresh()
    with crm.struck(Rule(fault=Fault.PARTIAL_COMMIT, count=kept)):
        response = crm.post(lead, [{"type": "9999"}, *ENTRIES])
    assert response.status_code == 500
    assert crm.stored(lead) == ENTRIES[:kept]


@pytest.mark.parametrize("retry_after", [None, 0, 30])
def test_a_storm_of_429s_passes(crm: Practice, retry_after: int | None) -> None:
    """So many requests as wanted answer 429 and store nothing; the next one is taken."""
    lead = crm.fresh()
    rule = Rule(fault=Fault.TOO_MANY_REQUESTS, times=3, retry_after=retry_after)
    with crm.struck(rule):
        responses = [crm.post(lead, ENTRIES) for _ in range(4)]
    assert [response.status_code for response in responses] == [429, 429, 429, 200]
    said = None if retry_after is None else str(retry_after)
    assert responses[0].headers.get("retry-after") == said
    assert crm.stored(lead) == ENTRIES


def test_an_html_answer_has_stored_everything(crm: Practice) -> None:
    """A 200 can be a page that says nothing of what was stored."""
    with crm.struck(Rule(fault=Fault.HTML_ANSWER)):
        response = crm.post(80, ENTRIES)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert crm.stored(80) == ENTRIES


def test_a_cut_answer_ends_in_the_middle(crm: Practice) -> None:
    """The announced length does not come: half of it, then the end; everything was stored."""
    with crm.struck(Rule(fault=Fault.CUT_ANSWER)), crm.connection() as connection:
        crm.ask(connection, 81, *ENTRIES)
        response = connection.getresponse()
        announced = int(response.headers["content-length"])
        with pytest.raises(http.client.IncompleteRead) as broken:
            response.read()
    assert response.status == 200
    assert len(broken.value.partial) == announced // 2
    with pytest.raises(ValueError, match=r"delimiter|Unterminated|Expecting"):
        json.loads(broken.value.partial)
    assert crm.stored(81) == ENTRIES


def test_a_client_library_meets_the_faults_too(crm: Practice) -> None:
    """An ordinary client sees a cut body and a reset as what they are."""
    with crm.struck(Rule(fault=Fault.CUT_ANSWER)), pytest.raises(httpx.RemoteProtocolError):
        crm.post(82, ENTRIES)
    with crm.struck(Rule(fault=Fault.RESET_AFTER)), pytest.raises(httpx.ReadError):
        crm.post(82, ENTRIES)


@pytest.mark.parametrize("missing", [1, 2, 3, 9])
def test_a_short_answer_lacks_its_last_items(crm: Practice, missing: int) -> None:
    """Fewer items are answered than were sent; everything was stored."""
    lead = crm.fresh()
    with crm.struck(Rule(fault=Fault.SHORT_ANSWER, count=missing)):
        answer = crm.create(lead, *ENTRIES)
    assert len(answer["actions"]) == max(0, 3 - missing)
    assert crm.stored(lead) == ENTRIES


def test_a_reordered_answer_has_its_items_reversed(crm: Practice) -> None:
    """The items come in reverse: what was ignored seems created, and the other way round."""
    with crm.struck(Rule(fault=Fault.REORDERED_ANSWER)):
        answer = crm.create(100, PAYMENT, payment(amount="0"))
    assert statuses(answer) == ["IGNORED", "CREATED"]
    assert crm.stored(100) == [PAYMENT]


def test_an_odd_status_is_none_of_the_documented_words(crm: Practice) -> None:
    """The first items have a status that no page knows; everything was stored."""
    with crm.struck(Rule(fault=Fault.ODD_STATUS, word="QUEUED", count=2)):
        answer = crm.create(101, *ENTRIES)
    assert [item["status"] for item in answer["actions"]] == ["QUEUED", "QUEUED", "CREATED"]
    assert crm.stored(101) == ENTRIES


def test_a_twisted_answer_leaves_a_refusal_alone(crm: Practice) -> None:
    """A request that is refused as a whole is refused in the same words under a fault."""
    for fault in (Fault.SHORT_ANSWER, Fault.REORDERED_ANSWER, Fault.ODD_STATUS):
        with crm.struck(Rule(fault=fault)):
            assert crm.post(102, []).status_code == 400


def test_a_dripped_answer_is_whole_in_the_end(crm: Practice) -> None:
    """The answer comes in pieces, with a pause before each, and nothing is missing."""
    with crm.struck(Rule(fault=Fault.SLOW_DRIP, seconds=0.005)), crm.connection() as connection:
        crm.ask(connection, 103, *ENTRIES)
        response = connection.getresponse()
        pieces = []
        while piece := response.read1(65536):
            pieces.append(piece)
    assert statuses(json.loads(b"".join(pieces))) == ["CREATED"] * 3
    assert len(pieces) > 1
    assert crm.stored(103) == ENTRIES


def test_a_client_may_leave_a_dripped_answer(crm: Practice) -> None:
    """A client that gives up in mid-answer disturbs nobody."""
    with crm.struck(Rule(fault=Fault.SLOW_DRIP, seconds=0.005)), crm.connection() as connection:
        crm.ask(connection, 104, *ENTRIES)
        assert connection.getresponse().read1(1)
    assert statuses(crm.create(104, DEMO)) == ["CREATED"]


def test_a_delayed_action_stays_out_of_so_many_lists(crm: Practice) -> None:
    """What was created is in no list for so many looks, by either way of looking."""
    with crm.struck(Rule(fault=Fault.DELAYED_VISIBILITY, looks=2)):
        (item,) = crm.create(105, PAYMENT)["actions"]
    paid = {"type": "PAYMENT"}
    assert crm.search(105, paid)["total_count"] == 0
    listed = taken(crm.get(f"/lead/{lead_id(105)}", includeActions="true"))["actions"]
    assert "PAYMENT" not in [one["type"] for one in listed]
    assert crm.search(105, paid)["total_count"] == 1
    assert taken(crm.get(f"/lead/{lead_id(105)}/action/{item['action_id']}")) == PAYMENT


def test_a_delayed_action_stays_out_of_lists_for_a_while() -> None:
    """What was created is in no list until its time has passed."""
    now = [1_800_000_000.0]
    with practised(PracticeCrm(clock=lambda: now[0])) as crm:
        with crm.struck(Rule(fault=Fault.DELAYED_VISIBILITY, seconds=60)):
            crm.create(1, PAYMENT)
        now[0] += 59
        assert crm.search(1, {"type": "PAYMENT"})["total_count"] == 0
        now[0] += 1
        assert crm.search(1, {"type": "PAYMENT"})["total_count"] == 1


def test_a_foreign_twin_appears_beside_what_was_sent(crm: Practice) -> None:
    """Somebody else stores an equal action just before; it reads back with their name."""
    with crm.struck(Rule(fault=Fault.FOREIGN_TWIN)):
        answer = crm.create(106, *ENTRIES)
    assert len(answer["actions"]) == 3
    assert (crm.stored(106), crm.foreign(106)) == (ENTRIES, ENTRIES[:1])
    found = crm.search(106, {"type": "PAYMENT"})["data"]
    assert [item["amount"] for item in found] == ["3", "2", "1", "1"]
    assert "@" in found[-1]["employeeid"]


def test_a_foreign_twin_appears_although_the_request_is_lost(crm: Practice) -> None:
    """A twin and a drop before the commit: the equal action on the timeline is not ours."""
    rules = (Rule(fault=Fault.DROP_BEFORE), Rule(fault=Fault.FOREIGN_TWIN, count=9))
    with crm.struck(*rules), pytest.raises(httpx.RemoteProtocolError):
        crm.post(107, ENTRIES)
    assert (crm.stored(107), crm.foreign(107)) == ([], ENTRIES)
    assert _last_fault(crm) == (None, "foreign-twin+drop-before")


def test_a_refused_request_has_no_twin(crm: Practice) -> None:
    """Nobody stores equals of a request that is refused."""
    with crm.struck(Rule(fault=Fault.FOREIGN_TWIN)):
        assert crm.post(108, [PAYMENT, {"type": "X"}]).status_code == 400
        assert crm.post(501, [PAYMENT]).status_code == 404
    assert crm.foreign(108) == []


def test_reads_fail_too_if_a_rule_says_so(crm: Practice) -> None:
    """A rule for reads strikes searches and leaves creates alone."""
    with crm.struck(Rule(fault=Fault.ERROR_BEFORE, on=Operation.READ, status=503)):
        assert crm.http.post(f"/lead/{lead_id(109)}/action/search").status_code == 503
        assert crm.get(f"/lead/{lead_id(109)}").status_code == 503
        assert statuses(crm.create(109, DEMO)) == ["CREATED"]


def test_an_update_is_struck_by_its_own_rules(crm: Practice) -> None:
    """A rule for updates, or for everything, strikes an update."""
    (item,) = crm.create(110, PAYMENT)["actions"]
    path = f"/lead/{lead_id(110)}/action/{item['action_id']}"
    change = {"type": "PAYMENT", "status": "FAILED"}
    for operation in (Operation.UPDATE, None):
        with crm.struck(Rule(fault=Fault.ERROR_AFTER, on=operation)):
            assert crm.http.post(path, json=change).status_code == 500
    assert crm.stored(110) == [payment(status="FAILED")]


def test_a_wrong_token_meets_no_fault(crm: Practice) -> None:
    """A request that does not get in uses up no fault."""
    with crm.struck(Rule(fault=Fault.DROP_AFTER, times=1)):
        path = f"/lead/{lead_id(111)}/action"
        wrong = crm.http.post(path, headers={"authorization": "Bearer wrong"})
        assert wrong.status_code == 401
        with pytest.raises(httpx.RemoteProtocolError):
            crm.post(111, ENTRIES)
