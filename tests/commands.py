"""The command line as a process, as a person or a scheduler starts it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from forks import forks

TIMEOUT_S = 120


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A command that has ended."""

    code: int
    """Minus the signal's number, where one has killed it."""
    out: str
    err: str


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A command that is under way."""

    process: BaseProcess
    outputs: tempfile.TemporaryDirectory[str]

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def end(self, timeout_s: float = TIMEOUT_S) -> Finished:
        """Wait for its end."""
        self.process.join(timeout_s)
        if self.process.exitcode is None:
            self.process.kill()
            raise TimeoutError(f"not at its end after {timeout_s:g} s")
        with self.outputs as folder:
            out, err = (Path(folder, name).read_text(encoding="utf-8") for name in ("out", "err"))
        return Finished(code=self.process.exitcode, out=out, err=err)


def importer(*words: object, cwd: Path, env: Mapping[str, str] | None = None) -> Finished:
    """Run `importer` with these words, with nobody at a terminal."""
    return begin(*words, cwd=cwd, env=env).end()


def begin(
    *words: object,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    before: Sequence[Callable[[], object]] = (),
) -> Begun:
    """Begin `importer` with these words, and do not wait for it.

    Args:
        words: the command.
        cwd: the folder that it works in.
        env: beside this process's environment.
        before: what is done in the new process first; of a module that imports little.
    """
    outputs = tempfile.TemporaryDirectory()
    place = (cwd, {**os.environ, **(env or {})}, Path(outputs.name))
    process = forks().Process(target=_do, args=([*map(str, words)], *place, before))
    process.start()
    return Begun(process=process, outputs=outputs)


def started(*words: object, cwd: Path, env: Mapping[str, str] | None = None) -> Finished:
    """`importer` as everybody starts it: by an interpreter of its own, which imports everything."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "importer", *map(str, words)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=TIMEOUT_S,
        check=False,
    )
    return Finished(code=done.returncode, out=done.stdout, err=done.stderr)


def _do(
    words: list[str],
    cwd: Path,
    env: Mapping[str, str],
    outputs: Path,
    before: Sequence[Callable[[], object]],
) -> None:
    """Be `python -W error -m importer WORDS`."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    if sys.platform != "win32":
        time.tzset()
    _speak_into(outputs)
    warnings.simplefilter("error")
    sys.argv = ["importer", *words]
    for step in before:
        step()
    from importer.cli import main  # noqa: PLC0415 - only a process that is a command needs it

    main()


def _speak_into(outputs: Path) -> None:
    """Read nothing, and write into the files `out` and `err`, as plain as into pipes."""
    out, err = (os.open(outputs / name, os.O_CREAT | os.O_WRONLY) for name in ("out", "err"))
    for number, to in enumerate((os.open(os.devnull, os.O_RDONLY), out, err)):
        os.dup2(to, number)
        os.close(to)
    sys.stdin = _stream(0, "r", "strict")
    sys.stdout = _stream(1, "w", "strict")
    sys.stderr = _stream(2, "w", "backslashreplace")


def _stream(number: int, mode: str, errors: str) -> io.TextIOWrapper:
    """What Python makes of one of its three files."""
    raw = open(number, f"{mode}b", closefd=False)  # noqa: SIM115 - as long as the process
    return io.TextIOWrapper(raw, "utf-8", errors, line_buffering=number == 2)
