"""A column as a column: each distinct cell is parsed once and mapped back. The home of pandas."""

from __future__ import annotations

from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from typing import Final

import pandas as pd

from importer.mapping import Binding, Mapping
from importer.model import Chunk, Flaw, Kind, Table, Value
from importer.values import Parser, parser_for, trim

NO_SURVEY: Final[ReadOnly[str, Parser]] = {}
"""Of a sheet whose columns the mapping says everything about."""


def parse_chunk(
    chunk: Chunk, mapping: Mapping, binding: Binding, parsers: ReadOnly[str, Parser] = NO_SURVEY
) -> Table:
    """Type the declared columns of some rows.

    Args:
        chunk: rows of a sheet, as columns of text.
        mapping: declares how each column is read.
        binding: where each declared column is in the chunk.
        parsers: declared column → how its cells are read, as the whole column has decided; the
            others are read as the mapping alone says.
    """
    values: dict[str, Sequence[Value | Flaw]] = {}
    texts: dict[str, Sequence[str]] = {}
    for name, spec in mapping.columns.items():
        place = binding.columns[name]
        texts[name] = chunk.columns[place]
        kinds = None if chunk.kinds is None else chunk.kinds[place]
        values[name] = _parse_column(parsers.get(name) or parser_for(spec), texts[name], kinds)
    return Table(
        numbers=chunk.numbers,
        values=values,
        texts=texts,
        blank=_blank_rows(chunk, values[mapping.lead]),
        ragged=chunk.ragged,
        surplus=chunk.surplus,
        hidden=chunk.hidden,
    )


def _parse_column(
    parse: Parser, texts: Sequence[str], kinds: Sequence[Kind] | None
) -> Sequence[Value | Flaw]:
    """Return `[parse(text, kind) for …]`, having called `parse` once per distinct pair."""
    codes, distinct = pd.factorize(_as_they_are(texts))
    if kinds is None:
        parsed = [parse(text, Kind.TEXT) for text in distinct]
    else:
        kind_codes, distinct_kinds = pd.factorize(_as_they_are(kinds))
        codes, pairs = pd.factorize(codes * len(distinct_kinds) + kind_codes)
        of_pair = (divmod(pair, len(distinct_kinds)) for pair in pairs.tolist())
        parsed = [parse(distinct[text], Kind(distinct_kinds[kind])) for text, kind in of_pair]
    return [parsed[code] for code in codes.tolist()]


def _as_they_are(cells: Sequence[str]) -> pd.Series[str]:
    """Hand cells to pandas untouched: no type is inferred and no text means "missing"."""
    return pd.Series(cells, dtype="object")


def _blank_rows(chunk: Chunk, leads: Sequence[Value | Flaw]) -> Sequence[bool]:
    """Tell which rows hold nothing at all; only one without a lead can be such a row.

    A row with more cells than the header is never blank: what is in them is not known here.
    """
    blank = [False] * len(leads)
    for index, lead in enumerate(leads):
        if lead is None and chunk.ragged.get(chunk.numbers[index], 0) <= len(chunk.columns):
            blank[index] = not any(trim(column[index]) for column in chunk.columns)
    return blank
