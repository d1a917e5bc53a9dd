"""The digests of nights that end in every way, compared with what they were before.

A change that is meant is taken over by `GOLDEN=write pytest tests/nightly/test_digest.py`; then
read the difference of `tests/nightly/golden/` as the ops lead would, before it is committed.
"""

from __future__ import annotations

import os
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report.books import action, inr, problem, refused_row

from importer.model import Outcome
from importer.nightly.digest import digest_of
from importer.nightly.records import FileFate

from .nights import INDIA, NAME, NIGHTS, job, night, ran

GOLDEN = Path(__file__).with_name("golden")
WELL = ("All ", "The one row", "Nothing to do")
WENT_WELL = {"all_created", "resumed", "one_more", "not_expected", "not_told"}
INERT = {"html", "head", "meta", "title", "body", "h1", "h2", "h3", "p", "pre"}


@pytest.mark.parametrize("name", NIGHTS)
def test_a_digest_is_as_it_was(name: str) -> None:
    """Not a word of a digest changes unseen."""
    digest = digest_of(NIGHTS[name], zone=INDIA)
    found = f"Subject: {digest.subject}\n\n{digest.text}".encode()
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / f"{name}.txt").write_bytes(found)
    assert found == (GOLDEN / f"{name}.txt").read_bytes()


def test_the_page_is_as_it_was() -> None:
    """The page of the digest with the most in it does not change unseen."""
    found = digest_of(NIGHTS["two_jobs"], zone=INDIA).html.encode()
    if os.environ.get("GOLDEN") == "write":
        (GOLDEN / "two_jobs.html").write_bytes(found)
    assert found == (GOLDEN / "two_jobs.html").read_bytes()


def test_every_golden_digest_is_compared() -> None:
    """A digest that nobody makes any more is not kept."""
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(NIGHTS)


class Tags(HTMLParser):
    """Collects the tags of a page, and whatever they are told."""

    def __init__(self, page: str) -> None:
        """Read the page."""
        super().__init__()
        self.found: set[str] = set()
        self.told: set[tuple[str, str | None]] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        self.found.add(tag)
        self.told.update(attrs)


@pytest.mark.parametrize("name", NIGHTS)
def test_a_page_has_nothing_to_fetch_or_to_run(name: str) -> None:
    """A page is headings and paragraphs: a mail program finds no link, picture, script or style."""
    tags = Tags(digest_of(NIGHTS[name], zone=INDIA).html)
    assert tags.found <= INERT
    assert tags.told == {("lang", "en"), ("charset", "utf-8")}


@pytest.mark.parametrize("name", NIGHTS)
def test_no_digest_tells_what_a_row_says(name: str) -> None:
    """A digest holds nobody's name, address or number, and no cell that was wrong."""
    digest = digest_of(NIGHTS[name], zone=INDIA)
    for text in (digest.subject, digest.text, digest.html):
        assert not any(said in text for said in (NAME, "Asha", "asha@", "98450", "12x"))


def test_only_a_night_without_trouble_is_one_without() -> None:
    """What calls for nobody is no trouble, and everything else is."""
    quiet = {name for name, one in NIGHTS.items() if not digest_of(one, zone=INDIA).trouble}
    assert quiet == WENT_WELL - {"not_told"}  # which somebody has to know of


@pytest.mark.parametrize("name", NIGHTS)
def test_a_subject_of_trouble_is_none_of_success(name: str) -> None:
    """The subject says that all went well only where nobody has anything to see to."""
    digest = digest_of(NIGHTS[name], zone=INDIA)
    line = digest.subject.partition(": ")[2]
    assert line.startswith(WELL) is (name in WENT_WELL)


OUTCOMES = st.lists(st.sampled_from([*Outcome]), max_size=8)


@given(outcomes=OUTCOMES, code=st.sampled_from([0, 1, 3, 4, 5, 6, 7, 75, 130, 143]))
def test_success_means_that_everything_is_in(outcomes: list[Outcome], code: int) -> None:
    """Whatever a run ended with, the subject says success only where each action is in the CRM."""
    wrong = problem(5, "D", "0", "The amount is not above 0.")
    actions = [
        refused_row(row, wrong) if one is Outcome.INVALID else action(row, one, inr("10"))
        for row, one in enumerate(outcomes, start=5)
    ]
    digest = digest_of(night(job(ran(actions, code)), code=code), zone=INDIA)
    inside = set(outcomes) <= {Outcome.CREATED, Outcome.ALREADY} and bool(outcomes)
    assert digest.trouble is not (inside and code == 0)


@pytest.mark.parametrize("fate", [*FileFate])
def test_a_job_that_failed_is_no_success(fate: FileFate) -> None:
    """A job that was not taken up is told of, whatever became of the others."""
    other = job(ran([action(5, Outcome.CREATED)], fate=fate), name="visits")
    digest = digest_of(night(other, job(said="The mapping has a mistake."), code=2), zone=INDIA)
    assert digest.trouble
    assert "The mapping has a mistake." in digest.text


def test_a_subject_stays_one_line() -> None:
    """A file's name with a line break in it cannot begin another header of a mail."""
    file = ran([action(5, Outcome.CREATED)], file="a\r\nBcc: x@y.example\r\n\r\n.xlsx", exit_code=1)
    digest = digest_of(night(job(file), code=1), zone=INDIA)
    assert "\n" not in digest.subject
    assert "\r" not in digest.subject


def test_a_refusal_quotes_headers_and_nothing_else() -> None:
    """What a sentence quotes of the sheet is hidden in a digest; the name of a column is not."""
    said = f"The amount “12x {NAME}” below “Amount (₹)” is not a number; call +91 98450 12345."
    file = ran([action(5, Outcome.UNSENT)], 3, fate=FileFate.REFUSED, said=said)
    digest = digest_of(night(job(file), code=3), zone=INDIA)
    assert NAME not in digest.text
    assert "98450" not in digest.text
    quoted = ran([action(5, Outcome.UNSENT)], 3, said="The column “Amount (₹)” is hidden.")
    assert "“Amount (₹)”" in digest_of(night(job(quoted), code=3), zone=INDIA).text
