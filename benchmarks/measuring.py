"""One process, measured from its start to its end: wall time, CPU time and peak memory."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import psutil

_LOOK_S: Final = 0.02
_KIN_LOOKS: Final = 5
"""Who the children are is asked at every fifth look only: that walks all processes."""


class BrokenError(Exception):
    """What was to be measured did not do its work: no time of it means anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one process took, its children included."""

    wall_s: float
    cpu_s: float
    """In user and system mode, of the process and of the children that it waited for."""
    peak_mb: float
    """The largest sum of resident memory, looked at every 20 ms; shared pages count twice."""
    out: str
    """What it wrote to standard output."""


def measure(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    codes: Sequence[int] = (0,),
) -> Measured:
    """Run a command to its end.

    Args:
        command: its words.
        cwd: where it runs.
        env: what is added to the environment.
        codes: the exit codes with which it has done its work.

    Raises:
        BrokenError: it ended with another one.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        watch = _Watch(process.pid)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.end()
        if process.returncode not in codes:
            words = " ".join(str(word) for word in command)
            raise BrokenError(f"{words}: exit code {process.returncode}\n{_text(err)[-3000:]}")
        cpu_s = usage.ru_utime + usage.ru_stime
        return Measured(wall_s=wall_s, cpu_s=cpu_s, peak_mb=watch.peak / 2**20, out=_text(out))


class _Watch(threading.Thread):
    """Looks at the memory of a process and of everything below it."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        """Bytes."""
        self._pid = pid
        self._over = threading.Event()

    def run(self) -> None:
        """Look until told to end; a process that is gone by now has no memory."""
        looks = 0
        kin: list[psutil.Process] = []
        while not self._over.is_set():
            if looks % _KIN_LOOKS == 0:
                kin = _kin(self._pid)
            looks += 1
            self.peak = max(self.peak, sum(_resident(one) for one in kin))
            self._over.wait(_LOOK_S)

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()


def _kin(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", errors="replace")
