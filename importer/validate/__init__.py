"""Typed rows → drafts of actions, or every problem of every row with its cell. Pure."""

from importer.validate.problems import RAGGED
from importer.validate.repeats import Repeats
from importer.validate.rows import BLANK, NO_ACTION, check_rows, checker
from importer.validate.targets import targets

__all__ = ["BLANK", "NO_ACTION", "RAGGED", "Repeats", "check_rows", "checker", "targets"]
