"""What is read by a pattern, or compared as a whole, says what its parser says, and no more."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.journal.bodies import other, payment
from importer.model import Outcome
from importer.protocol import Items, read_answer, says_all_created

LEAD = "64f0c0ffee"
CREATED = '{"action_id":"a1","status":"CREATED"}'

ALIKE = [
    '{"actions":[%]}',
    '{"actions": [%], "remarks": []}',
    '{"lead_id":"64f0c0ffee","actions":[%]}',
    '{"remarks":[],"actions":[%],"lead_id":"64f0c0ffee"}\n',
]
UNLIKE = [
    "",
    "[]",
    "[" * 100_000,
    "\ufeff" + '{"actions":[%]}',
    '{"actions":[%],"remarks":[],"remarks":[]}',
    '{"actions":[],"actions":[%]}',
    '{"actions":[%],"remarks":{}}',
    '{"actions":[%],"remarks":["No."]}',
    '{"actions":[%],"error":"NO_LEAD"}',
    '{"lead_id":"other","actions":[%]}',
    '{"lead_id":"other","lead_id":"64f0c0ffee","actions":[%]}',
    '{"actions":[{"action_id":"a1","status":"IGNORED","status":"CREATED"}]}',
    '{"actions":[{"action_id":"","action_id":"a1","status":"CREATED"}]}',
    '{"actions":[{"action_id":"a1","status":"IGNORED"}]}',
    '{"actions":[{"status":"CREATED"}]}',
    '{"actions":[%,%]}',
    '{"actions":[%],"more":NaN}',
]


def reads_so(status: int, answer: str, ids: Sequence[str], lead: str) -> bool:
    """Whether the reader finds that each was created, in this order, and nothing else is said."""
    said = read_answer(status, answer.encode(), len(ids), lead)
    return (
        isinstance(said, Items)
        and not said.general
        and [(one.outcome, one.action_id, one.remarks) for one in said.items]
        == [(Outcome.CREATED, one, ()) for one in ids]
    )


@pytest.mark.parametrize("answer", ALIKE)
def test_a_common_answer_is_known_at_sight(answer: str) -> None:
    """Whatever its blanks, its order, and which of the usual keys it has."""
    whole = answer.replace("%", CREATED)
    assert says_all_created(200, whole, ["a1"], LEAD)
    assert reads_so(200, whole, ["a1"], LEAD)
    assert not says_all_created(201, whole, ["a1"], LEAD)
    assert not says_all_created(200, whole, ["a2"], LEAD)
    assert not says_all_created(200, whole, ["a1", "a1"], LEAD)


@pytest.mark.parametrize("answer", UNLIKE)
def test_any_other_answer_is_left_to_the_reader(answer: str) -> None:
    """Nothing that is hidden in an answer, or missing, is taken for the common one."""
    assert not says_all_created(200, answer.replace("%", CREATED), ["a1"], LEAD)


@pytest.mark.parametrize("id_", ["", "a b", "é", "x" * 201, 'a"b'])
def test_an_id_that_is_none_is_left_to_the_reader(id_: str) -> None:
    """What the reader would not believe is not believed at sight."""
    answer = json.dumps({"actions": [{"action_id": id_, "status": "CREATED"}]})
    assert not says_all_created(200, answer, [id_], LEAD)
    answer = json.dumps({"actions": [{"action_id": "a", "status": "CREATED"}] * 2})
    assert not says_all_created(200, answer, ["a", "a"], LEAD)


WORDS = "actions remarks lead_id status action_id error type fields amount CREATED IGNORED a1 1003"
PIECES = st.sampled_from(
    [
        *(f'"{word}"' for word in (*WORDS.split(), LEAD)),
        *("null", "[]", "{", "}", "[", "]", ":", ",", "0", "01", "-1", "1e2", "}}", "\n", "\\"),
        *(CREATED, f'{{"actions":[{CREATED}]', r'"\u0061ctions"', '{"type":"1003","fields":{'),
        *('{"type":"PAYMENT","status":"COMPLETED",', '"currency":"INR","amount":"5.00"}'),
    ]
)
JOINED = st.lists(PIECES, max_size=9).map("".join)


@given(JOINED, st.sampled_from([["a1"], ["a1", "a2"]]))
def test_whatever_is_known_at_sight_is_read_so(answer: str, ids: list[str]) -> None:
    """No answer is said to be the common one that the reader reads in another way."""
    if says_all_created(200, answer, ids, LEAD):
        assert reads_so(200, answer, ids, LEAD)


@given(JOINED)
def test_a_body_that_a_pattern_takes_is_read_so(body: str) -> None:
    """Its type, status and money are what a parser finds in it, and there is no money beside."""
    if found := payment(body):
        names = ("type", "status", "currency", "amount")
        assert json.loads(body) == dict(zip(names, ("PAYMENT", *found.groups()), strict=True))
    if found := other(body):
        parsed = json.loads(body)
        assert parsed["type"] == found[1]
        assert parsed.keys() <= {"type", "fields"}


@pytest.mark.parametrize(
    "body",
    [
        '{"type":"1003"}',
        '{"type":"1003","fields":{}}',
        '{"type":"1003","fields":{"a":"é \u2028 {}","b":0,"c":1777401000000}}',
    ],
)
def test_a_usual_body_is_taken_by_the_pattern(body: str) -> None:
    """Texts and whole numbers are what our own checks write."""
    found = other(body)
    assert found
    assert json.loads(body)["type"] == found[1]


@pytest.mark.parametrize(
    "body",
    [
        '{"type":"1003","amount":"5"}',
        '{"type":"1003","fields":{"a":01}}',
        '{"type":"1003","fields":{"a":"x\\"}}',
        '{"type":"1003","fields":{"a":"\n"}}',
        '{"type":"1003","fields":{"a":1}},"type":"7"}',
        '{"type":"1003","fields":{},"type":"1004"}',
        '{"type":"1003","fields":{"a":{"b":"c"}}}',
        '{"type":"1003","fields":{"a":"1"},}',
        '{"type":"1003"}\n',
    ],
)
def test_any_other_body_is_left_to_the_parser(body: str) -> None:
    """Nothing is taken that hides something, or that a parser refuses."""
    assert not other(body)
