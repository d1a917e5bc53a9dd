"""What each report says of every line, taken down in one pass, until its file is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Final, Self

from importer.created import Told
from importer.model import Skipped
from importer.report.lines import ActionLine, Line
from importer.report.stretch import Stretch

_IN_MEMORY: Final = 16 * 1024 * 1024
_LINES_A_PIECE: Final = 500
_PIECE: Final = 1024 * 1024


class Spool:
    """The texts of one report; a context manager, for the temp file that holds them.

    Args:
        text_of: makes a line's text, of the line and of what it was made from.
        texts_of: makes those of a stretch, in UTF-8.
        between: stands between two of them.
    """

    def __init__(
        self,
        text_of: Callable[[ActionLine, Told | Skipped], str],
        texts_of: Callable[[Stretch], Iterable[bytes]],
        between: bytes = b"",
    ) -> None:
        self._text_of = text_of
        self._texts_of = texts_of
        self._between = between
        self._pending: list[bytes] = []
        self._begun = False
        self._file = SpooledTemporaryFile(  # noqa: SIM115 - our exit closes it
            max_size=_IN_MEMORY
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, line: Line, record: Told | Skipped | None) -> None:
        """Take down the next line, or the next stretch, which comes without a record."""
        if isinstance(line, Stretch):
            self._pending.extend(self._texts_of(line))
        elif record is not None:
            self._pending.append(self._text_of(line, record).encode())
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
            if self._begun:
                self._file.write(self._between)
            self._file.write(self._between.join(self._pending))
            self._pending.clear()
            self._begun = True
