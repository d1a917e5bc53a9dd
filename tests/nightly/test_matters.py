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
from importer.nightly.weights import NOBODYS, Weight
from importer.upload import EndKind

from . import nights
from .nights import INDIA, MISSING, NIGHTS, VISITS, job, night, ran, unreadable

BEFORE = NIGHTS["planned_before"].waiting


def agree(one: NightReport) -> None:
    """The list begins with what the subject says; without a list, nobody has anything to do."""
    matters, items = matters_of(one), items_of(one)
    assert [item.weight for item in items] == sorted(item.weight for item in items)
    if items:
        assert items[0].weight == matters[0].weight
        assert {item.weight for item in items} <= {matter.weight for matter in matters}
    else:
        assert not matters or matters[0].weight in NOBODYS


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
            "duplicate": st.sampled_from([{}, {"r3": nights.HELD}]),
            "still_wrong": st.sampled_from([{}, NIGHTS["still_wrong"].still_wrong]),
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
    """A run that somebody has closed is told, and is nothing to do."""
    digest = digest_of(night(job(nights.given_up()), code=4), zone=INDIA)
    assert "5 actions of payments.xlsx were closed unsent" in digest.subject
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


def test_rows_that_were_given_up_are_not_told_as_a_run_that_was_closed() -> None:
    """What a person gave up behind the sending reads otherwise than what was never sent."""
    found = [
        action(row, one, inr("10"), given_up=True)
        for row, one in ((5, Outcome.UNSENT), (6, Outcome.REFUSED))
    ]
    digest = digest_of(night(job(ran(found, 4)), code=4), zone=INDIA)
    assert "NOT ALL IN: 2 actions of payments.xlsx were given up" in digest.subject


def test_a_file_that_has_changed_is_told_beside_what_is_not_sent() -> None:
    """A file somebody wrote into while the time gave out reads as two things in one sentence."""
    file = replace(nights.out_of_time(), changed=True, archived=None)
    (matter, *_) = matters_of(night(job(file), code=75))
    assert str(matter) == (
        "NOT DONE: 2 actions (₹2,501.00) of payments.xlsx not sent: the time was over and the file "
        "has changed since it was read"
    )


def test_a_refused_file_that_has_changed_is_put_nowhere() -> None:
    """What is read anew by the next night is not to be put into the inbox again."""
    for changed in (False, True):
        file = replace(nights.refused(), changed=changed)
        text = " ".join(digest_of(night(job(file), code=3), zone=INDIA).text.split())
        assert ("no night tries it again by itself" in text) is not changed


def test_what_was_given_up_is_no_money_to_be_sent() -> None:
    """The money beside a count of what is not sent is that of these actions alone."""
    digest = digest_of(night(job(nights.stopped_and_given_up()), code=6), zone=INDIA)
    assert "STOPPED: 1 action (₹1,250.50) of payments.xlsx not sent" in digest.subject
    waiting = replace(nights.stopped_and_given_up(), fate=FileFate.WAITING)
    digest = digest_of(night(job(waiting), code=6), zone=INDIA)
    assert "payments.xlsx (₹1,250.50) waits for approval" in digest.subject


def test_only_what_a_night_created_is_created_now() -> None:
    """Of a run that is gone on with, what earlier nights have created is told apart."""
    digest = digest_of(night(job(resumed=(nights.gone_on_with(),))), zone=INDIA)
    assert digest.subject.endswith("1 action created now (₹1,250.50), 11 created before")
    assert "12 of 12 actions, 1 created now, 11 created before" in digest.text
    both = night(job(nights.all_created(run=VISITS), resumed=(nights.gone_on_with(),)))
    assert "25 actions created now (₹31,262.50)" in digest_of(both, zone=INDIA).subject


def test_what_is_nothing_to_do_is_not_counted_as_a_thing_to_see_to() -> None:
    """Only what calls for somebody is among the things that a subject counts."""
    one = night(job(nights.given_up(), nights.left("visits.csv"), nights.some_to_correct()), code=4)
    assert "more thing" not in digest_of(one, zone=INDIA).subject


def test_an_empty_sheet_is_one_thing_to_see_to() -> None:
    """That a sheet has no rows is told once, however many rules see it; and so is another one's."""
    empty = "payments.xlsx has no rows to import"
    one = night(job(ran([]), unusual=(empty,)))
    assert [matter.weight for matter in matters_of(one)] == [Weight.UNUSUAL]
    more = (empty, "visits.csv has 3 rows; usual are 800 to 2,500.")
    two = night(job(ran([]), nights.all_created(run=VISITS), unusual=more))
    assert [matter.weight for matter in matters_of(two)] == [Weight.UNUSUAL] * 2


def test_a_name_in_two_jobs_is_one_thing_to_see_to() -> None:
    """A file that fits two jobs is told of by both, and is one thing to do."""
    said = "Its name fits the jobs payments, visits: none takes it."
    file = FileReport(file="payments.csv", fate=FileFate.REFUSED, exit_code=2, said=said)
    one = night(job(file), job(file, name="visits"), code=2)
    assert len(items_of(one)) == len(matters_of(one)) == 1


def test_what_the_next_night_goes_on_with_by_itself_says_so() -> None:
    """A refused token or a signal leaves nothing to a person but its cause; a stop rule does."""
    for file in (nights.stopped(), nights.interrupted()):
        text = digest_of(night(job(file), code=file.exit_code), zone=INDIA).text
        assert "the next night goes on with it by itself" in " ".join(text.split())
    for file in (nights.halted(), nights.waiting()):
        text = digest_of(night(job(file), code=file.exit_code), zone=INDIA).text
        assert "goes on with it by itself" not in " ".join(text.split())
