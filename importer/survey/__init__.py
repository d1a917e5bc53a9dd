"""What only a whole column can tell: how it is written, and whether something is odd about it."""

from importer.survey.survey import (
    NOTHING_DECIDED,
    ColumnSurvey,
    Survey,
    Watcher,
    Watchers,
    decided_parsers,
    survey_of,
)

__all__ = [
    "NOTHING_DECIDED",
    "ColumnSurvey",
    "Survey",
    "Watcher",
    "Watchers",
    "decided_parsers",
    "survey_of",
]
