"""The command line as a process: exit codes, words, and what it never says."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from offices import TOKEN, Office, an_office, says
from workplaces import MAPPING, row

from importer.sandbox import API_PATH, Fault, Rule, Toggles


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A folder with a sheet, a mapping and settings for a CRM that is running."""
    with an_office(tmp_path) as place:
        yield place


def test_a_missing_sheet(office: Office) -> None:
    """A sheet that is not there is named, with what to do, and exit code 2."""
    says(office.do("check", "shet.csv", "-m", "mapping.yaml"), 2, "shet.csv", "sheet.csv")


def test_a_missing_mapping(office: Office) -> None:
    """A mapping that is not there is named, with exit code 2."""
    says(office.do("check", "sheet.csv", "-m", "none.yaml"), 2, "none.yaml", "new-mapping")


def test_a_mapping_with_mistakes(office: Office) -> None:
    """All mistakes of a mapping are printed at once, each with its line."""
    wrong = MAPPING.replace("header: Lead ID", "heder: Lead ID").replace('"1003"', "ACTION_1003")
    (office.folder / "mapping.yaml").write_text(wrong, encoding="utf-8")
    done = office.run()
    says(done, 2, "line 4", "header", "line 18", "1003")


def test_a_new_mapping_comes_with_advice(office: Office) -> None:
    """Other tabs are pointed out, and the row that looks like the header is taken, and named."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for cells in (["Payments of 2026"], [], ["Lead ID", "Receipt", "Amount"], ["a1", "R-1", 5]):
        page.append(cells)
    book.create_sheet("Archive").append(["x"])
    book.save(office.folder / "book.xlsx")
    done = office.do("new-mapping", "book.xlsx")
    says(done, 0, "Archive", "Row 3 is taken as the header", "--header-row")
    assert "header: {row: 3}" in done.out
    assert 'header: "Receipt"' in done.out
    named = office.do("new-mapping", "book.xlsx", "--header-row", "1")
    says(named, 0, "Row 3 looks more like the header than row 1.")
    assert "header: {row: 1}" in named.out


def test_a_new_mapping_reads_on_below_a_letterhead(office: Office) -> None:
    """A CSV that cannot be cut by its first row, or begins with a blank one, has a later header."""
    lines = ["Sunrise Estates", "", "Lead ID,Receipt,Amount", "a1,R-1,5", "a2,R-2,6", ""]
    (office.folder / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    done = office.do("new-mapping", "a.csv")
    says(done, 0, "Row 3 is taken as the header")
    assert "header: {row: 3}" in done.out
    (office.folder / "a.csv").write_text("", encoding="utf-8")
    says(office.do("new-mapping", "a.csv"), 3, "is empty")


def test_skipped_rows_are_said_in_one_order(office: Office) -> None:
    """Whichever reason came first in the sheet, `check` and `run` say them alike."""
    rules = "\n".join(
        f"  - {{reason: {word}, when: {{column: note, is: {word}}}}}" for word in ("zeros", "again")
    )
    mapping = MAPPING.replace("columns:", f"skip:\n{rules}\ncolumns:", 1)
    (office.folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
    office.sheet(row(1), row(2, note="zeros"), row(3, note="again"))
    said = "1 skipped (again), 1 skipped (zeros)"
    assert said in office.do("check", "sheet.csv", "-m", "mapping.yaml").out
    assert said in office.run().err


def test_an_unknown_tab(office: Office) -> None:
    """A tab that the workbook does not have is answered with the tabs that it has."""
    book = openpyxl.Workbook()
    book.create_sheet("Payments")
    book.save(office.folder / "book.xlsx")
    mapping = MAPPING.replace("sheet: {", "sheet: {tab: Paymets, ")
    (office.folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
    says(office.do("check", "book.xlsx", "-m", "mapping.yaml"), 3, "Paymets", "Payments")


def test_a_header_that_is_not_there(office: Office) -> None:
    """A header that the sheet lacks is named, and the nearest one is suggested."""
    office.sheet(row(1), headers=("Lead ID", "Recipt", "Amount", "State", "Note"))
    says(office.run(), 3, "Receipt", "Recipt")


def test_an_empty_sheet(office: Office) -> None:
    """A file without a single cell is refused; a header without rows is nothing to do."""
    (office.folder / "sheet.csv").write_text("")
    says(office.run(), 3, "sheet.csv")
    office.sheet()
    done = office.run()
    assert done.code == 0
    assert "Nothing to do" in done.out


def test_a_wrong_token_stops_at_once_and_the_right_one_resumes(office: Office) -> None:
    """401 ends the run with exit code 6 and everything UNSENT; resume sends all of it."""
    done = office.run("--json", token="wrong")
    says(done, 6, "token", "resume")
    summary = json.loads(done.out)
    assert summary["outcomes"]["UNSENT"]["count"] == 4
    assert summary["exit_code"] == 6
    assert office.do("resume", summary["run"]).code == 0
    assert len(office.crm.actions) == 4


def test_a_wrong_address_stops_the_run(office: Office) -> None:
    """A 404 that is no LEAD_NOT_FOUND says that base URL or enterprise is wrong; exit code 6."""
    office.settings("http://127.0.0.1:" + office_port(office) + "/somewhere")
    says(office.run(), 6, "base URL")


def office_port(office: Office) -> str:
    """The port of the office's CRM."""
    text = (office.folder / "importer.toml").read_text(encoding="utf-8")
    return text.partition("127.0.0.1:")[2].partition("/")[0]


def test_nothing_behind_the_port(office: Office) -> None:
    """With nobody at the other end nothing is sent, and the exit code says that later is safe."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    office.settings(f"http://127.0.0.1:{port}{API_PATH}")
    done = office.run("--json")
    says(done, 75, "resume")
    assert json.loads(done.out)["outcomes"]["UNSENT"]["count"] == 4


def test_no_settings(office: Office) -> None:
    """Without importer.toml the four lines to write are shown."""
    (office.folder / "importer.toml").unlink()
    says(office.run(), 2, "base_url", "enterprise_id", "practice")


def test_an_unknown_run(office: Office) -> None:
    """A run that does not exist is answered with the command that lists them."""
    says(office.do("report", "20260101-zzzz"), 2, "importer runs")


def test_a_wrong_word(office: Office) -> None:
    """A wrong option is exit code 2."""
    assert office.run("--now").code == 2


def test_check_prints_cells_and_remedies(office: Office) -> None:
    """A failed check shows cell, value, what is wrong and what to do; exit code 3, or 0."""
    office.sheet(row(1), row(2, amount="12,5000"), row(3))
    done = office.do("check", "sheet.csv", "-m", "mapping.yaml")
    assert done.code == 3
    for word in ("C3", "12,5000", "amount-grouping", "what to do", "1 row invalid"):
        assert word in done.out
    as_json = json.loads(office.do("check", "sheet.csv", "-m", "mapping.yaml", "--json").out)
    assert as_json["problems"] == {"amount-grouping": ["C3"]}
    office.sheet(row(1))
    assert office.do("check", "sheet.csv", "-m", "mapping.yaml").code == 0


@pytest.mark.parametrize(("share", "refused"), [("0.5", True), ("0.8", False)])
def test_check_says_what_a_run_would_refuse(office: Office, share: str, *, refused: bool) -> None:
    """Where too many rows are invalid, `check` says as `run` does that nothing would be sent."""
    office.also("[stop]", f"invalid_share = {share}")
    office.sheet(row(1), row(2, amount="much"), row(3, amount="more"))
    done = office.do("check", "sheet.csv", "-m", "mapping.yaml")
    assert done.code == 3
    assert ("2 of 3 rows are invalid: the mapping may be a wrong one" in done.out) is refused
    assert (office.run("--yes").code == 3) is refused
    assert ("raise `invalid_share` under [stop] in your settings" in done.out) is refused


def test_check_says_what_it_does_not_know(office: Office) -> None:
    """Earlier runs are not looked at; a failures workbook asks for the workspace that knows it."""
    checked = office.do("check", "sheet.csv", "-m", "mapping.yaml")
    assert "Not compared with earlier runs" in checked.out
    office.sheet(row(1), row(2, amount="x"))
    told = json.loads(office.run("--json").out)
    (office.folder / "importer.toml").unlink()
    done = office.do("check", told["reports"]["failures"], "-m", "mapping.yaml")
    says(done, 2, "failures workbook", "--practice or --settings FILE")


def test_check_names_every_cell(office: Office) -> None:
    """However many there are of one kind, each cell is named; amounts of any look are printed."""
    office.sheet(*(row(n, amount=f"-{n},125,000.00") for n in range(1, 9)), row(9))
    done = office.do("check", "sheet.csv", "-m", "mapping.yaml")
    assert done.code == 3, done.err
    assert "-1,125,000.00" in done.out
    for number in range(2, 10):
        assert f"C{number}" in done.out


def test_a_dry_run_prints_exactly_what_is_sent_then(office: Office) -> None:
    """The bodies that --dry-run prints are the bodies that arrive; it sends nothing itself."""
    lines = office.run("--dry-run").out.splitlines()
    assert not office.crm.requests
    office.run()
    told = [
        (line.split("/")[2], action)
        for line in lines
        for action in json.loads(line.split(" ", 2)[2])["actions"]
    ]
    stored = [(one.lead, {"type": one.type, **one.body}) for one in office.crm.actions]
    assert sorted(map(repr, told)) == sorted(map(repr, stored))


def test_a_real_workspace_needs_a_person_or_yes(office: Office) -> None:
    """With nobody at a terminal a real workspace is not sent to, unless --yes was given."""
    office.settings("http://127.0.0.1:" + office_port(office) + API_PATH, kind="real")
    says(office.run(), 2, "--yes")
    assert office.crm.actions == ()
    done = office.run("--yes")
    assert done.code == 0
    assert "REAL workspace" in done.err
    assert "2 requests, about 2 s" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("answer", "stored"), [("n", 0), ("y", 4)])
def test_a_person_is_asked(office: Office, answer: str, stored: int) -> None:
    """At a terminal, workspace, counts and money are shown, and the answer is obeyed."""
    office.settings("http://127.0.0.1:" + office_port(office) + API_PATH, kind="real")
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "importer", "run", "sheet.csv", "-m", "mapping.yaml"],
        cwd=office.folder,
        env={**os.environ, "TELECRM_TOKEN": TOKEN},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    os.write(ours, f"{answer}\n".encode())
    _, shown = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert b"Send it? Nothing can be deleted from a timeline" in shown
    assert "₹301.00" in shown.decode()
    assert len(office.crm.actions) == stored
    assert process.returncode == (0 if stored else 6)
    assert (b"You said no: nothing was sent" in shown) is (not stored)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_the_end_of_input_at_the_canary_is_a_no(office: Office) -> None:
    """Ctrl-D where the first leads' answers are shown: the others are not sent; code and report."""
    office.sheet(row(1, note="no address"), row(2))
    ours, theirs = os.openpty()
    command = ("run", "sheet.csv", "-m", "mapping.yaml", "--canary", "1")
    process = subprocess.Popen(
        [sys.executable, "-m", "importer", *command],
        cwd=office.folder,
        env={**os.environ, "TELECRM_TOKEN": TOKEN},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    os.write(ours, b"\x04")
    out, shown = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 6, shown
    assert b"Send the others all the same?" in shown
    assert b"Report:" in out
    assert len({one.lead for one in office.crm.actions}) == 1


def test_the_token_is_in_no_output(office: Office) -> None:
    """Whatever ends well or badly: no file, no word on the screen holds the token."""
    done = [office.run(), office.run(token=f"{TOKEN}-wrong"), office.do("runs")]
    office.sheet(row(1), row(2), row(3))
    done += [office.run(token=f"{TOKEN}-wrong"), office.do("run", "--token-file", TOKEN, "x")]
    for one in done[:-1]:
        assert TOKEN not in one.out + one.err
    for path in office.folder.rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes(), path


def test_reports_come_back_byte_for_byte(office: Office) -> None:
    """Deleted reports are rebuilt from the journal, equal to the last byte."""
    office.sheet(row(1), row(2, amount="x"), row(3, note="no address"), row(4), row(5))
    summary = json.loads(office.run("--json").out)
    folder = office.folder / "reports" / summary["run"]
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    # Page, workbook, table, document, both failures files, and which table of failures is ours.
    assert len(before) == 7
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert office.do("report", summary["run"]).code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_no_colour_and_no_bars_off_a_terminal(office: Office) -> None:
    """A scheduler's log holds neither escape sequences nor progress bars."""
    done = office.run()
    assert "\x1b" not in done.out + done.err
    assert "%|" not in done.err
    assert "Sending" not in done.err


def test_resume_asks_too(office: Office) -> None:
    """Resuming a run of a real workspace needs a person or --yes, as running it does."""
    office.settings("http://127.0.0.1:" + office_port(office) + API_PATH, kind="real")
    run = json.loads(office.run("--yes", "--json", token="wrong").out)["run"]
    says(office.do("resume", run), 2, "--yes")
    assert office.crm.actions == ()
    assert office.do("resume", run, "--yes").code == 0
    assert len(office.crm.actions) == 4


def test_a_reports_folder_that_cannot_be_made_is_known_before_the_send(office: Office) -> None:
    """Where the reports cannot go, nothing is sent."""
    (office.folder / "reports").write_text("a file")
    says(office.run(), 2, "reports folder")
    assert office.crm.actions == ()


def test_what_waits_behind_a_doubt_is_told(office: Office) -> None:
    """UNKNOWN ends with code 5 and says on the screen not to send it again."""
    office.leave_doubts()
    office.crm.faults.set([Rule(fault=Fault.DROP_AFTER)])
    says(office.run(), 5, "in doubt", "Do not send them again", "importer settle")


def test_practice_and_settings_exclude_each_other(office: Office) -> None:
    """Two ways to name a workspace at once are wrong usage."""
    says(office.run("--practice", "--settings", "importer.toml"), 2, "exclude each other")


def test_the_remedy_repeats_the_options_that_were_given(office: Office) -> None:
    """A command that is suggested can be pasted: with its settings file, quoted."""
    (office.folder / "importer.toml").rename(office.folder / "my settings.toml")
    done = office.run("--settings", "my settings.toml", token="wrong")
    assert '--settings "my settings.toml"' in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX pipe")
def test_a_reader_that_goes_away_is_no_internal_error(office: Office) -> None:
    """`importer check … | head` ends without a word about mistakes in the importer."""
    office.sheet(*(row(n, amount="x") for n in range(1, 400)))
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run(
        [sys.executable, "-m", "importer", "check", "sheet.csv", "-m", "mapping.yaml"],
        cwd=office.folder,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert process.returncode == 141, process.stderr
    assert b"Traceback" not in process.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_finishes_what_is_in_flight_and_resumes(
    office: Office, number: signal.Signals, code: int
) -> None:
    """Interrupted, the run ends in order with nothing in doubt; resume sends the rest, once."""
    office.sheet(*(row(n) for n in range(1, 41)))
    office.crm.toggles = Toggles(latency_seconds=0.05)
    process = subprocess.Popen(
        [sys.executable, "-m", "importer", "run", "sheet.csv", "-m", "mapping.yaml", "--json"],
        cwd=office.folder,
        env={**os.environ, "TELECRM_TOKEN": TOKEN},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 30
    while office.crm.counts.creates < 5 and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    summary = json.loads(out)
    counts = {key: line["count"] for key, line in summary["outcomes"].items() if line["count"]}
    assert set(counts) == {"CREATED", "UNSENT"}
    assert b"resume" in err
    assert office.do("resume", summary["run"]).code == 0
    stored = [(one.lead, one.type) for one in office.crm.actions]
    assert len(stored) == len(set(stored)) == 80


def test_a_journal_from_a_back_up_sends_nothing_again(office: Office) -> None:
    """An older copy of a real workspace's journal is refused, with what to do; nothing is sent."""
    office.settings("http://127.0.0.1:" + office_port(office) + API_PATH, kind="real")
    office.also("[send]", "requests_per_hour = 1000000")
    shared = {"IMPORTER_SHARED_FOLDER": str(office.folder / "shared")}
    assert office.run("--yes", env=shared).code == 0
    journal = office.folder / "state" / "journal.db"
    backup = journal.read_bytes()
    office.sheet(row(1), row(2), row(3))
    assert office.run("--yes", env=shared).code == 0
    for file in journal.parent.glob("journal.db-*"):
        file.unlink()
    journal.write_bytes(backup)
    says(office.run("--yes", env=shared), 2, "older copy", "newer journal")
    assert len(office.crm.actions) == 6
