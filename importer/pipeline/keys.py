"""What the keys of a mapping's actions are made of; changed, they would book everything again."""

from __future__ import annotations

from collections.abc import Mapping as ReadOnly

from importer.errors import UsageError
from importer.journal.habits import Keys, keys_used
from importer.journal.store import Journal
from importer.mapping import ColumnType, Mapping


def repeats(mapping: Mapping) -> bool:
    """Equal rows are numbered: said so, or implied where there is no identity."""
    return mapping.identity is None or mapping.identity.equal_rows == "repeats"


def separate(mapping: Mapping) -> bool:
    """Each export holds new rows only."""
    return mapping.identity is not None and mapping.identity.exports == "separate"


def keys_of(mapping: Mapping) -> Keys:
    """Identity column → type, and action name → type."""
    columns = mapping.identity.columns if mapping.identity else sorted(mapping.columns)
    return {
        "identity": {name: _kept_as(mapping, name) for name in columns},
        "actions": {action.name: action.type for action in mapping.actions},
    }


def _kept_as(mapping: Mapping, column: str) -> str:
    """How a value is compared: an identifier that is sound is the text that it is.

    A phone number that finds its lead counts with its country code, so that is a part of it.
    """
    type_ = mapping.columns[column].type
    if type_ is ColumnType.PHONE and mapping.via and column == mapping.lead:
        country = mapping.via.country
        return f"{type_} {country.code}/{country.digits}" if country else str(type_)
    return str(ColumnType.TEXT if type_ is ColumnType.ID else type_)


def refuse_other_keys(journal: Journal, mapping: Mapping) -> None:
    """Refuse a mapping whose keys are not those with which it has created something before.

    Every run counts, not the latest alone: a name that was left out for a while and then comes
    back as another one would book again all the same.

    Raises:
        UsageError: its identity or the name of an action has changed.
    """
    used, now = keys_used(journal, mapping.name), keys_of(mapping)
    for run, before in used:
        if before["identity"] != now["identity"]:
            raise UsageError(
                f"The mapping {mapping.name} makes its identity of {_list(now['identity'])} now; "
                f"the run {run} made it of {_list(before['identity'])}. Every row would be booked "
                "again.",
                f"Put the old identity back. {_ANEW}",
            )
    known = {name for _, before in used for name in before["actions"]}
    new = {type_: name for name, type_ in now["actions"].items() if name not in known}
    for run, before in used:
        for name, type_ in before["actions"].items():
            if name not in now["actions"] and type_ in new:
                raise UsageError(
                    f"The mapping {mapping.name} calls its action `{name}` now `{new[type_]}`; the "
                    f"run {run} sent it under the old name. Every row would be booked again.",
                    f"Put the old name back. {_ANEW}",
                )


_ANEW = (
    "If these are other entries than before, save the mapping under another file name: then "
    "nothing that earlier runs created is recognised."
)


def _list(columns: ReadOnly[str, str]) -> str:
    return ", ".join(f"`{name}` ({type_})" for name, type_ in columns.items())
