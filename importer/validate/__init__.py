"""Typed rows → drafts of actions, or every problem of every row with its cell. Pure."""

from importer.validate.problems import NOT_IN_THE_ROW, RAGGED, with_problems
from importer.validate.rows import check_rows, checker, passer
from importer.validate.targets import targets
from importer.validate.whole import Expected, WholeSheet
from importer.validate.whole.rows import with_data

__all__ = [
    "NOT_IN_THE_ROW",
    "RAGGED",
    "Expected",
    "WholeSheet",
    "check_rows",
    "checker",
    "passer",
    "targets",
    "with_data",
    "with_problems",
]
