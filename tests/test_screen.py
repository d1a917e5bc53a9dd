"""What is read on the screen: addresses in one piece, the report's own next steps, commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from offices import Office, an_office
from workplaces import row

from importer.cli.phrases import COLUMNS, table


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A folder with a sheet, a mapping and settings for a CRM that is running."""
    with an_office(tmp_path) as place:
        yield place


def test_an_address_is_never_broken_over_lines() -> None:
    """A tab's name may have spaces; its cell can still be copied in one piece."""
    cell = "Payments received in November!F17"
    shown = table([(cell, "x", "It is wrong. " * 20, "Correct it.")], COLUMNS)
    assert sum(cell in line for line in shown.splitlines()) == 1


def test_the_screen_gives_the_steps_of_the_report(office: Office) -> None:
    """The same titles, and the path of the failures workbook as it is typed in this folder."""
    office.sheet(row(1), row(2, note="no address"))
    done = office.run()
    page = next(office.folder.glob("reports/*/reconciliation.html")).read_text(encoding="utf-8")
    for words in ("Correct 1 row and run it", "No next step is set for this remark"):
        assert words in page
    assert "1. Correct 1 row and run it" in done.err
    place = page.partition("importer run ")[2].partition("/failures.xlsx")[0]
    assert (office.folder / place).is_dir()
    for file in ("failures.xlsx", "failures.csv"):
        assert f"importer run {place}/{file} -m mapping.yaml" in done.err


def test_a_step_of_the_settings_is_on_screen_and_page(office: Office) -> None:
    """What the settings say about a remark is what people are told to do."""
    office.also(
        "[[remarks]]", 'says = "invalid"', 'step = "ask the CRM admin"', 'note = "Ask Ravi."'
    )
    office.sheet(row(1), row(2, note="no address"))
    done = office.run()
    page = next(office.folder.glob("reports/*/reconciliation.html")).read_text(encoding="utf-8")
    assert "Ask Ravi. Ask the CRM admin." in page
    assert "1. Ask the CRM admin about 1 action" in done.err
    assert "--retry ignored" in done.err


def test_a_sheet_that_was_refused_offers_no_part_of_itself(office: Office) -> None:
    """Neither is it resumed, nor is its failures workbook to be run."""
    office.sheet(row(1), row(2, amount="x"))
    refused = office.run("--strict")
    page = next(office.folder.glob("reports/*/reconciliation.html")).read_text(encoding="utf-8")
    assert "to look at; correct them in the sheet itself" in refused.out
    assert "importer resume" not in page + refused.err + refused.out
    assert "importer run" not in page
    assert "Nothing is wrong with it; it was not sent" in refused.out


def test_page_and_screen_say_the_same_commands(office: Office) -> None:
    """Named settings stand in both, and `report`, asked for alike, writes the same bytes."""
    place = office.folder / "office"
    place.mkdir()
    (office.folder / "importer.toml").rename(place / "prod.toml")
    office.sheet(row(1), row(2, note="no address"))
    done = office.run("--settings", "office/prod.toml")
    (page,) = office.folder.glob("office/reports/*/reconciliation.html")
    run = page.parent.name
    command = f"importer run office/reports/{run}/failures.xlsx -m mapping.yaml"
    command = f"{command} --settings office/prod.toml"
    written = page.read_bytes()
    assert command in done.err
    assert command in written.decode()
    office.do("report", run, "--settings", "office/prod.toml")
    assert page.read_bytes() == written


def test_a_row_that_was_deleted_from_the_failures_file_is_not_forgotten(office: Office) -> None:
    """The run on what is left of it names the row, and the commands that send or give it up."""
    office.sheet(row(1), row(2, note="no address"), row(3, note="no address"))
    office.run()
    (table,) = office.folder.glob("reports/*/failures.csv")
    run = table.parent.name
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    (office.folder / "left.csv").write_text(
        "\n".join(lines[:-1]).replace("no address", "a@example.com"), encoding="utf-8"
    )
    done = office.do("run", "left.csv", "-m", "mapping.yaml")
    assert "Correct 1 row that was left out, or give it up" in done.err
    assert f"importer run reports/{run}/failures.xlsx -m mapping.yaml" in done.err
    close = f"importer close {run} --rows 4 --reason"
    assert close in done.err
    assert office.do(*close.split()[1:], "cancelled").code in {0, 4}
    again = office.do("report", re.findall(r"\(run (\S+)\)", done.out)[0])
    assert "left out" not in again.err


def test_the_mapping_is_found_again_where_it_lies(office: Office) -> None:
    """In a folder of its own, named by its whole path, from the page, and at `importer report`."""
    maps, desk = office.folder / "maps", office.folder / "desk"
    maps.mkdir()
    desk.mkdir()
    (office.folder / "mapping.yaml").rename(maps / "may 2026.yaml")
    for name in ("importer.toml", "sheet.csv"):
        (office.folder / name).rename(desk / name)
    office.folder = desk
    office.sheet(row(1), row(2, note="no address"))
    done = office.do("run", "sheet.csv", "-m", maps / "may 2026.yaml")
    command = 'failures.xlsx -m "../maps/may 2026.yaml"'
    (page,) = desk.glob("reports/*/reconciliation.html")
    assert command in done.err
    assert command.replace('"', "&#34;") in page.read_text(encoding="utf-8")
    page.unlink()
    assert command in office.do("report", page.parent.name).err
    assert command.replace('"', "&#34;") in page.read_text(encoding="utf-8")
    (words,) = (line for line in done.err.splitlines() if command in line)
    again = office.do(*shlex.split(words.partition("  the workbook")[0])[1:])
    assert again.code == 4, again


def test_settings_named_by_their_whole_path_stand_in_the_page_by_their_name(
    office: Office,
) -> None:
    """Its commands are typed in the folder of the settings, which must not be another one's."""
    (office.folder / "importer.toml").rename(office.folder / "prod.toml")
    office.sheet(row(1), row(2, note="no address"))
    office.run("--settings", office.folder / "prod.toml")
    (page,) = office.folder.glob("reports/*/reconciliation.html")
    text = page.read_text(encoding="utf-8")
    assert "-m mapping.yaml --settings prod.toml" in text
    assert str(office.folder) not in text


def test_no_path_of_this_machine_gets_into_a_report(office: Office) -> None:
    """A report goes to others: settings that were named by their whole path are left out."""
    office.sheet(row(1), row(2, note="no address"))
    done = office.run("--settings", office.folder / "importer.toml")
    assert f"--settings {office.folder}" in done.err
    for file in office.folder.glob("reports/*/reconciliation.[hjc]*"):
        text = file.read_text(encoding="utf-8")
        assert str(office.folder) not in text
        assert "--settings" not in text
