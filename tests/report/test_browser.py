"""The page in a real browser: its list, filters, search and sort, and its policy at work."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from importer.model import Outcome, Remark
from importer.report import ReportSource, write_reports

from .books import RUN, action, every_outcome, inr, source_of

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), ""
)
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=2000",
    "--dump-dom",
)

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")

Look = Callable[[ReportSource, str], str]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Return a function that opens a run's page at a view and gives the page as it then stands."""

    def open_page(source: ReportSource, view: str = "") -> str:
        written = write_reports(tmp_path / "reports" / RUN.id, source)
        done = subprocess.run(
            [
                CHROMIUM,
                *OPTIONS,
                f"--user-data-dir={tmp_path / 'profile'}",
                f"{written.page.as_uri()}#{view}",
            ],
            check=True,
            capture_output=True,
            timeout=120,
            text=True,
        )
        assert "CONSOLE" not in done.stderr, done.stderr
        return done.stdout

    return open_page


def cells(page: str, column: int) -> list[str]:
    """Return the texts of one column of the list."""
    found = re.search(r'<table id="actions".*?<tbody[^>]*>(.*?)</tbody>', page, re.DOTALL)
    assert found
    rows = re.findall(r"<tr.*?</tr>", found[1], re.DOTALL)
    columns = [re.findall(r"<td.*?</td>", row, re.DOTALL) for row in rows]
    return [re.sub(r"<[^>]*>", "", row[column]) for row in columns]


def status(page: str) -> str:
    """Return what the page says about the lines that it found."""
    found = re.search(r'<p id="found" role="status">(.*?)</p>', page)
    assert found
    return found[1]


def test_the_list_is_drawn_a_page_at_a_time(look: Look) -> None:
    """Fifty lines of all there are, in the sheet's order."""
    page = look(every_outcome(), "")
    assert status(page) == "1–50 of 56"
    assert cells(page, 0)[:3] == ["row 5", "row 5", "row 6"]
    assert len(cells(page, 0)) == 50


@pytest.mark.parametrize(
    ("view", "rows"),
    [
        ("outcome=UNKNOWN,DUPLICATE", ["row 35", "row 36"]),
        ("outcome=incomplete", ["H26"]),
        ("outcome=SKIPPED", ["row 31", "row 47", "row 99"]),
        ("q=125000.50", ["D30"]),
        ("q=1,25,000", ["D30"]),
        ("q=excel+LEAD", ["A32, D32"]),
        ("q=d33+invalid", ["D33"]),
        ("q=october.xlsx&outcome=CREATED", []),
        ("outcome=INVALID&sort=-row", ["D33", "A32, D32"]),
        ("outcome=IGNORED,REFUSED,UNKNOWN&sort=money", ["row 34", "D30", "row 36"]),
    ],
)
def test_a_view_shows_what_it_asks_for(look: Look, view: str, rows: list[str]) -> None:
    """Filters, words and order work together, and a bookmark brings them back."""
    assert cells(look(every_outcome(), view), 0) == rows


@pytest.mark.parametrize(
    "view", ["page=99&q=payment", "sort=constructor&page=x", "reason=999&outcome=NOPE&currency=XXX"]
)
def test_a_bookmark_that_makes_no_sense_does_no_harm(look: Look, view: str) -> None:
    """What a view asks for and is not there is left out of it."""
    assert status(look(every_outcome(), view)).startswith("1–")


def test_a_reason_shows_its_actions(look: Look) -> None:
    """The view behind a reason's button holds just the actions that it counts."""
    source = every_outcome()
    place = [one.code for one in source.reconciliation.reasons].index("amount-is-not-above")
    page = look(source, f"reason={place}")
    assert cells(page, 0) == ["A32, D32", "D33"]
    assert "Reason: <bdi>The amount is not above 0.</bdi>" in page


def test_the_last_of_many_pages_is_reached(look: Look) -> None:
    """Amounts are ordered by value, however many digits they have."""
    source = source_of([action(row, Outcome.CREATED, inr(f"{row}.5")) for row in range(5, 3005)])
    page = look(source, "page=60&sort=money")
    assert status(page) == "2,951–3,000 of 3,000"
    assert cells(page, 3)[-1] == "₹3,004.50"


def test_a_remark_cannot_become_markup(look: Look) -> None:
    """What the CRM said is shown letter by letter."""
    remark = Remark(path="", text="</script><img src=x onerror=document.title=1><b>bold</b>")
    page = look(source_of([action(5, Outcome.IGNORED, remarks=(remark,))]), "")
    assert "<img" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<title>0 of 1 action was created; 1 needs a person." in page


PHONE = """<!DOCTYPE html><iframe id="page" width="390" height="800" src="{page}"></iframe><script>
const frame = document.getElementById("page");
frame.addEventListener("load", () => {{
  const page = frame.contentDocument;
  const right = (one) => one.getBoundingClientRect().right;
  const over = [...page.querySelectorAll(".card button, .card .cells")].filter(
    (one) => right(one) > right(one.closest(".card")) - 16);
  const shown = page.querySelectorAll(".reasons .show");
  document.title = `${{shown.length}} shown, ${{over.length}} over`;
}});
</script>"""


def test_nothing_hangs_over_its_card_on_a_phone(tmp_path: Path) -> None:
    """At 390 px, three long row numbers and their button keep within the card."""
    waits = "The same lead has an action in doubt."
    source = source_of(
        [action(row, Outcome.UNSENT, inr("1"), detail=waits) for row in range(100_068, 100_078)]
    )
    written = write_reports(tmp_path / "reports" / RUN.id, source)
    phone = tmp_path / "phone.html"
    phone.write_text(PHONE.format(page=written.page.as_uri()), encoding="utf-8")
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    done = subprocess.run(
        [CHROMIUM, *OPTIONS, "--allow-file-access-from-files", profile, phone.as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
        text=True,
    )
    assert "<title>1 shown, 0 over</title>" in done.stdout, done.stderr
