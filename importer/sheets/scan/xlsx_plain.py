"""Rows of an .xlsx in the plainest way of writing, proven at once for a whole block.

Nearly all cells of large tabs are written like `<c r="B2" s="1"><v>5</v></c>`: no formula, no
error, no comment. A block counts as plain only where nothing else is in it, from its first byte to
its last: then it is well-formed, each of its cells is there once and in its own row, and there is
nothing to be searched for. Whatever is not plain is left to the patterns and the parser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum, auto
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.sheets.scan.xlsx_patterns import STYLE, has_odd_value

Numbers = NDArray[np.int64]


class Look(NamedTuple):
    """What a cell's tag says beside its address."""

    style: int
    type: bytes
    """`inlineStr`; "" where it says nothing, which is a number."""
    tag: int


class Plain(NamedTuple):
    """The cells of a block that hold something, in their order."""

    rows: Numbers
    """Their row numbers."""
    columns: Numbers
    """Counted from 0."""
    starts: Numbers
    """Where their texts begin in the XML."""
    stops: Numbers
    """Where these end."""
    look_of: Numbers
    """Which of `looks` each has."""
    looks: Sequence[Look]

    def firsts(self) -> list[int]:
        """Return the place of the first cell of each column, rising."""
        _, firsts = np.unique(self.columns, return_index=True)
        return sorted(firsts.tolist())


class _Tag(IntEnum):
    OTHER = 0
    ROW = auto()
    ROW_END = auto()
    CELL = auto()
    CELL_IN = auto()
    """A cell whose text stands in it."""
    CELL_BLANK = auto()
    CELL_END = auto()
    VALUE = auto()
    VALUE_END = auto()
    INSIDE = auto()
    INSIDE_END = auto()
    TEXT = auto()
    TEXT_END = auto()


_T = _Tag
_WHOLE: Final = {
    b"</row>": _T.ROW_END,
    b"</c>": _T.CELL_END,
    b"<v>": _T.VALUE,
    b"</v>": _T.VALUE_END,
    b"<is>": _T.INSIDE,
    b"</is>": _T.INSIDE_END,
    b"<t>": _T.TEXT,
    b"</t>": _T.TEXT_END,
}
"""Tags that are always written alike."""
_KEPT: Final = b'<t xml:space="preserve">'
_NEXT_CELL: Final = (_T.CELL, _T.CELL_IN, _T.CELL_BLANK, _T.ROW_END)
_NEXT: Final = {
    _T.ROW: _NEXT_CELL,
    _T.ROW_END: (_T.ROW,),
    _T.CELL: (_T.VALUE, _T.CELL_END),
    _T.CELL_IN: (_T.INSIDE, _T.CELL_END),
    _T.CELL_BLANK: _NEXT_CELL,
    _T.CELL_END: _NEXT_CELL,
    _T.VALUE: (_T.VALUE_END,),
    _T.VALUE_END: (_T.CELL_END,),
    _T.INSIDE: (_T.TEXT,),
    _T.TEXT: (_T.TEXT_END,),
    _T.TEXT_END: (_T.INSIDE_END,),
    _T.INSIDE_END: (_T.CELL_END,),
}
"""What may follow a tag: as each tag tells where we are, that is all there is to say."""
_MAY_FOLLOW: Final = np.zeros((len(_Tag), len(_Tag)), bool)
for _tag, _others in _NEXT.items():
    _MAY_FOLLOW[_tag, list(_others)] = True

_ATTRIBUTES: Final = re.compile(rb'(?: [A-Za-z][A-Za-z0-9:]*="[^"<>&]*")*')
_NAME: Final = re.compile(rb" ([A-Za-z0-9:]+)=")
"""The rest of a row's tag behind its number, and the names in it: ` spans="1:12" ht="15"`."""
_LOOK: Final = re.compile(rb'(?: s="(%b)")?(?: t="(n|s|b|str|inlineStr)")?\s?(/?)>' % STYLE)
"""The rest of a cell's tag behind its address: ` s="1" t="n">`."""
_MOST_LOOKS: Final = 256
_REFERENCE: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)")
"""A reference to something else than the five signs that XML itself needs."""
_LAST: Final = b"\xef\xbf"
"""How the last characters of UTF-8's three bytes begin, of which XML may hold some only."""
_WORD: Final = 8
_FIRST: Final = np.array([(1 << (8 * size)) - 1 for size in range(_WORD + 1)], np.uint64)
"""Masks of the first bytes of a word."""
_TAG: Final = 48
"""Bytes that are looked at of a cell's tag."""
_BEGIN_ROW: Final = b'<row r="'
_BEGIN_CELL: Final = b'<c r="'
_LT, _GT, _QUOTE, _SPACE = b'<>" '


def plain_cells(xml: bytes, rows: Sequence[tuple[bytes, bytes]]) -> Plain | None:
    """Give the cells of whole rows; None where these are not written in the plainest way.

    Args:
        xml: from the first row's tag to the last one's end.
        rows: number and other attributes of each; whether the numbers rise is not asked here.
    """
    numbers = _numbers(rows)
    if not numbers or not _is_text(xml) or has_odd_value(xml):
        return None
    data = np.frombuffer(xml + bytes(_TAG), np.uint8)
    begins, ends = np.flatnonzero(data == _LT), np.flatnonzero(data == _GT)
    if len(begins) != len(ends) or not len(begins) or begins[0] or ends[-1] != len(xml) - 1:
        return None
    gaps = begins[1:] - ends[:-1] - 1
    if (gaps < 0).any() or (begins >= ends).any():
        return None
    return _in_order(data, begins, ends, gaps, np.array(numbers, np.int64))


def _in_order(
    data: NDArray[np.uint8], begins: Numbers, ends: Numbers, gaps: Numbers, numbers: Numbers
) -> Plain | None:
    """Give the cells if each tag, each text and each address is where it may be.

    Args:
        data: the XML, and a tag's length of zeros.
        begins: where its tags begin.
        ends: where they end.
        gaps: bytes between them.
        numbers: of the rows.
    """
    tags = _tags(data, begins, ends - begins + 1)
    at, above = np.flatnonzero(tags == _T.CELL), np.cumsum(tags == _T.ROW) - 1
    digits = len(str(numbers.max()))
    found = _addresses(data, begins[at] + len(_BEGIN_CELL), ends[at] + 1, digits)
    if found is None or above[-1] + 1 != len(numbers) or above[0] < 0:
        return None
    columns, rows, look_of, looks = found
    tags[at] = np.array([look.tag for look in looks], np.int64)[look_of]
    holds = (tags == _T.VALUE) | (tags == _T.TEXT)
    beside = above[at][1:] == above[at][:-1]
    is_plain = (
        _MAY_FOLLOW[tags[:-1], tags[1:]].all()
        and tags[-1] == _T.ROW_END
        and ((gaps > 0) == holds[:-1]).all()
        and (rows == numbers[above[at]]).all()
        and (columns[1:] > columns[:-1])[beside].all()
    )
    if not is_plain:
        return None
    inside = tags[at + 1] == _T.INSIDE
    filled = inside | (tags[at + 1] == _T.VALUE)
    opens = (at + 1 + inside)[filled]
    return Plain(
        rows[filled], columns[filled], ends[opens] + 1, begins[opens + 1], look_of[filled], looks
    )


def _numbers(rows: Sequence[tuple[bytes, bytes]]) -> list[int]:
    """Return the numbers of rows; none where the tag of one is not as plain as could be."""
    for look in {look for _, look in rows}:
        names = [b"r", *_NAME.findall(look)]
        if not _ATTRIBUTES.fullmatch(look) or len(set(names)) < len(names):
            return []
    return [int(number) for number, _ in rows] if all(number for number, _ in rows) else []


def _is_text(xml: bytes) -> bool:
    """Whether the bytes are what XML allows in texts, wherever these are."""
    data = np.frombuffer(xml, np.uint8)
    controls = data < _SPACE
    if controls.any() and not set(data[controls].tolist()) <= set(b"\t\n\r"):
        return False
    is_ascii = xml.isascii()
    try:
        if not is_ascii:
            xml.decode()
    except UnicodeDecodeError:
        return False
    return (is_ascii or _LAST not in xml) and not (b"&" in xml and _REFERENCE.search(xml))


def _tags(data: NDArray[np.uint8], begins: Numbers, sizes: Numbers) -> NDArray[np.int64]:
    """Tell the tags apart; cells are not told from each other yet."""
    words = np.ndarray(len(data) - _WORD + 1, "<u8", data, strides=(1,))[begins]
    tags = np.zeros(len(begins), np.int64)
    whole = words & _FIRST[np.minimum(sizes, _WORD)]  # no byte is 0: one is as long as the other
    for text, tag in _WHOLE.items():
        tags[whole == np.uint64(int.from_bytes(text, "little"))] = tag
    tags[_starts(words, _BEGIN_ROW)] = _T.ROW
    tags[_starts(words, _BEGIN_CELL)] = _T.CELL
    kept = np.flatnonzero((sizes == len(_KEPT)) & _starts(words, _KEPT[:_WORD]))
    if len(kept):
        pieces = _pieces(data, begins[kept], len(_KEPT))
        tags[kept[(pieces == np.frombuffer(_KEPT, np.uint8)).all(axis=1)]] = _T.TEXT
    return tags


def _pieces(data: NDArray[np.uint8], starts: Numbers, size: int) -> NDArray[np.uint8]:
    """Cut out pieces of one size, each as a row."""
    every = np.ndarray((len(data) - size + 1, size), np.uint8, data, strides=(1, 1))
    pieces: NDArray[np.uint8] = every[starts]
    return pieces


def _starts(words: NDArray[np.uint64], text: bytes) -> NDArray[np.bool_]:
    """Tell which words begin with up to eight bytes."""
    is_so: NDArray[np.bool_] = (words & _FIRST[len(text)]) == np.uint64(
        int.from_bytes(text, "little")
    )
    return is_so


def _addresses(
    data: NDArray[np.uint8], starts: Numbers, ends: Numbers, digits: int
) -> tuple[Numbers, Numbers, Numbers, list[Look]] | None:
    """Give columns, row numbers of so many digits at most, and which look each cell has."""
    sizes = ends - starts
    if (sizes >= _TAG).any():
        return None
    head = _pieces(data, starts, _TAG)
    is_letter = (head[:, :3] >= ord("A")) & (head[:, :3] <= ord("Z"))
    letters = np.cumprod(is_letter, axis=1).sum(axis=1)
    columns, rows = np.zeros(len(head), np.int64), np.zeros(len(head), np.int64)
    for place in range(3):
        more = place < letters
        columns[more] = columns[more] * 26 + head[more, place] - ord("A") + 1
    every = np.arange(len(head))
    at, going = letters.copy(), np.ones(len(head), bool)
    is_wrong = (letters == 0) | (head[every, letters] == ord("0"))
    for _ in range(digits):
        digit = head[every, at].astype(np.int64) - ord("0")
        going &= (digit >= 0) & (digit <= 9)
        rows[going] = rows[going] * 10 + digit[going]
        at += going
    is_wrong |= (at == letters) | (head[every, at] != _QUOTE)
    looks = None if is_wrong.any() else _looks(head, at + 1, sizes)
    return None if looks is None else (columns - 1, rows, *looks)


def _looks(
    head: NDArray[np.uint8], starts: Numbers, sizes: Numbers
) -> tuple[Numbers, list[Look]] | None:
    """Tell by the rest of each cell's tag what it may hold; each different rest is read once."""
    look_of = np.zeros(len(head), np.int64)
    known: dict[bytes, int] = {}
    looks: list[Look] = []
    for start in np.flatnonzero(np.bincount(starts)).tolist():
        left = np.flatnonzero(starts == start)
        of_known = iter([*known])
        while len(left):
            look = next(of_known, None)
            if look is None:
                look = head[left[0], start : sizes[left[0]]].tobytes()
                found = _LOOK.fullmatch(look)
                if found is None or len(known) > _MOST_LOOKS:
                    return None
                known[look] = len(looks)
                looks.append(_read_look(found))
            end = start + len(look)
            alike = (head[left, start:end] == np.frombuffer(look, np.uint8)).all(axis=1)
            alike &= sizes[left] == end
            look_of[left[alike]] = known[look]
            left = left[~alike]
    return look_of, looks


def _read_look(found: re.Match[bytes]) -> Look:
    type_ = found[2] or b""
    tag = _T.CELL_IN if type_ == b"inlineStr" else _T.CELL
    return Look(int(found[1] or 0), type_, _T.CELL_BLANK if found[3] else tag)
