"""A column's texts in one piece, on their way between two processes, without an object for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sizes = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """The cells of a column, one behind the other."""

    sizes: Sizes
    """Bytes that each cell takes."""
    data: bytes
    """UTF-8."""

    def __len__(self) -> int:
        """Cells."""
        return len(self.sizes)

    def cut(self, start: int, end: int) -> Packed:
        """Take the cells from `start` to before `end`, counted from 0."""
        before = int(self.sizes[:start].sum())
        sizes = self.sizes[start:end]
        return Packed(sizes, self.data[before : before + int(sizes.sum())])


def joined(columns: Iterable[Packed]) -> Packed:
    """Put pieces of one column together, in their order."""
    # NumPy is loaded where there is something packed, and takes long in a process that has nothing.
    import numpy as np  # noqa: PLC0415 - see above

    pieces = list(columns)
    sizes = np.concatenate([one.sizes for one in pieces])
    return Packed(sizes, b"".join(one.data for one in pieces))


def blanks(count: int) -> Packed:
    """Make a column of blank cells."""
    import numpy as np  # noqa: PLC0415 - as above

    return Packed(np.zeros(count, np.int32), b"")
