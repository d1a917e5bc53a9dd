"""What each report says of every line, taken down in one pass, until its file is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Final, Self

from importer.created import Told
from importer.model import Skipped
from importer.report.lines import Line

_IN_MEMORY: Final = 16 * 1024 * 1024
_LINES_A_PIECE: Final = 500
_PIECE: Final = 1024 * 1024


class Spool:
    """The texts of one report; a context manager, for the temp file that holds them.

    Args:
        text_of: makes a line's text, of the line and of what it was made from.
        between: stands between two of them.
    """

    def __init__(self, text_of: Callable[[Line, Told | Skipped], str], between: str = "") -> None:
        self._text_of = text_of
        self._between = between
        self._pending: list[str] = []
        self._begun = False
        self._file = SpooledTemporaryFile(  # noqa: SIM115 - our exit closes it
            max_size=_IN_MEMORY
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, line: Line, record: Told | Skipped) -> None:
        """Take down the next line."""
        self._pending.append(self._text_of(line, record))
        if len(self._pending) >= _LINES_A_PIECE:
            self._spill()

    def pieces(self) -> Iterator[bytes]:
        """Yield all that was taken down, as UTF-8."""
        self._spill()
        self._file.seek(0)
        while piece := self._file.read(_PIECE):
            yield piece

    def _spill(self) -> None:
        if self._pending:
            before = self._between if self._begun else ""
            self._file.write(f"{before}{self._between.join(self._pending)}".encode())
            self._pending.clear()
            self._begun = True
