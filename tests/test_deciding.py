"""What is in doubt, held or left: settled, resolved, released and closed on the command line."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from offices import Office, an_office, says
from workplaces import MAPPING, row, write_sheet

from importer.lock import workspace_lock
from importer.model import State
from importer.pipeline.people import account
from importer.sandbox import Fault, Operation, Rule, lead_id
from importer.verdict.details import NOT_FOUND

RUN = re.compile(r"\(run (\S+)\)")
WHY = ("--reason", "looked at the timeline")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A folder with a sheet, a mapping and settings for a CRM that is running."""
    with an_office(tmp_path) as place:
        place.leave_doubts()
        yield place


def run_of(words: str) -> str:
    """The run's name, as a command prints it."""
    found = RUN.search(words)
    assert found, words
    return found[1]


def counts(office: Office, run: str) -> Mapping[str, int]:
    """Outcome → actions, as the journal has them."""
    told = json.loads(office.do("report", run, "--json").out)
    return {key: line["count"] for key, line in told["outcomes"].items() if line["count"]}


def page_of(office: Office, run: str) -> str:
    """The run's page."""
    return (office.folder / "reports" / run / "reconciliation.html").read_text(encoding="utf-8")


def in_doubt(office: Office, fault: Fault) -> str:
    """A run of two leads, of which the first ends in doubt."""
    office.crm.faults.set([Rule(fault=fault, lead=lead_id(1), times=1)])
    done = office.run()
    says(done, 5, "importer settle")
    return run_of(done.out)


def test_settle_finds_what_is_there(office: Office) -> None:
    """What the CRM stored is CREATED after `settle`, with the CRM's ids, and nothing is sent."""
    run = in_doubt(office, Fault.DROP_AFTER)
    says(office.do("settle", run), 0, "Settled: 2 created")
    assert counts(office, run) == {"CREATED": 4}
    assert office.crm.counts.creates == 2


def test_what_was_found_is_not_to_be_added(office: Office) -> None:
    """Nobody is told to enter by hand what `settle` has found on the timeline."""
    run = in_doubt(office, Fault.DROP_AFTER)
    office.do("settle", run)
    told = json.loads((office.folder / "reports" / run / "reconciliation.json").read_text("utf-8"))
    assert any("Found on the timeline" in one["text"] for one in told["reasons"])
    assert "by hand" not in json.dumps(told) + page_of(office, run)


def test_settle_leaves_money_to_a_person(office: Office) -> None:
    """What is proven absent may be sent again; a PAYMENT waits for a person's word, on record."""
    run = in_doubt(office, Fault.DROP_BEFORE)
    settled = office.do("settle", run)
    says(
        settled,
        5,
        "1 may be sent again, 1 still in doubt",
        f"importer resolve {run} --rows 2 --not",
    )
    assert "--rows 2 --created" not in settled.err, "two looks have not found it"
    assert "importer settle" not in settled.err, "it has just been asked"
    assert "importer settle" not in page_of(office, run), "the page knows it too"
    assert "importer settle" not in office.do("report", run).err, "and remembers it"
    says(office.do("resume", run), 5)
    assert counts(office, run) == {"CREATED": 2, "UNKNOWN": 1, "UNSENT": 1}
    assert "It waits behind an action of the same lead that is in doubt" in page_of(office, run)
    doctor = office.do("doctor").out
    assert "Nothing is sent to a lead while something of it is in doubt" in doctor
    says(office.do("close", run, "--rows", "2", *WHY), 2, f"importer resolve {run} --rows 2")
    traced = office.do("trace", "sheet.csv!2").out
    assert f"importer resolve {run} --rows 2" in traced, traced
    second = office.run("--yes")
    held = ("release", run_of(second.out), "--rows", "2", *WHY)
    says(office.do(*held), 2, f"importer resolve {run} --rows 2")
    again = second.err.partition("Still in doubt")[2].splitlines()[0]
    assert f"importer resolve {run} --rows 2" in again, again
    for said in (doctor, traced, again):
        assert f"importer settle {run}" not in said, "another look tells no more"
    assert doctor.count(f'importer resolve {run} --rows 2 --not-created --reason "…"') == 2
    says(office.do("resolve", run, "--created", *WHY), 2, "Two looks", "--seen", "row 2")
    says(office.do("resolve", run, "--not-created", "--reason", "…"), 2, "needs a reason")
    resolved = office.do("resolve", run, "--rows", "2", "--not-created", *WHY)
    says(resolved, 6, "On record: 1 action", "State: 1 action was said by a person not to stand")
    assert "Stopped:" not in resolved.err
    says(office.do("resume", run), 0)
    assert counts(office, run) == {"CREATED": 4}
    page = page_of(office, run)
    assert "Said not to stand on the timeline" in page
    assert account() in page
    assert WHY[1] in page


def test_a_timeline_that_cannot_be_read_is_still_to_be_looked_at(office: Office) -> None:
    """`settle` found nothing out: all reports say so, and send the importer there once more."""
    run = in_doubt(office, Fault.DROP_AFTER)
    # It says that nobody need wait before the next try.
    office.crm.faults.set([Rule(fault=Fault.ERROR_BEFORE, on=Operation.READ, retry_after=0)])
    settled = office.do("settle", run)
    says(settled, 5, "2 still in doubt", f"importer settle {run}", "asks for the timelines again")
    assert f"importer settle {run}" in page_of(office, run)
    book = openpyxl.load_workbook(office.folder / "reports" / run / "reconciliation.xlsx")
    cells = [str(cell.value) for line in book["Summary"].iter_rows() for cell in line]
    assert f"importer settle {run}" in cells
    office.crm.faults.set([])
    says(office.do("settle", run), 0, "2 created")


def test_a_word_about_one_action_leaves_the_look_at_the_others(office: Office) -> None:
    """Whoever has settled one by hand has not looked at every other timeline."""
    run = in_doubt(office, Fault.DROP_AFTER)
    resolved = office.do("resolve", run, "--rows", "2", "--action", "receipt", "--created", *WHY)
    says(resolved, 5, "Settle 1 action in doubt", f"importer settle {run}")
    assert f"importer settle {run}" in page_of(office, run)


def test_a_command_reaches_one_finding_where_a_row_has_two(office: Office) -> None:
    """All reminders name the action, and what they print says nothing of the row's other one."""
    run = in_doubt(office, Fault.DROP_BEFORE)
    found = [("payment", "The timeline cannot tell."), ("receipt", NOT_FOUND)]
    with closing(sqlite3.connect(office.folder / "state" / "journal.db")) as database, database:
        looked = "UPDATE actions SET looked_up = 1, detail = ? WHERE state = ? AND name = ?"
        for name, detail in found:
            assert database.execute(looked, (detail, State.UNKNOWN, name)).rowcount == 1
    doctor = office.do("doctor").out.partition("Before anything else")[2].partition("Nothing")[0]
    reminder = office.run("--yes").err.partition("Still in doubt")[2].splitlines()[0]
    for said in (" ".join(doctor.split()), reminder):
        assert re.findall(r"--rows 2( .*?) --reason", said) == [
            " --action payment --created",
            " --action payment --not-created",
            " --action receipt --not-created",
        ], said
    words = ("--rows", "2", "--action", "receipt", "--not-created", *WHY)
    says(office.do("resolve", run, *words), 5, "On record: 1 action;")
    assert counts(office, run) == {"CREATED": 2, "UNKNOWN": 1, "UNSENT": 1}


def test_a_policy_sends_money_again(office: Office) -> None:
    """Under `verify_then_resend` a PAYMENT that is proven absent is sent again, once."""
    mapping = MAPPING.replace("type: PAYMENT", "type: PAYMENT\n    on_unknown: verify_then_resend")
    (office.folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
    run = in_doubt(office, Fault.DROP_BEFORE)
    says(office.do("settle", run), 6, "2 may be sent again")
    says(office.do("resume", run), 0)
    assert len(office.crm.actions) == 4


def test_a_person_says_that_it_is_there(office: Office) -> None:
    """`--created` closes the doubt, with the CRM's id where the person gives one."""
    run = in_doubt(office, Fault.DROP_AFTER)
    payment = next(one for one in office.crm.actions if one.lead == lead_id(1)).id
    says(office.do("resolve", run, "--created", "--action-id", payment, *WHY), 2, "exactly one")
    words = ("--rows", "2", "--action", "payment", "--created", "--action-id", payment, *WHY)
    says(office.do("resolve", run, *words), 5, f"importer resolve {run}")
    says(office.do("resolve", run, "--created", *WHY), 0)
    assert counts(office, run) == {"CREATED": 4}
    says(office.do("resolve", run, "--created", *WHY), 2, "UNKNOWN")


def test_an_export_settles_what_it_shows(office: Office) -> None:
    """What an export of the CRM holds is CREATED; what it lacks stays in doubt."""
    run = in_doubt(office, Fault.DROP_AFTER)
    payment = next(one for one in office.crm.actions if one.lead == lead_id(1))
    headers = ("Lead ID", "Action ID", "Type", "Created On", "Amount", "Currency")
    line = (lead_id(1), payment.id, "PAYMENT", str(payment.at), "100.50", "INR")
    export = write_sheet(office.folder / "export.csv", [line], headers)
    says(office.do("settle", run, "--against", export), 5, "1 created, 1 still in doubt")
    assert counts(office, run) == {"CREATED": 3, "UNKNOWN": 1}
    short = write_sheet(office.folder / "short.csv", [line[:2]], headers[:2])
    says(office.do("settle", run, "--against", short), 3, "created on")
    naive = write_sheet(
        office.folder / "naive.csv", [(*line[:3], "2026-11-22 10:42", *line[4:])], headers
    )
    says(office.do("settle", run, "--against", naive), 3, "D2", "its zone")


@pytest.mark.parametrize("there", [False, True])
def test_an_export_judges_nothing_by_a_column_that_it_lacks(office: Office, *, there: bool) -> None:
    """Without a field's column nobody knows whether it was dropped; with an empty one, it was."""
    office.sheet(row(1, note="asha@example.com"), row(2))
    run = in_doubt(office, Fault.DROP_AFTER)
    (receipt,) = (
        one for one in office.crm.actions if one.lead == lead_id(1) and one.type == "1003"
    )
    headers = ("Lead ID", "Action ID", "Type", "Created On", "import_ref", "payer_email")
    line = (lead_id(1), receipt.id, "1003", str(receipt.at), "R-0001", "")
    shown = 6 if there else 5
    export = write_sheet(office.folder / "export.csv", [line[:shown]], headers[:shown])
    settled = office.do("settle", run, "--against", export)
    says(settled, 5, "1 created, 1 still in doubt")
    assert ("no column payer_email" in settled.err) is not there
    dropped = "the timeline does not show it" in page_of(office, run)
    assert (dropped, "by hand" in settled.err) == (there, there)
    assert ("without the column payer_email" in page_of(office, run)) is not there


def test_a_held_row_is_released(office: Office) -> None:
    """A DUPLICATE is sent after a person has released it, and the report says who and why."""
    says(office.run(), 0)
    office.sheet(row(1, amount="777"), row(2))
    held = office.run()
    says(held, 4, "Decide on 1 duplicate", "importer release", "release books a second one")
    run = run_of(held.out)
    says(office.do("release", run, "--rows", "3", *WHY), 2, "DUPLICATE")
    says(office.do("release", run, "--rows", "2", "--reason", " "), 2, "reason")
    released = office.do("release", run, "--rows", "2", *WHY)
    says(released, 6, "On record: 1 action", "State: 1 action was released", "importer resume")
    assert "Put right what stopped" not in released.err, "nothing has"
    says(office.do("resume", run), 0)
    assert counts(office, run) == {"CREATED": 1, "ALREADY": 3}
    says(office.run(), 0)
    assert len(office.crm.actions) == 5


def test_what_is_unsent_is_given_up(office: Office) -> None:
    """A run that was stopped holds its rows; closed, they are free for the next sheet."""
    stopped = office.run(token="wrong")
    run = run_of(stopped.out)
    says(office.run(), 4, f"importer resume {run}", f"importer close {run}")
    assert office.crm.actions == ()
    closed = office.do("close", run, *WHY)
    says(closed, 4, "On record: 4 actions")
    assert "importer resume" not in closed.err
    assert "0 of 2 rows are in (₹0.00 of ₹301.00); 2 rows were given up." in closed.out
    says(office.do("resume", run), 4, "Nothing is left")
    assert office.crm.actions == ()
    says(office.run(), 0)
    assert len(office.crm.actions) == 4


def test_a_canary_stops_the_others(office: Office) -> None:
    """Where not everything of the first leads is created, nothing else is sent."""
    office.sheet(row(1, note="no address"), *(row(n) for n in range(2, 6)))
    done = office.run("--canary", "1")
    says(done, 6, "1 IGNORED", "Resume sends what was planned", "importer resume", "importer close")
    assert {one.lead for one in office.crm.actions} == {lead_id(1)}
    says(office.do("resume", run_of(done.out), "--canary", "2"), 4)
    assert {one.lead for one in office.crm.actions} == {lead_id(n) for n in range(1, 6)}


def test_what_waits_for_another_run_names_it(office: Office) -> None:
    """What a lead's doubt in another run holds back says which run that is."""
    run = in_doubt(office, Fault.DROP_BEFORE)
    office.sheet(row(3, lead=lead_id(1)))
    waiting = office.run()
    says(waiting, 6, "State: What is left waits", f"in doubt in the run {run}.")


def test_commands_repeat_the_options_that_were_given(office: Office) -> None:
    """What is suggested after settle and resolve can be pasted, with its settings file."""
    run = in_doubt(office, Fault.DROP_BEFORE)
    (office.folder / "importer.toml").rename(office.folder / "my settings.toml")
    options = ("--settings", "my settings.toml")
    settled = office.do("settle", run, *options)
    says(settled, 5, '--not-created --reason "…" --settings "my settings.toml"')
    resolved = office.do("resolve", run, "--not-created", *WHY, *options)
    says(resolved, 6, f'importer resume {run} --settings "my settings.toml"')


def test_the_list_of_runs_shows_what_is_open(office: Office) -> None:
    """Each run with its counts; what was given up, or corrected by a later run, is not open."""
    run = in_doubt(office, Fault.DROP_BEFORE)
    office.sheet(row(3, amount="x"), row(4), row(5))
    says(office.run(token="wrong"), 6)
    found = json.loads(office.do("runs", "--json").out)
    nothing = {"unknown": 0, "unsent": 0, "to_correct": 0, "duplicate": 0}
    assert [one["open"] for one in found] == [
        {**nothing, "unknown": 2},
        {**nothing, "to_correct": 1, "unsent": 4},
    ]
    listed = office.do("runs").out
    assert "2 UNKNOWN" in listed
    assert "4 UNSENT, 1 row to correct" in " ".join(listed.split())
    says(office.do("close", found[1]["run"], *WHY), 4)
    says(office.do("resolve", run, "--created", *WHY), 0)
    failures = office.folder / "reports" / found[1]["run"] / "failures.xlsx"
    office.do("run", failures, "-m", "mapping.yaml")
    found = json.loads(office.do("runs", "--json").out)
    assert [one["open"]["to_correct"] for one in found] == [0, 0, 1]
    assert [one["open"]["unsent"] for one in found] == [0, 0, 0]


def test_a_run_whose_process_is_gone_is_not_sending(office: Office) -> None:
    """`sending` is believed only while a process holds the lock."""
    says(office.run(), 0)
    journal = office.folder / "state" / "journal.db"
    with closing(sqlite3.connect(journal)) as database, database:
        database.execute("UPDATE runs SET state = 'sending'")
    assert json.loads(office.do("runs", "--json").out)[0]["state"] == "stopped"
    with workspace_lock(journal):
        assert json.loads(office.do("runs", "--json").out)[0]["state"] == "sending"


def test_what_was_refused_costs_no_second_request(office: Office) -> None:
    """An unchanged row that the CRM refused is reported again; `--retry` sends it again."""
    office.sheet(row(1, note="no address"), row(2))
    says(office.run(), 4)
    before = office.crm.counts.creates
    says(office.run(), 4)
    assert office.crm.counts.creates == before
    says(office.run("--retry", "ignored"), 4)
    assert office.crm.counts.creates == before + 1
    says(office.run("--retry", "created"), 2, "retried")


def test_time_that_is_over_is_no_failure(office: Office) -> None:
    """After `--max-minutes` the rest is UNSENT, with exit code 75."""
    office.also("[send]", "requests_per_hour = 3600")
    office.sheet(*(row(n) for n in range(1, 30)))
    done = office.run("--max-minutes", "0.02")
    says(done, 75, "resume")
    assert 0 < office.crm.counts.creates < 5


@pytest.mark.parametrize("rows", ["x", "5-3", "1-9999999", ""])
def test_rows_that_are_none_are_told(office: Office, rows: str) -> None:
    """A word for rows that cannot be read is wrong usage."""
    says(office.do("release", "any", "--rows", rows, *WHY), 2, "--rows")
