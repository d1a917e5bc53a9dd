"""The rows of a tab on their way from the process that reads a workbook: JSON, line by line.

First comes the head, then rows in batches, then an end; or an error at any place. A file that ends
without either was not finished. Columns that are in one piece stand behind their batch's line, with
NUL, which they never hold, for their line breaks: no cell's text can pass for such an end.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from threading import Lock
from typing import IO, Any, BinaryIO

from importer.errors import SheetError
from importer.model import Chunk, Kind
from importer.shapes import ColumnShape
from importer.sheets.limits import MB, MOST_SPOOLED
from importer.sheets.packed import Packed
from importer.sheets.sentences import COPY_THE_TABLE
from importer.sheets.sheet import Shown

LONGEST_LINE = 8 * MB
"""Bytes of a batch, from where on it is cut in two: what a reader holds at once."""

LONGEST_LAST = 1 << 16
"""Bytes of the last line at most: the end, or an error with its names."""

_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What there is to know of a tab before its rows."""

    tabs: tuple[str, ...]
    """All tabs that can hold cells, in their order."""
    tab: str = ""
    """The one that was read."""
    others: tuple[str, ...] = ()
    """The visible tabs beside it that hold cells, where nobody had named one."""
    rows: int = 0
    """Up to the last that holds anything; every one of them follows."""
    hidden_columns: tuple[int, ...] = ()
    """Counted from 0."""
    shapes: tuple[ColumnShape, ...] = ()
    """How its columns look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some rows that follow one another, in full width."""

    first: int
    """Number of the first row."""
    texts: Sequence[Sequence[str] | Packed]
    """`texts[column][row]`; either all columns are in one piece, or none is."""
    kinds: Sequence[str]
    """A column's kinds, a letter each."""
    hidden: Sequence[int]
    """Numbers of hidden rows."""

    def __len__(self) -> int:
        """Rows."""
        return len(self.texts[0])

    def cut(self, start: int, end: int) -> Batch:
        """Take the rows from `start` to before `end`, counted from 0."""
        numbers = range(self.first + start, self.first + end)
        return Batch(
            first=numbers.start,
            texts=[_cut(column, start, end) for column in self.texts],
            kinds=[column[start:end] for column in self.kinds],
            hidden=[number for number in self.hidden if number in numbers],
        )

    def chunk(self) -> Chunk:
        """Give it as the other rooms take it."""
        return Chunk(
            numbers=range(self.first, self.first + len(self)),
            columns=self._read(),
            kinds=[_kinds_of(column) for column in self.kinds],
            hidden=frozenset(self.hidden),
        )

    def shown(self) -> Iterator[list[Shown]]:
        """Yield its rows."""
        columns = list(zip(self._read(), self.kinds, strict=True))
        for at in range(len(self)):
            yield [(texts[at], _KINDS[kinds[at]]) for texts, kinds in columns]

    def _read(self) -> list[Sequence[str]]:
        return [_texts(column) if isinstance(column, Packed) else column for column in self.texts]


def _cut(column: Sequence[str] | Packed, start: int, end: int) -> Sequence[str] | Packed:
    return column.cut(start, end) if isinstance(column, Packed) else column[start:end]


def _texts(column: Packed) -> Sequence[str]:
    # Arrow takes more memory than the process that reads a workbook is granted.
    from importer.columns import Texts, from_bytes  # noqa: PLC0415 - see above

    return Texts(from_bytes(column.sizes, column.data))


def _kinds_of(letters: str) -> list[Kind]:
    """A column's kinds; most columns hold one kind throughout."""
    if letters and letters.count(letters[0]) == len(letters):
        return [_KINDS[letters[0]]] * len(letters)
    return [_KINDS[letter] for letter in letters]


class Pen:
    """Writes a spool.

    Raises:
        SheetError: by any call: there is more to write than a spool may take.
        OSError: the disk is full.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._written = 0

    def head(self, head: Head) -> None:
        """Begin."""
        self._put({"head": asdict(head)})

    def batch(self, batch: Batch) -> None:
        """Write rows; in several lines where their texts are long."""
        packed = [column for column in batch.texts if isinstance(column, Packed)]
        texts = [len(column.data) for column in packed] or batch.texts
        line = _line({"batch": [batch.first, texts, batch.kinds, batch.hidden]})
        size = len(line) + sum(len(one.data) + one.sizes.nbytes for one in packed)
        if size <= LONGEST_LINE:
            self._write(line)
            for column in packed:
                self._write(column.sizes.tobytes())
                self._write(column.data.replace(b"\n", b"\0"))
            self._write(b"\n" if packed else b"")
            return
        if len(batch) == 1:
            raise SheetError(
                f"Row {batch.first} of {self._name} holds more than {LONGEST_LINE >> 20} MB of"
                " text.",
                f"It is not a table, or is damaged. {COPY_THE_TABLE}",
            )
        middle = len(batch) // 2
        self.batch(batch.cut(0, middle))
        self.batch(batch.cut(middle, len(batch)))

    def end(self) -> None:
        """Say that nothing is missing."""
        self._put({"end": True})

    def error(self, error: SheetError) -> None:
        """Say why there is nothing, or no more."""
        self._put({"error": [error.message, error.hint]})

    def _put(self, record: Mapping[str, object]) -> None:
        self._write(_line(record))

    def _write(self, line: bytes) -> None:
        self._written += len(line)
        if self._written > MOST_SPOOLED:
            raise SheetError(
                f"{self._name} holds more than {MOST_SPOOLED >> 30} GB of text.",
                "Split it into several files, and check that it is the right one.",
            )
        self._file.write(line)


class Spool:
    """Reads a spool that is complete, as often as wanted.

    Two readings may go on at once, in two threads too, and have one file: a lock keeps the seeking
    of one from the reading of the other. The file is closed when nobody holds the spool any more: a
    sheet is handed around and has no end of its own that could close it.

    Raises:
        SheetError: what the other process said.
        EOFError: it ended before it had said anything, or all.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lock = Lock()
        weakref.finalize(self, file.close)
        self._check_end()
        self._first_batch, head = self._line(0)
        self.head = _head(head["head"])

    def batches(self) -> Iterator[Batch]:
        """Yield the rows from row 1 on; readings do not disturb each other."""
        at = self._first_batch
        while True:
            at, record = self._line(at)
            if "end" in record:
                return
            first, texts, kinds, hidden = record["batch"]
            if texts and isinstance(texts[0], int):
                at, texts = self._packed(at, len(kinds[0]), texts)
            yield Batch(first=first, texts=texts, kinds=kinds, hidden=hidden)

    def shown(self) -> Iterator[list[Shown]]:
        """Yield every row from row 1 on, as text and kind."""
        for batch in self.batches():
            yield from batch.shown()

    def chunks(self, above: int, size: int) -> Iterator[Chunk]:
        """Yield the rows below row number `above`, in chunks of at most `size`."""
        for batch in self.batches():
            for start in range(max(0, above + 1 - batch.first), len(batch), size):
                yield batch.cut(start, min(start + size, len(batch))).chunk()

    def _check_end(self) -> None:
        """Look at the last line, which is a short one."""
        size = self._file.seek(0, 2)
        self._file.seek(max(0, size - LONGEST_LAST))
        *lines, rest = self._file.read().split(b"\n")
        if rest or not lines:
            raise EOFError
        try:
            record = json.loads(lines[-1])
        except ValueError as error:  # a piece of a batch
            raise EOFError from error
        if "error" in record:
            raise SheetError(*record["error"])
        if "end" not in record:
            raise EOFError

    def _packed(self, at: int, rows: int, lengths: Sequence[int]) -> tuple[int, list[Packed]]:
        """Read the columns of a batch; give the place behind them, too."""
        import numpy as np  # noqa: PLC0415 - a small workbook has nothing in one piece

        wide = np.dtype(np.int32).itemsize * rows
        with self._lock:
            self._file.seek(at)
            data = self._file.read(len(lengths) * wide + sum(lengths))
        columns, begin = [], 0
        for length in lengths:
            sizes = np.frombuffer(data, np.int32, rows, begin)
            texts = data[begin + wide : begin + wide + length]
            columns.append(Packed(sizes, texts.replace(b"\0", b"\n")))
            begin += wide + length
        return at + begin + 1, columns

    def _line(self, at: int) -> tuple[int, dict[str, Any]]:
        with self._lock:
            self._file.seek(at)
            line = self._file.readline()
        return at + len(line), json.loads(line)


def _line(record: Mapping[str, object]) -> bytes:
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass") + b"\n"


def _head(record: dict[str, Any]) -> Head:
    return Head(
        tabs=tuple(record["tabs"]),
        tab=record["tab"],
        others=tuple(record["others"]),
        rows=record["rows"],
        hidden_columns=tuple(record["hidden_columns"]),
        shapes=tuple(ColumnShape(**shape) for shape in record["shapes"]),
    )
