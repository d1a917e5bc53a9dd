"""A process that does one thing after another, and whose death is only an answer."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import ParamSpec, TypeVar

import psutil

P = ParamSpec("P")
T = TypeVar("T")

_SPAWN = multiprocessing.get_context("spawn")
"""A fresh interpreter on every platform; a fork would begin with the memory of the tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Died:
    """What became of a question that has no answer."""

    reason: str


class Worker:
    """Runs functions of modules in a process of its own, which is started anew where it dies."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    def ask(self, seconds: float, work: Callable[P, T], *args: P.args, **kw: P.kwargs) -> T | Died:
        """Do some work over there, and wait for it so long at most."""
        line = self._line or self._start()
        try:
            line.send((work, args, kw))
            if line.poll(seconds):
                found: T | Died = line.recv()
                return found
        except (EOFError, OSError):
            return self._buried("its process ended")
        return self._buried(f"no answer within {seconds:.0f} s")

    def close(self) -> None:
        """End the process, and whatever it has started."""
        if self._process is None or self._process.pid is None:
            return
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self._process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        self._process.kill()
        self._process.join()
        if self._line is not None:
            self._line.close()
        self._process = self._line = None

    def _start(self) -> Connection:
        self._line, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(theirs,))
        self._process.start()
        theirs.close()
        return self._line

    def _buried(self, reason: str) -> Died:
        code = self._process.exitcode if self._process else None
        self.close()
        return Died(reason=reason if code is None else f"{reason} ({code})")


def _serve(line: Connection) -> None:
    """Answer until nobody asks any more."""
    with suppress(EOFError):
        while True:
            work, args, kw = line.recv()
            try:
                answer = work(*args, **kw)
            except Exception as error:  # noqa: BLE001 - it is what the tests want to hear of
                answer = Died(reason=f"{type(error).__name__}: {error}")
            line.send(answer)
