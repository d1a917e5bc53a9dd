"""A column as a column: each distinct cell is read once and mapped back."""

from importer.columns.arrow import from_bytes
from importer.columns.by_code import ByCode
from importer.columns.hashing import Keys, combined, keys_of
from importer.columns.parse import NO_SURVEY, ReadTable, parse_chunk, table_reader
from importer.columns.parsed import SOUND, Few, Known, Parsed, parsed_column
from importer.columns.pick import Places, picked, without
from importer.columns.sums import Adder, Amounts
from importer.columns.texts import Texts, as_texts

__all__ = [
    "NO_SURVEY",
    "SOUND",
    "Adder",
    "Amounts",
    "ByCode",
    "Few",
    "Keys",
    "Known",
    "Parsed",
    "Places",
    "ReadTable",
    "Texts",
    "as_texts",
    "combined",
    "from_bytes",
    "keys_of",
    "parse_chunk",
    "parsed_column",
    "picked",
    "table_reader",
    "without",
]
