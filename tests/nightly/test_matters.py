"""The subject of a digest and its list of things to do, which may never say different things."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report.books import action, inr

from importer.model import Outcome
from importer.nightly.codes import worst
from importer.nightly.digest import digest_of
from importer.nightly.matters import matters_of
from importer.nightly.records import FileFate, FileReport, NightReport, Stray
from importer.nightly.todo import items_of
from importer.nightly.weights import Weight
from importer.upload import EndKind

from . import nights
from .nights import INDIA, MISSING, NIGHTS, VISITS, job, night, ran, unreadable

TOLD_ALONE = {Weight.LEFT, Weight.GIVEN_UP}
"""Of which nobody has anything to do."""
BEFORE = NIGHTS["planned_before"].waiting


def agree(one: NightReport) -> None:
    """The list begins with what the subject says; without a list, nobody has anything to do."""
    matters, items = matters_of(one), items_of(one)
    assert [item.weight for item in items] == sorted(item.weight for item in items)
    if items:
        assert items[0].weight == matters[0].weight
        assert {item.weight for item in items} <= {matter.weight for matter in matters}
    else:
        assert not matters or matters[0].weight in TOLD_ALONE


@pytest.mark.parametrize("name", NIGHTS)
def test_the_list_begins_with_what_the_subject_says(name: str) -> None:
    """Whatever a night ended with, its first thing to do is the one of its subject."""
    agree(NIGHTS[name])


def test_every_weight_is_among_the_nights() -> None:
    """No kind of matter is without a night that is looked at."""
    found = {matter.weight for one in NIGHTS.values() for matter in matters_of(one)}
    assert found == set(Weight)


FILES = st.sampled_from(
    [
        nights.all_created(),
        nights.some_to_correct(),
        nights.in_doubt(),
        nights.stopped(),
        nights.refused(),
        nights.no_sheet(),
        nights.same(),
        replace(nights.same(), exit_code=4),
        nights.waiting(),
        nights.waiting_and_wrong(),
        nights.unbalanced(),
        nights.failed(),
        nights.interrupted(),
        nights.out_of_time(),
        nights.halted(),
        nights.changed(),
        nights.without_reports(),
        nights.not_gone_on_with(),
        nights.given_up(),
        nights.cannot_be_archived(),
        unreadable(),
        ran([]),
        nights.left("visits.csv"),
        nights.not_ready("visits.csv"),
    ]
)


@given(
    files=st.lists(FILES, max_size=4),
    resumed=st.lists(FILES, max_size=2),
    missing=st.sampled_from(["", MISSING]),
    said=st.sampled_from(["", "The mapping has a mistake."]),
    unusual=st.sampled_from([(), ("visits.csv has 3 rows; usual are 800 to 2,500.",)]),
    before=st.fixed_dictionaries(
        {
            "still_unknown": st.sampled_from([{}, {"r1": 2}]),
            "unsent": st.sampled_from([{}, {"r2": 2}]),
            "duplicate": st.sampled_from([{}, {"r3": 2}]),
            "waiting": st.sampled_from([{}, BEFORE]),
            "came_from": st.sampled_from(["", "office-1"]),
            "failed": st.sampled_from(["", "The night broke off: No space left on device."]),
            "strays": st.sampled_from(
                [(), (Stray(path=Path("/srv/x.csv"), said="It fits none."),)]
            ),
        }
    ),
)
def test_no_night_says_one_thing_and_lists_another(
    *,
    files: list[FileReport],
    resumed: list[FileReport],
    missing: str,
    said: str,
    unusual: tuple[str, ...],
    before: dict[str, object],
) -> None:
    """However many things come together, the most urgent of them begins subject and list."""
    one = job(*files, resumed=tuple(resumed), missing=missing, said=said, unusual=unusual)
    code = worst([file.exit_code for file in (*files, *resumed)])
    agree(night(one, job(name="visits"), code=code, **before))


@given(
    outcomes=st.lists(st.sampled_from([*Outcome]), min_size=1, max_size=6),
    code=st.sampled_from([0, 1, 4, 5, 6, 7, 75, 143]),
    end=st.sampled_from([None, *EndKind]),
    fate=st.sampled_from([FileFate.RUN, FileFate.WAITING]),
)
def test_no_run_says_one_thing_and_lists_another(
    outcomes: list[Outcome], code: int, end: EndKind | None, fate: FileFate
) -> None:
    """Whatever a run's actions and its exit code are, subject and list begin alike."""
    actions = [action(row, one, inr("10")) for row, one in enumerate(outcomes, start=5)]
    agree(night(job(ran(actions, code, end=end, fate=fate)), code=code))


def test_what_a_person_gave_up_needs_no_person() -> None:
    """Rows that somebody has closed are told, and are nothing to do."""
    digest = digest_of(night(job(nights.given_up()), code=4), zone=INDIA)
    assert "5 actions of payments.xlsx were given up" in digest.subject
    assert "What needs a person" not in digest.text


def test_a_plan_that_waits_hides_no_rows_to_correct() -> None:
    """Beside the plan, the rows that its sheet has wrong are told, with their workbook."""
    digest = digest_of(night(job(nights.waiting_and_wrong()), code=6), zone=INDIA)
    assert "APPROVE: " in digest.subject
    assert "– TO DO: 1 of 3 rows of payments.xlsx needs a person" in digest.text
    assert "Correct 1 row and run it" in digest.text
    assert "importer resume" not in digest.text


def test_several_files_of_one_job_keep_their_order() -> None:
    """Of what is equally urgent, the first of the subject is the first of the list."""
    both = night(job(nights.some_to_correct(), nights.some_to_correct(VISITS)), code=4)
    assert "payments.xlsx" in str(matters_of(both)[0])
    assert items_of(both)[0].about == "payments.xlsx"
