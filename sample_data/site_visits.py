"""site_visits.csv: what a sales desk's Excel saves as CSV UTF-8; every row is sound."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from importer.sandbox.seed import lead
from sample_data.draw import draw, pick

HEADER = ("Lead ID", "Visit Date", "Project", "Visited By", "Outcome", "Remarks")
COUNT = 60
PROJECTS = ("Sunrise Greens", "Sunrise Heights, Phase 2", "Sunrise Residency")
AGENTS = ("Asha Menon", "Imran Qureshi", "Neha Kulkarni", "Vikram Rathore")
OUTCOMES = ("Interested", "Interested", "Interested", "Revisit", "Not interested")
REMARKS = (
    "",
    "",
    "Came with parents, liked the corner flat",
    'Asked for the "all-inclusive" price, in writing',
    "Wants east facing, floor 8 or above",
    "Liked the flat.\nWill decide after Diwali, call in the first week of November.",
    'Says: "too far from the metro".\nOffered a cab for the next visit.',
    "Loan sanctioned by HDFC, ₹ 60,00,000",
    "Second visit, with spouse",
    "Budget ₹ 75 lakh – shown 2 BHK, 3 BHK",
    "Parking:\n– one covered\n– one open",
)
EQUAL = (23, 24)
"""Places of two rows that are equal in every cell: the family came in the morning and again."""


def make() -> bytes:
    """Give the file's bytes: a BOM, CRLF between rows, LF inside cells."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(_visits())
    return text.getvalue().encode("utf-8-sig")


def _visits() -> Iterator[tuple[str, ...]]:
    """Yield the rows in the order of their dates."""
    for at in range(COUNT):
        yield _visit(EQUAL[0] if at in EQUAL else at)


def _visit(at: int) -> tuple[str, ...]:
    number = 1 + draw("visitor", at) % 480
    return (
        lead(number).id,
        f"{1 + at * 31 // COUNT:02}/10/2026",
        pick(PROJECTS, "project", number),
        pick(AGENTS, "agent", at),
        pick(OUTCOMES, "outcome", at),
        "Morning visit, then again at 17:00" if at in EQUAL else REMARKS[at % len(REMARKS)],
    )
