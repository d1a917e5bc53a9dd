"""What a journal has told of a run's actions, kept to be told once more.

To read an action again takes the journal several times as long; and what is told again is as of the
same moment, while a run may be going on.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Final, Self

from importer.created import Told

_IN_MEMORY: Final = 2 * 1024 * 1024
_ACTIONS_A_PART: Final = 1000


class Heard:
    """The actions of a run; a context manager, for the temp file that holds them.

    Args:
        in_memory: bytes that need no file on the disk.
    """

    def __init__(self, in_memory: int = _IN_MEMORY) -> None:
        self._pending: list[Told] = []
        self._sizes: list[int] = []
        """Bytes of each part in the file."""
        self._file = SpooledTemporaryFile(  # noqa: SIM115 - our exit closes it
            max_size=in_memory
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, action: Told) -> None:
        """Hear the next action."""
        self._pending.append(action)
        if len(self._pending) >= _ACTIONS_A_PART:
            self._spill()

    def again(self) -> Iterator[Told]:
        """Yield all that was heard; not while somebody else is being told."""
        self._spill()
        self._file.seek(0)
        for size in self._sizes:
            # Nobody else can write this file: it is ours alone, and has no name.
            part: list[Told] = pickle.loads(self._file.read(size))  # noqa: S301
            yield from part

    def _spill(self) -> None:
        part = pickle.dumps(self._pending, pickle.HIGHEST_PROTOCOL)
        self._sizes.append(self._file.write(part))
        self._pending.clear()
