"""`summary.json`, which schedulers read and others count from."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from importer.model import Currency, Money, Outcome, Skipped
from importer.report import summary
from importer.report.summary import Summary, summary_file

from .books import action, books_of, every_outcome, inr


def written(**changes: object) -> dict[str, Any]:
    """Return the file's content, read back."""
    books = every_outcome().reconciliation
    found: dict[str, Any] = json.loads(summary_file(replace(books, **changes)))  # type: ignore[arg-type]  # the tests' own words
    return found


def test_the_file_is_the_documented_shape() -> None:
    """The keys are those of `Summary`, all of them, in its order."""
    assert list(written()) == list(Summary.__annotations__)


def test_every_outcome_is_named() -> None:
    """Also those that did not occur, so that a reader never has to guess."""
    found = summary(books_of([action(5, Outcome.CREATED, inr("1"))]))
    assert list(found["outcomes"]) == [str(outcome) for outcome in Outcome]
    assert found["outcomes"]["CREATED"] == {"count": 1, "money": {"INR": "1.00"}}
    assert found["outcomes"]["UNKNOWN"] == {"count": 0, "money": {}}


def test_counts_and_sums_agree_with_the_books() -> None:
    """What is written is what was reconciled."""
    found = written()
    assert (found["rows"], found["rows_with_actions"]) == (34, 31)
    assert found["skipped"] == {"blank": 2, "totals": 1}
    assert found["actions"] == sum(one["count"] for one in found["outcomes"].values()) == 53
    sums = [Decimal(one["money"].get("INR", "0")) for one in found["outcomes"].values()]
    assert Decimal(found["money"]["INR"]) == sum(sums)
    assert (found["incomplete"], found["unreadable"]) == (1, 2)


def test_times_are_utc() -> None:
    """As-of is the journal's last change, wherever the run was made."""
    assert written()["as_of"] == "2026-11-22T15:37:42Z"


def test_an_imbalance_is_said() -> None:
    """`balanced` is false exactly where a sentence says what does not balance."""
    assert written()["balanced"] is True
    found = written(imbalances=("2 planned, 1 on record.",))
    assert (found["balanced"], found["imbalances"]) == (False, ["2 planned, 1 on record."])


def test_amounts_are_exact() -> None:
    """A sum that no float holds is written to its last digit."""
    money = Money(amount=Decimal("90071992547409930.07"), currency=Currency.AED)
    found = summary(
        books_of([action(5, Outcome.CREATED, money)], [Skipped(row=6, reason="\x1b[1m")])
    )
    assert found["money"] == {"AED": "90071992547409930.07"}
    assert found["skipped"] == {"�[1m": 1}
