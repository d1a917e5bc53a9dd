"""Typed rows → drafts of actions, or every problem of every row with its cell. Pure."""

from importer.validate.alike import Alike
from importer.validate.judged import Group, Judged
from importer.validate.problems import NOT_IN_THE_ROW, RAGGED, with_problems
from importer.validate.rows import check_rows, checker, passer
from importer.validate.tally import Tally
from importer.validate.targets import targets
from importer.validate.whole import Expected, WholeSheet, is_about_totals

__all__ = [
    "NOT_IN_THE_ROW",
    "RAGGED",
    "Alike",
    "Expected",
    "Group",
    "Judged",
    "Tally",
    "WholeSheet",
    "check_rows",
    "checker",
    "is_about_totals",
    "passer",
    "targets",
    "with_problems",
]
