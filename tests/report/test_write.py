"""The reports of a run as files: reproducible, private, and never over a person's work."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from importer.cli.words import say_report
from importer.created import Told
from importer.model import Outcome
from importer.report.source import ReportSource, Written
from importer.report.write import write_reports
from importer.shapes import CsvShape

from .books import SHAPE, action, every_outcome, inr, source_of


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
        written.document: "reconciliation.json",
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
    assert (written.failures, written.kept) == (None, ())
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
    assert written.kept == (folder / "failures edited.xlsx",)
    assert written.kept[0].read_bytes() == edited
    assert write_reports(folder, source).kept == ()


def test_a_second_edit_is_kept_beside_the_first(folder: Path) -> None:
    """Whatever a person put in the workbook's place is kept, workbook or not."""
    write_reports(folder, every_outcome())
    edit(folder / "failures.xlsx")
    write_reports(folder, every_outcome())
    (folder / "failures.xlsx").write_bytes(b"notes")
    kept = write_reports(folder, every_outcome()).kept
    assert kept == (folder / "failures edited (2).xlsx",)
    assert kept[0].read_bytes() == b"notes"


def of_a_csv() -> ReportSource:
    """Return a run over a CSV."""
    csv = CsvShape(encoding="utf-8", delimiter=";")
    return replace(every_outcome(), shape=replace(SHAPE, tab=None, csv=csv))


def test_a_csv_gets_its_failures_as_csv_too(folder: Path) -> None:
    """Beside the workbook, which is the same; and both are gone when nothing fails any more."""
    written = write_reports(folder, of_a_csv())
    assert written.failures
    assert written.failures.table == folder / "failures.csv"
    assert write_reports(folder, of_a_csv()).kept == ()
    write_reports(folder, good())
    assert not {"failures.csv", "failures.xlsx"} & set(contents(folder))


@pytest.mark.parametrize("age", [60, -60_000])
@pytest.mark.parametrize("source", [of_a_csv(), good()])
def test_an_edited_csv_is_kept(folder: Path, source: ReportSource, age: int) -> None:
    """A failures CSV whose bytes are not ours is moved aside, whatever its time says."""
    written = write_reports(folder, of_a_csv())
    assert written.failures
    assert written.failures.table
    written.failures.table.write_bytes(b"corrected")
    later = written.page.stat().st_mtime + age
    os.utime(written.failures.table, (later, later))
    kept = write_reports(folder, source).kept
    assert kept == (folder / "failures edited.csv",)
    assert kept[0].read_bytes() == b"corrected"


def test_an_untouched_csv_is_ours_whatever_its_time(folder: Path) -> None:
    """A failures CSV that was copied or restored is overwritten where nobody has changed it."""
    written = write_reports(folder, of_a_csv())
    assert written.failures
    assert written.failures.table
    later = written.page.stat().st_mtime + 60
    os.utime(written.failures.table, (later, later))
    assert write_reports(folder, of_a_csv()).kept == ()


def test_a_stand_in_of_the_csv_goes_too(folder: Path, held: set[str]) -> None:
    """`failures (2).csv` is removed once the file itself is new, unless a person has edited it."""
    write_reports(folder, of_a_csv())
    for edited in (False, True):
        held.add("failures.csv")
        written = write_reports(folder, of_a_csv())
        assert ("failures.csv", folder / "failures (2).csv") in written.displaced
        if edited:
            (folder / "failures (2).csv").write_bytes(b"corrected")
        held.clear()
        write_reports(folder, of_a_csv())
        assert (folder / "failures (2).csv").exists() == edited


def test_progress_comes_to_its_whole(folder: Path) -> None:
    """As many steps are told as were announced."""
    announced: list[int] = []
    steps: list[int] = []

    def stage(total: int) -> AbstractContextManager[Callable[[int], object]]:
        announced.append(total)
        return nullcontext(steps.append)

    write_reports(folder, every_outcome(), stage=stage)
    assert announced == [sum(steps)]


def test_a_break_leaves_the_old_report(folder: Path) -> None:
    """When the records cannot be read to their end, every file is as it was."""

    def broken() -> Iterator[Told]:
        yield from every_outcome().actions()
        raise RuntimeError("The journal is damaged.")

    write_reports(folder, every_outcome())
    before = contents(folder)
    with pytest.raises(RuntimeError, match="damaged"):
        write_reports(folder, replace(every_outcome(), actions=broken))
    assert contents(folder) == before


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the names of files that a program holds open, as Excel does on Windows."""
    names: set[str] = set()
    replace_by, unlink = Path.replace, Path.unlink

    def refuse(path: Path) -> None:
        if path.name in names:
            raise PermissionError(13, "The process cannot access the file", str(path))

    def guarded_replace(self: Path, target: Path) -> Path:
        refuse(target)
        return replace_by(self, target)

    def guarded_unlink(self: Path, *, missing_ok: bool = False) -> None:
        refuse(self)
        unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "replace", guarded_replace)
    monkeypatch.setattr(Path, "unlink", guarded_unlink)
    return names


def test_what_is_open_in_excel_is_written_beside_it(folder: Path, held: set[str]) -> None:
    """The new file gets a free name, which is told, and to which the page links."""
    write_reports(folder, good())
    old = contents(folder)
    held |= {"reconciliation.xlsx", "reconciliation.csv"}
    written = write_reports(folder, every_outcome())
    assert list(written.displaced) == [
        ("reconciliation.xlsx", folder / "reconciliation (2).xlsx"),
        ("reconciliation.csv", folder / "reconciliation (2).csv"),
    ]
    assert {name: contents(folder)[name] for name in held} == {name: old[name] for name in held}
    page = written.page.read_text(encoding="utf-8")
    for name in ("reconciliation%20%282%29.xlsx", "reconciliation%20%282%29.csv"):
        assert f'href="{name}"' in page
    assert 'href="reconciliation.xlsx"' not in page
    assert 'href="reconciliation.json"' in page


def test_the_screen_says_what_was_open(
    folder: Path, held: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence for each file, with the name to look for, and which of the two is old."""
    write_reports(folder, every_outcome())
    held |= {"reconciliation.xlsx", "failures.xlsx"}
    say_report(write_reports(folder, good()), 0, as_json=False)
    said = capsys.readouterr().out
    assert (
        "reconciliation.xlsx is open in another program: written as reconciliation (2).xlsx. "
        in said
    )
    assert "failures.xlsx is open in another program and could not be removed." in said
    held.clear()
    say_report(write_reports(folder, good()), 0, as_json=False)
    assert "open in another program" not in capsys.readouterr().out


def test_a_scheduler_gets_the_figures_on_one_line(
    folder: Path, held: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """`--json` prints the document without its lines, with the exit code and the files' paths."""
    write_reports(folder, good())
    held.add("reconciliation.json")
    written = write_reports(folder, every_outcome())
    say_report(written, 4, as_json=True)
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    printed = json.loads(out)
    whole = json.loads((folder / "reconciliation (2).json").read_text(encoding="utf-8"))
    del whole["lines"]
    assert (printed.pop("exit_code"), printed["reports"].pop("failures_csv")) == (4, None)
    assert printed.pop("reports") == {
        "html": str(folder / "reconciliation.html"),
        "xlsx": str(folder / "reconciliation.xlsx"),
        "csv": str(folder / "reconciliation.csv"),
        "json": str(folder / "reconciliation (2).json"),
        "failures": str(folder / "failures.xlsx"),
    }
    assert printed == whole


def test_nothing_old_stays_beside_the_new(folder: Path, held: set[str]) -> None:
    """What stood in for an open file is gone once the file itself is new; a person's is not."""
    held.add("reconciliation.xlsx")
    (folder).mkdir(parents=True)
    (folder / "reconciliation.xlsx").write_bytes(b"open")
    for _ in range(3):
        write_reports(folder, good())
    stand_ins = [name for name in contents(folder) if "(" in name]
    assert len(stand_ins) == 1
    theirs = edit_any(folder / stand_ins[0], folder / "reconciliation (7).xlsx")
    held.clear()
    assert list(write_reports(folder, good()).displaced) == []
    assert [name for name in contents(folder) if "(" in name] == [theirs.name]


def edit_any(path: Path, target: Path) -> Path:
    """Save a workbook under another name with another program."""
    load_workbook(path).save(target)
    return target


def test_old_failures_that_cannot_be_removed_are_told(folder: Path, held: set[str]) -> None:
    """A failures workbook of yesterday must not be believed to be today's."""
    write_reports(folder, every_outcome())
    held.add("failures.xlsx")
    written = write_reports(folder, good())
    assert (written.failures, written.old) == (None, (folder / "failures.xlsx",))
    held.clear()
    assert write_reports(folder, good()).old == ()


def test_what_a_crash_left_is_removed_a_day_later(folder: Path) -> None:
    """A half-written file is nobody's; a fresh one may be another process's."""
    folder.mkdir(parents=True)
    fresh, stale = folder / ".a.csv.fresh.part", folder / ".a.csv.stale.part"
    for path in (fresh, stale):
        path.write_bytes(b"half")
    os.utime(stale, (0, 0))
    write_reports(folder, good(), now=lambda: fresh.stat().st_mtime + 3600)
    assert (fresh.exists(), stale.exists()) == (True, False)


ELSEWHERE = """
import locale, sys
from pathlib import Path
from tests.report.books import every_outcome
from importer.report.write import write_reports
write_reports(Path(sys.argv[1]), every_outcome())
"""


def test_the_bytes_are_the_same_on_every_machine(folder: Path, tmp_path: Path) -> None:
    """Whatever its time zone, its language and the order in which it keeps sets."""
    write_reports(folder, every_outcome())
    machines = [
        {"TZ": "Asia/Kolkata", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
    ]
    for number, machine in enumerate(machines):
        other = tmp_path / str(number) / folder.name
        subprocess.run(
            [sys.executable, "-c", ELSEWHERE, other],
            check=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, **machine, "PYTHONPATH": "tests"},
            timeout=60,
        )
        assert contents(other) == contents(folder)


def test_the_page_names_the_failures_workbook_that_was_written(folder: Path) -> None:
    """The link leads to the file, and the command to the folder."""
    written: Written = write_reports(folder, every_outcome())
    page = written.page.read_text(encoding="utf-8")
    assert '<a href="failures.xlsx">' in page
    assert "importer run …/20261122-k7f3/failures.xlsx -m …/payments.yaml" in page
