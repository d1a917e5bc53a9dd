"""The rows of an .xlsx taken as they are proven, so that nobody has to read the tab again.

It goes on only while every block of rows is plain and everything in it is read as calamine would;
with the first other one it gives up, and calamine reads the tab.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from importer.model import Kind
from importer.sheets.packed import Packed, blanks, joined
from importer.sheets.scan.ranges import Ranges
from importer.sheets.scan.xlsx_values import (
    LETTER,
    SPACES,
    NotPlainError,
    Values,
    has_escapes,
)
from importer.sheets.spool import Batch

if TYPE_CHECKING:
    from importer.sheets.scan.xlsx_plain import Numbers, Plain

ROWS: Final = 25_000
"""Of a batch at most, where blocks are small."""
BYTES: Final = 4 << 20
"""Of a batch's texts, from where on it takes no more rows."""
_SPARSE: Final = 4
"""So many rows may be passed over for each that is written, in a block."""
_ROOMY: Final = 1000
_BLANK: Final = LETTER[Kind.TEXT]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Some rows, blank ones between them too."""

    first: int
    rows: int
    columns: dict[int, tuple[Packed, str]]
    """Those that hold something, with their kinds."""
    size: int
    """Bytes of its texts."""


class Taken:
    """The rows of one tab, as long as all of them can be taken."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._blocks: list[_Block] = []
        self.is_whole = True
        """Nothing was left to calamine."""

    def take(self, xml: bytes, cells: Plain) -> bool:
        """Take the cells of a block; False where that is not for us, and then nothing is."""
        try:
            self._take(xml, cells)
        except NotPlainError:
            self.give_up()
        return self.is_whole

    def give_up(self) -> None:
        """Leave the tab to calamine."""
        self.is_whole = False
        self._blocks = []

    def _take(self, xml: bytes, cells: Plain) -> None:
        if not self.is_whole or has_escapes(xml):
            raise NotPlainError
        if not len(cells.rows):
            return
        first, last = int(cells.rows[0]), int(cells.rows[-1])
        count = last - first + 1
        if count > _SPARSE * len(cells.rows) + _ROOMY:
            raise NotPlainError
        cells = _trimmed(xml, cells)
        columns = {
            column: self._column(xml, cells, places, count)
            for column, places in _by_column(cells.columns)
        }
        size = sum(len(packed.data) for packed, _ in columns.values())
        self._blocks.append(_Block(first=first, rows=count, columns=columns, size=size))

    def _column(self, xml: bytes, cells: Plain, places: Numbers, count: int) -> tuple[Packed, str]:
        """Read the cells of one column, for so many rows."""
        import numpy as np  # noqa: PLC0415 - loaded by then, and long to load in a small workbook

        starts, stops = cells.starts[places].tolist(), cells.stops[places].tolist()
        texts: Sequence[bytes] = [xml[a:b] for a, b in zip(starts, stops, strict=True)]
        look_of = cells.look_of[places]
        looks = np.flatnonzero(np.bincount(look_of)).tolist()
        if len(looks) == 1:
            look = cells.looks[looks[0]]
            texts, kinds = self._values.shown(look.style, look.type, texts)
        else:
            texts, kinds = self._unlike(cells, look_of, looks, texts)
        at = cells.rows[places] - cells.rows[0]
        sizes = np.zeros(count, np.int32)
        sizes[at] = np.fromiter(map(len, texts), np.int32, len(texts))
        if len(texts) < count:
            letters = np.full(count, ord(_BLANK), np.uint8)
            letters[at] = np.frombuffer(kinds.encode(), np.uint8)
            kinds = letters.tobytes().decode()
        return Packed(sizes, b"".join(texts)), kinds

    def _unlike(
        self, cells: Plain, look_of: Numbers, looks: Sequence[int], texts: Sequence[bytes]
    ) -> tuple[list[bytes], str]:
        """Read the cells of a column in which numbers stand beside texts, and the like."""
        shown, kinds = list(texts), [""] * len(texts)
        for number in looks:
            look, at = cells.looks[number], (look_of == number).nonzero()[0].tolist()
            found, letters = self._values.shown(look.style, look.type, [texts[one] for one in at])
            for one, text, letter in zip(at, found, letters, strict=True):
                shown[one], kinds[one] = text, letter
        return shown, "".join(kinds)

    def batches(self, rows: int, columns: int, hidden: Ranges) -> Iterator[Batch]:
        """Yield every row from row 1 on, in full width.

        Args:
            rows: up to the last that holds anything.
            columns: the width.
            hidden: numbers of rows that are not seen.
        """
        held: list[_Block] = []
        for block in self._gapless(rows):
            if held and not _fit([*held, block]):
                yield _batch(held, columns, hidden)
                held = []
            held.append(block)
        if held:
            yield _batch(held, columns, hidden)

    def _gapless(self, rows: int) -> Iterator[_Block]:
        """Yield the blocks, and blank ones where rows are missing between them."""
        after = 1
        for block in self._blocks:
            yield from _blank_blocks(after, block.first)
            yield block
            after = block.first + block.rows
        yield from _blank_blocks(after, rows + 1)


def _blank_blocks(first: int, after: int) -> Iterator[_Block]:
    for begin in range(first, after, ROWS):
        yield _Block(first=begin, rows=min(ROWS, after - begin), columns={}, size=0)


def _fit(blocks: Sequence[_Block]) -> bool:
    return sum(one.rows for one in blocks) <= ROWS and sum(one.size for one in blocks) <= BYTES


def _batch(blocks: Sequence[_Block], columns: int, hidden: Ranges) -> Batch:
    first, rows = blocks[0].first, sum(one.rows for one in blocks)
    pieces = [
        [one.columns.get(at) or (blanks(one.rows), _BLANK * one.rows) for one in blocks]
        for at in range(columns)
    ]
    return Batch(
        first=first,
        texts=[joined(packed for packed, _ in column) for column in pieces],
        kinds=["".join(kinds for _, kinds in column) for column in pieces],
        hidden=[at for at in range(first, first + rows) if at in hidden] if hidden else [],
    )


def _trimmed(xml: bytes, cells: Plain) -> Plain:
    """Leave out the spaces at the ends of texts that are not marked to be preserved."""
    import numpy as np  # noqa: PLC0415 - as above

    data = np.frombuffer(xml, np.uint8)
    is_space = np.zeros(256, bool)
    is_space[list(SPACES)] = True
    ends = is_space[data[cells.starts]] | is_space[data[cells.stops - 1]]
    bare = np.flatnonzero(ends & (data[cells.starts - 2] == ord("t")))  # `<t>`
    if not len(bare):
        return cells
    starts, stops = cells.starts.copy(), cells.stops.copy()
    for at in bare.tolist():
        text = xml[starts[at] : stops[at]]
        starts[at] += len(text) - len(text.lstrip(SPACES))
        stops[at] = starts[at] + len(text.strip(SPACES))
    return cells._replace(starts=starts, stops=stops)


def _by_column(columns: Numbers) -> Iterator[tuple[int, Numbers]]:
    """Yield each column, with the places of its cells in their order."""
    import numpy as np  # noqa: PLC0415 - as above

    order = np.argsort(columns.astype(np.int16), kind="stable")  # 16 bits: a sort by digits
    found, begins = np.unique(columns[order], return_index=True)
    yield from zip(found.tolist(), np.split(order, begins[1:]), strict=True)
