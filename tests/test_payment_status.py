"""Money by the status of its payments: what is in the CRM, and was never paid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from workplaces import desk, row

from importer.pipeline.reporting import report_run
from importer.pipeline.workplace import open_workplace
from importer.report.tiles import tiles_of
from importer.report.verdict import verdict


def test_what_was_never_paid_is_said_beside_the_sum(tmp_path: Path) -> None:
    """Headline, figures, page and JSON say how much of what is in the CRM is FAILED."""
    with desk(tmp_path) as here:
        bounced = row(2, state="Bounced"), row(3, state="Bounced", lead="f" * 24)
        done = here.run(here.sheet(row(1), *bounced))
        assert verdict(done.books).text == (
            "2 of 3 rows are in (₹301.00 of ₹601.50; ₹200.50 of it FAILED); 1 row needs a person."
        )
        inside = next(one for one in tiles_of(done.books) if one.name == "In the CRM")
        assert inside.beneath[-1] == "₹200.50 of it FAILED"
        with open_workplace(here.settings) as workplace:
            _, written = report_run(workplace, done.run)
        found = json.loads(written.document.read_text(encoding="utf-8"))
        assert {one["status"]: one["outcomes"] for one in found["by_status"]} == {
            "COMPLETED": {"CREATED": {"count": 1, "money": {"INR": "100.50"}}},
            "FAILED": {
                "CREATED": {"count": 1, "money": {"INR": "200.50"}},
                "REFUSED": {"count": 1, "money": {"INR": "300.50"}},
            },
        }
        assert [one["status"] for one in found["lines"]] == [
            "COMPLETED",
            "",
            "FAILED",
            "",
            "FAILED",
            "",
        ]
        assert "By payment status" in written.page.read_text(encoding="utf-8")


@pytest.mark.parametrize("amount", ["x", "100"])
def test_completed_payments_need_no_word(tmp_path: Path, amount: str) -> None:
    """A row without a payment to read has no status, and hides none of the others'."""
    with desk(tmp_path) as here:
        done = here.run(here.sheet(row(1), row(2, amount=amount)))
        assert "COMPLETED" not in verdict(done.books).text
        assert list(done.books.by_status) == ["COMPLETED"]
