"""A block of a CSV whose cells can be told apart without a doubt, read by Arrow.

Arrow's reader is lenient: it takes a quotation mark anywhere. So a block goes to it only where
every quotation mark belongs to a cell that is enclosed in two, and counts as read only where it
gives as many rows as there are lines. Any other block is read by `csv_text`, by the grammar.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable

import numpy as np
import pyarrow as pa
from pyarrow import csv

from importer.columns import Texts

(_LINE_END,) = b"\n"
Read = Callable[[bytes], tuple[Texts, ...] | None]
"""Whole lines, each ended by LF or CRLF → the columns; None where the grammar has to decide."""


def block_reader(delimiter: str, width: int) -> Read | None:
    """Make the reader for blocks of a CSV; None where none of them could be told apart so.

    Args:
        delimiter: one character.
        width: cells of the header, and so of every row of a block that is read.
    """
    if not delimiter.isascii() or width < 2:
        return None
    names = [str(at) for at in range(width)]
    options = {
        "convert_options": csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
        "parse_options": csv.ParseOptions(
            delimiter=delimiter, escape_char=False, ignore_empty_lines=False
        ),
    }
    all_paired = _pairing(delimiter)

    def read(block: bytes) -> tuple[Texts, ...] | None:
        # Arrow passes over a byte order mark, which is a character of the cell here.
        if b"\0" in block or block.startswith(BOM_UTF8) or not all_paired(block):
            return None
        sizes = csv.ReadOptions(column_names=names, use_threads=False, block_size=len(block) + 1)
        try:
            table = csv.read_csv(pa.BufferReader(block), read_options=sizes, **options)
        except pa.ArrowInvalid:  # another number of cells; bytes that are no text
            return None
        ends = np.count_nonzero(np.frombuffer(block, np.uint8) == _LINE_END)
        if table.num_rows != ends + (not block.endswith(b"\n")):
            return None
        return tuple(Texts(column.combine_chunks()) for column in table.columns)

    return read


def _pairing(delimiter: str) -> Callable[[bytes], bool]:
    """Make the test that tells whether every quotation mark of a block belongs to a whole cell.

    Such a cell begins and ends with one, beside a delimiter or a line's end; between them are no
    line ends, and marks in twos only. Where all marks are found so, there is no other way to read
    them.
    """
    mark = re.escape(delimiter).encode()
    begin, end = rb'"(?<![^%b\n]")' % mark, rb'"(?![^%b\r\n])' % mark
    plain = re.compile(begin + rb'[^"\r\n]*' + end)
    doubled = re.compile(begin + rb'(?:[^"\r\n]++|"")*+' + end)

    def all_paired(block: bytes) -> bool:
        marks = block.count(b'"')
        if not marks or marks == 2 * len(plain.findall(block)):
            return True
        cells: list[bytes] = doubled.findall(block)
        return marks == sum(cell.count(b'"') for cell in cells)

    return all_paired
