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
from importer.verdict.judge import LEAD_NOT_FOUND, LICENCE_CODES, judge

__all__ = [
    "LEAD_NOT_FOUND",
    "LICENCE_CODES",
    "Assumptions",
    "Exchange",
    "NotSent",
    "Progress",
    "ReadBack",
    "Recorded",
    "Refused",
    "RefusedMaybe",
    "StopRun",
    "Unknown",
    "Verdict",
    "Wait",
    "judge",
]
