"""Text of a cell → typed value, or a sentence that says why not. Pure; knows no row or column."""

from importer.values.amount import CENTS, parse_amount
from importer.values.cell import trim
from importer.values.contact import parse_email, parse_phone
from importer.values.currencies import parse_currency
from importer.values.date import parse_date
from importer.values.date_format import date_pattern
from importer.values.fields import FieldReader, FieldType, FieldValue, field_reader
from importer.values.grouping import is_locale
from importer.values.identifier import parse_id
from importer.values.lead_id import parse_lead_id
from importer.values.moment import is_zone
from importer.values.number import parse_number
from importer.values.parsers import Declared, Parser, parser_for
from importer.values.sound import LONGEST_SOUND, sound_kinds, sound_length, sound_pattern
from importer.values.source_text import as_source_text
from importer.values.text import parse_text

__all__ = [
    "CENTS",
    "LONGEST_SOUND",
    "Declared",
    "FieldReader",
    "FieldType",
    "FieldValue",
    "Parser",
    "as_source_text",
    "date_pattern",
    "field_reader",
    "is_locale",
    "is_zone",
    "parse_amount",
    "parse_currency",
    "parse_date",
    "parse_email",
    "parse_id",
    "parse_lead_id",
    "parse_number",
    "parse_phone",
    "parse_text",
    "parser_for",
    "sound_kinds",
    "sound_length",
    "sound_pattern",
    "trim",
]
