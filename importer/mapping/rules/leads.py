"""Whose row it is: a column of lead ids, or one that is looked up in a file of leads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from importer.errors import Mistake
from importer.mapping.nodes import Keyed
from importer.mapping.rules.parts import column_type, lookups, text_at

_LOOKED_UP: Final = ("phone", "email", "id", "text")


def lead_is_a_lead_id(root: Keyed) -> Iterator[Mistake]:
    """`lead` names a column of type lead_id."""
    name = text_at(root, "lead")
    kind = None if name is None else column_type(root, name)
    if kind not in {None, "lead_id"}:
        hint = "Name the column with the lead's 24-character id, and give it `type: lead_id`."
        if kind in {"phone", "email"}:
            hint += (
                " Where the sheet has no such id, look it up in an export of the leads: "
                f"`lead: {{via: leads.csv, match: {name}}}`."
            )
        yield Mistake(
            line=root.lines["lead"],
            message=f"`lead` names the column `{name}`, whose type is not lead_id.",
            hint=hint,
        )


def match_can_be_looked_up(root: Keyed) -> Iterator[Mistake]:
    """`match` names a column whose cells can be compared with those of another file."""
    for part in lookups(root):
        name = part.text("match")
        kind = None if name is None else column_type(root, name)
        if kind == "lead_id":
            yield Mistake(
                line=part.line("match"),
                message=f"{part.place}The column `{name}` holds lead ids already.",
                hint=f"Nothing needs to be looked up: write `lead: {name}`.",
            )
        elif kind is not None and kind not in _LOOKED_UP:
            yield Mistake(
                line=part.line("match"),
                message=f"{part.place}Nobody can be looked up by a column of type {kind}.",
                hint=f"Name a column of type {' or '.join(_LOOKED_UP)}.",
            )


def country_is_of_phones(root: Keyed) -> Iterator[Mistake]:
    """A country says something of phone numbers only."""
    for part in lookups(root):
        kind = column_type(root, part.text("match") or "")
        if "country" in part.node.entries and kind not in {None, "phone"}:
            yield Mistake(
                line=part.line("country"),
                message=f"{part.place}`country` means nothing for a column of type {kind}.",
                hint="Remove it; it belongs to the type phone.",
            )
