"""Reading ahead: the next piece of a file is read while the one before it is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")

_END: Final = object()


def read_ahead(pieces: Iterator[T]) -> Iterator[T]:
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
