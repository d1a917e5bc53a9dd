"""The API's open questions, each run both ways against the practice CRM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from workplaces import MAPPING, Desk, Result, desk, row

from importer.sandbox import Fault, Rule, Toggles
from importer.sandbox.toggles import (
    AmountEcho,
    BadField,
    ReadType,
    Shape,
    UnknownCode,
    UnknownKey,
    WrongEnterprise,
)
from importer.settings import Api, Settings

PAGE = Path(__file__).parents[1] / "docs" / "api-assumptions.md"

UNKNOWN_CODE = MAPPING.replace('"1003"', '"1999"')


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """Return a desk in front of the usual mapping."""
    with desk(tmp_path) as opened:
        yield opened


def assume(here: Desk, **api: bool) -> None:
    """Read the API's open questions in another way; settle without waiting."""
    patient = here.settings.settle.model_copy(
        update={"delay_seconds": 0.0, "between_looks_seconds": 0.0}
    )
    here.settings = here.settings.model_copy(update={"api": Api(**api), "settle": patient})


def switch(here: Desk, **toggles: Any) -> None:  # noqa: ANN401 - a toggle of any type
    """Let the practice CRM read a question in another way."""
    here.crm.toggles = Toggles(**toggles)


def sent(here: Desk, rows: int = 2, **changes: str) -> Result:
    """Send so many rows, each with a payment and its receipt."""
    return here.run(here.sheet(*(row(number, **changes) for number in range(1, rows + 1))))


def once(here: Desk) -> int:
    """How many actions arrived; each at most once."""
    stored = here.arrived()
    assert len(stored) == len(set(stored)), "something arrived twice"
    return len(stored)


@pytest.mark.parametrize("stores", [False, True])
def test_throttled(here: Desk, *, stores: bool) -> None:
    """Told that a 429 may store, a run books nothing twice, whether the CRM stores or not."""
    assume(here, throttled_may_store=True)
    fault = Fault.ERROR_AFTER if stores else Fault.TOO_MANY_REQUESTS
    here.crm.faults.set([Rule(fault=fault, status=429, times=1)])
    # A payment that was not found waits for a person, and holds up what follows it.
    found = {"CREATED": 4} if stores else {"CREATED": 2, "UNKNOWN": 1, "UNSENT": 1}
    assert sent(here).counts == found
    assert once(here) == found["CREATED"]


def test_throttled_as_usual(here: Desk) -> None:
    """Without that word, a request that was throttled is sent again, and all is created."""
    here.crm.faults.set([Rule(fault=Fault.TOO_MANY_REQUESTS, retry_after=0, times=1)])
    assert sent(here).counts == {"CREATED": 4}
    assert once(here) == 4


RECEIPTS = MAPPING[: MAPPING.index("  - name: payment")] + MAPPING[MAPPING.index("  - name: rec") :]


@pytest.mark.parametrize("stores", [False, True])
def test_busy(tmp_path: Path, *, stores: bool) -> None:
    """Told that a 503 may store, a run books no custom action twice; as usual it sends again."""
    with desk(tmp_path, RECEIPTS) as here:
        assume(here, busy_may_store=stores)
        sent(here, rows=1)
        fault = Fault.ERROR_AFTER if stores else Fault.ERROR_BEFORE
        here.crm.faults.set([Rule(fault=fault, status=503, retry_after=0, times=1)])
        assert sent(here).counts == {"ALREADY": 1, "CREATED": 1}
        assert once(here) == 2


@pytest.mark.parametrize("bad_field", BadField)
def test_bad_field(here: Desk, bad_field: BadField) -> None:
    """An action is counted as its own item says, with its remark, whatever a bad field costs."""
    switch(here, bad_field=bad_field)
    created = 4 if bad_field is BadField.DROP_FIELD else 2
    assert sent(here, note="nobody").counts.get("CREATED", 0) == created
    assert once(here) == created


@pytest.mark.parametrize("unknown_key", UnknownKey)
def test_unknown_key(tmp_path: Path, unknown_key: UnknownKey) -> None:
    """A key that the CRM does not know costs its action or itself; the item tells which."""
    with desk(tmp_path, MAPPING.replace("payer_email", "nobody_knows")) as here:
        switch(here, unknown_key=unknown_key)
        created = 2 if unknown_key is UnknownKey.IGNORE_ACTION else 4
        assert sent(here, note="x").counts.get("CREATED", 0) == created
        assert once(here) == created


@pytest.mark.parametrize(
    "toggles",
    [
        pytest.param({"remarks_when_empty": False}, id="remarks"),
        pytest.param({"clock_skew_seconds": 86_400.0}, id="clock_skew"),
        pytest.param({"rate_limit": 3600}, id="rate_limit"),
    ],
)
def test_answers_that_change_nothing(here: Desk, toggles: Mapping[str, Any]) -> None:
    """Missing remarks, a clock a day ahead and a limit that is kept do not hinder a send."""
    switch(here, **toggles)
    assert sent(here).counts == {"CREATED": 4}
    assert once(here) == 4


@pytest.mark.parametrize(
    "toggles",
    [
        *(pytest.param({"read_type": one}, id=f"read_type-{one}") for one in ReadType),
        *(pytest.param({"action_items": one}, id=f"item_shape-{one}") for one in Shape),
        *(pytest.param({"amount_echo": one}, id=f"amount_echo-{one}") for one in AmountEcho),
        pytest.param({"clock_skew_seconds": 3600.0}, id="clock_skew-ahead"),
        pytest.param({"clock_skew_seconds": -3600.0}, id="clock_skew-behind"),
    ],
)
def test_read_back(here: Desk, toggles: Mapping[str, Any]) -> None:
    """However a timeline reads back, what was stored behind a lost answer is never sent again."""
    assume(here)
    switch(here, **toggles)
    here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, times=1)])
    assert sent(here).counts == {"CREATED": 4}
    assert once(here) == 4


@pytest.mark.parametrize("status", [500, 429])
def test_partial_commit(here: Desk, status: int) -> None:
    """Of a request that was stored in part, only what is missing is sent again."""
    assume(here, throttled_may_store=True)
    here.crm.faults.set([Rule(fault=Fault.PARTIAL_COMMIT, status=status, count=1, times=1)])
    assert sent(here).counts == {"CREATED": 4}
    assert once(here) == 4


@pytest.mark.parametrize("max_actions", [None, 1])
def test_max_actions(here: Desk, max_actions: int | None) -> None:
    """A smaller limit than ours costs requests and a look, and books nothing twice."""
    assume(here)
    switch(here, max_actions=max_actions)
    assert sent(here, rows=1).counts == {"CREATED": 2}
    assert once(here) == 2


@pytest.mark.parametrize("stores", [False, True])
def test_bad_request(tmp_path: Path, *, stores: bool) -> None:
    """What a 400 left behind is found, the rest is sent apart, and the bad one alone is REFUSED."""
    with desk(tmp_path, UNKNOWN_CODE) as here:
        assume(here)
        here.run(here.sheet(row(9), name="before.csv"))
        switch(here, unknown_code=UnknownCode.BAD_REQUEST, bad_request_stores=stores)
        assert sent(here, rows=1).counts == {"CREATED": 1, "REFUSED": 1}
        assert once(here) == 2, "one payment before, and one now"


def test_bad_request_that_is_believed(tmp_path: Path) -> None:
    """Told that a 400 stores nothing, a run calls the request REFUSED without a look."""
    with desk(tmp_path, UNKNOWN_CODE) as here:
        assume(here, bad_request_may_store=False)
        switch(here, unknown_code=UnknownCode.BAD_REQUEST)
        assert sent(here, rows=1).counts == {"REFUSED": 2}
        assert here.crm.counts.total == 1


@pytest.mark.parametrize("wrong", WrongEnterprise)
def test_wrong_enterprise(here: Desk, wrong: WrongEnterprise) -> None:
    """Whatever a wrong enterprise id answers, the run stops and everything is UNSENT."""
    switch(here, wrong_enterprise=wrong)
    workspace = here.settings.workspace.model_copy(update={"enterprise_id": "f" * 24})
    here.settings = here.settings.model_copy(update={"workspace": workspace})
    assert sent(here).counts == {"UNSENT": 4}


def test_lead_not_found(here: Desk) -> None:
    """A lead that the CRM does not know costs its own rows alone."""
    rows = [row(1), row(2, lead="f" * 24)]
    assert here.run(here.sheet(*rows)).counts == {"CREATED": 2, "REFUSED": 2}


@pytest.mark.parametrize("retry_after", [None, 0])
def test_retry_after(here: Desk, retry_after: int | None) -> None:
    """A 429 may leave out when to come again."""
    rule = Rule(fault=Fault.TOO_MANY_REQUESTS, retry_after=retry_after, times=1)
    here.crm.faults.set([rule])
    assert sent(here).counts == {"CREATED": 4}
    assert once(here) == 4


@pytest.mark.parametrize("looks", [0, 1])
def test_visibility(here: Desk, looks: int) -> None:
    """What one look does not show yet is not called absent, and not sent again."""
    assume(here)
    here.crm.faults.set(
        [
            Rule(fault=Fault.DELAYED_VISIBILITY, looks=looks, times=1),
            Rule(fault=Fault.DROP_AFTER, times=1),
        ]
    )
    assert sent(here).counts == {"CREATED": 4}
    assert once(here) == 4


# The page


def test_the_page_names_what_there_is() -> None:
    """Every setting, toggle, fault and test that the page names exists, and none of [api] lacks."""
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!question|---)(.+) \|$", page, re.MULTILINE)
    assert rows
    cells = [line.split(" | ") for line in rows]
    settings = set(re.findall(r"`([^`]+)`", " ".join(one[2] for one in cells)))
    known = {
        f"{section}.{key}"
        for section, field in Settings.model_fields.items()
        for key in getattr(field.annotation, "model_fields", {})
    }
    assert settings <= known
    assert {f"api.{key}" for key in Api.model_fields} <= settings
    switches = set(re.findall(r"`([^`]+)`", " ".join(one[3] for one in cells)))
    assert switches <= Toggles.__dataclass_fields__.keys() | set(map(str, Fault))
    own = Path(__file__).read_text(encoding="utf-8")
    for test in (one[4].strip("` ") for one in cells):
        assert re.search(rf"def test_{test}\b|id=f?\"{test}", own), test
    for name in (one[2] for one in cells):
        assert name.startswith(("`", "no setting: ")), name
