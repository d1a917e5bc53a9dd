"""What a digest hides of a sentence, and what it leaves of the importer's own words."""

from __future__ import annotations

import pytest
from report.books import action, inr

from importer.model import Outcome, RunState
from importer.nightly.digest import digest_of
from importer.pipeline.masking import hushed

from .nights import INDIA, NAME, job, night, ran

MISSING = 'There is no header "{}" for the column `{}`.'
OURS = [
    "The amount is marked “₹”, but its column is in USD.",
    "The phone number holds “(0)”, a zero that is dialled inside its country only.",
    "It is not written as en_IN writes numbers (as in 12,50,000.75).",
    "Leave the columns named “Importer: problem” as they are.",
    'Give it up: `importer close 20261122-k7f3 --reason "…"`. See `skip` and `sheet: {tab: Pay}`.',
    "Put it into `IMPORTER_NOTIFY_URLS`, or `--retry refused`.",
    "Install it with: pip install 'importer[notify]'",
    "The leads' timelines and the runs' reports are there.",
    "25 requests in a row were wholly ignored or refused; mostly: “LEAD_NOT_FOUND”.",
    "9 actions are in doubt; mostly: “The CRM answered with status 500: Something went wrong”.",
    'pay.csv, row 1: There is no header "Phone" or "Mobile" for the column `phone`. Put it in.',
    'There is no header "A" for the column `a`. There is no header "Total (₹)" for the column `b`.',
    'There is no header "Lead ID" for the column `a`. Did you mean `Lead`?',
    f"{MISSING.format('Lead', 'a')} Did you mean `Leads`? {MISSING.format('Coin', 'b')}",
    'There is no header "Currency" or "Coin" for the column `b`. Did you mean `Curency`?',
    "Busy: process 6539 on vm (`/opt/venv/bin/importer run pay.csv -m map.yaml`), since 22 Nov.",
]


@pytest.mark.parametrize("sentence", OURS)
def test_the_importers_own_words_stay(sentence: str) -> None:
    """Signs, commands, keys, examples and the CRM's codes tell nobody's name."""
    assert hushed(sentence) == sentence


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        (
            f"{MISSING.format('A', 'a')} Did you mean `{NAME}`? {MISSING.format('B', 'b')}",
            f"{MISSING.format('A', 'a')} Did you mean `•••`? {MISSING.format('B', 'b')}",
        ),
        (
            'There is no header "Note" for the column `a`. Did you mean `Nora`?',
            'There is no header "Note" for the column `a`. Did you mean `•••`?',
        ),
        (f"“12x {NAME}” is more than one number.", "“•••” is more than one number."),
        (f"There is no tab '{NAME}'.", "There is no tab '•••'."),
        (f"The value `{NAME}` is none.", "The value `•••` is none."),
        (f"The value `-{NAME}, 12 MG Road` is none.", "The value `•••` is none."),
        (f"“Importer: {NAME}” is no name.", "“•••” is no name."),
        (f"It holds “(0)”, and “{NAME}” beside it.", "It holds “•••” beside it."),
        (f"mostly: “LEAD_NOT_FOUND: {NAME} is gone”.", "mostly: “LEAD_NOT_FOUND: •••”."),
        (f"mostly: “{NAME}_NOT_FOUND”.", "mostly: “•••”."),
        (
            f"mostly: “The CRM answered with status 500: {NAME}”.",
            "mostly: “The CRM answered with status 500: •••”.",
        ),
        (
            f'There is no header "Phone" for the column `phone`. Do you mean "{NAME}"?',
            'There is no header "Phone" for the column `phone`. Do you mean “•••”?',
        ),
        (
            f'The cell says "{NAME}. There is no header "{NAME}" for the column `a`."',
            "The cell says “•••”",
        ),
    ],
)
def test_what_came_from_the_sheet_is_hidden(sentence: str, said: str) -> None:
    """Between whatever marks it stands, also behind a code of the CRM."""
    assert hushed(sentence) == said


def test_our_own_figures_stay_where_the_crms_words_are_folded() -> None:
    """`status 500` is ours; what the CRM has written behind it is not."""
    detail = f"The CRM answered with status 500: {NAME} 62ab91c0ffee5510 failed."
    unknown = action(36, Outcome.UNKNOWN, inr("10"), detail=detail, content={"payer": NAME})
    digest = digest_of(night(job(ran([unknown], 5, state=RunState.STOPPED)), code=5), zone=INDIA)
    assert "The CRM answered with status 500: … failed." in " ".join(digest.text.split())
    assert NAME not in digest.text
