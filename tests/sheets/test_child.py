from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import openpyxl
import psutil
import pytest

from importer.errors import SheetError, UsageError
from importer.sheets.child import GRANTED, End, Watch, unpack
from importer.sheets.limits import MB, Allowance, allowance

IDLE = "import sys; sys.stdin.read()"
"""A program that waits for ever: nobody closes its input."""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A small workbook."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Lead", "Amount"])
    path = tmp_path / "payments.xlsx"
    book.save(path)
    return path


def started(program: str) -> subprocess.Popen[bytes]:
    """Start a child that runs a program."""
    return subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize(
    ("program", "end"),
    [
        ("pass", End.WELL),
        ("raise SystemExit(3)", End.BROKEN),
        ("import os; os.abort()", End.BROKEN),
        ("raise MemoryError", End.STARVED),
        (f"x = bytearray({300 * MB}); {IDLE}", End.STARVED),
        ("import sys; sys.stderr.write('x' * 1_000_000)", End.WELL),
    ],
)
def test_however_a_child_ends_it_is_told(program: str, end: End) -> None:
    """A child that ends well, breaks, or takes more memory than it may is told apart."""
    with Watch(started(program)) as watch:
        assert watch.end() is end


def test_a_child_that_takes_too_long_is_ended() -> None:
    """A child that has used up its time is ended, by the clock that is passed in."""
    process = started(IDLE)
    with Watch(process, clock=map(float, count(step=60)).__next__) as watch:
        assert watch.end() is End.LATE
    assert process.returncode


def test_a_child_may_take_what_its_figures_allow() -> None:
    """A child that says what its file's figures allow is measured by that."""
    words = f"sys.stderr.buffer.write({GRANTED!r} + b'{2000 * MB} 90\\n'); sys.stderr.flush()"
    program = f"import sys; {words}; x = bytearray({300 * MB}); sys.stdin.read()"
    process = started(program)
    looks = count()

    def clock() -> float:
        with suppress(psutil.Error):  # it has just ended
            if process.stdin and psutil.Process(process.pid).memory_info().rss > 300 * MB:
                process.stdin.close()
        return float(next(looks))

    with Watch(process, Allowance(memory=100 * MB, seconds=9), clock) as watch:
        assert watch.end() is End.WELL


def test_a_child_goes_when_its_parent_is_interrupted() -> None:
    """Ctrl-C while a child is at work ends the child too."""

    def interrupted() -> Iterator[float]:
        yield 0.0
        raise KeyboardInterrupt

    process = started(IDLE)
    with pytest.raises(KeyboardInterrupt), Watch(process, clock=interrupted().__next__) as watch:
        watch.end()
    assert process.returncode
    assert not psutil.pid_exists(process.pid)


def test_nothing_is_left_behind(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a reading there is no child and no file more than before."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    before = set(psutil.Process().children())
    spool = unpack(book)
    assert set(psutil.Process().children()) <= before
    if sys.platform != "win32":  # where a file that is open has a name until it is closed
        assert not list(folder.iterdir())
    del spool
    assert not list(folder.iterdir())


def test_the_child_is_told_no_secret(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child's environment holds nothing but what Python needs to start."""
    told = book.with_name("told.txt")
    program = f"import os; open({str(told)!r}, 'w').write(repr(dict(os.environ)))"
    monkeypatch.setattr("importer.sheets.child._BOOT", program)
    monkeypatch.setenv("TELECRM_TOKEN", "secret")
    with pytest.raises(SheetError):
        unpack(book)
    text = told.read_text(encoding="utf-8")
    assert "PATH" in text
    assert "secret" not in text


def test_the_child_needs_no_folder_to_work_in(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is read, and a module of the folder that one works in is not."""
    (book.parent / "json.py").write_text("raise SystemExit", encoding="utf-8")
    monkeypatch.chdir(book.parent)
    assert unpack(Path(book.name)).head.tabs == ("Sheet",)


MAPPING = """\
mapping: 1
columns:
  lead:   {header: Lead, type: lead_id}
  amount: {header: Amount, type: amount, locale: en_IN, currency: INR}
lead: lead
actions:
  - {name: note, type: "1003", fields: {note: {from: amount}}}
"""


@pytest.mark.parametrize("name", ["xlrd.py", "python_calamine.py"])
def test_a_user_s_file_is_not_taken_for_a_library(book: Path, name: str) -> None:
    """In a folder with a file that is named like a library, `python -m importer` reads sheets."""
    (book.parent / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    (book.parent / name).write_text("raise ImportError('mine')\n", encoding="utf-8")
    command = [sys.executable, "-m", "importer", "check", book.name, "-m", "mapping.yaml"]
    done = subprocess.run(
        command, cwd=book.parent, capture_output=True, text=True, check=False, timeout=60
    )
    assert "damaged" not in done.stdout + done.stderr
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_child_that_dies_is_a_sentence(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the child cannot even start, the file is refused and nothing else happens."""
    monkeypatch.setattr("importer.sheets.child._BOOT", "import os; os.abort()")
    with pytest.raises(SheetError, match="reading it broke off") as caught:
        unpack(book)
    assert caught.value.hint


def test_a_child_goes_when_its_parent_is_killed(book: Path) -> None:
    """A child whose parent ends without a word, in the middle of a reading, ends too."""
    sheet = openpyxl.Workbook(write_only=True)
    tab = sheet.create_sheet()
    for _ in range(30_000):
        tab.append(["a lead", 5, 6.5, "x"] * 3)
    sheet.save(book)
    words = f"from pathlib import Path; unpack(Path({str(book)!r}))"
    program = f"from importer.sheets.child import unpack; {words}"
    parent = psutil.Popen([sys.executable, "-c", program])
    try:
        children: list[psutil.Process] = []
        while not children and parent.poll() is None:
            children = parent.children()
        assert children, "it was read before it could be disturbed"
    finally:
        parent.kill()
        parent.wait()
    end = time.monotonic() + 1
    while any(map(is_at_work, children)):
        assert time.monotonic() < end


def is_at_work(process: psutil.Process) -> bool:
    """Tell whether a process still runs; one that nobody has buried does not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is full")
def test_a_full_disk_is_not_called_damage(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rows find no room on the disk, that is said, and not that the file is damaged."""
    with Path("/dev/full").open("r+b", 0) as full:
        monkeypatch.setattr("tempfile.TemporaryFile", lambda: full)
        with pytest.raises(UsageError, match="The disk is full") as caught:
            unpack(book)
    assert "TMPDIR" in caught.value.hint


def test_a_system_that_starts_no_process_is_a_sentence(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system has no file left for a pipe, the run is refused in words."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("subprocess.Popen", refuse)
    with pytest.raises(UsageError, match="Too many open files") as caught:
        unpack(book)
    assert caught.value.hint


def test_more_figures_allow_more() -> None:
    """A file of a few kilobytes may take 300 MB, a full tab of 12 columns what it needs."""
    full = allowance(unpacked=400 * MB, rectangle=12_000_000, written=12_000_000)
    assert allowance(unpacked=50_000).memory < 300 * MB
    assert 1204 * MB < full.memory < 4096 * MB
