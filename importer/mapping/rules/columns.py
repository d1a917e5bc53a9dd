"""What the keys of a column, and of the sheet's header, mean together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from importer.errors import Mistake
from importer.mapping.nodes import Keyed
from importer.mapping.rules.parts import Part, column_type, columns, lookups, payments, sources

_BELONGS: Final[Mapping[str, tuple[str, ...]]] = {
    "format": ("date",),
    "zone": ("date",),
    "locale": ("amount", "number"),
    "currency": ("amount",),
    "length": ("id",),
}
"""Key of a column → the types that it belongs to."""


def column_keys_fit_the_type(root: Keyed) -> Iterator[Mistake]:
    """A date has a zone; keys that belong to one type stand at no other."""
    for name, part in columns(root).items():
        kind = column_type(root, name)
        for key, kinds in _BELONGS.items():
            if key in part.node.entries and kind is not None and kind not in kinds:
                yield Mistake(
                    line=part.line(key),
                    message=f"{part.place}`{key}` means nothing for a column of type {kind}.",
                    hint=f"Remove it; it belongs to the type {' or '.join(kinds)}.",
                )
        if kind == "date" and not part.has("zone"):
            yield Mistake(
                line=part.node.line,
                message=f"{part.place}A date needs its `zone`.",
                hint="Say where the sheet's clock hangs: `zone: Asia/Kolkata`.",
            )


def header_has_one_place(root: Keyed) -> Iterator[Mistake]:
    """A header is in a row, or found by its cells: one of the two."""
    for part in (Part(place="`sheet`: ", node=root), *lookups(root)):
        match part.node.entries.get("sheet"):
            case Keyed(entries={"header": Keyed(entries=entries)}, lines=lines):
                if len({"row", "find"} & entries.keys()) != 1:
                    yield Mistake(
                        line=lines["header"],
                        message=f"{part.place}`header` needs either `row` or `find`.",
                        hint="Write `header: {row: 4}` or `header: {find: [Lead ID, Receipt No]}`.",
                    )


def amounts_have_a_currency(root: Keyed) -> Iterator[Mistake]:
    """An amount has a currency: its column says it, or a PAYMENT takes it from another column."""
    from_columns = set(map(_amount_with_currency_column, payments(root)))
    for name, part in columns(root).items():
        if part.text("type") != "amount":
            continue
        if not part.has("currency") and name not in from_columns:
            yield Mistake(
                line=part.node.line,
                message=f"{part.place}An amount needs its `currency`.",
                hint="Write `currency: INR`; or let a PAYMENT take it from a column.",
            )


def _amount_with_currency_column(payment: Part) -> str | None:
    """The amount's column of a payment whose currency comes from a column."""
    read = {path: source for path, source, _ in sources(payment) if isinstance(source, Part)}
    return read["amount"].text("from") if read.keys() >= {"amount", "currency"} else None
