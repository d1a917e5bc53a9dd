"""Reading ahead: the same pieces, in the same order, and nothing left running."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.sheets.ahead import Ahead, read_ahead


def running() -> list[str]:
    """The names of the threads that read ahead just now."""
    return [one.name for one in threading.enumerate() if one.name.startswith("read-ahead")]


@given(st.lists(st.integers() | st.none(), max_size=8))
def test_every_piece_comes_once_and_in_order(pieces: list[int | None]) -> None:
    """Whatever the pieces are, none is lost, doubled or taken for the end."""
    assert list(read_ahead(iter(pieces))) == pieces
    assert running() == []


def test_the_next_piece_is_made_meanwhile() -> None:
    """While one piece is worked on, the one behind it is made, and no further one."""
    made, second, third = [], threading.Event(), threading.Event()

    def pieces() -> Iterator[int]:
        for number, event in enumerate((threading.Event(), second, third)):
            made.append(number)
            event.set()
            yield number

    ahead = read_ahead(pieces())
    assert next(ahead) == 0
    assert second.wait(10)
    assert not third.wait(0.05)
    assert made == [0, 1]
    assert list(ahead) == [1, 2]


def test_an_error_comes_in_its_turn() -> None:
    """What was read before a break is handed out, and then the break itself."""

    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("cut off")

    ahead = read_ahead(broken())
    assert (next(ahead), next(ahead)) == (1, 2)
    with pytest.raises(ValueError, match="cut off"):
        next(ahead)
    assert running() == []


def test_whoever_stops_early_leaves_no_thread() -> None:
    """Closed in the middle, it ends its thread."""
    ahead = read_ahead(iter(range(100)))
    assert next(ahead) == 0
    ahead.close()
    assert running() == []


@given(st.binary(max_size=40), st.integers(1, 9), st.integers(0, 5))
def test_a_stream_comes_in_blocks_and_may_be_left(data: bytes, block: int, reads: int) -> None:
    """What is read is the stream's start, and nothing runs on where nobody reads to its end."""
    with Ahead(io.BytesIO(data), block) as ahead:
        read = [ahead.read(block + 1) for _ in range(reads)]
    assert b"".join(read) == data[: reads * block]
    assert all(len(piece) <= block for piece in read)
    assert running() == []


def test_fewer_bytes_than_a_block_cannot_be_had() -> None:
    """A piece is never cut, so that none of it is lost."""
    with Ahead(io.BytesIO(b"abc"), 2) as ahead, pytest.raises(ValueError, match="1"):
        ahead.read(1)
