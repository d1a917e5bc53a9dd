"""What corrects the rows of a job is held to the job's limit and canary, whoever runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from nightly.night_offices import NightOffice, a_night_office
from offices import says
from workplaces import row

LIMIT = 'approve_above = {INR = "1000.00"}'


@pytest.fixture
def office(tmp_path: Path) -> Iterator[NightOffice]:
    """An office where most rows of a sheet may be wrong."""
    with a_night_office(tmp_path) as place:
        place.office.also("[stop]", "invalid_share = 1.0")
        yield place


def corrected(office: NightOffice, count: int = 3) -> tuple[str, Path]:
    """The run of a night of which rows of 600 each failed, and its failures, corrected."""
    wrong = [row(n, amount="600.00", state="Lost") for n in range(2, 2 + count)]
    office.drop("payments-1.csv", row(1), *wrong)
    run = office.night().job["files"][0]["run"]
    failures = office.folder / "reports" / run / "failures.csv"
    text = failures.read_text(encoding="utf-8-sig")
    assert text.count(",Lost,") == count
    failures.write_text(text.replace(",Lost,", ",Paid,"), encoding="utf-8-sig")
    return run, failures


@pytest.mark.parametrize("command", ["run", "plan"])
def test_a_workbook_of_a_job_waits_as_the_job_does(office: NightOffice, command: str) -> None:
    """What corrects a job's rows waits above the job's limit, by hand as in the inbox."""
    office.job("payments", LIMIT)
    first, failures = corrected(office)
    before = office.booked()
    done = office.office.do(command, failures, "-m", "mapping.yaml")
    assert "₹1,000.00" in done.err or command == "plan"
    if command == "run":
        says(done, 6, "waits for approval", "₹1,800.00", "importer approve", "importer apply")
    else:
        assert done.code == 0, done
        assert "importer approve" in done.out
    (run,) = {one["run"] for one in json.loads(office.office.do("runs", "--json").out)} - {first}
    says(office.office.do("apply", run), 6, "waits for approval")
    says(office.office.do("resume", run), 6, "waits for approval")
    assert office.booked() == before


def test_the_limit_is_that_of_the_settings_as_they_are_now(office: NightOffice) -> None:
    """A limit that a job was given since its night holds for what corrects that night's rows."""
    settings = office.folder / "importer.toml"
    without = settings.read_text(encoding="utf-8")
    office.job("payments")
    _, failures = corrected(office)
    settings.write_text(without, encoding="utf-8")
    office.job("payments", LIMIT)
    done = office.office.do("run", failures, "-m", "mapping.yaml")
    says(done, 6, "waits for approval")


def test_a_job_that_is_gone_leaves_its_limit(office: NightOffice) -> None:
    """Where the settings have the job no more, the limit holds that its night was planned with."""
    settings = office.folder / "importer.toml"
    without = settings.read_text(encoding="utf-8")
    office.job("payments", LIMIT)
    _, failures = corrected(office)
    settings.write_text(without, encoding="utf-8")
    office.job("renamed")
    done = office.office.do("run", failures, "-m", "mapping.yaml")
    says(done, 6, "waits for approval")


def test_up_to_the_limit_it_is_sent_and_stays_a_person_s_run(office: NightOffice) -> None:
    """A small workbook of a job's run is sent at once, and no night takes that run for its own."""
    office.job("payments", LIMIT)
    _, failures = corrected(office, 1)
    done = office.office.do("run", failures, "-m", "mapping.yaml")
    assert done.code == 0, done
    assert set(office.booked().values()) == {1}
    assert office.night().job["resumed"] == []


def test_a_sheet_of_nobody_s_job_has_no_such_limit(office: NightOffice) -> None:
    """A sheet that no night has run is held to the settings' limit alone."""
    office.job("payments", LIMIT)
    office.office.sheet(row(7, amount="5000.00"))
    assert office.office.run().code == 0


def test_the_job_s_canary_goes_first(office: NightOffice) -> None:
    """A workbook of a job's run sends so many leads first, unless `--canary` says otherwise."""
    office.job("payments", "canary = 1")
    _, failures = corrected(office)
    text = failures.read_text(encoding="utf-8-sig")
    one_lead_goes_first(office, failures, text)


def test_of_several_jobs_the_smallest_canary_goes_first(office: NightOffice) -> None:
    """Where two jobs have run a chain, a person sends no more leads first than either of them."""
    office.job("payments", "canary = 3")
    _, failures = corrected(office)
    office.job("returned", "canary = 1")
    text = failures.read_text(encoding="utf-8-sig")
    (office.inbox / "returned-1.csv").write_text(text.replace(",Paid,", ",Lost,"), encoding="utf-8")
    again = office.night().said["jobs"][1]["files"][0]["run"]
    failures = office.folder / "reports" / again / "failures.csv"
    text = failures.read_text(encoding="utf-8-sig").replace(",Lost,", ",Paid,")
    one_lead_goes_first(office, failures, text)


def one_lead_goes_first(office: NightOffice, failures: Path, text: str) -> None:
    """Run corrected rows of which the first is ignored in part: nothing is sent behind it."""
    # The CRM ignores what is not an address: of the first lead not everything is created.
    lines = text.splitlines(keepends=True)
    first = next(at for at, line in enumerate(lines) if ",Paid," in line)
    lines[first] = lines[first].replace(",Paid,", ",Paid,no address", 1)
    failures.write_text("".join(lines), encoding="utf-8-sig")
    done = office.office.do("run", failures, "-m", "mapping.yaml")
    says(done, 6, "leads that were sent first")
    assert len({lead for lead, _ in office.booked()}) == 2, "the night's, and one more"
