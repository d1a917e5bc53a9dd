"""Typed rows → drafts of actions, or every problem of every row with its cell. Pure."""

from importer.validate.problems import NOT_IN_THE_ROW, RAGGED
from importer.validate.rows import check_rows, checker
from importer.validate.targets import targets
from importer.validate.whole import Expected, WholeSheet

__all__ = ["NOT_IN_THE_ROW", "RAGGED", "Expected", "WholeSheet", "check_rows", "checker", "targets"]
