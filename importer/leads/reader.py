"""A leads file as a sheet of two columns: ids, and what rows are looked up by."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from importer.mapping import LEAD_IDS, ColumnSpec, ColumnType, LeadsFile, Mapping

WRONG_FILE: Final = (
    "Check that `via` in the mapping's `lead` names an export of the leads. If its headers are "
    "others, say them there: `id: …` for the lead's id, `header: …` for what is looked up."
)


def leads_mapping(mapping: Mapping, via: LeadsFile) -> Mapping:
    """Return how the leads file of a mapping is read.

    Its ids are read as a sheet's lead ids, and its other column exactly as the sheet's own: what
    is written differently there and here is the same where the same reader says so.
    """
    matched = mapping.columns[mapping.lead]
    return replace(
        mapping,
        sheet=via.sheet,
        skip=(),
        trailer=None,
        columns={
            LEAD_IDS: ColumnSpec(name=LEAD_IDS, headers=via.id, type=ColumnType.LEAD_ID),
            mapping.lead: replace(matched, headers=via.headers or matched.headers, required=False),
        },
        lead=LEAD_IDS,
        via=None,
        identity=None,
        actions=(),
    )
