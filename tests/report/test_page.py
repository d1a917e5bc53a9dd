"""`reconciliation.html`: one file that asks for nothing, and runs nothing but its own script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from importer.model import Outcome, Remark, RunState, Skipped
from importer.reconcile import Reason
from importer.report import ReportSource
from importer.report.html import page_file
from importer.report.lines import lines_of
from importer.report.page import MOST_REASONS
from importer.report.source import Report

from .books import RUN, action, every_outcome, inr, problem, refused_row, source_of

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u2028'\"&\x1b[2J"


def page(source: ReportSource) -> str:
    """Return the page."""
    report = Report(books=source.reconciliation, failures=None)
    return b"".join(page_file(report, lines_of(source))).decode()


def data_of(text: str) -> dict[str, Any]:
    """Return what the page's script reads."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


class Elements(HTMLParser):
    """Every element of a page, with its attributes, and the text of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


def test_the_policy_allows_the_pages_own_style_and_script_only() -> None:
    """Both are named by their hashes; everything else is forbidden."""
    text = page(every_outcome())
    hashes = {}
    for tag in ("style", "script"):
        found = re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert found
        digest = hashlib.sha256(found[1].encode()).digest()
        hashes[tag] = f"'sha256-{base64.b64encode(digest).decode()}'"
    policy = (
        f"default-src 'none'; style-src {hashes['style']}; script-src {hashes['script']}; "
        "base-uri 'none'; form-action 'none'"
    )
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in text


def test_nothing_is_asked_for() -> None:
    """No element loads anything, no link leads outside, no attribute is a script or a style."""
    for tag, attributes in Elements(page(every_outcome())).found:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "audio", "video"}
        assert not {"src", "srcset", "style", "action", "ping"} & set(attributes), tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert "://" not in (attributes.get("href") or "")


def test_hostile_texts_are_texts() -> None:
    """Wherever a sheet, a mapping or the CRM can put a text, it stays one."""
    run = replace(
        RUN,
        file=HOSTILE,
        tab=HOSTILE,
        mapping=HOSTILE,
        workspace=HOSTILE,
        reason=HOSTILE,
        state=RunState.STOPPED,
    )
    source = source_of(
        [
            action(5, Outcome.IGNORED, lead=HOSTILE, remarks=(Remark(path=HOSTILE, text=HOSTILE),)),
            refused_row(6, problem(6, "A", HOSTILE, HOSTILE, HOSTILE)),
            action(7, Outcome.UNKNOWN, detail=HOSTILE, name=HOSTILE, type=HOSTILE),
        ],
        skipped=[Skipped(row=8, reason=HOSTILE)],
        run=run,
        imbalances=(HOSTILE,),
    )
    text = page(source)
    elements = Elements(text)
    assert [tag for tag, _ in elements.found].count("script") == 2
    assert "img" not in {tag for tag, _ in elements.found}
    assert "<img" not in text
    assert "\x1b" not in text
    shown = HOSTILE.replace("\x1b", "�")
    assert elements.text.count(shown) >= 9
    data = data_of(text)
    assert data["rows"][0][2] == shown
    assert [note[1] for note in data["notes"][0]] == [f"{shown}: {shown}"]


def test_the_script_gets_every_line() -> None:
    """Rows, amounts and outcomes are those of the records; repeated texts stand once."""
    data = data_of(page(every_outcome()))
    assert [row[0] for row in data["rows"]] == [line.row for line in lines_of(every_outcome())]
    row = next(row for row in data["rows"] if row[0] == 30)
    assert data["letters"][row[1]] == "D"
    assert data["whats"][row[3]] == ["payment", "PAYMENT"]
    assert (row[4], data["currencies"][row[5]]) == ("₹1,25,000.50", "INR")
    assert data["outcomes"][row[6]] == "IGNORED"
    assert data["notes"][row[9]][0][1] == "amount: <b>Amount</b> & =cmd|' /C calc'!A0"
    assert len(data["notes"]) < len(data["rows"]) / 3


def test_each_reason_finds_its_actions() -> None:
    """As many lines are marked with a reason as the reason counts."""
    source = every_outcome()
    data = data_of(page(source))
    marks = [mark for row in data["rows"] for mark in data["marks"][row[10]]]
    counts = [one.count for one in source.reconciliation.reasons]
    assert [marks.count(place) for place in range(len(counts))] == counts


def test_reasons_beyond_the_page_are_in_the_workbook() -> None:
    """A page of a thousand reasons helps nobody; it says where the rest is."""
    reason = Reason(
        outcome=Outcome.INVALID,
        code="a",
        text="Some reason",
        hint="",
        count=1,
        money={},
        examples=("A5",),
    )
    text = page(source_of([], reasons=(reason,) * (MOST_REASONS + 2)))
    assert text.count("Some reason") == MOST_REASONS
    assert "2 more reasons: all of them are in" in text


def test_without_a_script_the_summary_is_all_there() -> None:
    """Verdict, steps, outcomes, reasons and books are in the page itself."""
    text = Elements(re.sub(r"<script.*?</script>", "", page(every_outcome()), flags=re.DOTALL)).text
    for words in (
        "43 of 53 actions were created and 3 were there already; 6 need a person, 1 was not sent.",
        "Settle 1 action in doubt",
        "₹3,93,760.50",
        "Excel turned this lead id into a number.",
        "The list needs JavaScript.",
    ):
        assert words in text


def test_why_a_run_stopped_stands_under_the_headline() -> None:
    """The reason is on the first screen, as a text, and again where the run is resumed."""
    run = replace(RUN, state=RunState.STOPPED, reason="The CRM said <b>no</b>.")
    text = page(source_of([action(5, Outcome.UNSENT, inr("1"))], run=run))
    said = "The CRM said &lt;b&gt;no&lt;/b&gt;."
    assert re.search(rf'</h1>\s*<p class="because">{said}</p>', text)
    assert f"<p>{said} Put right what stopped the run" in text


@pytest.mark.parametrize(
    ("rows", "beneath", "note"),
    [
        (1, "of ₹1.00, without the 1 invalid row", "the sums are without this 1 row."),
        (2, "of ₹1.00, without the 2 invalid rows", "the sums are without these 2 rows."),
    ],
)
def test_invalid_rows_are_said_to_be_outside_the_sums(rows: int, beneath: str, note: str) -> None:
    """Readable or not, the money of a row refused as a whole is in no sum."""
    refused = [
        refused_row(row, problem(row, "D", "500", "Some reason")) for row in range(6, 6 + rows)
    ]
    text = page(source_of([action(5, Outcome.CREATED, inr("1")), *refused]))
    assert f">{beneath}<" in text
    assert f"An INVALID row counts as one action without money; {note}" in text


def test_an_empty_run_is_a_page_too() -> None:
    """No action, no money, no reason: nothing breaks and nothing is drawn."""
    text = page(source_of([]))
    assert "Nothing to do: no row of this sheet yields an action." in text
    assert "<figure" not in text
    assert data_of(text)["rows"] == []


def test_a_sliver_is_still_seen() -> None:
    """One UNKNOWN among a thousand has a visible part of the bar, and the bar is full."""
    actions = [action(row, Outcome.CREATED) for row in range(5, 1005)]
    text = page(source_of([*actions, action(2000, Outcome.UNKNOWN)]))
    widths = {
        str(attributes["class"]): float(str(attributes["width"]).rstrip("%"))
        for tag, attributes in Elements(text).found
        if tag == "rect" and "class" in attributes
    }
    assert widths["fill-unknown"] > 0.5
    assert abs(sum(widths.values()) - 100) < 0.01


def test_a_chain_names_its_runs() -> None:
    """The other runs' pages are a click away, the own one is marked."""
    source = source_of([action(5, Outcome.CREATED, inr("1"))])
    chain = replace(source.reconciliation.chain, runs=("20261120-aaaa", RUN.id), open_rows=0)
    text = page(replace(source, reconciliation=replace(source.reconciliation, chain=chain)))
    assert "2 runs, 0 rows open of 1." in text
    assert '<a href="../20261120-aaaa/reconciliation.html">' in text
    assert f'<b aria-current="page">{RUN.id}</b>' in text
