from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from practice import DEMO, PAYMENT, Practice, payment, practised, refusal, remarks, statuses

from importer.model import Currency, PaymentStatus
from importer.sandbox import ENTERPRISE_ID, lead_id


@pytest.fixture(scope="module")
def crm() -> Iterator[Practice]:
    """A practice CRM for this module; each test has leads of its own."""
    with practised() as practice:
        yield practice


def test_the_documented_request_is_stored_in_its_order(crm: Practice) -> None:
    """The request of the documentation is taken, and what it holds is stored as it was sent."""
    answer = crm.create(1, DEMO, PAYMENT)
    assert answer["lead_id"] == lead_id(1)
    assert statuses(answer) == ["CREATED", "CREATED"]
    assert answer["remarks"] == []
    assert crm.stored(1) == [DEMO, PAYMENT]


def test_ids_are_object_ids_that_rise(crm: Practice) -> None:
    """Action ids are 24 hex characters and rise in the order of storing."""
    answers = [crm.create(2, DEMO, DEMO), crm.create(2, DEMO)]
    ids = [item["action_id"] for answer in answers for item in answer["actions"]]
    assert ids == sorted(set(ids))
    assert all(len(one) == 24 and int(one, 16) for one in ids)


def test_an_equal_request_is_stored_again(crm: Practice) -> None:
    """Nothing is recognised: the same request twice is twice as many actions."""
    for _ in range(2):
        crm.create(3, PAYMENT)
    assert crm.stored(3) == [PAYMENT, PAYMENT]


def test_a_bad_entry_does_not_block_the_rest(crm: Practice) -> None:
    """Entries are judged one by one, and a remark names the place of the bad one."""
    bad = {"type": "1003", "fields": {"payer_email": "nobody"}}
    answer = crm.create(4, DEMO, bad, PAYMENT)
    assert statuses(answer) == ["CREATED", "IGNORED", "CREATED"]
    assert remarks(answer) == {"actions[1].fields.payer_email": "Payer email is invalid"}
    assert crm.stored(4) == [DEMO, PAYMENT]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"amount": None}, "amount"),
        ({"amount": 10000}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "0.00"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1,000"}, "amount"),
        ({"amount": "1e3"}, "amount"),
        ({"amount": " 10"}, "amount"),
        ({"amount": "\u0967\u0968"}, "amount"),  # Devanagari digits
        ({"amount": ""}, "amount"),
        ({"amount": True}, "amount"),
        ({"status": None}, "status"),
        ({"status": "paid"}, "status"),
        ({"status": "Completed"}, "status"),
        ({"status": "CANCELED"}, "status"),
        ({"status": ["PENDING"]}, "status"),
        ({"currency": None}, "currency"),
        ({"currency": "inr"}, "currency"),
        ({"currency": "EUR"}, "currency"),
        ({"currency": {}}, "currency"),
    ],
)
def test_a_payment_needs_its_values_exactly(
    crm: Practice, changes: dict[str, object], path: str
) -> None:
    """A PAYMENT with a missing or inexact value is ignored with a remark at that value."""
    before = len(crm.stored(5))
    answer = crm.create(5, payment(**changes))
    assert statuses(answer) == ["IGNORED"]
    assert list(remarks(answer)) == [f"actions[0].{path}"]
    assert len(crm.stored(5)) == before


def test_every_status_and_currency_of_the_documentation_is_taken(crm: Practice) -> None:
    """All six statuses and all eleven currencies can be written."""
    entries = [payment(status=status) for status in PaymentStatus]
    entries += [payment(currency=currency, amount="0.5") for currency in Currency]
    assert set(statuses(crm.create(6, *entries))) == {"CREATED"}


def test_all_that_is_wrong_with_a_payment_is_remarked(crm: Practice) -> None:
    """An empty PAYMENT gets a remark for each of its three values."""
    answer = crm.create(7, DEMO, {"type": "PAYMENT"})
    assert sorted(remarks(answer)) == [
        f"actions[1].{key}" for key in ("amount", "currency", "status")
    ]


@pytest.mark.parametrize(
    "foreign",
    [
        {"type": "INCOMING_CALL"},
        {"type": "SYSTEM_NOTE", "text": "x"},
        {"type": "ACTION_1001", "fields": {}},
        {"type": "payment"},
        {"type": 1001, "fields": {}},
        {"type": ""},
        {"fields": {"note": "x"}},
        "1001",
        None,
        [],
    ],
)
def test_a_foreign_type_costs_the_whole_request(crm: Practice, foreign: object) -> None:
    """One entry that cannot be written answers 400, and nothing of the request is stored."""
    before = len(crm.stored(8))
    response = crm.post(8, [DEMO, foreign])
    assert refusal(response) == (400, "BAD_REQUEST")
    message = "Only custom actions and payment actions can be created"
    assert response.json()["error"]["message"] == message
    assert len(crm.stored(8)) == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"actions": []}',
        b'{"actions": {}}',
        b'{"actions": null}',
        b'{"actions": [{"type": "1001", "fields": {"note": NaN}}]}',
        b"\xff\xfe",
        b'"' + b"\\ud800" * 3,
        b"[" * 100_000,
        b'{"actions": ' + b"9" * 10_000 + b"}",
    ],
)
def test_a_body_that_is_no_request_is_refused(crm: Practice, body: bytes) -> None:
    """A body that is not JSON, or holds no entries, answers 400."""
    response = crm.http.post(f"/lead/{lead_id(9)}/action", content=body)
    assert refusal(response) == (400, "BAD_REQUEST")
    assert crm.stored(9) == []


@pytest.mark.parametrize("lead", ["62ab16e", "0" * 24, lead_id(501), "search", "%F0%9F%92%A9"])
def test_a_lead_that_does_not_exist_is_not_found(crm: Practice, lead: str) -> None:
    """An unknown lead answers 404 LEAD_NOT_FOUND, whether its id is well-formed or not."""
    response = crm.http.post(f"/lead/{lead}/action", json={"actions": [DEMO]})
    assert refusal(response) == (404, "LEAD_NOT_FOUND")


def test_the_documented_words_of_a_missing_lead(crm: Practice) -> None:
    """The message is the documentation's, word for word."""
    response = crm.http.post("/lead/62ab16e/action", json={"actions": [DEMO]})
    assert response.json()["error"]["message"] == "Lead with ID 62ab16e was not found."


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic practice-token"])
def test_a_wrong_token_is_not_authorized(crm: Practice, header: str | None) -> None:
    """Without the token every call answers 401, in the words seen live, and stores nothing."""
    headers = {} if header is None else {"authorization": header}
    response = httpx.post(
        f"{crm.url}{crm.path}/lead/{lead_id(10)}/action",
        json={"actions": [DEMO]},
        headers=headers,
        trust_env=False,
    )
    assert response.json() == {
        "error": {
            "code": "NOT_AUTHORIZED",
            "message": f'Enterprise with id "{ENTERPRISE_ID}" not found or invalid access token.',
        }
    }
    assert response.status_code == 401
    assert crm.stored(10) == []


def test_a_wrong_enterprise_is_not_authorized(crm: Practice) -> None:
    """A wrong enterprise id answers the same 401 as a wrong token."""
    response = crm.http.get(f"{crm.url}/autoupdate/v2/enterprise/abc:def/metadata")
    assert response.status_code == 401
    assert '"abc:def"' in response.json()["error"]["message"]


def test_a_body_above_a_megabyte_is_refused(crm: Practice) -> None:
    """A body of more than a megabyte answers 413, and nothing of it is stored."""
    entry = {"type": "1001", "fields": {"note": "x" * 1_000_000}}
    assert refusal(crm.post(11, [entry])) == (413, "PAYLOAD_TOO_LARGE")
    assert crm.stored(11) == []
    assert crm.crm.requests[-1].status == 413


def test_a_large_batch_below_a_megabyte_is_taken(crm: Practice) -> None:
    """Thousands of entries in one request are stored, in order."""
    entries = [payment(amount=str(n)) for n in range(1, 5001)]
    assert statuses(crm.create(12, *entries)) == ["CREATED"] * 5000
    assert crm.stored(12) == entries


def test_text_is_stored_untouched(crm: Practice) -> None:
    """Blanks, line breaks, both normal forms, emoji and a lone surrogate arrive as sent."""
    note = " caf\u00e9 cafe\u0301 \r\n\t\u0939\u093f \U0001f9ff \x00 \u2028 "
    entry = {"type": "1001", "fields": {"note": note, "import_ref": "\ud800"}}
    response = crm.http.post(
        f"/lead/{lead_id(13)}/action",
        content=b'{"actions": [{"type": "1001", "fields": {"note": %s, "import_ref": "\\ud800"}}]}'
        % _quoted(note),
    )
    assert response.status_code == 200
    assert crm.stored(13) == [entry]
    assert crm.get(f"/lead/{lead_id(13)}", includeActions="true").json()["actions"][0]["fields"]


def _quoted(text: str) -> bytes:
    escaped = (f"\\u{unit:04x}" for unit in memoryview(text.encode("utf-16-le")).cast("H"))
    return b'"' + "".join(escaped).encode() + b'"'
