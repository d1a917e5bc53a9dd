"""YAML text → a tree whose every scalar is its text and knows its line.

Only the shape of YAML is used: keys, lists, texts. Nothing is typed here, so that `0012`, `no` and
`1e3` stay what they are. Anchors, tags and repeated keys are refused: each would make the file
mean something else than it seems to say.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from importer.errors import Mistake
from importer.mapping.syntax import syntax_mistake

_DEEPEST: Final = 30
"""Levels of keys and lists; a mapping needs nine, a text made to exhaust the reader has more."""
_LONGEST: Final = 1_000_000
"""Characters; a mapping has some thousands."""
_REPEAT: Final = 'Write the value out again; put a text that begins with & or * in "quotes".'
_UNTAG: Final = 'Remove it; put a text that begins with ! in "quotes".'
_BRACES: Final = 'Put a text that begins with { or [ in "quotes".'
_Opening = (ScalarEvent, MappingStartEvent, SequenceStartEvent, AliasEvent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A text; a key without a value has ""."""

    line: int
    text: str
    quoted: bool = False
    """Whether it stands in quotes, and so means nothing but itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list."""

    line: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """Keys with values, in the file's order."""

    line: int
    entries: Mapping[str, Node]
    lines: Mapping[str, int]
    """Key → its line."""
    quoted: frozenset[str] = frozenset()
    """The keys that stand in quotes."""


Node = Scalar | Listing | Keyed


def read_nodes(text: str, mistakes: list[Mistake]) -> Node | None:
    """Read a file's text into a tree; None where there is nothing, or where its YAML is broken.

    Args:
        text: the file's text.
        mistakes: every mistake of the YAML itself is added here. A broken syntax ends the
            reading, so that it is then the only one.
    """
    if len(text) > _LONGEST:
        mistakes.append(Mistake(line=0, message="The file is too long for a mapping."))
        return None
    try:
        return _Reader(text, mistakes).read()
    except (YAMLError, ValueError) as error:  # ValueError: an escape beyond the last character
        mistakes[:] = [syntax_mistake(error, text)]
        return None
    except _TooDeepError as error:
        message, hint = "Keys and lists are nested too deeply.", "Close every [ and {."
        mistakes[:] = [Mistake(line=error.line, message=message, hint=hint)]
        return None


def plain(node: Node) -> object:
    """The tree as dicts, lists and texts."""
    match node:
        case Scalar():
            return node.text
        case Listing():
            return [plain(item) for item in node.items]
        case Keyed():
            return {key: plain(value) for key, value in node.entries.items()}


class _TooDeepError(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


class _Reader:
    """One reading of one text: the parser's events, and what was wrong with them so far."""

    def __init__(self, text: str, mistakes: list[Mistake]) -> None:
        self._events: Iterator[Event] = YAML(typ="safe", pure=True).parse(text)
        self._mistakes = mistakes

    def read(self) -> Node | None:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, _Opening):
                node = self._node(event, 0)
                if root is not None:
                    self._refuse(event, "A second document begins here.", "Remove the line `---`.")
                root = root or node
        return root

    def _node(self, event: Event, depth: int) -> Node:
        line = event.start_mark.line + 1
        if depth > _DEEPEST:
            raise _TooDeepError(line)
        self._check_marks(event)
        match event:
            case MappingStartEvent():
                return self._keyed(line, depth)
            case SequenceStartEvent():
                return self._listing(line, depth)
            case ScalarEvent():
                return self._scalar(event, line)
            case _:  # an alias, which is refused
                return Scalar(line=line, text="")

    def _scalar(self, event: ScalarEvent, line: int) -> Scalar:
        if any(
            unicodedata.category(letter) in {"Cc", "Cs"}
            for letter in event.value
            if letter not in "\n\t"
        ):
            self._refuse(event, "There is a character here that cannot be shown.", "Delete it.")
        # Half of a surrogate pair, written as an escape, could not even be quoted in a sentence.
        text = event.value.encode(errors="replace").decode()
        return Scalar(line=line, text=text, quoted=bool(event.style))

    def _listing(self, line: int, depth: int) -> Listing:
        items: list[Node] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Listing(line=line, items=tuple(items))

    def _keyed(self, line: int, depth: int) -> Keyed:
        entries: dict[str, Node] = {}
        lines: dict[str, int] = {}
        quoted: set[str] = set()
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            if not isinstance(key, Scalar):
                self._refuse(event, "A key is a text, not a list or keys.", _BRACES)
            elif key.text in entries:
                first = lines[key.text]
                self._refuse(event, f"The key `{key.text}` is here twice: line {first} has it too.")
            else:
                entries[key.text], lines[key.text] = value, key.line
                quoted |= {key.text} if key.quoted else set()
        return Keyed(line=line, entries=entries, lines=lines, quoted=frozenset(quoted))

    def _check_marks(self, event: Event) -> None:
        if isinstance(event, AliasEvent):
            self._refuse(event, "A mapping has no references (`*name`).", _REPEAT)
        elif getattr(event, "anchor", None) is not None:
            self._refuse(event, "A mapping has no anchors (`&name`).", _REPEAT)
        elif getattr(event, "tag", None) is not None:
            self._refuse(event, "A mapping has no tags (`!name`).", _UNTAG)

    def _refuse(self, event: Event, message: str, hint: str = "") -> None:
        line = event.start_mark.line + 1
        self._mistakes.append(Mistake(line=line, message=message, hint=hint))
