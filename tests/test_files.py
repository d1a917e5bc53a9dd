"""Files are whole or not there, and nobody else can read them."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from importer.files import free_name, make_private_folder, sha256_of, write_atomically

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no permission bits")


def bits(path: Path) -> int:
    """Return a file's permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    """Return everything in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def half_then(error: BaseException, file: IO[bytes]) -> None:
    """Write a part, then break."""
    file.write(b"half")
    raise error


def test_the_bytes_arrive(tmp_path: Path) -> None:
    """The target holds exactly the bytes, and nothing else is left in the folder."""
    path = tmp_path / "note.txt"
    assert write_atomically(path, b"one\r\ntwo\n") == path
    assert path.read_bytes() == b"one\r\ntwo\n"
    assert names(tmp_path) == ["note.txt"]


def test_a_function_may_write_them(tmp_path: Path) -> None:
    """A function gets the open file, can seek in it, and what it leaves is the content."""

    def write(file: IO[bytes]) -> None:
        file.write(b"____ world")
        file.seek(0)
        file.write(b"wide")

    assert write_atomically(tmp_path / "a", write).read_bytes() == b"wide world"


@posix_only
@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_the_file_has_its_mode_from_its_first_byte_on(tmp_path: Path, mode: int) -> None:
    """While the bytes are being written, nobody has more rights than in the end."""
    seen = []

    def write(file: IO[bytes]) -> None:
        seen.append(stat.S_IMODE(os.fstat(file.fileno()).st_mode))
        file.write(b"secret")

    path = write_atomically(tmp_path / "a", write, mode=mode)
    assert [*seen, bits(path)] == [mode, mode]


@posix_only
def test_a_file_is_private_unless_said_otherwise(tmp_path: Path) -> None:
    """The default is 0600, also where an older file was open to others."""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o644)
    assert bits(write_atomically(path, b"new")) == 0o600


@pytest.mark.parametrize("error", [ValueError("broken"), KeyboardInterrupt()])
def test_a_break_in_mid_write_leaves_the_old_content(tmp_path: Path, error: BaseException) -> None:
    """Whatever stops the writing, the target keeps its content and no partial file is left."""
    path = tmp_path / "a"
    path.write_bytes(b"old and whole")
    with pytest.raises(type(error)):
        write_atomically(path, lambda file: half_then(error, file))
    assert path.read_bytes() == b"old and whole"
    assert names(tmp_path) == ["a"]


def test_a_break_in_mid_write_leaves_no_new_file(tmp_path: Path) -> None:
    """A target that was not there is not there afterwards."""
    with pytest.raises(ValueError, match="broken"):
        write_atomically(tmp_path / "a", lambda file: half_then(ValueError("broken"), file))
    assert names(tmp_path) == []


def test_a_reader_keeps_what_it_opened(tmp_path: Path) -> None:
    """Who reads the old file while it is replaced still reads all of it."""
    path = tmp_path / "a"
    path.write_bytes(b"old and whole")
    with path.open("rb") as reader:
        write_atomically(path, b"new")
        assert reader.read() == b"old and whole"
    assert path.read_bytes() == b"new"


def test_a_target_that_is_open_elsewhere_gets_a_free_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Windows refuses to replace an open file, the content goes beside it."""
    path = tmp_path / "failures.xlsx"
    path.write_bytes(b"open in Excel")
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target == path:
            raise PermissionError(13, "The process cannot access the file", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    written = write_atomically(path, b"new")
    assert written == tmp_path / "failures (2).xlsx"
    assert (path.read_bytes(), written.read_bytes()) == (b"open in Excel", b"new")
    assert names(tmp_path) == ["failures (2).xlsx", "failures.xlsx"]


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """The folder is the caller's to make."""
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "no" / "a", b"")


@posix_only
def test_folders_that_are_made_are_private(tmp_path: Path) -> None:
    """Every folder that had to be made is 0700; the one that was there keeps its rights."""
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path / "reports" / "run")
    assert bits(tmp_path) == 0o755
    assert bits(tmp_path / "reports") == bits(tmp_path / "reports" / "run") == 0o700


@posix_only
def test_a_folder_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    """A person's own folder is not closed to others behind their back."""
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path)
    assert bits(tmp_path) == 0o755


def test_a_file_in_the_place_of_a_folder_is_said(tmp_path: Path) -> None:
    """A file is never taken for the folder."""
    (tmp_path / "run").write_bytes(b"")
    with pytest.raises(FileExistsError):
        make_private_folder(tmp_path / "run")


@pytest.mark.parametrize("content", [b"", b"abc", b"x" * 3_000_000])
def test_the_digest_is_the_contents(tmp_path: Path, content: bytes) -> None:
    """`sha256_of` is what any other tool says."""
    path = tmp_path / "a"
    path.write_bytes(content)
    assert sha256_of(path) == hashlib.sha256(content).hexdigest()


def test_a_free_name_counts_up(tmp_path: Path) -> None:
    """A name that is free is taken as it is, else the first number that is."""
    path = tmp_path / "a.b.xlsx"
    assert free_name(path) == path
    path.write_bytes(b"")
    (tmp_path / "a.b (2).xlsx").write_bytes(b"")
    assert free_name(path) == tmp_path / "a.b (3).xlsx"


STEP = """
import os, sys
from pathlib import Path
from importer import files

step, target = sys.argv[1], Path(sys.argv[2])

def die(*args, **kwargs):
    os._exit(9)

def content(file):
    file.write(b"new" * 100_000)
    if step == "while it is written":
        file.flush()
        die()

if step == "before it is on the disk":
    os.fsync = die
if step == "before it has its name":
    Path.replace = die
if step == "before the folder is on the disk":
    files.sync_folder = die
files.write_atomically(target, content)
"""


@pytest.mark.parametrize(
    ("step", "whole"),
    [
        ("while it is written", b"old and whole"),
        ("before it is on the disk", b"old and whole"),
        ("before it has its name", b"old and whole"),
        ("before the folder is on the disk", b"new" * 100_000),
        ("never", b"new" * 100_000),
    ],
)
def test_a_kill_at_any_step_leaves_a_whole_file(tmp_path: Path, step: str, whole: bytes) -> None:
    """A process that dies leaves the old content or the new under the name, never a part."""
    path = tmp_path / "report.csv"
    path.write_bytes(b"old and whole")
    done = subprocess.run([sys.executable, "-c", STEP, step, path], timeout=60, check=False)
    assert done.returncode == (0 if step == "never" else 9)
    assert path.read_bytes() == whole
    halves = [other for other in tmp_path.iterdir() if other != path]
    assert all(other.name.startswith(".report.csv.") for other in halves)
    if os.name == "posix":
        assert {bits(other) for other in halves} <= {0o600}


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from importer.files import write_atomically

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    write_atomically(Path(sys.argv[1]), lambda file: file.writelines([b"new" * 1000] * 100))
except OSError:
    sys.exit(3)
"""


@posix_only
def test_a_disk_without_room_leaves_the_old_content(tmp_path: Path) -> None:
    """A write that the system refuses in its middle is an error, and no half file stays."""
    path = tmp_path / "report.csv"
    path.write_bytes(b"old and whole")
    done = subprocess.run([sys.executable, "-c", FULL_DISK, path], timeout=60, check=False)
    assert done.returncode == 3
    assert path.read_bytes() == b"old and whole"
    assert names(tmp_path) == ["report.csv"]


def test_the_content_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flushed and synced first, then renamed, then the folder is synced: a power cut tears none."""
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        found = os.fstat(descriptor)
        steps.append("folder" if stat.S_ISDIR(found.st_mode) else f"{found.st_size} bytes")
        fsync(descriptor)

    def replaced(self: Path, target: Path) -> Path:
        steps.append("name")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    write_atomically(tmp_path / "a", b"12345")
    assert steps == ["5 bytes", "name", *(["folder"] if os.name == "posix" else [])]
