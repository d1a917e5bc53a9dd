"""`reconciliation.html`: one file that asks for nothing, and runs nothing but its own script."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import html
import json
import re
from dataclasses import replace
from decimal import Decimal
from functools import partial
from html.parser import HTMLParser
from typing import Any

from importer.model import Currency, Outcome, Remark, RunState, Skipped
from importer.reconcile import Ground, Reason
from importer.report.html import page_file
from importer.report.listing import NAMES, values_of
from importer.report.page import MOST_FILTERS, MOST_REASONS
from importer.report.rows_data import GAP, PageRows
from importer.report.source import ReportSource, report_of
from importer.report.tiles import tiles_of
from importer.report.verdict import verdict

from .books import (
    RUN,
    action,
    every_outcome,
    inr,
    lead_id,
    lines_of,
    problem,
    refused_row,
    source_of,
    taken_down,
)

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u2028'\"&\x1b[2J"


def page(source: ReportSource) -> str:
    """Return the page."""
    report = report_of(source)
    return taken_down(PageRows(report.reasons), source, partial(page_file, report)).decode()


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
    assert data["rows"][0][1] == shown
    assert filled(data, 0) == [f"{shown}: {shown}"]


def filled(data: dict[str, Any], place: int) -> list[str]:
    """Return what was said about a line, with the words that stand in its row."""
    at = data["rows"][place][5]
    words = iter(data["rows"][place][6:])
    return [re.sub(GAP, lambda _: str(next(words)), text) for _, text in data["kinds"][at][6]]


def test_the_script_gets_every_line() -> None:
    """Rows, amounts and outcomes are those of the records; what repeats stands once."""
    source = replace(every_outcome(), known_by=("receipt",))
    data = data_of(page(source))
    assert [row[0] for row in data["rows"]] == [line.row for line in lines_of(source)]
    place = [row[0] for row in data["rows"]].index(30)
    _, _, known_by, money, action_id, kind = data["rows"][place][:6]
    assert (known_by, money, action_id) == ("RC-0030", "₹1,25,000.50", 0)
    assert data["kinds"][kind][:4] == ["D", "payment", "PAYMENT", "INR"]
    assert data["outcomes"][data["kinds"][kind][4]] == "IGNORED"
    assert filled(data, place) == ["amount: <b>Amount</b> & =cmd|' /C calc'!A0"]
    assert len(data["kinds"]) < len(data["rows"]) / 3


def test_a_row_is_known_by_what_any_of_its_actions_says() -> None:
    """The payment is not made from the receipt's number, and is known by it all the same."""
    paid = action(5, Outcome.CREATED, inr("1"), content={"amount": "1"})
    source = source_of([paid, action(5, Outcome.CREATED, position=1)])
    lines = lines_of(replace(source, known_by=("receipt", "paid_on")))
    known_by = NAMES.index("Known by")
    assert [values_of(line)[known_by] for line in lines] == ["RC-0005", "RC-0005"]


def test_what_differs_only_in_numbers_is_one_kind() -> None:
    """Ids and numbers of a sentence stand in the row, and the row's own are not repeated."""
    lost = "LEAD_NOT_FOUND: Lead with ID {} was not found after {} ms."
    data = data_of(
        page(
            source_of(
                [
                    action(row, Outcome.REFUSED, detail=lost.format(lead_id(row), row * 7))
                    for row in range(5, 25)
                ]
            )
        )
    )
    assert len(data["kinds"]) == 1
    assert data["rows"][3][6:] == [3, "56"]


def test_each_reason_finds_its_actions() -> None:
    """As many lines are marked with a reason as the reason counts."""
    source = every_outcome()
    data = data_of(page(source))
    marks = [mark for row in data["rows"] for mark in data["kinds"][row[5]][8]]
    counts = [one.count for one in source.reconciliation.reasons]
    assert [marks.count(place) for place in range(len(counts))] == counts


def test_reasons_beyond_the_page_are_in_the_workbook() -> None:
    """A page of a thousand reasons helps nobody; it says where the rest is."""
    reason = Reason(
        outcome=Outcome.INVALID,
        ground=Ground.PROBLEM,
        code="a",
        text="Some reason",
        pattern="",
        differs=False,
        hint="",
        count=1,
        money={},
        examples=("A5",),
    )
    text = page(source_of([], reasons=(reason,) * (MOST_REASONS + 2)))
    assert text.count('<bdi class="said">Some reason') == MOST_REASONS
    assert text.count("Some reason (1)</option>") == MOST_REASONS + 2
    assert "2 more reasons: the largest 200 are in" in text
    text = page(source_of([], reasons=(reason,) * (MOST_FILTERS + 2)))
    assert text.count("Some reason (1)</option>") == MOST_FILTERS
    assert "2 rarer reasons cannot be chosen here" in text


def test_without_a_script_the_summary_is_all_there() -> None:
    """Verdict, steps, outcomes, reasons and books are in the page itself."""
    text = Elements(re.sub(r"<script.*?</script>", "", page(every_outcome()), flags=re.DOTALL)).text
    for words in (
        verdict(every_outcome().reconciliation).text,
        "Settle 1 action in doubt",
        "₹3,93,760.50",
        "Excel turned this lead id into a number.",
        "The list needs JavaScript.",
    ):
        assert words in text


def test_why_a_run_stopped_stands_under_the_headline() -> None:
    """The reason is on the first screen, as a text."""
    run = replace(RUN, state=RunState.STOPPED, reason="The CRM said <b>no</b>.")
    text = page(source_of([action(5, Outcome.UNSENT, inr("1"))], run=run))
    said = "The CRM said &lt;b&gt;no&lt;/b&gt;."
    assert re.search(rf'</h1>\s*<p class="because">{said}</p>', text)


def test_invalid_rows_are_said_to_be_outside_the_sums() -> None:
    """The money of a row refused as a whole is in no sum, and what of it is readable is told."""
    refused = [refused_row(row, problem(row, "D", "500", "Some reason")) for row in (6, 7)]
    source = source_of([action(5, Outcome.CREATED, inr("1")), *refused])
    readable = {Currency.INR: Decimal(500)}
    run = replace(source.reconciliation.run, invalid_money=readable, invalid_with_money=2)
    text = page(replace(source, reconciliation=replace(source.reconciliation, run=run)))
    assert ">without the money of 2 invalid rows: ₹500.00<" in text
    assert "without these 2 rows, whose readable amounts come to ₹500.00." in text
    run = replace(run, invalid_with_money=1)
    text = page(replace(source, reconciliation=replace(source.reconciliation, run=run)))
    said = "₹500.00; of 1 of them no amount is known"
    assert f">without the money of 2 invalid rows: at least {said}<" in text
    assert f"without these 2 rows, whose readable amounts come to {said}." in text


def test_the_large_figures_say_what_is_in_and_what_is_not() -> None:
    """Rows read, money that is in, money that is not, and money that nobody knows of."""
    tiles = {tile.name: tile for tile in tiles_of(every_outcome().reconciliation)}
    assert list(tiles) == ["Rows read", "In the CRM", "Not in", "In doubt"]
    assert tiles["Rows read"].figures == ("34",)
    assert tiles["In the CRM"].figures == ("₹4,20,760.50",)
    assert tiles["In the CRM"].beneath == ("46 of 53 actions", "43 created now, 3 there already")
    assert tiles["Not in"].figures == ("₹1,40,500.50",)
    assert tiles["In doubt"].figures == ("₹2,50,000.00",)


def test_without_money_the_large_figures_are_counts() -> None:
    """A sheet of visits has no amounts."""
    source = source_of([action(5, Outcome.CREATED), action(6, Outcome.IGNORED)])
    _, inside, outside = tiles_of(source.reconciliation)
    assert (inside.figures, outside.figures) == (("1",), ("1",))
    assert inside.beneath == ("actions of 2",)


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


def test_a_chain_is_a_tree_of_its_runs() -> None:
    """Each run stands beneath the one whose failures it read, and is a click away."""
    runs = [
        replace(RUN, id="20261120-aaaa"),
        replace(RUN, id="20261121-bbbb", parent="20261120-aaaa", file="failures.xlsx"),
        replace(RUN, parent="20261121-bbbb", file="failures anna.xlsx"),
        replace(RUN, id="20261123-dddd", parent="20261120-aaaa", changed_at=LATER),
    ]
    text = page(with_chain(runs=tuple(runs), open_rows=1))
    tree = text[text.index('<ul class="runs">') :]
    assert re.findall(r"</?ul|\d{8}-\w{4}(?=<)", tree)[:10] == [
        *("<ul", "20261120-aaaa"),
        *("<ul", "20261121-bbbb"),
        *("<ul", RUN.id, "</ul", "20261123-dddd", "</ul", "</ul"),
    ]
    assert '<a href="../20261121-bbbb/reconciliation.html">' in text
    assert "1 of 1 row open, after 4 runs." in text
    assert "25 Nov 2026, 03:30 UTC" in text


def test_a_run_whose_parent_is_not_there_is_shown_all_the_same() -> None:
    """No run of a chain is left out of its tree."""
    text = page(with_chain(runs=(replace(RUN, parent="20261101-gone"),)))
    assert f'<b aria-current="page">{RUN.id}</b>' in text


def test_closed_is_said_of_a_chain_that_is() -> None:
    """The stamp is there when nothing is open and the sums agree, and only then."""
    assert '<span class="stamp">Closed</span>' in page(with_chain(open_rows=0))
    assert '<span class="stamp">' not in page(with_chain(open_rows=1))
    text = page(with_chain(open_rows=0, imbalances=("It does <b>not</b> add up.",)))
    assert '<span class="stamp">' not in text
    assert "It does &lt;b&gt;not&lt;/b&gt; add up." in text


LATER = dt.datetime(2026, 11, 25, 3, 30, tzinfo=dt.UTC)


def with_chain(**changes: object) -> ReportSource:
    """Return a run whose chain is another."""
    source = source_of([action(5, Outcome.CREATED, inr("1"))])
    books = source.reconciliation
    chain = replace(books.chain, **changes)  # type: ignore[arg-type]  # the tests' own words
    return replace(source, reconciliation=replace(books, chain=chain))


def test_a_masked_copy_leads_nowhere_and_says_where_the_rows_are() -> None:
    """Other runs are named without a link, and rows to correct stand in the run's own report."""
    other = replace(RUN, id="20261120-aaaa", root=RUN.root)
    text = page(replace(with_chain(runs=(other, RUN)), masked=True))
    assert "20261120-aaaa" in text
    assert 'href="../' not in text
    assert "this is a copy for others" in text
    wrong = source_of([refused_row(5, problem(5, "D", "0", "The amount is not above 0."))])
    text = page(replace(wrong, masked=True))
    assert "Nothing. " not in text
    assert "in the failures workbook beside the run's own report" in html.unescape(text)
