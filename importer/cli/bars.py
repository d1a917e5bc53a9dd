"""Progress bars, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class TerminalBars:
    """One bar per stage on standard error; nothing where that is no terminal."""

    @contextmanager
    def stage(self, name: str, total: int | None) -> Iterator[Callable[[int], object]]:
        """Draw a bar until the stage ends."""
        if sys.stderr is None or not sys.stderr.isatty():
            yield lambda _more: None
            return
        # What draws it takes as long to load as all of our words do.
        from importer.cli.drawn_bar import bar

        with bar(name, total) as drawn:
            yield drawn.update
