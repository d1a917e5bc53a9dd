"""Reading ahead: the next piece of a file is read while the one before it is worked on."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Final, Self, TypeVar

T = TypeVar("T")

_END: Final = object()


def read_ahead(pieces: Iterator[T]) -> Generator[T]:
    """Yield the same pieces, each made in a thread while whoever asks is busy with the last one.

    It pays where making them leaves the interpreter to others, as Arrow does. One piece more is in
    memory, and no thread is left when this ends, is closed or raises.

    Args:
        pieces: never asked for two at the same time; may be asked for one that nobody takes.

    Raises:
        Exception: as `pieces` does, in its turn.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as thread:
        coming = thread.submit(next, pieces, _END)
        while (piece := coming.result()) is not _END:
            coming = thread.submit(next, pieces, _END)
            yield piece  # type: ignore[misc] # it is no end, and so a piece


class Ahead:
    """A stream that is read ahead, in blocks: what unpacks it leaves the interpreter to others.

    A context, which ends before the stream does.

    Args:
        stream: read by nobody else.
        block: bytes of a piece, unless fewer are left.
    """

    def __init__(self, stream: IO[bytes], block: int) -> None:
        self._block = block
        self._pieces = read_ahead(iter(lambda: stream.read(block), b""))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pieces.close()

    def read(self, size: int, /) -> bytes:
        """Give the next piece, of a block or less; none at the end.

        Raises:
            ValueError: fewer bytes are asked for than a block has.
        """
        if size < self._block:
            raise ValueError(size)
        return next(self._pieces, b"")
