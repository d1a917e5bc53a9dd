"""What a copy for others may show of a cell: what the mapping uses as money, day, status or id.

What is shown is named; everything else is a person's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as ReadOnly
from functools import cached_property
from typing import Final

from importer.folding import fold, plain_words
from importer.mapping import ColumnSpec, ColumnType, From, Mapping
from importer.model import Flaw, Kind, PaymentStatus
from importer.values import parse_currency, parser_for

_PLAIN: Final = frozenset(
    {ColumnType.AMOUNT, ColumnType.CURRENCY, ColumnType.DATE, ColumnType.LEAD_ID}
)
"""Types of which a cell, once it is read, says nothing about a person."""
_REACHABLE: Final = frozenset({ColumnType.EMAIL, ColumnType.PHONE})
"""Types that are personal even where they tell rows apart."""
_KINDS: Final = (Kind.TEXT, Kind.NUMBER, Kind.DATE)
"""A problem does not say what its cell held."""
_REFERENCE: Final = re.compile(r"(?:[A-Za-z]{1,5}[-_/.#]?)?[0-9]{1,9}")
"""`RC-0005`, `INV17`, `17`: a few letters and one number. Ten digits may be a telephone, digits in
groups a birthday or a card, and words beside digits a name or an address."""
_OF_MONEY: Final = frozenset(
    {"amount", "currency", "payment", "refund", "status", *map(str.lower, PaymentStatus)}
)
"""Words of our own sentences that a column of statuses may hold too, spelt as no mapping knows."""
_LIKE_A_PHONE: Final = re.compile(r"\d{10,15}")
"""Digits alone, as no amount is that a person has typed."""


class Public:
    """What may be shown of the cells of a mapping.

    Args:
        mapping: as the run was made with.
    """

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping

    def shows(self, column: str, value: str) -> bool:
        """Whether a value, as it was read, is shown.

        Args:
            column: its name in the mapping; one that is not declared never is.
            value: a typed source value as text.
        """
        spec = self._mapping.columns.get(column)
        if spec is None:
            return False
        if spec.personal is not None:
            return not spec.personal
        return spec.type in _PLAIN or self._tells(spec, value)

    def shows_seen(self, spec: ColumnSpec, seen: str) -> bool:
        """Whether a cell's text is shown as it stands in the sheet.

        What is not read as that which its column holds may be anything: a torn row puts names
        anywhere, and telephone numbers among the amounts.
        """
        if spec.personal is not None:
            return not spec.personal
        if spec.type in _PLAIN:
            is_read = any(_is_read(spec, seen, kind) for kind in _KINDS)
            return is_read and not (
                spec.type is ColumnType.AMOUNT and _LIKE_A_PHONE.fullmatch(seen.strip())
            )
        return self._tells(spec, seen.strip())

    @cached_property
    def words(self) -> frozenset[str]:
        """What the mapping itself says, and of money we do, in lower case: both name nobody."""
        fields = (name for action in self._mapping.actions for name in action.fields)
        headers = (header for spec in self._mapping.columns.values() for header in spec.headers)
        return _OF_MONEY | plain_words((*self._mapping.columns, *headers, *fields))

    @cached_property
    def paths(self) -> frozenset[str]:
        """Paths inside an entry, as the mapping makes them: `fields.payer_email`."""
        return frozenset(path for action in self._mapping.actions for path in action.sources)

    def is_id(self, column: str) -> bool:
        """Whether a column tells rows apart and holds neither money nor a day."""
        return column in self._identity and self._mapping.columns[column].type not in _PLAIN

    @cached_property
    def phones(self) -> tuple[str, ...]:
        """The columns of telephone numbers."""
        columns = self._mapping.columns.values()
        return tuple(spec.name for spec in columns if spec.type is ColumnType.PHONE)

    def _tells(self, spec: ColumnSpec, value: str) -> bool:
        """Whether it is one of the mapping's own words, or an id that tells rows apart."""
        known = self._known.get(spec.name)
        if known and fold(value) in known:
            return True
        if spec.name in self._currencies:
            return _is_currency(value)
        return (
            spec.name in self._identity
            and spec.type not in _REACHABLE
            and _REFERENCE.fullmatch(value) is not None
        )

    @cached_property
    def _identity(self) -> frozenset[str]:
        columns = self._mapping.identity.columns if self._mapping.identity else ()
        own_lead = () if self._mapping.via else (self._mapping.lead,)
        return frozenset((*columns, *own_lead))

    @cached_property
    def _currencies(self) -> frozenset[str]:
        sources = (action.currency for action in self._mapping.actions if action.currency)
        return frozenset(column for source in sources for column in source.columns)

    @cached_property
    def _known(self) -> ReadOnly[str, frozenset[str]]:
        """Column → what the mapping expects of it word by word, folded."""
        found: dict[str, set[str]] = {}
        for column, words in self._expected():
            found.setdefault(column, set()).update(map(fold, words))
        return {column: frozenset(words) for column, words in found.items()}

    def _expected(self) -> Iterator[tuple[str, Iterable[str]]]:
        for action in self._mapping.actions:
            for path, source in action.sources.items():
                if isinstance(source, From):
                    yield source.column, source.map or ()
                    if path == "status":
                        yield source.column, PaymentStatus


def _is_read(spec: ColumnSpec, seen: str, kind: Kind) -> bool:
    value = parser_for(spec)(seen, kind)
    return value is not None and not isinstance(value, Flaw)


def _is_currency(value: str) -> bool:
    found = parse_currency(value, Kind.TEXT)
    return found is not None and not isinstance(found, Flaw)
