"""The doctor: everything that a night stands on, looked at without changing anything."""

from importer.pipeline.doctor.doctor import Orders, examine
from importer.pipeline.doctor.finding import Finding, Grade, broken

__all__ = ["Finding", "Grade", "Orders", "broken", "examine"]
