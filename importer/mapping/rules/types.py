"""What may stand as an action's type, and what a custom action has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from importer.errors import Mistake
from importer.folding import did_you_mean, fold
from importer.mapping.nodes import Keyed
from importer.mapping.rules.parts import PAYMENT_PARTS, Part, actions
from importer.model import PAYMENT

_CODE: Final = re.compile(r"[0-9]+")
_PREFIXED: Final = re.compile(r"action[_ -]?([0-9]+)", re.IGNORECASE)
_TYPE_HINT: Final = 'Write PAYMENT, or the bare numeric code of a custom action: `type: "1003"`.'


def type_can_be_written(root: Keyed) -> Iterator[Mistake]:
    """The CRM takes PAYMENT and custom actions, by their bare code (create-actions, Notes)."""
    for action in actions(root):
        kind = action.text("type")
        if kind is None or kind == PAYMENT or _CODE.fullmatch(kind):
            continue
        message, hint = _type_words(kind)
        yield Mistake(line=action.line("type"), message=action.place + message, hint=hint)


def custom_action_has_fields(root: Keyed) -> Iterator[Mistake]:
    """A custom action has fields, and nothing of a payment."""
    for action in actions(root):
        kind = action.text("type")
        if kind is None or not _CODE.fullmatch(kind):
            continue
        for part in PAYMENT_PARTS:
            if part in action.node.entries:
                yield Mistake(
                    line=action.line(part),
                    message=f"{action.place}`{part}` belongs to a PAYMENT, not to a custom action.",
                    hint="Move it under `fields` if the custom action has such a field.",
                )
        if _lacks_fields(action):
            yield Mistake(
                line=action.line("fields" if "fields" in action.node.entries else "type"),
                message=f"{action.place}A custom action needs `fields`.",
                hint="Write each as `name: {from: column}`, with the names that the CRM has.",
            )


def _type_words(kind: str) -> tuple[str, str]:
    prefixed = _PREFIXED.fullmatch(kind)
    if prefixed:
        return (
            f"`{kind}` is how the CRM shows the type, not how it takes it.",
            f'Write the bare code: `type: "{prefixed[1]}"`.',
        )
    if fold(kind) == fold(PAYMENT) or did_you_mean(kind, [PAYMENT]):
        return f"`{kind}` is no type of action.", f"Did you mean `{PAYMENT}`?"
    if re.fullmatch(r"[A-Z]+(_[A-Z]+)+", kind):
        return (
            f"`{kind}` is an action that TeleCRM records itself; it cannot be imported.",
            f"Make a custom action for it in the CRM. {_TYPE_HINT}",
        )
    return f"`{kind}` is no type of action.", _TYPE_HINT


def _lacks_fields(action: Part) -> bool:
    match action.node.entries.get("fields"):
        case None:
            return not action.has("fields")
        case Keyed(entries=entries):
            return not entries
    return False
