"""The parts of a file that rules speak of, found wherever the tree has their shape.

A part of another shape is passed over: pydantic has a sentence for it. So one wrong part hides no
mistake of another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from importer.folding import did_you_mean, nearest
from importer.mapping.model import ColumnType
from importer.mapping.nodes import Keyed, Listing, Node, Scalar
from importer.mapping.sentences import place_of
from importer.mapping.shapes import COMPARISONS
from importer.mapping.template import template_columns
from importer.model import PAYMENT

PAYMENT_PARTS: Final = ("amount", "currency", "status")
"""What a PAYMENT has beside its type, all together (create-actions, Notes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Keys of the file, and how a sentence about them begins."""

    place: str
    node: Keyed

    def text(self, key: str) -> str | None:
        """The text under a key; None where there is none."""
        return text_at(self.node, key)

    def has(self, key: str) -> bool:
        """Whether a key is there, be it misspelt: that is told of the misspelt one."""
        return key in self.node.entries or any(nearest(other, [key]) for other in self.node.entries)

    def line(self, key: str) -> int:
        """The line of a key; where it is missing, of the part."""
        return self.node.lines.get(key, self.node.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """A place of the file that names a column."""

    place: str
    line: int
    name: str


def text_at(node: Node | None, key: str) -> str | None:
    """The text under a key of a node; None where there is none."""
    match node:
        case Keyed(entries=entries):
            match entries.get(key):
                case Scalar(text=text) if text.strip():
                    return text
    return None


def columns(root: Keyed) -> dict[str, Part]:
    """The declared columns, by name."""
    match root.entries.get("columns"):
        case Keyed(entries=entries):
            return {
                name: Part(place=place_of(("columns", name), root), node=node)
                for name, node in entries.items()
                if isinstance(node, Keyed)
            }
    return {}


def declared_names(root: Keyed) -> tuple[str, ...]:
    """The names of the declared columns, also of those that are declared wrongly."""
    match root.entries.get("columns"):
        case Keyed(entries=entries):
            return tuple(entries)
    return ()


def column_type(root: Keyed, name: str) -> str | None:
    """The type that a column is declared with; None where there is none, or none that exists."""
    part = columns(root).get(name)
    kind = part.text("type") if part else None
    return kind if kind in tuple(ColumnType) else None


def actions(root: Keyed) -> list[Part]:
    """The actions, in their order."""
    return _entries(root, "actions")


def lookups(root: Keyed) -> list[Part]:
    """The `lead` that is looked up in another file, where it is."""
    node = root.entries.get("lead")
    return [Part(place="`lead`: ", node=node)] if isinstance(node, Keyed) else []


def trailers(root: Keyed) -> list[Part]:
    """The trailer, where there is one."""
    node = root.entries.get("trailer")
    return [Part(place="`trailer`: ", node=node)] if isinstance(node, Keyed) else []


def payments(root: Keyed) -> list[Part]:
    """The actions whose type is PAYMENT."""
    return [action for action in actions(root) if action.text("type") == PAYMENT]


def sources(action: Part) -> Iterator[tuple[str, Part | str, int]]:
    """(path, its keys or its constant text, its line) of an action's values."""
    found = [(path, action.node, path) for path in PAYMENT_PARTS]
    fields = action.node.entries.get("fields")
    if isinstance(fields, Keyed):
        found += [(f"fields.{name}", fields, name) for name in fields.entries]
    for path, holder, key in found:
        match holder.entries.get(key):
            case Keyed() as node:
                yield path, Part(place=action.place, node=node), holder.lines[key]
            case Scalar(text=text) if text.strip():
                yield path, text, holder.lines[key]


def value_parts(root: Keyed) -> Iterator[tuple[str, Part]]:
    """(path, keys) of every value of every action that is written with keys."""
    for action in actions(root):
        for path, source, _ in sources(action):
            if isinstance(source, Part):
                yield path, source


def comparisons(root: Keyed) -> Iterator[Part]:
    """Every condition on one column, however deep, of skip rules and actions."""
    for part in (*_entries(root, "skip"), *trailers(root), *actions(root)):
        yield from _comparisons(part.place, part.node.entries.get("when"))


def namings(root: Keyed) -> Iterator[Naming]:
    """Every place of the file that names a column."""
    yield from _named_under("", root, "lead")
    for part in lookups(root):
        yield from _named_under(part.place, part.node, "match")
    identity = root.entries.get("identity")
    if isinstance(identity, Keyed):
        yield from _named_under("`identity`: ", identity, "columns")
    for part in trailers(root):
        for key in ("total", "rows"):
            yield from _named_under(part.place, part.node, key)
    for part in comparisons(root):
        yield from _named_under(part.place, part.node, "column")
    for _, part in value_parts(root):
        yield from _named_under(part.place, part.node, "from")
        for name in _template_names(part.text("text") or ""):
            yield Naming(place=part.place, line=part.line("text"), name=name)


def hint_for(name: str, root: Keyed) -> str:
    """What to write instead of a name that no column is declared with."""
    return did_you_mean(name, declared_names(root)) or "Declare it under `columns`."


def _entries(root: Keyed, key: str) -> list[Part]:
    match root.entries.get(key):
        case Listing(items=items):
            return [
                Part(place=place_of((key, index), root), node=item)
                for index, item in enumerate(items)
                if isinstance(item, Keyed)
            ]
    return []


def _comparisons(place: str, node: Node | None) -> Iterator[Part]:
    match node:
        case Keyed(entries=entries) if COMPARISONS.keys() & entries.keys():
            yield Part(place=place, node=node)
        case Keyed(entries=entries):
            for key in ("all", "any", "not"):
                yield from _comparisons(place, entries.get(key))
        case Listing(items=items):
            for item in items:
                yield from _comparisons(place, item)


def _named_under(place: str, node: Keyed, key: str) -> Iterator[Naming]:
    found = node.entries.get(key)
    for item in found.items if isinstance(found, Listing) else (found,):
        if isinstance(item, Scalar) and item.text.strip():
            line = item.line if isinstance(found, Listing) else node.lines[key]
            yield Naming(place=place, line=line, name=item.text)


def _template_names(text: str) -> list[str]:
    try:
        return template_columns(text)
    except ValueError:
        return []
