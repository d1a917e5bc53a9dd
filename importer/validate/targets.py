"""Which column of the sheet each value of an action was made from, for what the CRM remarks."""

from __future__ import annotations

from collections.abc import Mapping as ReadOnly

from importer.mapping import Binding, Mapping
from importer.validate.source import place_of


def targets(mapping: Mapping, binding: Binding) -> ReadOnly[str, ReadOnly[str, str]]:
    """Return, per action name, path in its entry (`amount`, `fields.note`) → column letter.

    A constant has no entry; a template stands at its first column. `lead` is the lead's column.
    """
    lead = {"lead": binding.letter(mapping.lead)}
    return {
        action.name: lead
        | {
            path: binding.letter(place_of(source))
            for path, source in action.sources.items()
            if source.columns
        }
        for action in mapping.actions
    }
