from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import Outcome, Remark
from importer.protocol import (
    Answer,
    ErrorAnswer,
    ItemAnswer,
    Items,
    Unreadable,
    read_answer,
)
from importer.verdict import (
    Assumptions,
    Exchange,
    NotSent,
    Progress,
    ReadBack,
    Recorded,
    Refused,
    RefusedMaybe,
    StopRun,
    Unknown,
    Verdict,
    Wait,
    judge,
)

ITEM = ItemAnswer(outcome=Outcome.CREATED, action_id="a1")
NOTHING = ErrorAnswer(code="", message="")
HTML = Unreadable(reason="The answer cannot be used: it is not JSON.", excerpt="<html>")


def answered(
    status: int,
    answer: Answer | None = HTML,
    *,
    items: int = 1,
    has_payment: bool = False,
    retry_after_s: float | None = None,
    **assumptions: bool,
) -> Verdict:
    """The verdict on a complete answer."""
    exchange = Exchange(
        progress=Progress.ANSWERED, status=status, body=b"x", retry_after_s=retry_after_s
    )
    return judge(
        exchange,
        answer,
        items=items,
        has_payment=has_payment,
        assuming=Assumptions(**assumptions),
    )


def ended(progress: Progress, status: int | None = None, error: str = "") -> Verdict:
    """The verdict on a request with a PAYMENT that was not answered as a whole."""
    exchange = Exchange(progress=progress, status=status, error=error)
    return judge(exchange, None, items=1, has_payment=True)


def code(name: str) -> ErrorAnswer:
    """An error envelope with this code."""
    return ErrorAnswer(code=name, message=f"About {name}.")


def test_a_request_that_never_started_was_not_sent() -> None:
    """Refused connections, DNS, TLS and proxies end before the headers: it may be sent again."""
    assert ended(Progress.NOT_STARTED, error="connection refused") == NotSent(
        reason="Connection refused."
    )


def test_a_request_that_started_and_was_not_answered_is_unknown() -> None:
    """Time-outs, resets and disconnects after the first byte prove nothing."""
    assert ended(Progress.STARTED, error="no answer in time") == Unknown(
        reason="No answer in time."
    )


def test_a_200_that_was_cut_off_was_applied() -> None:
    """The head of a 200 without its whole body is read back, never sent again."""
    verdict = ended(Progress.STARTED, 200, "the connection broke")
    assert isinstance(verdict, ReadBack)
    assert "the connection broke" in verdict.reason


@pytest.mark.parametrize("status", [201, 400, 401, 404, 429, 500])
def test_any_other_answer_that_was_cut_off_is_unknown(status: int) -> None:
    """A status whose body did not come whole is not trusted."""
    assert isinstance(ended(Progress.STARTED, status), Unknown)


def test_an_answer_to_a_request_that_never_started_is_unknown() -> None:
    """A contradiction in what was observed proves nothing."""
    assert isinstance(ended(Progress.NOT_STARTED, 200), Unknown)


def test_a_faultless_200_is_recorded_item_by_item() -> None:
    """As many items as were sent are believed, with what was said beside them."""
    general = (Remark(path="fields.x", text="?"),)
    answer = Items(items=(ITEM, ITEM), general=general)
    assert answered(200, answer, items=2) == Recorded(items=(ITEM, ITEM), general=general)


@pytest.mark.parametrize(
    "answer",
    [
        Items(items=()),
        Items(items=(ITEM, ITEM)),
        HTML,
        code("ENTERPRISE_LICENSE_EXPIRED"),
        NOTHING,
        None,
    ],
)
def test_any_other_200_is_read_back(answer: Answer | None) -> None:
    """Short, long, unreadable, an error under status 200: applied, detail lost."""
    assert isinstance(answered(200, answer), ReadBack)


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (401, code("NOT_AUTHORIZED"), "NOT_AUTHORIZED"),
        (401, HTML, "HTTP_401"),
        (402, code("BUY_LICENSE"), "BUY_LICENSE"),
        (403, HTML, "HTTP_403"),
        (403, code("INVALID_LEAD"), "INVALID_LEAD"),
        (400, code("ENTERPRISE_LICENSE_EXPIRED"), "ENTERPRISE_LICENSE_EXPIRED"),
        (409, code("ENTERPRISE_LICENSE_EXPIRED"), "ENTERPRISE_LICENSE_EXPIRED"),
        (404, code("ENTERPRISE_NOT_FOUND"), "ENTERPRISE_NOT_FOUND"),
        (404, HTML, "HTTP_404"),
        (404, NOTHING, "HTTP_404"),
        (301, HTML, "HTTP_301"),
        (302, HTML, "HTTP_302"),
        (307, None, "HTTP_307"),
        (399, HTML, "HTTP_399"),
    ],
)
def test_what_all_other_requests_would_meet_too_stops_the_run(
    status: int, answer: Answer, expected: str
) -> None:
    """Token, licence, wrong address: the run stops, and the remedy is said."""
    verdict = answered(status, answer, items=3)
    assert isinstance(verdict, StopRun)
    assert verdict.code == expected
    assert verdict.message.endswith(".")
    assert verdict.remedy


def test_a_wrong_address_names_what_to_check() -> None:
    """A 404 that is not about the lead says that base URL or enterprise id is wrong."""
    verdict = answered(404, HTML)
    assert isinstance(verdict, StopRun)
    assert "base URL" in verdict.remedy
    assert "enterprise id" in verdict.remedy


@pytest.mark.parametrize("items", [1, 5])
def test_a_lead_that_does_not_exist_is_refused_alone(items: int) -> None:
    """404 LEAD_NOT_FOUND refuses that lead's batch, and nothing else."""
    assert answered(404, code("LEAD_NOT_FOUND"), items=items) == Refused(
        code="LEAD_NOT_FOUND", message="About LEAD_NOT_FOUND."
    )


def test_a_message_decides_nothing() -> None:
    """Words vary between endpoints; only status and code are branched on."""
    talk = ErrorAnswer(code="", message="Lead with ID x was not found. LEAD_NOT_FOUND")
    assert isinstance(answered(404, talk), StopRun)


@pytest.mark.parametrize("status", [413, 414, 415, 422])
@pytest.mark.parametrize("items", [1, 5])
def test_a_request_that_is_refused_as_such_is_refused(status: int, items: int) -> None:
    """Too large, wrong type, unprocessable: nothing was stored."""
    assert isinstance(answered(status, code("X_Y"), items=items), Refused)
    verdict = answered(status, HTML, items=items)
    assert isinstance(verdict, Refused)
    assert verdict.code == f"HTTP_{status}"
    assert verdict.message.endswith(".")


def test_a_400_on_one_action_is_refused() -> None:
    """With one action there is no other that could have been stored."""
    assert answered(400, code("BAD_REQUEST")) == Refused(
        code="BAD_REQUEST", message="About BAD_REQUEST."
    )


def test_a_400_on_several_actions_is_read_back_once() -> None:
    """It names no item, and does not say that nothing was stored."""
    assert answered(400, code("BAD_REQUEST"), items=2) == RefusedMaybe(
        code="BAD_REQUEST", message="About BAD_REQUEST."
    )


def test_a_400_is_refused_where_it_is_known_to_store_nothing() -> None:
    """A setting gives the other reading of the documents."""
    assert isinstance(answered(400, HTML, items=2, bad_request_may_store=False), Refused)


@pytest.mark.parametrize("has_payment", [True, False])
@pytest.mark.parametrize("seconds", [None, 7.0])
def test_a_429_was_not_processed(seconds: float | None, *, has_payment: bool) -> None:
    """All senders wait as long as the CRM says, or as they think best, and it is sent again."""
    verdict = answered(429, HTML, has_payment=has_payment, retry_after_s=seconds)
    assert isinstance(verdict, Wait)
    assert verdict.seconds == seconds


def test_a_429_is_unknown_where_it_may_store() -> None:
    """A setting gives the other reading of the documents."""
    assert isinstance(answered(429, HTML, throttled_may_store=True), Unknown)


def test_a_503_with_retry_after_is_sent_again_unless_it_books_money() -> None:
    """Probably not processed is good enough for a custom action, and not for a PAYMENT."""
    assert isinstance(answered(503, HTML, retry_after_s=3.0), Wait)
    assert isinstance(answered(503, HTML, retry_after_s=0.0), Wait)
    assert isinstance(answered(503, HTML, retry_after_s=3.0, has_payment=True), Unknown)
    assert isinstance(answered(503, HTML, retry_after_s=3.0, busy_may_store=True), Unknown)
    assert isinstance(answered(503, HTML), Unknown)


@pytest.mark.parametrize(
    "status",
    [100, 201, 202, 204, 207, 405, 406, 407, 408, 409, 410, 418, 431, 451, 500, 501, 502, 504, 599],
)
@pytest.mark.parametrize("answer", [HTML, None, code("BAD_REQUEST"), Items(items=(ITEM,))])
def test_anything_not_listed_is_unknown(status: int, answer: Answer | None) -> None:
    """Server errors, other successes, conflicts: whether it was stored is not known."""
    verdict = answered(status, answer, retry_after_s=1.0)
    assert isinstance(verdict, Unknown)
    assert str(status) in verdict.reason


def test_a_licence_code_in_a_server_error_is_unknown() -> None:
    """The status of a server's failure outweighs its words."""
    assert isinstance(answered(500, code("BUY_LICENSE")), Unknown)


faultless = (
    b'{"actions":[{"action_id":"a1","status":"CREATED"},{"action_id":null,"status":"IGNORED"}]}'
)
exchanges = st.builds(
    Exchange,
    progress=st.sampled_from(Progress),
    status=st.none() | st.integers(-1, 1000) | st.sampled_from([200, 400, 404, 429, 503]),
    body=st.binary(max_size=60)
    | st.sampled_from([faultless, b"{}", b'{"error":{"code":"LEAD_NOT_FOUND"}}']),
    retry_after_s=st.none() | st.floats(0, 100),
    error=st.text(max_size=20),
)


@given(
    exchange=exchanges,
    items=st.integers(1, 3),
    has_payment=st.booleans(),
    believed=st.booleans(),
    assuming=st.builds(Assumptions),
)
def test_every_end_has_a_verdict(
    exchange: Exchange, items: int, *, has_payment: bool, believed: bool, assuming: Assumptions
) -> None:
    """Any end is judged without a crash; recorded or resendable only where that is proved."""
    answer = read_answer(exchange.status or 0, exchange.body, items, "x") if believed else None
    verdict: Any = judge(exchange, answer, items=items, has_payment=has_payment, assuming=assuming)
    complete = exchange.progress is Progress.ANSWERED
    if isinstance(verdict, Recorded):
        assert (complete, exchange.status, len(verdict.items)) == (True, 200, items)
        assert isinstance(answer, Items)
    elif isinstance(verdict, NotSent):
        assert (exchange.progress, exchange.status) == (Progress.NOT_STARTED, None)
    elif isinstance(verdict, Wait):
        assert complete
        assert exchange.status == 429 or (exchange.status == 503 and not has_payment)
    elif isinstance(verdict, StopRun | Refused | RefusedMaybe):
        assert complete
        assert exchange.status is not None
        assert 300 <= exchange.status < 500
    else:
        assert isinstance(verdict, ReadBack | Unknown)
        assert verdict.reason
