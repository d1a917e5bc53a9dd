"""Lines of what was created, and of which there is nothing else to say: most of a report's.

A report of 100,000 rows has 200,000 of these lines, and each is put into four files. They are made
many at once and a column at a time, of the journal's own texts, as the bytes that the files hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Final, NamedTuple, TypeVar

from importer.created import CURRENCIES, Created
from importer.model import Cell, Currency, RunRecord
from importer.report.cells import EXACT_DIGITS, MOST_CHARACTERS
from importer.report.figures import with_decimals
from importer.report.inert import stand_anywhere, visible

_AMBIGUOUS: Final = ('":":', "{}")
"""In compact JSON without escapes: a name that looks like what stands between texts, or none."""
_NAME, _VALUE = "\x01", "\x02"
"""Stand before a name and before a value, but for the first name; no text holds one."""
_SAYS_NOTHING: Final = re.compile(f"{_NAME}[^{_NAME}{_VALUE}\n]*+{_VALUE}(?=[{_NAME}\n]|\\Z)")
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode
_LINE_END: Final = b"\n"
"""Between the texts of a column; none of them holds one."""

T = TypeVar("T")
KindKey = tuple[str, str, str, str, str | None, str]


class Kind(NamedTuple):
    """What thousands of these lines have in common."""

    cell: str
    """The address of a row, but for its number: `payments.xlsx › Payments row `."""
    run: str
    name: str
    type: str
    code: str | None
    """Of the currency; None without money."""
    status: str
    """As `Created.status`."""

    @property
    def currency(self) -> Currency | None:
        """None without money."""
        return None if self.code is None else CURRENCIES[self.code]


class ByKind(dict[KindKey, T]):
    """What is made once for each kind, when the first line of it comes."""

    def __init__(self, make: Callable[[Kind], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: KindKey) -> T:
        made = self[key] = self._make(Kind._make(key))
        return made

    def of(self, stretch: Stretch) -> Iterator[T]:
        """Yield it for each line."""
        return map(self.__getitem__, stretch.kinds)


class Stretch(NamedTuple):
    """Lines that follow each other; a column has a text for each of them, in UTF-8.

    Nothing in it has to be escaped in any file, nor is too long for a cell; a comma is all that a
    CSV may have to put into quotes.
    """

    kinds: Sequence[KindKey]
    rows: Sequence[bytes]
    leads: Sequence[bytes]
    known_by: Sequence[bytes]
    digits: Sequence[str]
    """Of the amount, as `figures.plain` writes them; "" without money."""
    action_ids: Sequence[bytes]
    says: Sequence[bytes]
    sources: Sequence[bytes]
    """The source values as the document's JSON."""

    def digits_by_currency(self) -> Mapping[Currency, Sequence[str]]:
        """Return the amounts of each currency, in the order of the lines."""
        found: dict[str | None, list[str]] = {}
        for kind, digits in zip(self.kinds, self.digits, strict=True):
            found.setdefault(kind[4], []).append(digits)
        return {CURRENCIES[code]: digits for code, digits in found.items() if code}

    @property
    def amounts(self) -> Sequence[bytes]:
        """The same as the digits."""
        return encoded(self.digits)

    def split(self, at: int) -> tuple[Stretch, Stretch]:
        """Return the first lines, as many as that, and the others."""
        return Stretch._make(one[:at] for one in self), Stretch._make(one[at:] for one in self)


class Stretches:
    """Makes the stretches of a run."""

    def __init__(self, run: RunRecord, known_by: Sequence[str]) -> None:
        # The number of the row stands last.
        cell = visible(str(Cell(file=run.file, tab=run.tab, row=0, column="")))[:-1]
        self._common = (cell, run.id)
        self._keys = [f"{_ENCODE(name)}:" for name in known_by]
        self._is_simple = ByKind(_is_simple)

    def of(self, created: Sequence[Created]) -> Stretch | None:
        """Return the lines of whole rows; None where there is more to a text than to copy it."""
        _, rows, _, names, types, leads, amounts, codes, statuses, ids, contents, _ = zip(
            *created, strict=True
        )
        common = map(repeat, self._common, repeat(len(rows)))
        kinds = list(zip(*common, names, types, codes, statuses, strict=True))
        says, sources = _both(contents)
        known_by = self._known_by(rows, contents)
        digits = list(map(_digits, amounts, codes))
        texts = (*leads, *known_by, *ids, *says)
        if not (
            all(map(self._is_simple.__getitem__, set(kinds)))
            and all(leads)
            and len(max(digits, key=len)) <= EXACT_DIGITS
            and _are_simple(texts)
        ):
            return None
        return Stretch(
            kinds,
            rows=encoded(list(map(str, rows))),
            leads=encoded(leads),
            known_by=encoded(known_by),
            digits=digits,
            action_ids=encoded(ids),
            says=encoded(says),
            sources=encoded(sources),
        )

    def _known_by(self, rows: Sequence[int], contents: Sequence[str]) -> Sequence[str]:
        """What a person knows each row by, beside its lead."""
        columns = [
            list(map(_by_row(key, rows, contents).get, rows, repeat(""))) for key in self._keys
        ]
        if len(columns) == 1:
            return columns[0]
        texts = zip(*columns, strict=True) if columns else repeat((), len(rows))
        return [" · ".join(filter(None, of_row)) for of_row in texts]


def encoded(texts: Sequence[str]) -> Sequence[bytes]:
    """Return texts without a line break as UTF-8."""
    return "\n".join(texts).encode().split(_LINE_END)


def literal(text: str) -> str:
    """Return a text as it stands in a template."""
    return text.replace("%", "%%")


def _is_simple(kind: Kind) -> bool:
    texts = (kind.cell, kind.run, kind.name, kind.type, kind.status)
    # A name of a file may hold what no cell of ours does: a tab, a line break.
    if not (kind.name and kind.type and kind.cell.isprintable()):
        return False
    return "," not in "".join(texts) and _are_simple(texts)


def _are_simple(texts: Sequence[str]) -> bool:
    return 2 * len(max(texts, key=len)) <= MOST_CHARACTERS and stand_anywhere(texts)


def _digits(amount: str | None, code: str | None) -> str:
    return "" if amount is None or code is None else with_decimals(amount, CURRENCIES[code])


def _by_row(key: str, rows: Sequence[int], contents: Sequence[str]) -> dict[int, str]:
    """Row → the value behind a key, of the last action that has it."""
    skip = len(key) + 1
    return {
        row: content[start + skip : content.index('"', start + skip)]
        for row, content in zip(rows, contents, strict=True)
        if (start := content.find(key)) >= 0
    }


def _both(contents: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """What lines say of their source values, and the same as the document's JSON."""
    packed = "\n".join(contents)
    if any(one in packed for one in _AMBIGUOUS):
        said, written = zip(*map(_read, contents), strict=True)
        return said, written
    # In this order: the quote that ends an empty value belongs to what stands before a name.
    marked = packed.replace('":"', _VALUE).replace('","', _NAME)
    sources = marked.replace(_VALUE, '": "').replace(_NAME, '", "')
    pairs = _NAME + marked[2:-2].replace('"}\n{"', f"\n{_NAME}")
    says = _SAYS_NOTHING.sub("", pairs).replace(f"\n{_NAME}", "\n").removeprefix(_NAME)
    return says.replace(_VALUE, ": ").replace(_NAME, "; ").split("\n"), sources.split("\n")


def _read(content: str) -> tuple[str, str]:
    """The same of one, however it is written."""
    found = json.loads(content)
    return "; ".join(f"{name}: {text}" for name, text in found.items() if text), _ENCODE(found)
