"""What the `type` of a custom action's field means together with the rest of its value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

from importer.errors import Mistake
from importer.folding import fold
from importer.mapping.nodes import Keyed, Listing, Node, Scalar
from importer.mapping.rules.parts import PAYMENT_PARTS, Part, column_type, value_parts
from importer.mapping.rules.values import constant_of
from importer.mapping.sources import SEPARATORS
from importer.mapping.template import template_pieces
from importer.model import Flaw, Value
from importer.values import FieldType, field_reader

_KEYS: Final = ("type", "options", "separator")
_BELONGS: Final[Mapping[str, tuple[FieldType, ...]]] = {
    "options": (FieldType.DROPDOWN, FieldType.TAGS),
    "separator": (FieldType.TAGS,),
}
"""Key of a value → the types of field that it belongs to."""
_NEEDS: Final[Mapping[FieldType, tuple[str, str]]] = {
    FieldType.DROPDOWN: (
        "options",
        (
            "List the labels that the field has in the CRM: "
            "`options: [Interested, Not interested]`. It would make a new option of any other."
        ),
    ),
    FieldType.TAGS: ("separator", "Say what stands between two of them: `separator: comma`."),
}
"""Type of a field → the key that it needs, and what to write."""
_READ_FROM: Final[Mapping[FieldType, tuple[str, ...]]] = {
    FieldType.EMAIL: ("email", "text"),
    FieldType.PHONE: ("phone", "text"),
    FieldType.NUMBER: ("number", "amount"),
    FieldType.DATE: ("date",),
    FieldType.DROPDOWN: ("text", "id", "number", "currency"),
    FieldType.TAGS: ("text",),
    FieldType.MONEY: ("amount", "number"),
    FieldType.WEBSITE: ("text",),
    FieldType.RATING: ("number", "text"),
}
"""Type of a field → the types of column that it may come from; a text comes from any."""
_WHOLE: Final = {FieldType.NUMBER, FieldType.DATE, FieldType.MONEY, FieldType.RATING}
"""The types of which a text with cells in it would be a guess at how they are written."""


def field_keys_fit_the_type(root: Keyed) -> Iterator[Mistake]:
    """`options` and `separator` stand where they mean something, and where they are needed."""
    for path, part in value_parts(root):
        if path in PAYMENT_PARTS:
            yield from _not_of_a_payment(path, part)
            continue
        kind = _type_of(part)
        if kind is None and part.has("type"):
            continue  # a type that does not exist is told of as that
        yield from _meaningless(part, kind)
        yield from _lacking(part, kind)


def field_types_fit_the_column(root: Keyed) -> Iterator[Mistake]:
    """A field comes from a column whose cells can be what it takes."""
    for path, part in value_parts(root):
        kind = _type_of(part)
        if kind is None or kind is FieldType.TEXT or path in PAYMENT_PARTS:
            continue
        wanted = _READ_FROM[kind]
        column = column_type(root, part.text("from") or "")
        if _makes_texts(part):
            if kind is FieldType.DATE or (kind in _WHOLE and _has_cells(part)):
                yield _no_source(part, kind, "be made of texts", wanted)
        elif column is not None and column not in wanted:
            yield _no_source(part, kind, f"come from a column of type {column}", wanted)


def field_options_are_clear(root: Keyed) -> Iterator[Mistake]:
    """Each option is there once."""
    for _, part in value_parts(root):
        seen: dict[str, Scalar] = {}
        for option in _items(part.node.entries.get("options")):
            first = seen.setdefault(fold(option.text), option)
            if first is not option:
                yield Mistake(
                    line=option.line,
                    message=f"{part.place}`{option.text}` and `{first.text}` are the same option.",
                    hint="Capitals and spaces do not count; keep one of them.",
                )


def field_constants_fit(root: Keyed) -> Iterator[Mistake]:
    """What the mapping itself sends into a field is what the field takes."""
    for path, part in value_parts(root):
        kind = _type_of(part)
        options = [option.text for option in _items(part.node.entries.get("options"))]
        if kind is None or path in PAYMENT_PARTS or (kind is FieldType.DROPDOWN and not options):
            continue
        mark = part.text("separator") or ""
        fit = field_reader(kind, options, SEPARATORS.get(mark, mark))
        for value, line in _constants(root, part):
            flaw = fit(value)
            if isinstance(flaw, Flaw):
                yield Mistake(line=line, message=f"{part.place}{flaw.message}", hint=flaw.hint)


def _not_of_a_payment(path: str, part: Part) -> Iterator[Mistake]:
    for key in _KEYS:
        if key in part.node.entries:
            yield Mistake(
                line=part.line(key),
                message=f"{part.place}`{key}` means nothing for the {path} of a PAYMENT.",
                hint="Remove it; it belongs to the fields of a custom action.",
            )


def _type_of(part: Part) -> FieldType | None:
    kind = part.text("type")
    return FieldType(kind) if kind in tuple(FieldType) else None


def _meaningless(part: Part, kind: FieldType | None) -> Iterator[Mistake]:
    of_what = f"of type {kind}" if kind else "without a `type`"
    for key, kinds in _BELONGS.items():
        if key in part.node.entries and kind not in kinds:
            yield Mistake(
                line=part.line(key),
                message=f"{part.place}`{key}` means nothing for a field {of_what}.",
                hint=f"Remove it; it belongs to the type {' or '.join(kinds)}.",
            )


def _lacking(part: Part, kind: FieldType | None) -> Iterator[Mistake]:
    for needy, (key, hint) in _NEEDS.items():
        if kind is needy and not part.has(key):
            message = f"{part.place}A field of type {kind} needs its `{key}`."
            yield Mistake(line=part.line("type"), message=message, hint=hint)


def _no_source(part: Part, kind: FieldType, what: str, wanted: tuple[str, ...]) -> Mistake:
    return Mistake(
        line=part.line("type"),
        message=f"{part.place}A field of type {kind} cannot {what}.",
        hint=f"Take it from a column of type {' or '.join(wanted)}.",
    )


def _items(node: Node | None) -> tuple[Scalar, ...]:
    """The texts of a list, or the one that stands in its place."""
    items = node.items if isinstance(node, Listing) else (node,)
    return tuple(item for item in items if isinstance(item, Scalar) and item.text.strip())


def _makes_texts(part: Part) -> bool:
    return bool({"map", "text"} & part.node.entries.keys())


def _has_cells(part: Part) -> bool:
    return any(name for _, name in _pieces(part))


def _pieces(part: Part) -> list[tuple[str, str]]:
    try:
        return list(template_pieces(part.text("text") or ""))
    except ValueError:  # which has its own rule
        return []


def _constants(root: Keyed, part: Part) -> Iterator[tuple[Value, int]]:
    """(value, line) of everything that a value may send, other than a cell as it is."""
    default = part.text("default")
    match part.node.entries.get("map"):
        case Keyed(entries=entries, lines=lines):
            for key, target in entries.items():
                if isinstance(target, Scalar):
                    yield target.text.strip(), lines[key]
        case None if default is not None:
            with suppress(ValueError):  # which has its own rule
                yield constant_of(root, part.text("from") or "", default), part.line("default")
        case None if not _has_cells(part):
            yield "".join(literal for literal, _ in _pieces(part)).strip(), part.line("text")
