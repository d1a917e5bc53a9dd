"""The one JSON line of a night, whatever becomes of telling people."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from importer.cli.options import print_object

_IN_THE_LOG: Final = "The night was told to end: whom it could not notify is in its log."


class OneLine:
    """What a night prints, once.

    Args:
        said: all but whom it could not notify.
    """

    def __init__(self, said: dict[str, Any]) -> None:
        self._said = said
        self._is_out = False

    def also(self, **more: str | None) -> None:
        """Let it say more, as long as it is not out."""
        self._said |= more

    def print(self, not_told: Sequence[str] = (_IN_THE_LOG,)) -> None:
        """Print it, unless it is out."""
        if not self._is_out:
            self._is_out = True
            print_object({**self._said, "not_told": list(not_told)})

    @contextmanager
    def before_the_end(self) -> Iterator[None]:
        """Let the first interrupt print the line, and end nothing: people are being told.

        A scheduler that ends a night kills it when it takes long. The next interrupt breaks off.
        """

        def on_signal(_number: int, _frame: object) -> None:
            if self._is_out:
                raise KeyboardInterrupt
            self.print()

        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, on_signal) for number in numbers}
        try:
            with suppress(KeyboardInterrupt):  # the night is over, and ends as the line says
                yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
