"""A typed column: each distinct cell is read once, a surely sound one when somebody asks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import repeat
from typing import Any, Final, overload

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from importer.columns.arrow import numbers_of, sizes_of, taken, truths_of
from importer.columns.texts import MANY, Texts, as_texts
from importer.model import Flaw, Kind, Table, Value
from importer.values import LONGEST_SOUND, Parser

Codes = NDArray[np.int32]

SOUND: Final = -1
"""The code of a cell that is surely sound: it is read when somebody asks for it."""
MOST_KNOWN: Final = 1 << 16
"""Distinct cells of a column that are remembered together."""
_SAMPLE: Final = 1024
"""Cells by which it is judged whether a column has few distinct ones."""
_FEW: Final = 8
"""It has, where so many cells are there for each distinct one."""


class Known:
    """The distinct cells of a column that were read so far, each under a number: its code."""

    def __init__(self, parse: Parser) -> None:
        self.texts: list[str] = []
        self.values: list[Value | Flaw] = []
        self._parse = parse
        self._codes: dict[tuple[str, Kind], int] = {}

    def code(self, text: str, kind: Kind) -> int:
        """Return the code of a cell; it is read if it is new."""
        code = self._codes.get((text, kind))
        if code is None:
            code = self._codes[text, kind] = len(self.values)
            self.texts.append(text)
            self.values.append(self._parse(text, kind))
        return code

    def table(self, name: str) -> Table:
        """Return the cells as rows of a table that has this column alone."""
        return Table(
            numbers=(), values={name: self.values}, texts={name: self.texts}, blank=(), ragged={}
        )

    def __len__(self) -> int:
        return len(self.values)


class Parsed(Sequence[Value | Flaw]):
    """The typed cells of one column of a chunk.

    Args:
        texts: as seen.
        codes: of each cell its code in `known`, or `SOUND`.
        known: what the codes stand for.
        parse: the column's reader.
    """

    def __init__(self, texts: Sequence[str], codes: Codes, known: Known, parse: Parser) -> None:
        self.texts, self.codes, self.known = texts, codes, known
        self._parse = parse
        self._asked = 0
        self._all: list[Value | Flaw] | None = None

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, at: int) -> Value | Flaw: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Value | Flaw]: ...
    def __getitem__(self, at: int | slice) -> Value | Flaw | Sequence[Value | Flaw]:
        if self._all is None:
            self._asked += 1
            if isinstance(at, int) and self._asked * MANY < len(self.codes):
                code = int(self.codes[at])
                if code == SOUND:
                    return self._parse(self.texts[at], Kind.TEXT)
                return self.known.values[code]
        return self._objects()[at]

    def __iter__(self) -> Iterator[Value | Flaw]:
        return iter(self._objects())

    @property
    def packed(self) -> Texts:
        """The texts in one piece, as they are wherever a cell is surely sound.

        Raises:
            TypeError: Arrow cannot hold them.
        """
        if not isinstance(self.texts, Texts):
            raise TypeError(self.texts)
        return self.texts

    def some(self, places: NDArray[np.int64], texts: Sequence[str]) -> list[Value | Flaw]:
        """Return the cells at some places, of which the texts are given."""
        return self._typed(self.codes[places], texts)

    def few(self, places: NDArray[np.int64], texts: Sequence[str]) -> Few:
        """Return the same cells, a sound one being read when somebody asks for it."""
        return Few(texts, self.codes[places].tolist(), self.known, self._parse)

    def _objects(self) -> list[Value | Flaw]:
        if self._all is None:
            self._all = self._typed(self.codes, self.texts)
        return self._all

    def _typed(self, codes: Codes, texts: Sequence[str]) -> list[Value | Flaw]:
        values, parse, kind = self.known.values, self._parse, Kind.TEXT
        return [
            parse(text, kind) if code == SOUND else values[code]
            for code, text in zip(codes.tolist(), texts, strict=True)
        ]


class Few(Sequence[Value | Flaw]):
    """Some cells of a column of which hardly all will be asked for.

    Args:
        texts: as seen.
        codes: as in `Parsed`.
        known: what the codes stand for.
        parse: the column's reader.
    """

    def __init__(self, texts: Sequence[str], codes: list[int], known: Known, parse: Parser) -> None:
        self.codes = codes
        self._texts, self._values, self._parse = texts, known.values, parse
        self._read: dict[int, Value | Flaw] = {}

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, at: int) -> Value | Flaw: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Value | Flaw]: ...
    def __getitem__(self, at: int | slice) -> Value | Flaw | Sequence[Value | Flaw]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        code = self.codes[at]
        if code != SOUND:
            return self._values[code]
        if at not in self._read:
            self._read[at] = self._parse(self._texts[at], Kind.TEXT)
        return self._read[at]


def parsed_column(table: Table, name: str) -> Parsed:
    """Return a column of a table that was read from a sheet.

    Raises:
        TypeError: it was put beside the sheet's own.
    """
    column = table.values[name]
    if not isinstance(column, Parsed):
        raise TypeError(name)
    return column


class ColumnReader:
    """Reads one column of a sheet, chunk after chunk.

    Args:
        parse: reads one cell.
        sound: a pattern of texts that are sound, and of which nobody has to know more before one
            of them is asked for; None: there are none.
        length: characters that such a text has; None: any number up to `LONGEST_SOUND`.
        kinds: of the cells that hold such a text.
    """

    def __init__(
        self, parse: Parser, sound: str | None, length: int | None, kinds: Collection[Kind]
    ) -> None:
        self._parse = parse
        self._kinds = kinds
        self._sound = f"^(?:{sound})$" if sound else None
        self._length = length
        self._known = Known(parse)

    def read(self, cells: Sequence[str], kinds: Sequence[Kind] | None) -> Parsed:
        """Type the cells of a chunk."""
        if len(self._known) > MOST_KNOWN:
            self._known = Known(self._parse)
        found = {Kind.TEXT} if kinds is None else set(kinds)
        texts = as_texts(cells)
        if texts is None:
            codes = self._as_objects(cells, kinds)
        elif len(found) == 1:
            codes = self._distinct(texts.array, *found)
        else:
            codes = np.empty(len(texts), np.int32)
            for kind in found:
                places = _places_of(kind, kinds or ())
                codes[places] = self._distinct(taken(texts.array, places), kind)
        return Parsed(cells if texts is None else texts, codes, self._known, self._parse)

    def _as_objects(self, cells: Sequence[str], kinds: Sequence[Kind] | None) -> Codes:
        """Return the codes of cells that Arrow cannot hold: half a character, as Excel may keep."""
        import pandas as pd  # noqa: PLC0415 - half a second that hardly a sheet has to spend

        # Objects are handed over untouched: no type is inferred and no text means "missing".
        pairs = list(zip(cells, kinds or repeat(Kind.TEXT, len(cells)), strict=True))
        of_pair, distinct = pd.factorize(pd.Series(pairs, dtype="object"))
        known = [self._known.code(text, kind) for text, kind in distinct]
        return np.array(known, np.int32)[of_pair]

    def _distinct(self, rest: Any, kind: Kind) -> Codes:  # noqa: ANN401 - Arrow brings no types
        """Return the codes of cells of one kind, having looked at each distinct text once."""
        if _has_few(rest):
            return self._each(rest, kind)
        codes = np.full(len(rest), SOUND, np.int32)
        left = np.arange(len(rest))
        if self._sound is not None and kind in self._kinds:
            left = np.flatnonzero(~self._is_sound(rest))
            rest = taken(rest, left)
        found = rest.dictionary_encode()
        known = [self._known.code(text, kind) for text in found.dictionary.to_pylist()]
        codes[left] = np.array(known, np.int32)[numbers_of(found.indices)]
        return codes

    def _each(self, cells: Any, kind: Kind) -> Codes:  # noqa: ANN401 - Arrow brings no types
        """Return the same codes, each distinct text being held against the pattern once."""
        found = cells.dictionary_encode()
        sound = np.zeros(len(found.dictionary), np.bool_)
        if self._sound is not None and kind in self._kinds:
            sound = self._is_sound(found.dictionary)
        known = [
            SOUND if is_sound else self._known.code(text, kind)
            for text, is_sound in zip(found.dictionary.to_pylist(), sound.tolist(), strict=True)
        ]
        return np.array(known, np.int32)[numbers_of(found.indices)]

    def _is_sound(self, array: Any) -> NDArray[np.bool_]:  # noqa: ANN401 - Arrow brings no types
        sizes = sizes_of(array)
        fits = sizes == self._length if self._length else sizes <= LONGEST_SOUND
        matches = truths_of(pc.match_substring_regex(array, self._sound))
        both: NDArray[np.bool_] = fits & matches
        return both


def _has_few(cells: Any) -> bool:  # noqa: ANN401 - Arrow brings no types
    """Tell by the first cells whether most are like others."""
    sample = cells.slice(0, _SAMPLE)
    return len(sample.dictionary_encode().dictionary) * _FEW < len(sample)


def _places_of(kind: Kind, kinds: Sequence[Kind]) -> NDArray[np.int64]:
    return np.flatnonzero(np.fromiter((one is kind for one in kinds), bool, len(kinds)))
