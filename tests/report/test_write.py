"""The reports of a run as files: reproducible, private, and never over a person's work."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from importer.model import ActionRecord, Outcome
from importer.report import ReportSource, Written, write_reports

from .books import action, every_outcome, inr, source_of


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def good() -> ReportSource:
    """Return a run without anything to correct."""
    return source_of([action(5, Outcome.CREATED, inr("1"))])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a run, still to be made."""
    return tmp_path / "reports" / "20261122-k7f3"


def test_the_files_have_their_names(folder: Path) -> None:
    """Five files, and what is returned names them."""
    written = write_reports(folder, every_outcome())
    names = {
        written.page: "reconciliation.html",
        written.workbook: "reconciliation.xlsx",
        written.table: "reconciliation.csv",
        written.summary: "summary.json",
    }
    assert {path: path.name for path in names} == names
    assert written.failures
    assert (written.failures.path.name, written.failures.rows) == ("failures.xlsx", 4)
    assert sorted(contents(folder)) == sorted([*names.values(), "failures.xlsx"])


def test_the_same_run_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Deleted reports come back byte for byte, on another day and over older ones too."""
    write_reports(folder, every_outcome())
    first = contents(folder)
    write_reports(folder, every_outcome())
    assert contents(folder) == first
    again = tmp_path / "elsewhere" / "reports" / folder.name
    write_reports(again, every_outcome())
    assert contents(again) == first


@pytest.mark.skipif(os.name != "posix", reason="Windows has no permission bits")
def test_nobody_else_reads_them(folder: Path) -> None:
    """Files are 0600 in a folder that is 0700."""
    write_reports(folder, every_outcome())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_without_failures_there_is_no_failures_workbook(folder: Path) -> None:
    """Not even an older one, whose rows have gone in since."""
    write_reports(folder, every_outcome())
    written = write_reports(folder, good())
    assert (written.failures, written.kept) == (None, None)
    assert "failures.xlsx" not in contents(folder)


def edit(path: Path) -> bytes:
    """Save a workbook with another program, as a person does."""
    book = load_workbook(path)
    book.worksheets[0]["D7"] = 7500
    book.save(path)
    return path.read_bytes()


@pytest.mark.parametrize("source", [every_outcome(), good()])
def test_a_persons_work_is_never_overwritten(folder: Path, source: ReportSource) -> None:
    """A failures workbook that was edited is moved aside, and its new place is told."""
    write_reports(folder, every_outcome())
    edited = edit(folder / "failures.xlsx")
    written = write_reports(folder, source)
    assert written.kept == folder / "failures edited.xlsx"
    assert written.kept.read_bytes() == edited
    assert write_reports(folder, source).kept is None


def test_a_second_edit_is_kept_beside_the_first(folder: Path) -> None:
    """Whatever a person put in the workbook's place is kept, workbook or not."""
    write_reports(folder, every_outcome())
    edit(folder / "failures.xlsx")
    write_reports(folder, every_outcome())
    (folder / "failures.xlsx").write_bytes(b"notes")
    kept = write_reports(folder, every_outcome()).kept
    assert kept == folder / "failures edited (2).xlsx"
    assert kept.read_bytes() == b"notes"


def test_a_break_leaves_the_old_report(folder: Path) -> None:
    """When the records cannot be read to their end, every file is as it was."""

    def broken() -> Iterator[ActionRecord]:
        yield from every_outcome().actions()
        raise RuntimeError("The journal is damaged.")

    write_reports(folder, every_outcome())
    before = contents(folder)
    with pytest.raises(RuntimeError, match="damaged"):
        write_reports(folder, replace(every_outcome(), actions=broken))
    assert contents(folder) == before


def test_the_page_names_the_failures_workbook_that_was_written(folder: Path) -> None:
    """The link leads to the file, and the command to the folder."""
    written: Written = write_reports(folder, every_outcome())
    page = written.page.read_text(encoding="utf-8")
    assert '<a href="failures.xlsx">' in page
    assert "importer run …/20261122-k7f3/failures.xlsx -m …/payments.yaml" in page
