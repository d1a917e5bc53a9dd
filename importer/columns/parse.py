"""The declared columns of a sheet's chunks, typed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from collections.abc import Mapping as ReadOnly
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importer.columns.by_code import ByCode
from importer.columns.parsed import ColumnReader, Parsed
from importer.mapping import Binding, ColumnSpec, Mapping
from importer.model import Chunk, Table
from importer.values import Parser, parser_for, sound_kinds, sound_length, sound_pattern, trim

NO_SURVEY: Final[ReadOnly[str, Parser]] = {}
"""Of a sheet whose columns the mapping says everything about."""

ReadTable = Callable[[Chunk], Table]


def table_reader(
    mapping: Mapping,
    binding: Binding,
    parsers: ReadOnly[str, Parser] = NO_SURVEY,
    alike: Collection[str] = (),
) -> ReadTable:
    """Make the function that types the declared columns of a sheet's chunks.

    Args:
        mapping: declares how each column is read.
        binding: where each declared column is in a chunk.
        parsers: declared column → how its cells are read, as the whole column has decided; the
            others are read as the mapping alone says.
        alike: declared columns of which all sound texts lead to the same: they are not read before
            somebody asks for one.
    """

    def reader(spec: ColumnSpec) -> ColumnReader:
        sound = sound_pattern(spec) if spec.name in alike else None
        parse = parsers.get(spec.name) or parser_for(spec)
        return ColumnReader(parse, sound, sound_length(spec), sound_kinds(spec))

    readers = {name: reader(spec) for name, spec in mapping.columns.items()}
    is_blank = ByCode(lambda known, code: known.values[code] is None, False, bool)

    def read(chunk: Chunk) -> Table:
        values: dict[str, Parsed] = {}
        texts: dict[str, Sequence[str]] = {}
        for name, column in readers.items():
            place = binding.columns[name]
            kinds = None if chunk.kinds is None else chunk.kinds[place]
            parsed = column.read(chunk.columns[place], kinds)
            values[name], texts[name] = parsed, parsed.texts
        return Table(
            numbers=chunk.numbers,
            values=values,
            texts=texts,
            blank=_blank_rows(chunk, is_blank.of(values[mapping.lead])),
            ragged=chunk.ragged,
            surplus=chunk.surplus,
            hidden=chunk.hidden,
        )

    return read


def parse_chunk(
    chunk: Chunk, mapping: Mapping, binding: Binding, parsers: ReadOnly[str, Parser] = NO_SURVEY
) -> Table:
    """Type the declared columns of some rows: `table_reader` for a single chunk."""
    return table_reader(mapping, binding, parsers)(chunk)


def _blank_rows(chunk: Chunk, without_lead: NDArray[np.bool_]) -> Sequence[bool]:
    """Tell which rows hold nothing at all; only one without a lead can be such a row.

    A row with more cells than the header is never blank: what is in them is not known here.
    """
    blank = [False] * len(without_lead)
    for index in np.flatnonzero(without_lead).tolist():
        if chunk.ragged.get(chunk.numbers[index], 0) <= len(chunk.columns):
            blank[index] = not any(trim(column[index]) for column in chunk.columns)
    return blank
