from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.sandbox import Fault, Operation, Rule, lead_id
from importer.sandbox.faults import read_rules
from importer.sandbox.strikes import Faults

CREATE = Operation.CREATE
LEADS = [lead_id(n) for n in range(1, 201)]


def _struck(faults: Faults, leads: list[str]) -> list[str]:
    """The leads whose create request was struck, in order."""
    return [lead for lead in leads if faults.choose(CREATE, lead).ending]


def _in_force(*rules: Rule, seed: int = 0) -> Faults:
    faults = Faults()
    faults.set(rules, seed)
    return faults


def test_without_rules_nothing_is_struck() -> None:
    """A practice CRM is honest until it is told otherwise."""
    assert _struck(Faults(), LEADS) == []


def test_a_rule_strikes_its_lead_only() -> None:
    """A rule for one lead leaves all others alone, and strikes it every time."""
    faults = _in_force(Rule(fault=Fault.DROP_AFTER, lead=LEADS[7]))
    assert _struck(faults, LEADS[:10] * 2) == [LEADS[7]] * 2


def test_a_rule_strikes_the_nth_request() -> None:
    """A rule for the nth create strikes that one, whichever lead it is for."""
    faults = _in_force(Rule(fault=Fault.DROP_AFTER, nth=3))
    faults.choose(Operation.READ, LEADS[0])
    assert _struck(faults, LEADS) == [LEADS[2]]


def test_a_rule_strikes_the_nth_request_of_its_lead() -> None:
    """With a lead, the nth is counted over that lead's requests."""
    faults = _in_force(Rule(fault=Fault.DROP_AFTER, nth=2, lead=LEADS[1]))
    asked = [LEADS[0], LEADS[1], LEADS[0], LEADS[1], LEADS[1]]
    assert [bool(faults.choose(CREATE, lead).ending) for lead in asked] == [
        False,
        False,
        False,
        True,
        False,
    ]


def test_a_rule_strikes_so_many_times() -> None:
    """A rule with `times` is used up by striking, not by being asked."""
    faults = _in_force(Rule(fault=Fault.DROP_AFTER, times=2, lead=LEADS[1]))
    assert _struck(faults, [LEADS[0], LEADS[1]] * 4) == [LEADS[1]] * 2


def test_the_first_ending_counts_and_side_faults_join_it() -> None:
    """Of several endings the first strikes; a delay and a twin happen beside it."""
    faults = _in_force(
        Rule(fault=Fault.DELAYED_VISIBILITY),
        Rule(fault=Fault.DROP_AFTER),
        Rule(fault=Fault.HANG_AFTER),
        Rule(fault=Fault.FOREIGN_TWIN),
    )
    plan = faults.choose(CREATE, LEADS[0])
    assert str(plan) == "foreign-twin+delayed-visibility+drop-after"


def test_an_ending_that_did_not_strike_is_not_used_up() -> None:
    """A rule that stood behind another keeps its times."""
    faults = _in_force(Rule(fault=Fault.DROP_AFTER, times=1), Rule(fault=Fault.HANG_AFTER, times=1))
    plans = [faults.choose(CREATE, LEADS[0]) for _ in range(3)]
    assert [str(plan) for plan in plans] == ["drop-after", "hang-after", ""]


def test_setting_rules_starts_counting_again() -> None:
    """New rules replace the old ones, with fresh counts."""
    rule = Rule(fault=Fault.DROP_AFTER, times=1)
    faults = _in_force(rule)
    assert len(_struck(faults, LEADS)) == 1
    faults.set([rule])
    assert len(_struck(faults, LEADS)) == 1
    faults.set([])
    assert _struck(faults, LEADS) == []


@given(seed=st.integers(0, 2**32), order=st.permutations(LEADS[:60]))
def test_a_seeded_share_does_not_depend_on_the_order(seed: int, order: list[str]) -> None:
    """The same seed strikes the same leads, however their requests interleave."""
    rule = Rule(fault=Fault.DROP_AFTER, rate=0.3)
    in_order = _struck(_in_force(rule, seed=seed), LEADS[:60])
    assert sorted(_struck(_in_force(rule, seed=seed), order)) == sorted(in_order)


def test_a_seeded_share_is_about_its_rate() -> None:
    """Over many requests the share is the rate, another seed strikes others, 0 strikes none."""
    asked = LEADS * 20
    struck = [
        _struck(_in_force(Rule(fault=Fault.DROP_AFTER, rate=0.1), seed=n), asked) for n in (1, 2)
    ]
    assert all(300 < len(one) < 500 for one in struck)
    assert struck[0] != struck[1]
    assert _struck(_in_force(Rule(fault=Fault.DROP_AFTER, rate=0.0)), asked) == []


@pytest.mark.parametrize(
    "measure",
    [
        {"nth": 0},
        {"times": 0},
        {"rate": 1.5},
        {"rate": -0.1},
        {"status": 200},
        {"retry_after": -1},
        {"count": -1},
        {"seconds": -1.0},
        {"looks": -1},
    ],
)
def test_a_measure_out_of_range_is_refused(measure: dict[str, float]) -> None:
    """A rule cannot hold a number that makes no sense."""
    with pytest.raises(ValueError, match=next(iter(measure))):
        read_rules([{"fault": "drop-after", **measure}])


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [5],
        [{}],
        [{"fault": "explode"}],
        [{"fault": "drop-after", "when": 5}],
        [{"fault": "drop-after", "nth": "3"}],
        [{"fault": "drop-after", "nth": True}],
        [{"fault": "drop-after", "html": 1}],
        [{"fault": "drop-after", "rate": None}],
        [{"fault": "slow-drip", "seconds": float("nan")}],
        [{"fault": "slow-drip", "seconds": 10**400}],
        [{"fault": ["drop-after"]}],
    ],
)
def test_what_is_no_rule_is_refused(data: object) -> None:
    """A rule with an unknown key, an unknown fault or a value of the wrong kind is refused."""
    with pytest.raises(ValueError, match=r"\w"):
        read_rules(data)


def test_a_rule_reads_as_it_is_written() -> None:
    """Every measure of a rule can be set over HTTP."""
    (rule,) = read_rules(
        [{"fault": "error-after", "on": None, "lead": "x", "rate": 1, "status": 502, "html": True}]
    )
    assert rule == Rule(fault=Fault.ERROR_AFTER, on=None, lead="x", rate=1.0, status=502, html=True)
