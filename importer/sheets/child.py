"""Reading a workbook in a process of its own, so that a file can end that process and no other.

The parsers of workbooks are made for honest files: one cell far out, or a few kilobytes that unpack
to gigabytes, end the process that reads them. Here that is a `SheetError`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from threading import Thread
from typing import IO, Final, Self, assert_never

import psutil

from importer.errors import ImporterError, SheetError, UsageError
from importer.sheets.limits import PATIENCE, Allowance, allowance
from importer.sheets.sentences import COPY_THE_TABLE, damaged
from importer.sheets.spool import Spool

GRANTED: Final = b"granted "
"""How a line of the child begins that says what it may take from now on: bytes and seconds."""
STARVED: Final = (b"MemoryError", b"memory allocation of")
"""What Python and Rust say when they are refused memory."""
LOOK_EVERY: Final = 0.05
"""Seconds between two looks at a child: time for about 100 MB."""
OUT_OF_TIME: Final = -24
"""What Linux ends a process with that has used up its time (SIGXCPU)."""
DISK_FULL: Final = 28
"""What the child ends with where its spool finds no room on the disk."""
KILLED: Final = -9
"""What Linux ends a process with when the machine has no memory left (SIGKILL)."""

_BOOT = (
    "import sys; sys.path[:] = sys.argv[1:2]; import importer; sys.path[:] = sys.argv[2:];"
    " from importer.sheets.unpack import main; main()"
)
"""What the child does first: it takes `importer`, and nothing else, from the first folder that it
is told, and all libraries from the others."""
_INSTALLED = {"site-packages", "dist-packages"}
"""Names of folders that only an installer fills."""
_PASSED_ON = (
    *("LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP"),
    *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PATH", "SYSTEMROOT"),
)
"""What Python itself needs to start. A token is not among it."""
_LEAN = {"MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Else the thread that waits for the parent's end takes 128 MB of the address space (glibc), and
NumPy takes some for each core."""


class End(StrEnum):
    """How a child ended."""

    WELL = "well"
    BROKEN = "broken"
    STARVED = "starved"
    """It wanted more memory than it may have."""
    LATE = "late"
    FULL = "full"
    """There was no room for what it wrote."""


def unpack(path: Path, *, tab: str | None = None, only_names: bool = False) -> Spool:
    """Read one tab of a workbook, or only the names of its tabs.

    Args:
        path: the workbook.
        tab: as the mapping names it; None is the first visible one.
        only_names: nothing is read but the tabs' names.

    Returns:
        What was read, in an anonymous file that goes with it.

    Raises:
        SheetError: it cannot be read, or is too much for this machine.
        UsageError: the disk is full, or the system starts no process.
    """
    with _started_here(path):
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the spool keeps it, and closes it
    try:
        end = _run({"path": str(path.absolute()), "tab": tab, "only_names": only_names}, file)
        if end is not End.FULL:
            with suppress(EOFError):
                return Spool(file)
    except BaseException:
        file.close()
        raise
    file.close()
    raise _failure(path, end)


@contextmanager
def _started_here(path: Path) -> Iterator[None]:
    """Say it where the system has no file or process left for the reading."""
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{path.name} was not read: the system refuses what that takes"
            f" ({error.strerror or error}).",
            "Close other programs and try again. If that does not help, free space on the disk, or"
            " set TMPDIR (on Windows TEMP) to a folder where you may write.",
        ) from error


def _run(request: dict[str, str | bool | None], spool: IO[bytes]) -> End:
    home = str(Path(__file__).parents[2])
    folders = [home, *_libraries(), home]  # last, too: libraries may lie beside `importer`
    with _started_here(Path(str(request["path"]))):
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, and no word of a file
            [sys.executable, "-I", "-S", "-c", _BOOT, *folders],
            stdin=subprocess.PIPE,
            stdout=spool,
            stderr=subprocess.PIPE,
            env=_LEAN | {name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    with Watch(process) as watch:
        watch.tell(json.dumps(request).encode() + b"\n")
        return watch.end()


def _libraries() -> list[str]:
    """List the folders of Python and its libraries, without any of the user's.

    `python -m importer` puts the folder that one works in before all others: a file `xlrd.py` that
    lies there beside the sheets must not be taken for the library.
    """
    roots = {Path(prefix).resolve() for prefix in (sys.prefix, sys.base_prefix)}
    here = Path.cwd()
    folders = [Path(folder).resolve() for folder in sys.path]
    return [
        str(folder)
        for folder in folders
        if folder.name in _INSTALLED or (folder != here and roots & {*folder.parents})
    ]


class Watch:
    """Looks after a child until it is gone, whatever happens here meanwhile.

    Args:
        process: the child, its errors on a pipe.
        granted: what it may take, until it says what its file's figures allow it.
        clock: seconds.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        granted: Allowance | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._process = process
        self._granted = granted or allowance()
        self._clock = clock
        self._is_starved = False
        self._listener = Thread(target=self._listen, args=(process.stderr,), daemon=True)

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Make sure that the child is gone: after a Ctrl-C too."""
        if self._process.poll() is None:  # else its number may be another's by now
            for process in reversed(self._family()):
                with suppress(psutil.Error):
                    process.kill()
            self._process.kill()
            self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stderr):
            if pipe is not None:
                with suppress(OSError):  # it was gone before it had read all
                    pipe.close()

    def tell(self, words: bytes) -> None:
        """Write to the child's standard input, which stays open: its end is our own."""
        pipe = self._process.stdin
        if pipe is not None:
            with suppress(OSError):  # it was gone before it had read them
                pipe.write(words)
                pipe.flush()

    def end(self) -> End:
        """Wait until the child has ended or has taken more than it may."""
        start = self._clock()
        while True:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(LOOK_EVERY)
                self._listener.join()
                return self._how_it_ended()
            if self._memory() > self._granted.memory:
                return End.STARVED
            if self._clock() - start > self._granted.seconds * PATIENCE:
                return End.LATE

    def _how_it_ended(self) -> End:
        code = self._process.returncode
        if self._is_starved or code == KILLED:
            return End.STARVED
        if code == OUT_OF_TIME:
            return End.LATE
        if code == DISK_FULL:
            return End.FULL
        return End.BROKEN if code else End.WELL

    def _listen(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            if line.startswith(GRANTED):
                memory, seconds = map(int, line.removeprefix(GRANTED).split())
                self._granted = Allowance(memory=memory, seconds=seconds)
            self._is_starved = self._is_starved or any(word in line for word in STARVED)

    def _memory(self) -> int:
        total = 0
        for process in self._family():
            with suppress(psutil.Error, OSError):
                total += process.memory_info().rss
        return total

    def _family(self) -> Sequence[psutil.Process]:
        """The child, and its own: a virtual environment's Python on Windows starts the real one.

        Elsewhere it has none, and to ask for them is to look at every process of the machine.
        """
        with suppress(psutil.Error, OSError):  # no file left to look with
            child = psutil.Process(self._process.pid)
            return [child, *(child.children(recursive=True) if sys.platform == "win32" else ())]
        return []


def _failure(path: Path, end: End) -> ImporterError:
    match end:
        case End.STARVED:
            return _too_much(path, "memory")
        case End.LATE:
            return _too_much(path, "time")
        case End.FULL:
            return UsageError(
                f"The disk is full: {path.name} needs room in {tempfile.gettempdir()} while it is"
                " read.",
                "Free space there, or set TMPDIR (on Windows TEMP) to a folder on another disk.",
            )
        case End.WELL | End.BROKEN:
            return damaged(path, "reading it broke off")
        case _:
            assert_never(end)


def _too_much(path: Path, what: str) -> SheetError:
    return SheetError(
        f"Reading {path.name} takes far more {what} than a sheet of its size needs.",
        COPY_THE_TABLE,
    )
