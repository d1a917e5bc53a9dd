"""The mapping file: text → frozen `Mapping`, headers → `Binding`, headers → a skeleton to edit."""

from importer.mapping.binding import Binding, bind
from importer.mapping.conditions import (
    Above,
    All,
    AnyOf,
    Below,
    Blank,
    Condition,
    In,
    Is,
    Matches,
    Not,
)
from importer.mapping.constants import plain_decimal, typed_constant
from importer.mapping.leads import LEAD_IDS, Country, LeadsFile
from importer.mapping.model import (
    ActionSpec,
    ColumnSpec,
    ColumnType,
    Identity,
    Mapping,
    SkipRule,
    Trailer,
)
from importer.mapping.parse import parse_mapping
from importer.mapping.schema import SCHEMA_FILE, mapping_schema, mapping_schema_text
from importer.mapping.skeleton import skeleton
from importer.mapping.sources import Constant, From, Source, Template
from importer.mapping.template import template_pieces

__all__ = [
    "LEAD_IDS",
    "SCHEMA_FILE",
    "Above",
    "ActionSpec",
    "All",
    "AnyOf",
    "Below",
    "Binding",
    "Blank",
    "ColumnSpec",
    "ColumnType",
    "Condition",
    "Constant",
    "Country",
    "From",
    "Identity",
    "In",
    "Is",
    "LeadsFile",
    "Mapping",
    "Matches",
    "Not",
    "SkipRule",
    "Source",
    "Template",
    "Trailer",
    "bind",
    "mapping_schema",
    "mapping_schema_text",
    "parse_mapping",
    "plain_decimal",
    "skeleton",
    "template_pieces",
    "typed_constant",
]
