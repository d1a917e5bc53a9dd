from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.model import Outcome, Remark
from importer.upload.stops import Halt, StopRules, Told, Watch

MANY = 100_000
NEVER = StopRules(
    failed_share=1,
    unknown_share=1,
    same_remark_share=1,
    failed_in_a_row=MANY,
    unknown_in_a_row=MANY,
)


def rules(**changes: float) -> StopRules:
    """Rules of which only these can stop a run."""
    kept = {name: getattr(NEVER, name) for name in StopRules.__dataclass_fields__}
    return StopRules(**(kept | changes))


def told(outcome: Outcome, *remarks: Remark, name: str = "receipt", detail: str = "") -> Told:
    """One action's end."""
    return Told(name=name, outcome=outcome, remarks=remarks, detail=detail)


CREATED = told(Outcome.CREATED)
IGNORED = told(Outcome.IGNORED, Remark(path="type", text="Not found."))
REFUSED = told(Outcome.REFUSED, detail="LEAD_NOT_FOUND: No such lead.")
UNKNOWN = told(Outcome.UNKNOWN, detail="No complete answer came.")


def halts(watch: Watch, *requests: list[Told]) -> Iterator[Halt | None]:
    """What the watch says after each request."""
    return (watch.see(request) for request in requests)


def first_halt(watch: Watch, *requests: list[Told]) -> tuple[int, Halt]:
    """After how many requests it stops, and why."""
    for number, halt in enumerate(halts(watch, *requests), start=1):
        if halt is not None:
            return number, halt
    pytest.fail("It was not stopped.")


def test_a_good_run_is_not_stopped() -> None:
    """A thousand created actions break no rule, nor does one failure among every four."""
    watch = Watch(StopRules())
    assert not any(halts(watch, *([[CREATED, CREATED], [CREATED, IGNORED]] * 500)))


def test_failures_are_counted_over_the_last_actions() -> None:
    """More than half of the last ten stop it, with the count, the words and what to do."""
    watch = Watch(rules(failed_share=0.5, after_actions=10))
    number, halt = first_halt(watch, *[[CREATED]] * 20, *[[REFUSED]] * 10)
    assert number == 26
    assert halt.reason == (
        "6 of the last 10 actions were ignored or refused; mostly: “LEAD_NOT_FOUND: No such lead”."
    )
    assert "mapping" in halt.remedy
    assert "Resume sends what was planned" in halt.remedy
    assert "close it" in halt.remedy


def test_a_share_waits_for_enough_actions() -> None:
    """Before so many were answered, no share is looked at."""
    watch = Watch(rules(failed_share=0.5, after_actions=10))
    assert not any(halts(watch, *[[IGNORED]] * 9))
    assert watch.see([IGNORED]) is not None


def test_doubts_have_a_share_of_their_own() -> None:
    """More than a fifth in doubt stop it, though most went well."""
    watch = Watch(rules(unknown_share=0.2, after_actions=10))
    number, halt = first_halt(watch, *[[CREATED, CREATED, UNKNOWN]] * 10)
    assert number == 4
    assert halt.reason.startswith("4 of the last 10 actions are in doubt; mostly: “No complete")


def test_requests_that_fail_wholly_in_a_row_stop_it() -> None:
    """One action that was created between them begins the count anew."""
    watch = Watch(rules(failed_in_a_row=3))
    failed = [IGNORED, REFUSED]
    number, halt = first_halt(
        watch, failed, failed, [CREATED, IGNORED], failed, failed, failed, failed
    )
    assert number == 6
    assert halt.reason.startswith("3 requests in a row were wholly ignored or refused; mostly: “")


def test_requests_in_doubt_in_a_row_stop_it() -> None:
    """Three in a row, and not three in all."""
    watch = Watch(rules(unknown_in_a_row=3))
    doubt = [UNKNOWN, UNKNOWN]
    number, halt = first_halt(watch, doubt, doubt, [CREATED], doubt, doubt, doubt)
    assert number == 6
    assert halt.reason == ("3 requests in a row ended in doubt; mostly: “No complete answer came”.")


def spoiled(number: int, name: str = "receipt") -> Told:
    """Created, but the CRM dropped a field; its remark speaks of this row's value."""
    text = f"Value 'R-{number}' of {number}x@example.com dropped:  not DEFINED"
    return told(Outcome.CREATED, Remark(path="fields.receipt", text=text), name=name)


def test_one_remark_on_nearly_all_stops_it_although_they_are_created() -> None:
    """After 20 actions of one name, with the remark in the CRM's words; values do not count."""
    watch = Watch(rules(same_remark_share=0.8))
    payment = told(Outcome.CREATED, name="payment")
    number, halt = first_halt(watch, *([payment, spoiled(one)] for one in range(100)))
    assert number == 20
    assert halt.reason == (
        "The CRM says the same of 20 of the last 20 actions `receipt`: "
        "“fields.receipt: Value 'R-19' of 19x@example.com dropped: not DEFINED”."
    )
    assert "same_remark_share" in halt.remedy


def test_remarks_that_differ_do_not_stop_it() -> None:
    """Another field, or other words, is another remark."""
    fields = [
        told(Outcome.CREATED, Remark(path=f"fields.{path}", text=text))
        for path in "abc"
        for text in ("Too long", "Unknown")
    ]
    watch = Watch(rules(same_remark_share=0.2))
    assert not any(halts(watch, *([one] for one in fields * 20)))


def test_a_remark_on_a_few_of_many_names_is_no_pattern() -> None:
    """Each name is counted for itself, and needs 20 actions."""
    watch = Watch(rules(same_remark_share=0.5))
    assert not any(halts(watch, *([spoiled(one, name=f"name {one % 10}")] for one in range(190))))


def test_a_correction_is_stopped_by_doubts_in_a_row_alone() -> None:
    """Of a failures workbook much may fail again."""
    watch = Watch(StopRules(unknown_in_a_row=3), correcting=True)
    assert not any(halts(watch, *[[IGNORED]] * 200, *[[CREATED, UNKNOWN], [CREATED]] * 100))
    assert list(halts(watch, [UNKNOWN], [UNKNOWN]))[-1] is None
    assert watch.see([UNKNOWN]) is not None


requests = st.lists(
    st.lists(st.sampled_from([CREATED, IGNORED, REFUSED, UNKNOWN, spoiled(1)]), min_size=1),
    max_size=80,
)


@given(requests=requests, after=st.sampled_from([1, 50]))
def test_shares_of_1_and_large_counts_never_stop(requests: list[list[Told]], after: int) -> None:
    """Whoever switches every rule off is not stopped, whatever comes."""
    assert not any(halts(Watch(rules(after_actions=after)), *requests))
