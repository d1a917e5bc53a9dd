"""The benchmarks' CRM as a process of its own, and what arrived there."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.request import urlopen

from benchmarks.measuring import BrokenError
from benchmarks.place import ENTERPRISE, ROOT, python

_BASE: Final = "/autoupdate/v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What has arrived so far."""

    creates: list[tuple[float, float]]
    """When each create-actions request had arrived and was answered: seconds of one clock."""
    others: int
    """Requests that created nothing."""

    @property
    def arrived(self) -> list[float]:
        """When each create-actions request arrived, in that order."""
        return sorted(begin for begin, _ in self.creates)

    @property
    def sending_s(self) -> float:
        """From the first request's arrival to the last one's answer."""
        return max(end for _, end in self.creates) - min(begin for begin, _ in self.creates)


class Served:
    """A CRM that is running."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"
        self.base_url = self._address + _BASE
        """As it stands in `importer.toml`."""
        self.root = f"{self.base_url}/enterprise/{ENTERPRISE}"
        """As a script needs it."""

    def arrivals(self) -> Arrivals:
        """Ask what has arrived.

        Raises:
            BrokenError: nothing has.
        """
        with urlopen(f"{self._address}/arrivals", timeout=60) as answer:
            told = json.load(answer)
        creates = [(begin, end) for begin, end in told["creates"]]
        if not creates:
            raise BrokenError("No request has arrived at the CRM.")
        return Arrivals(creates=creates, others=told["others"])


@contextmanager
def serving(latency_s: float) -> Iterator[Served]:
    """Serve a new, empty CRM that answers after so many seconds."""
    with subprocess.Popen(
        python("benchmarks.crm", latency_s),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Served(int(process.stdout.readline()))
        finally:
            process.stdin.close()  # it ends with its standard input
            process.wait(timeout=30)
