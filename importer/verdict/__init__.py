"""What a request's end proves. Pure: no clock, no waiting, no network."""

from importer.verdict.cases import (
    Assumptions,
    Exchange,
    NotSent,
    Progress,
    ReadBack,
    Recorded,
    Refused,
    RefusedMaybe,
    StopRun,
    Unknown,
    Verdict,
    Wait,
)
from importer.verdict.findings import Absent, Finding, Open, Present, Sight, Sought
from importer.verdict.judge import LEAD_NOT_FOUND, LICENCE_CODES, judge
from importer.verdict.settling import settle

__all__ = [
    "LEAD_NOT_FOUND",
    "LICENCE_CODES",
    "Absent",
    "Assumptions",
    "Exchange",
    "Finding",
    "NotSent",
    "Open",
    "Present",
    "Progress",
    "ReadBack",
    "Recorded",
    "Refused",
    "RefusedMaybe",
    "Sight",
    "Sought",
    "StopRun",
    "Unknown",
    "Verdict",
    "Wait",
    "judge",
    "settle",
]
