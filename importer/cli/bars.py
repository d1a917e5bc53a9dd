"""Progress bars, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

_FORMAT = "{desc} {percentage:3.0f}% |{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}]"


class TerminalBars:
    """One bar per stage on standard error; nothing where that is no terminal."""

    @contextmanager
    def stage(self, name: str, total: int | None) -> Iterator[Callable[[int], object]]:
        """Draw a bar until the stage ends."""
        with tqdm(
            total=total,
            desc=f"{name:<9}",
            unit="",
            # None: off unless standard error is a terminal.
            disable=None,
            file=sys.stderr,
            dynamic_ncols=True,
            bar_format=_FORMAT,
        ) as bar:
            yield bar.update
