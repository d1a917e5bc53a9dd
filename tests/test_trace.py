"""`trace`: from a cell to the CRM's id and back, and never yes without the journal's word."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
import typing
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from offices import an_office
from openpyxl.worksheet.worksheet import Worksheet
from workplaces import MAPPING, REPEATS, Desk, desk, row, settled

from importer.cli.stories import PROVES, say_trace
from importer.cli.story_objects import trace_object
from importer.errors import SheetRefusedError
from importer.journal import finding, kin
from importer.mapping import parse_mapping
from importer.model import Cell
from importer.pipeline import tracing as stories
from importer.pipeline.asking import Kind, cell_of, spellings, values_of
from importer.pipeline.plans import write_plan
from importer.pipeline.rulings import close_rows, release_rows, resolve_run
from importer.pipeline.tracing import Trace, trace, trace_exit_code
from importer.pipeline.workplace import open_workplace, visit_workplace
from importer.report.figures import shown
from importer.sandbox import Fault, Rule, lead_id
from importer.sandbox.records import StoredAction
from importer.verdict import Verdict


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a CRM that answers, at which nothing is settled by itself."""
    with desk(tmp_path) as one:
        one.leave_doubts()
        yield one


def ask(here: Desk, what: str) -> Trace:
    """What the journal knows of something."""
    with visit_workplace(here.settings) as workplace:
        return trace(workplace, what)


def words(here: Desk, what: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a person reads."""
    capsys.readouterr()
    say_trace(ask(here, what), "")
    return " ".join(capsys.readouterr().out.split())


def fates(found: Trace) -> list[str]:
    """The answers, in order."""
    return [str(one.fate) for story in found.stories for one in story.answers]


def code(found: Trace) -> int:
    """What a script sees."""
    return trace_exit_code(found)


def payment_of(here: Desk, number: int) -> StoredAction:
    """The payment on the timeline of a row's lead; leads are sent side by side, in any order."""
    lead = lead_id(number)
    return next(one for one in here.crm.actions if (one.lead, one.type) == (lead, "PAYMENT"))


def corrected(workbook: Path, cell: str, value: str) -> Path:
    """Edit a failures workbook as a person does."""
    book = openpyxl.load_workbook(workbook)
    page = book.active
    assert isinstance(page, Worksheet)
    page[cell].value = value
    book.save(workbook)
    return settled(workbook)


def test_from_a_cell_to_the_id_and_back(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A cell, a reference, an action id, a lead and a receipt number lead to the same payment."""
    run = here.run(here.sheet(row(1), row(2))).run
    payment = payment_of(here, 2)
    asked = (
        "payments.csv › C3",
        "payments.csv!3",
        "payments.csv row 3",
        "folder/PAYMENTS.csv > c3",
        f"{run}/3",
        payment.id,
        lead_id(2),
        "R-0002",
    )
    for what in asked:
        found = ask(here, what)
        (story,) = found.stories
        assert payment.id in {one.by.action.action_id for one in story.answers}, what
        assert code(found) == 0
        told = words(here, what, capsys)
        assert f"Yes. ₹200.50 for the lead {lead_id(2)} (payment) is in the CRM" in told
        for fact in (payment.id, "payments.csv › row 3", run, "HTTP 200", "SHA-256"):
            assert fact in told, (what, fact)
    assert ask(here, payment.id).kind is Kind.ACTION_ID
    assert ask(here, lead_id(2)).kind is Kind.LEAD


def test_the_time_is_told_on_both_clocks(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """When it was sent is said on this machine's clock and in UTC."""
    here.run(here.sheet(row(1)))
    (request,) = {each.sent_at for one in ask(here, "R-0001").stories[0].attempts
                  for each in one.requests}  # fmt: skip
    told = words(here, "R-0001", capsys)
    assert f"{request.astimezone():%d %b %Y %H:%M:%S}" in told
    assert f"{request.astimezone(dt.UTC):%H:%M:%S} UTC" in told


def test_the_status_of_what_was_not_paid_is_told(
    here: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A payment that stands in the CRM as FAILED is not told as if it were money."""
    here.run(here.sheet(row(1, state="Bounced"), row(2)))
    told = words(here, "R-0001", capsys)
    assert f"Yes. ₹100.50 for the lead {lead_id(1)} (payment, status FAILED) is in the CRM" in told
    payment, receipt = trace_object(ask(here, "R-0001"))["stories"][0]["answers"]
    assert (payment["by"]["status"], receipt["by"]["status"]) == ("FAILED", "")
    assert "status FAILED" in payment["says"]
    assert "status" not in words(here, "R-0002", capsys).partition("sheet")[0]
    here.run(here.sheet(row(1, state="Bounced"), name="later.csv"))
    assert "payment ₹100.50, status FAILED ALREADY" in words(here, "R-0001", capsys)


def test_of_a_long_answer_the_item_is_shown_that_was_asked_for(
    here: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a lead with many rows the last one's own items are shown, with their ids and remarks."""
    many = [row(1, receipt=f"R-{n}", amount=f"{n}.50") for n in range(1, 20)]
    here.run(here.sheet(*many, row(1, receipt="R-20", amount="20.50", note="no address")))
    told = words(here, "R-19", capsys)
    (story,) = ask(here, "R-19").stories
    for one in (answer.by.action for answer in story.answers):
        item = re.escape(f'{{"action_id": "{one.action_id}", "status": "CREATED"}}')
        assert re.search(rf"answer {one.name}, action 1\d of 16: {item}", told)
    assert "the CRM's own answer, below, with the action id" in told
    assert "(--json has all of it)" in told
    told = words(here, "R-20", capsys)
    assert "receipt, action 16 of 16: " in told
    assert "receipt, remark: " in told
    assert "payer_email" in told
    for answer in trace_object(ask(here, "R-20"))["stories"][0]["answers"]:
        (request,) = answer["by"]["requests"]
        item = json.loads(request["answer"])["actions"][request["item"] - 1]
        assert (item.get("action_id") or "") == answer["by"]["action_id"]


def test_a_proof_and_an_answer_say_whose_they_are(
    here: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two attempts, each stands above its own answer, with what of the row it has carried."""
    here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, times=1)])
    run = here.run(here.sheet(row(1), row(1, receipt="R-2"))).run
    with open_workplace(here.settings) as workplace:
        for name, created in (("payment", True), ("receipt", False)):
            resolve_run(
                workplace, run, None, name, created=created, action_id="", reason="I looked"
            )
    here.resume(run)
    told = words(here, f"{run}/2", capsys)
    assert "proof payment: a person looked at the timeline and said that it stands there" in told
    assert "proof receipt: the CRM's own answer, below, with the action id" in told
    first, _, second = told.partition("CRM attempt 2 (of this row: receipt), sent")
    assert re.search(r"CRM attempt 1, sent .*: proves nothing answer the connection", first)
    assert first.count("answer the connection") == 1
    assert re.search(r"an answer for each action answer receipt, action 1 of 2: {", second)


def test_failed_and_then_corrected(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Asked by the cell that was wrong, it is found in the failures workbook that was run."""
    first = here.run(here.sheet(row(1), row(2, amount="12,5000"), row(3)))
    assert fates(ask(here, "payments.csv!3")) == ["not in the CRM"]
    assert code(ask(here, "payments.csv!3")) == 4
    assert "12,5000" in words(here, "payments.csv!3", capsys)
    second = here.run(corrected(here.failures_of(first), "C2", "1,25,000"))
    assert second.code == 0
    for what in ("payments.csv!3", "failures.xlsx!2", "R-0002", f"{first.run}/3", "12,5000"):
        found = ask(here, what)
        assert set(fates(found)) == {"in the CRM"}, what
        assert {one.by.run for story in found.stories for one in story.answers} == {second.run}
    told = words(here, "payments.csv!3", capsys)
    assert "Yes. ₹1,25,000.00" in told
    assert f"You asked for payments.csv › row 3 (run {first.run}), which ended as INVALID" in told


def test_a_number_alone_is_no_yes(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A row refused by our checks was not sent, and what is in the CRM of its number is shown."""
    first = here.run(here.sheet(row(1), row(2, amount="x"))).run
    later = here.run(here.sheet(row(1), row(2), name="next day.csv")).run
    for what in (f"{first}/3", "payments.csv!3"):
        found = ask(here, what)
        assert fates(found) == ["not in the CRM"]
        assert code(found) == 4
    told = words(here, "payments.csv!3", capsys)
    assert "No. Our checks refused payments.csv › row 3; this row was not sent." in told
    assert f"Its number is in the CRM as next day.csv › row 3 (run {later}, reference" in told
    assert "Yes" not in told
    assert f"{first}/3" in words(here, "next day.csv!3", capsys)
    assert code(ask(here, "next day.csv!3")) == 0
    assert code(ask(here, "R-0002")) == 4


def test_a_correction_that_is_held_in_part_is_no_yes(here: Desk) -> None:
    """A refused row whose payment is held since its correction is not in, if its receipt is."""
    here.run(here.sheet(row(1), row(2)))
    refused = here.run(here.sheet(row(1), row(2, amount="x"), name="later.csv"))
    here.run(corrected(here.failures_of(refused), "C2", "999"))
    found = ask(here, f"{refused.run}/3")
    assert sorted(fates(found)) == ["in the CRM", "not in the CRM"]
    assert code(found) == 4


def test_a_number_of_another_mapping_is_another_thing(
    here: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Equal numbers of two mappings are a story each, and none speaks for the other."""
    here.run(here.sheet(row(1, receipt="17"), row(2)))
    names = MAPPING.replace("name: payment", "name: fee").replace("name: receipt", "name: note")
    here.mapping = parse_mapping(names, "fees.yaml")
    fees = here.run(here.sheet(row(5, receipt="17", amount="x"), row(6), name="fees.csv")).run
    found = ask(here, f"{fees}/2")
    assert fates(found) == ["not in the CRM"]
    assert code(found) == 4
    told = words(here, f"{fees}/2", capsys)
    assert "Yes" not in told
    assert "payments.csv" not in told
    found = ask(here, "17")
    assert len(found.stories) == 2
    assert fates(found) == ["in the CRM", "in the CRM", "not in the CRM"]
    assert code(found) == 4


def test_what_is_cut_is_the_oldest_and_no_yes(
    here: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of more than can be read the newest is shown, it is said so, and it is never exit code 0."""
    monkeypatch.setattr(finding, "MOST_FOUND", 2)
    here.run(here.sheet(row(1)))
    assert code(ask(here, lead_id(1))) == 0
    here.run(here.sheet(row(1, receipt="R-2", state="Bounced", note="no address"), name="new.csv"))
    found = ask(here, lead_id(1))
    assert fates(found) == ["in the CRM", "not in the CRM"]
    assert found.more
    assert "This is not all: only the newest is shown" in words(here, lead_id(1), capsys)


def test_a_value_that_stands_in_too_many_rows_is_cut(
    here: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What only looks like the value uses nothing up, and the newest rows that say it are shown."""
    monkeypatch.setattr(finding, "MOST_FOUND", 2)
    monkeypatch.setattr(finding, "PAGE", 1)
    here.run(here.sheet(row(1, state="Paid"), row(2, state="Bounced"), row(3), row(4)))
    found = ask(here, "Paid")
    assert [one.asked[0].action.row for one in found.stories] == [4, 5]
    assert found.more
    assert code(found) == 4
    assert [one.asked[0].action.row for one in ask(here, "Bounced").stories] == [3]
    assert not ask(here, "Bounced").more
    # Each of them has a column of this name.
    assert not ask(here, "state").stories


@pytest.mark.parametrize("limit", [(kin, "MOST_KIN"), (stories, "MOST_STORIES")])
def test_what_is_not_followed_is_told(
    here: Desk, monkeypatch: pytest.MonkeyPatch, limit: tuple[object, str]
) -> None:
    """Where kin or stories are cut, there is more, and the exit code is not 0."""
    for n in range(3):
        here.run(here.sheet(row(1), row(2), name=f"{n}.csv"))
    assert code(ask(here, "Paid")) == 0
    monkeypatch.setattr(*limit, 1)
    found = ask(here, "Paid")
    assert found.stories
    assert found.more
    assert code(found) == 4


def test_what_is_gone_meanwhile_is_passed_over(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An action that was replaced while it was asked for yields no story, and hides no other."""
    here.run(here.sheet(row(1)))
    lost = finding.Actions(ids=(1, 999_999))
    monkeypatch.setattr(finding, "actions_of_lead", lambda *_: lost)
    found = ask(here, lead_id(1))
    assert fates(found) == ["in the CRM"]
    assert not found.more


def test_a_value_is_found_as_the_sheet_or_the_journal_writes_it(here: Desk) -> None:
    """An amount with its zeros or its commas and an id in capitals lead to the same row."""
    here.run(here.sheet(row(1), row(2, amount="1,25,000.00")))
    for what, number in (
        ("100.50", 2),
        ("100.5", 2),
        ("1,25,000.00", 3),
        ("125000", 3),
        (lead_id(1).upper(), 2),
        (payment_of(here, 2).id.upper(), 3),
    ):
        found = ask(here, what)
        assert {one.by.action.row for story in found.stories for one in story.answers} == {number}
        assert code(found) == 0


def test_an_amount_is_found_as_the_reports_print_it(here: Desk) -> None:
    """With the sign of its currency it leads to the payments of that one, and to no other."""
    here.run(here.sheet(row(1, amount="2,25,595"), row(2, amount="500.00")))
    marked = MAPPING.replace("currency: INR", "currency: AED").replace("payment\n", "fee\n")
    here.mapping = parse_mapping(marked, "fees.yaml")
    here.run(here.sheet(row(3, amount="500"), name="fees.csv"))
    money = [one.money for story in ask(here, lead_id(1)).stories
             for one in (each.by.action for each in story.answers)]  # fmt: skip
    printed = [shown(one.amount, one.currency) for one in money if one]
    assert printed == ["₹2,25,595.00"]
    for what, rows in (
        (printed[0], {("payments.csv", 2)}),
        ("Rs. 2,25,595/-", {("payments.csv", 2)}),
        ("₹500.00", {("payments.csv", 3)}),
        ("AED 500.00", {("fees.csv", 2)}),
        ("AED\u00a0500.00", {("fees.csv", 2)}),
        ("500", {("payments.csv", 3), ("fees.csv", 2)}),
        ("US$500.00", set()),
    ):
        found = ask(here, what)
        places = {one.place for story in found.stories for one in story.asked}
        assert {(found.runs[run].file, number) for run, number in places} == rows, what


@pytest.mark.parametrize(
    "what", ["10232.53", "10,232.53", "$10232.53", "US$10,232.53", "$ 10232.53"]
)
def test_a_number_that_its_format_dresses_is_found_by_the_number(here: Desk, what: str) -> None:
    """A cell that was refused for the sign in its format is found with and without that sign."""
    unsaid = MAPPING.replace("amount, currency: INR,", "amount,").replace("INR", "{from: note}")
    unsaid = unsaid.replace("Note, type: text", "Note, type: currency")
    unsaid = unsaid.replace("header: {row: 1}", "tab: Paid, header: {row: 1}")
    here.mapping = parse_mapping(unsaid.replace(", payer_email: {from: note}", ""), "paid.yaml")
    rows = [row(number, note="USD", amount=f"{number}") for number in (1, 2, 3)]
    sheet = book_of(here.folder / "paid.xlsx", "Paid", *rows)
    book = openpyxl.load_workbook(sheet)
    cell = book["Paid"]["C2"]
    cell.value, cell.number_format = 10232.53, "[$$-409]#,##0.00"
    book.save(sheet)
    here.run(settled(sheet))
    (story,) = ask(here, what).stories
    (asked,) = story.asked
    assert [one.seen for one in asked.action.problems] == ["$ 10232.53"]
    assert not ask(here, "₹10,232.53").stories
    assert not ask(here, "232.53").stories


def test_a_day_is_found_as_the_sheet_writes_it(here: Desk) -> None:
    """A day that can be one day only is found as it is written, and any as the journal has it."""
    day = "Note, type: date, format: dd/mm/yyyy, zone: Asia/Kolkata"
    days = MAPPING.replace("Note, type: text", day).replace("payer_email", "paid_on")
    here.mapping = parse_mapping(days, "payments.yaml")
    here.run(here.sheet(row(1, note="23/04/2026"), row(2, note="03/04/2026")))
    for what, number in (("23/04/2026", 2), ("2026-04-23", 2), ("2026-04-03", 3)):
        (story,) = ask(here, what).stories
        assert {one.action.row for one in story.asked} == {number}
    assert not ask(here, "03/04/2026").stories


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1,25,000.50", ["125000.5"]),
        ("1.250,50", ["1250.5"]),
        ("23/04/2026", ["2026-04-23"]),
        ("23 Apr 2026 10:30", ["2026-04-23T10:30:00"]),
        ("AB12", ["ab12"]),
        # A day in two ways; a receipt number, which is another one than 17; no number at all.
        ("03/04/2026", []),
        ("0017", []),
        ("R-0017", []),
    ],
)
def test_a_value_has_the_forms_in_which_it_may_be_kept(written: str, kept: list[str]) -> None:
    """As it is written, and as it is kept where that can be one thing only."""
    assert values_of(written) == (written, *kept)


def test_every_verdict_has_its_words() -> None:
    """What the end of a request proved is said in words, whatever it is."""
    assert {one.__name__ for one in typing.get_args(Verdict)} | {""} == PROVES.keys()


def test_already_in_a_later_export(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The cell of a later export leads to the run that created it, and that one to the later."""
    first = here.run(here.sheet(row(1))).run
    later = [here.run(here.sheet(row(1), row(n), name=f"day {n}.csv")).run for n in (2, 3)]
    found = ask(here, "day 3.csv!2")
    assert set(fates(found)) == {"in the CRM"}
    assert {one.by.run for one in found.stories[0].answers} == {first}
    told = words(here, "payments.csv!2", capsys)
    for run in later:
        assert f"{run}/2" in told
    assert len(ask(here, "R-0001").stories) == 1


def test_a_held_duplicate_is_no_yes(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed amount is held: its own cell says no, and shows the one that stands there."""
    here.run(here.sheet(row(1)))
    here.run(here.sheet(row(1, amount="999"), name="later.csv"))
    found = ask(here, "later.csv!2")
    assert fates(found)[0] == "not in the CRM"
    assert code(found) == 4
    told = words(here, "later.csv!2", capsys)
    assert "No. ₹999.00" in told
    assert "held as a DUPLICATE" in told
    assert here.crm.actions[0].id in told


def test_a_released_duplicate(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """What a person has released tells who did so and why, and is an answer of its own."""
    here.run(here.sheet(row(1)))
    second = here.run(here.sheet(row(1, amount="999"), name="later.csv")).run
    with open_workplace(here.settings) as workplace:
        release_rows(workplace, second, frozenset({2}), reason="two instalments")
    here.resume(second)
    assert "in the CRM" in fates(ask(here, "later.csv!2"))
    told = words(here, "later.csv!2", capsys)
    assert "Yes. ₹999.00" in told
    assert "two instalments" in told
    assert "Yes. ₹100.50" in words(here, "payments.csv!2", capsys)


def test_in_doubt_until_a_person_says_so(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """UNKNOWN is said as such, exit code 5; a person's word is shown with its reason."""
    here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, times=1)])
    run = here.run(here.sheet(row(1))).run
    found = ask(here, "R-0001")
    assert set(fates(found)) == {"in doubt"}
    assert code(found) == 5
    told = words(here, "R-0001", capsys)
    assert "In doubt: nobody knows." in told
    assert "Yes" not in told
    assert f"importer settle {run}" in told
    with open_workplace(here.settings) as workplace:
        resolve_run(workplace, run, None, None, created=True, action_id="", reason="seen at 10:42")
    told = words(here, "R-0001", capsys)
    assert "Yes." in told
    assert "its action id is not known" in told
    assert "seen at 10:42" in told


def test_what_two_looks_have_not_found_is_said_by_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no look would tell more, `trace` names `resolve`; what waits behind it, waits."""
    with desk(tmp_path) as here:
        here.crm.faults.set([Rule(fault=Fault.DROP_BEFORE, times=1)])
        run = here.run(here.sheet(row(1))).run
        told = words(here, "R-0001", capsys)
        assert f"importer resolve {run} --rows 2 --not-created" in told
        assert "(or `--created --seen`, if you did find it)" in told
        assert "importer settle" not in told
        assert "It waits behind an action of the same lead that is in doubt: settle that" in told
        assert code(ask(here, "R-0001")) == 5


def test_several_in_doubt_of_a_row_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a row has two in doubt, what is to be typed can be said of one of them alone."""
    asking = MAPPING.replace('type: "1003"', 'type: "1003"\n    on_unknown: ask')
    with desk(tmp_path, asking) as here:
        here.crm.faults.set([Rule(fault=Fault.DROP_BEFORE, times=1)])
        here.run(here.sheet(row(1)))
        told = words(here, "R-0001", capsys)
        for name in ("payment", "receipt"):
            assert f"--action {name} beside --rows says it of this one alone" in told


def test_the_time_is_that_of_the_request_that_carried_it(here: Desk) -> None:
    """What a person has settled was sent by the first attempt, whatever a later one sent."""
    here.leave_doubts()
    here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, times=1)])
    run = here.run(here.sheet(row(1))).run
    with open_workplace(here.settings) as workplace:
        for name, created in (("payment", True), ("receipt", False)):
            resolve_run(
                workplace, run, None, name, created=created, action_id="", reason="I looked"
            )
    here.resume(run)
    payment, receipt = (one.by for story in ask(here, "R-0001").stories for one in story.answers)
    assert [one.attempt for one in payment.requests] == [1]
    assert [one.attempt for one in receipt.requests] == [1, 2]


def test_unsent_and_given_up(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """What was planned only is not in the CRM; given up, it says by whom."""
    run = here.plan(here.sheet(row(1)))
    assert f"importer resume {run}" in words(here, "payments.csv!2", capsys)
    assert code(ask(here, "payments.csv!2")) == 4
    with open_workplace(here.settings) as workplace:
        close_rows(workplace, run, None, reason="wrong sheet")
    told = words(here, "payments.csv!2", capsys)
    assert re.search(r"has given it up, \d\d \w{3} 20\d\d .* UTC\)?: wrong sheet", told)
    assert "importer resume" not in told


def test_what_was_given_up_before_says_who_when_and_why(
    here: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """The decision is of another row in another run: its words, its time and its cell are told."""
    first = here.run(here.sheet(row(1, note="no address"), name="may.csv"))
    with open_workplace(here.settings) as workplace:
        close_rows(workplace, first.run, frozenset([2]), reason="the payer has cancelled")
    here.run(here.sheet(row(7), row(1, note="no address"), name="june.csv"))
    told = words(here, "june.csv!3", capsys)
    assert f"as may.csv › row 2 (run {first.run}): the payer has cancelled" in told
    assert re.search(r" has given it up, \d\d \w{3} 20\d\d", told)


def test_a_decision_about_another_attempt_is_told(
    here: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever asks for the later attempt reads what somebody decided of the one before."""
    here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, times=1)])
    first = here.run(here.sheet(row(1)))
    with open_workplace(here.settings) as workplace:
        resolve_run(
            workplace, first.run, None, None, created=True, action_id="", reason="seen at 10:42"
        )
    here.run(here.sheet(row(1), name="june.csv"))
    told = words(here, "june.csv!2", capsys)
    assert "Yes." in told
    assert f"{first.run}/2" in told
    assert "seen at 10:42" in told


def test_a_plan_that_waits_is_not_to_be_resumed(
    here: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a frozen plan `trace` sends nobody to `resume`, which would refuse it."""
    run = here.plan(here.sheet(row(1)))
    with open_workplace(here.settings) as workplace:
        write_plan(workplace, run)
    told = words(here, "payments.csv!2", capsys)
    assert "nobody has said that the plan is to be sent" in told
    assert f"importer report {run}" in told
    assert "importer resume" not in told


def test_a_sheet_that_was_refused(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing of a sheet that was refused as a whole went in, and the reason is there."""
    with pytest.raises(SheetRefusedError):
        here.run(here.sheet(row(1), row(2, amount="x")), strict=True)
    told = words(here, "payments.csv!2", capsys)
    assert "No." in told
    assert "refused as a whole" in told
    assert fates(ask(here, "payments.csv!2")) == ["not in the CRM", "not in the CRM"]


def test_refused_by_the_crm(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """What the CRM refused or ignored is shown with its own words."""
    here.run(here.sheet(row(1, lead="f" * 24), row(2, note="no address")))
    assert "LEAD_NOT_FOUND" in words(here, "payments.csv!2", capsys)
    found = ask(here, "payments.csv!3")
    assert fates(found) == ["in the CRM", "not in the CRM"]
    assert code(found) == 4
    assert "payer_email" in words(here, "payments.csv!3", capsys)


WORKBOOK = MAPPING.replace("header: {row: 1}", "tab: TAB, header: {row: 1}")


def book_of(path: Path, tab: str, *rows: tuple[str, ...]) -> Path:
    """Write a workbook with one tab."""
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = tab
    for cells in (("Lead ID", "Receipt", "Amount", "State", "Note"), *rows):
        page.append(cells)
    book.save(path)
    return settled(path)


@pytest.mark.parametrize("tab", ["Ann's paid list", "A!B > C", "Zahlungen für Jürgen"])
def test_tabs_with_odd_names(here: Desk, tab: str) -> None:
    """Spaces, apostrophes, marks and accents in a tab's name are no hindrance, quoted or not."""
    here.mapping = parse_mapping(WORKBOOK.replace("TAB", json.dumps(tab)), "payments.yaml")
    here.run(book_of(here.folder / "may 2026.xlsx", tab, row(1)))
    doubled = tab.replace("'", "''")
    plain = unicodedata.normalize("NFD", tab)
    for what in (
        f"may 2026.xlsx › {tab}!C2",
        f"may 2026.xlsx {tab}!C2",
        f"may 2026.xlsx>{tab}!2",
        f"may 2026.xlsx!'{doubled}'!C2",
        f"'{doubled}'!C2",
        f"may 2026.xlsx › {plain}!row 2",
        "may 2026.xlsx!2",
    ):
        assert fates(ask(here, what)) == ["in the CRM", "in the CRM"], what
    assert not ask(here, "may 2026.xlsx › Another!C2").stories


NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\"), min_size=1
).filter(lambda name: bool(name.strip()))


@given(NAMES, st.none() | NAMES, st.integers(1, 1_048_576), st.sampled_from(["", "F", "XFD"]))
def test_every_address_that_we_print_is_understood(
    file: str, tab: str | None, number: int, column: str
) -> None:
    """Whatever the names, an address as a report prints it leads back to its sheet and row."""
    found = cell_of(str(Cell(file=file, tab=tab, row=number, column=column)))
    assert found is not None
    assert found[0] in spellings(file, tab)
    assert found[1] == number


def test_a_file_name_from_a_mac(here: Desk) -> None:
    """A name with a composed letter and one with a combining accent are the same name."""
    name = "Zahlungen für Mai.csv"
    here.run(here.sheet(row(1), name=unicodedata.normalize("NFD", name)))
    assert ask(here, f"{name}!2").stories


def test_two_files_of_one_name(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The same address in two runs gives a table, and the references that tell them apart."""
    first, second = (here.run(here.sheet(row(n))).run for n in (1, 2))
    found = ask(here, "payments.csv!2")
    assert len(found.stories) == 2
    told = words(here, "payments.csv!2", capsys)
    assert "4 answers for payments.csv!2 as cell" in told
    for run in (first, second):
        assert f"{run}/2" in told
        assert len(ask(here, f"{run}/2").stories) == 1


def test_a_skipped_row_and_a_row_that_is_not_there(
    here: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A skipped row says why it yields nothing; a row beyond the sheet is said not to be there."""
    here.run(here.sheet(row(1), ("", "", "", "", ""), row(2)))
    assert "skipped as blank" in words(here, "payments.csv!3", capsys)
    assert "no such row" in words(here, "payments.csv!99", capsys)
    assert {code(ask(here, f"payments.csv!{n}")) for n in (3, 99)} == {4}


def test_repeats_are_not_taken_for_each_other(tmp_path: Path) -> None:
    """Of equal rows each has an answer of its own."""
    with desk(tmp_path, REPEATS) as here:
        here.run(here.sheet(row(1), row(1, receipt="R-2")))
        ids = {
            one.by.action.action_id
            for number in (2, 3)
            for story in ask(here, f"payments.csv!{number}").stories
            for one in story.answers
        }
        assert ids == {one.id for one in here.crm.actions}


def test_hostile_texts_are_seen(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing that a cell or the asker's own words hold reaches the terminal as a command."""
    here.run(here.sheet(row(1, note="a\u009b31m@b.c", receipt="R\u202e1")))
    for what in (lead_id(1), "\x1b[2J"):
        say_trace(ask(here, what), "")
        assert not {"\x1b", "\u009b", "\u202e"} & set(capsys.readouterr().out)


def test_it_works_while_a_run_is_at_work(here: Desk) -> None:
    """The journal answers while somebody else holds the lock, and is not changed by it."""
    here.run(here.sheet(row(1)))
    with open_workplace(here.settings):
        before = held(here)
        assert ask(here, "R-0001").stories
        assert held(here) == before
    assert "R-0001" in "".join(before)


def held(here: Desk) -> list[str]:
    """Everything that the journal holds."""
    with closing(sqlite3.connect(here.settings.journal.path)) as journal:
        return list(journal.iterdump())


README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
VARIES = re.compile(
    r"[0-9a-f]{24,64}|20\d{6}-\w{4}|\d\d \w{3} \d{4} [^.,:]*:\d\d:\d\d.*?UTC\)?|0\.\d+ s"
)
"""Ids, digests, runs, times: another one each time."""


def test_the_readme_shows_what_is_printed(here: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The example of the README is what `trace` prints, but for ids and times."""
    here.run(here.sheet(row(16)))
    printed = words(here, "R-0016", capsys)
    example = README.partition("The first one prints")[2].partition("```text\n")[2]
    shown = " ".join(example.partition("```")[0].split())
    assert VARIES.sub("…", printed) == VARIES.sub("…", shown)


def test_on_the_command_line(tmp_path: Path) -> None:
    """Words for people, one object for scripts, and an exit code that can be relied on."""
    with an_office(tmp_path) as office:
        assert office.run().code == 0
        done = office.do("trace", "R-0001", "--json")
        told = json.loads(done.out)
        (story,) = told["stories"]
        payment = story["answers"][0]["by"]
        assert (done.code, told["exit_code"]) == (0, 0)
        assert (payment["amount"], payment["currency"]) == ("100.50", "INR")
        assert payment["requests"][0]["status"] == 200
        assert office.do("trace", payment["action_id"]).code == 0
        nothing = office.do("trace", "R-9999")
        assert nothing.code == 4
        assert "Nothing found for R-9999" in nothing.out
        assert "action id, lead id, value" in nothing.out
