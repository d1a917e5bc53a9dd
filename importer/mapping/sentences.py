"""What pydantic found in a file, in our words and with the file's lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from importer.errors import Mistake
from importer.folding import did_you_mean, nearest
from importer.mapping.conditions import Above, All, AnyOf, Below, Blank, In, Is, Matches, Not
from importer.mapping.forms import ColumnForm, HeaderForm, LeadsForm, MappingForm, SheetForm
from importer.mapping.leads import Country
from importer.mapping.model import ActionSpec, Identity, SkipRule
from importer.mapping.nodes import Keyed, Listing, Node, Scalar
from importer.mapping.record import Record
from importer.mapping.shapes import SLIP
from importer.mapping.sources import From, Template

Path = tuple[str | int, ...]
"""Keys and positions from the file's top; pydantic adds the names of records, which are skipped."""

_TAGGED: Final[Mapping[str, type[Record]]] = {
    record.__name__: record
    for record in (
        *(Is, In, Blank, Matches, Above, Below, All, AnyOf, Not),
        *(From, Template, LeadsForm),
    )
}
_PARTS: Final[Mapping[Path, type[Record]]] = {
    ("sheet",): SheetForm,
    ("sheet", "header"): HeaderForm,
    ("identity",): Identity,
    ("lead", "LeadsForm", "sheet"): SheetForm,
    ("lead", "LeadsForm", "sheet", "header"): HeaderForm,
    ("lead", "LeadsForm", "country"): Country,
}
_ENTRIES: Final[Mapping[str | int, type[Record]]] = {
    "columns": ColumnForm,
    "skip": SkipRule,
    "actions": ActionSpec,
}
_NEEDED: Final[Mapping[tuple[str, str], str]] = {
    ("mapping", "mapping"): "Begin the file with `mapping: 1`.",
    ("columns", "columns"): "Declare each column once: `lead: {header: Lead ID, type: lead_id}`.",
    ("columns", "header"): "Write the header as the sheet shows it: `header: Lead ID`.",
    ("columns", "type"): "Write one of the column types: `type: text`.",
    ("lead", "lead"): "Name the column that holds the lead's id: `lead: lead`.",
    ("lead", "via"): "Name the file that the leads are in: `via: leads.csv`.",
    ("lead", "match"): "Name the sheet's column that is looked up in it: `match: mobile`.",
    ("lead", "code"): "Write the country's code: `country: {code: 91, digits: 10}` for India.",
    ("lead", "digits"): "Write how many digits follow the country's code: 10 for India.",
    ("identity", "columns"): "Name the columns that tell rows apart: `columns: [receipt]`.",
    ("identity", "equal_rows"): "Write `problem` for a real reference number, else `repeats`.",
    ("skip", "reason"): "Write the word that these rows are counted under.",
    ("skip", "when"): "Write the condition that these rows fulfil.",
    ("skip", "column"): "Name the column that the condition looks at.",
    ("actions", "actions"): "Say what a row becomes: see `actions` in docs/mapping.md.",
    ("actions", "column"): "Name the column that the condition looks at.",
    ("actions", "name"): "Give the action a name of its own; it becomes a part of its key.",
    ("actions", "type"): "Write PAYMENT, or the bare numeric code of a custom action.",
}
"""(key of the file's top, key that is missing somewhere under it) → what to write."""
_KEYS: Final = (
    "is not written with keys",
    "Write `{key: value}`, or `key: value` on their own lines.",
)
_LIST: Final = ("is not a list", "Write `[one, two]`, or a line `- one` for each.")
_CONTAINERS: Final = {
    "model_type": _KEYS,
    "mapping_type": _KEYS,
    "dict_type": _KEYS,
    "tuple_type": _LIST,
}
_OTHERWISE: Final = "Compare it with the examples in docs/mapping.md."


def mistakes_of(error: ValidationError, root: Keyed) -> Iterator[Mistake]:
    """Put every error into a sentence; none of pydantic's own words is shown.

    Args:
        error: what validating the tree gave.
        root: the tree, for lines and for names of actions.
    """
    details = error.errors(include_url=False)
    misspelt = set(map(_meant, details))
    for detail in details:
        path, words = detail["loc"], _words(detail)
        if words is None or (detail["type"] == "missing" and path in misspelt):
            continue
        message, hint = words
        line = line_of(path, root)
        yield Mistake(line=line, message=f"{place_of(path, root)}{message}", hint=hint)


def line_of(path: Path, root: Node) -> int:
    """The line of the key or list entry that a path leads to, or of the last that is there."""
    line, node = root.line, root
    for step in path:
        if isinstance(node, Keyed) and step in node.entries:
            line, node = node.lines[str(step)], node.entries[str(step)]
        elif isinstance(node, Listing) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            line = node.line
    return line


def place_of(path: Path, root: Keyed) -> str:
    """How a sentence about a part begins: "Column `amount`: "; "" for the file's top."""
    match path:
        case ("columns", str(name), *_):
            return f"Column `{name}`: "
        case ("actions", int(index), *_):
            return f"Action {action_label(root, index)}: "
        case ("skip", int(index), *_):
            return f"Skip rule {index + 1}: "
        case ("lead", "LeadsForm", *_):
            return "`lead`: "
        case (str(part), _, *_) if part in {"sheet", "identity"}:
            return f"`{part}`: "
    return ""


def action_label(root: Keyed, index: int) -> str:
    """An action's name in backticks, or its place in the list where it has none."""
    match root.entries.get("actions"):
        case Listing(items=items) if index < len(items):
            match items[index]:
                case Keyed(entries={"name": Scalar(text=name)}) if name.strip():
                    return f"`{name}`"
    return str(index + 1)


def _meant(detail: ErrorDetails) -> Path | None:
    """Where an unknown key would stand if it were the key that it is nearest to."""
    path = detail["loc"]
    if detail["type"] != "extra_forbidden":
        return None
    meant = nearest(str(path[-1]), _keys_at(path[:-1]))
    return None if meant is None else (*path[:-1], meant)


def _words(detail: ErrorDetails) -> tuple[str, str] | None:
    """(message, hint) of one error; None where it only follows from another."""
    path, key = detail["loc"], _key_of(detail["loc"])
    needed = _NEEDED.get((str(path[0]), key), "Write at least one.")
    match detail["type"]:
        case "missing":
            return f"`{key}` is missing.", needed
        case "extra_forbidden":
            return _unknown_key(key, _keys_at(path[:-1]), detail["input"])
        case "too_short":  # also where the entries that are there are wrong ones
            return None if detail["input"] else (f"`{key}` is empty.", needed)
        case kind if kind in _CONTAINERS:
            what, hint = _CONTAINERS[kind]
            entry = len(path) == 2 and path[0] in _ENTRIES
            return f"{'It' if entry else f'`{key}`'} {what}.", hint
        case kind if kind == SLIP:
            context = detail["ctx"]
            return context["message"].replace("{key}", key), context["hint"]
    return f"`{key}` cannot be read.", _OTHERWISE


def _key_of(path: Path) -> str:
    """The last step that a person wrote as a key."""
    steps = [step for step in path if isinstance(step, str)]
    # A constant is checked as `text`, and a key of a map as `[key]`: both are called by their key.
    while len(steps) > 1 and (steps[-1] in {"[key]", "Constant"} or steps[-2:-1] == ["Constant"]):
        steps.pop()
    return steps[-1]


def _unknown_key(key: str, known: Sequence[str], value: object) -> tuple[str, str]:
    hint = did_you_mean(key, known)
    if not hint and value == "":
        hint = 'If it belongs to the value before it, put that value in "quotes".'
    return f"The key `{key}` is not known here.", hint or f"The keys are {', '.join(known)}."


def _keys_at(path: Path) -> list[str]:
    """The keys that may stand at a path."""
    fields = _record_at(path).model_fields
    return [field.alias or name for name, field in fields.items()]


def _record_at(path: Path) -> type[Record]:
    if path in _PARTS:
        return _PARTS[path]
    if len(path) == 2 and path[0] in _ENTRIES:
        return _ENTRIES[path[0]]
    return _TAGGED.get(str(path[-1]), MappingForm) if path else MappingForm
