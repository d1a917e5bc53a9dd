"""The jobs of the settings, taken up one after the other without a person."""

from importer.nightly.night import chosen, night_that_failed, run_night
from importer.nightly.records import FileFate, FileReport, JobReport, NightReport
from importer.nightly.summary import night_object

__all__ = [
    "FileFate",
    "FileReport",
    "JobReport",
    "NightReport",
    "chosen",
    "night_object",
    "night_that_failed",
    "run_night",
]
