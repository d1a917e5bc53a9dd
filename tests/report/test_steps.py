"""What to do next, in the order of urgency: the same for the page, the workbook and the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from importer.model import (
    ActionRecord,
    Decision,
    Earlier,
    EarlierReason,
    Outcome,
    Remark,
    RemarkStep,
    Ruling,
    RunState,
)
from importer.our_headers import OUR_HEADERS
from importer.reconcile import Attempt, follow_chain
from importer.report.advice import IN_GENERAL, RemarkRule
from importer.report.lines import action_line
from importer.report.source import Failures, Report, report_of
from importer.report.steps import Step, next_steps
from importer.report.words import Hold, Tone
from importer.verdict.details import NOT_FOUND

from .books import RUN, action, inr, source_of

C, A, G, V, R, D, K, S = Outcome  # CREATED ALREADY IGNORED INVALID REFUSED DUPLICATE UNKNOWN UNSENT


def report(
    actions: Sequence[ActionRecord],
    *,
    failing: int = 0,
    state: RunState = RunState.STOPPED,
    rules: Sequence[RemarkRule] = (),
) -> Report:
    """Return a report of these actions, with a failures workbook of so many rows."""
    failures = Failures(path=Path("x/failures.xlsx"), rows=failing) if failing else None
    run = replace(RUN, state=state)
    return report_of(source_of(actions, run=run, rules=rules), failures)


def steps(*outcomes: Outcome, failing: int = 0, **changes: object) -> list[Step]:
    """Return the steps of a run whose actions ended so."""
    acts = [action(row, one, inr("1")) for row, one in enumerate(outcomes, start=5)]
    return list(next_steps(report(acts, failing=failing, **changes)))  # type: ignore[arg-type]  # the tests' own words


def commands(step: Step) -> list[str]:
    """Return what a step says to type."""
    return [one.text for one in step.commands]


def test_books_that_do_not_balance_forbid_reliance() -> None:
    """The first thing to do is to believe nothing."""
    found = report([action(5, C)])
    broken = replace(found, books=replace(found.books, imbalances=("2 planned, 1 on record.",)))
    assert [step.title for step in next_steps(broken)] == ["Do not rely on these figures"]


def test_doubt_comes_first_and_forbids_sending_again() -> None:
    """UNKNOWN is settled before anything else is done."""
    found = steps(V, D, S, K, failing=1)
    assert [step.tone for step in found] == [Tone.STOP, Tone.CARE, Tone.CARE, Tone.CARE]
    assert found[0].title == "Settle 1 action in doubt"
    assert found[0].text.startswith("Do not send it again, by any way, before it is settled.")
    assert commands(found[0])[0] == f"importer settle {RUN.id}"


def test_a_timeline_that_was_looked_at_is_not_looked_at_again() -> None:
    """Where the importer has looked and cannot tell, only a person can; the rows stand there."""
    (step,) = next_steps(report([action(5, K, looked_up=True)]))
    assert "The importer has looked at the timeline and cannot tell" in step.text
    assert commands(step) == [
        f'importer resolve {RUN.id} --rows 5 --created --reason "…"',
        f'importer resolve {RUN.id} --rows 5 --not-created --reason "…"',
    ]


def test_what_is_still_to_be_looked_at_brings_the_look_back() -> None:
    """As long as one timeline was not read, the importer is to look first."""
    acts = [action(5, K, looked_up=True), action(5, K, position=1), action(6, K), action(9, K)]
    (step,) = next_steps(report(acts))
    assert "Let the importer look there" in step.text
    assert commands(step)[0] == f"importer settle {RUN.id}"
    assert " --rows 5-6,9 " in commands(step)[1]


def test_rows_of_different_findings_share_no_command() -> None:
    """A word on what was sought in vain is asked for apart; that it is there, is not suggested."""
    acts = [action(5, K), action(6, K, looked_up=True), *sought_in_vain(7, 8)]
    (step,) = next_steps(report(acts))
    assert "It cannot be taken back" in step.text
    assert [one.split(" --reason")[0] for one in commands(step)[1:]] == [
        f"importer resolve {RUN.id} --rows 5 --created",
        f"importer resolve {RUN.id} --rows 5 --not-created",
        f"importer resolve {RUN.id} --rows 6 --created",
        f"importer resolve {RUN.id} --rows 6 --not-created",
        f"importer resolve {RUN.id} --rows 7-8 --not-created",
    ]
    assert "--created --seen" in step.commands[-1].does


def test_a_row_s_doubts_of_different_findings_share_no_command() -> None:
    """Where a row has one of each, a command reaches by name just what stands above it."""
    [vain] = sought_in_vain(6)
    acts = [action(5, K, name="payment"), action(5, K, position=1)]
    acts += [replace(vain, name="payment"), action(6, K, position=1)]
    (step,) = next_steps(report(acts))
    assert [one.split(" --reason")[0] for one in commands(step)[1:]] == [
        f"importer resolve {RUN.id} --rows 5 --action payment --created",
        f"importer resolve {RUN.id} --rows 5 --action payment --not-created",
        f"importer resolve {RUN.id} --rows 5-6 --action receipt --created",
        f"importer resolve {RUN.id} --rows 5-6 --action receipt --not-created",
        f"importer resolve {RUN.id} --rows 6 --action payment --not-created",
    ]
    assert step.commands[1].does == "nothing known yet (payment), and you saw it on the timeline"


def test_one_action_of_a_row_can_be_said_alone() -> None:
    """Where a row has several in doubt, their names are told; elsewhere nobody is bothered."""
    both = [action(5, K, inr("1")), replace(action(5, K, position=1), name="receipt")]
    (step,) = next_steps(report([*both, action(6, K)]))
    assert "--action payment or --action receipt beside --rows" in step.text
    (step,) = next_steps(report([action(5, K), action(5, C, position=1), action(6, K)]))
    assert "--action" not in step.text


def sought_in_vain(*rows: int) -> list[ActionRecord]:
    """Return actions that two looks have not found."""
    return [action(row, K, looked_up=True, detail=NOT_FOUND) for row in rows]


@pytest.mark.parametrize("asked", [0, 3])
def test_a_look_that_found_nothing_out_is_known(asked: int) -> None:
    """Whoever has just let the importer look is not sent there as if nobody had."""
    found = report([action(5, K)])
    run = replace(found.books.run, requests_read=asked)
    (step,) = next_steps(replace(found, books=replace(found.books, run=run)))
    assert ("has not found everything out" in step.text) is bool(asked)
    assert step.commands[0].does.startswith("later: ") is bool(asked)


@pytest.mark.parametrize(
    ("numbers", "rows"),
    [
        ([5], "5"),
        ([5, 6, 7, 20], "5-7,20"),
        (range(5, 25, 2), "5,7,9,11,13,15,17,19,21,23"),
        (range(5, 27, 2), "…"),
        (range(5, 5000), "5-4999"),
    ],
)
def test_the_rows_of_a_command_are_filled_in_while_they_are_few(
    numbers: Sequence[int], rows: str
) -> None:
    """Up to ten rows, or ranges of them, can be typed; what are more is left to the person."""
    (step,) = next_steps(report([held(row, EarlierReason.CHANGED) for row in numbers]))
    assert commands(step)[0] == f'importer release {RUN.id} --rows {rows} --reason "…"'


def test_the_failures_workbook_comes_with_its_command() -> None:
    """Where to find it, and what to type when it is corrected."""
    (step,) = steps(C, V, V, failing=2)
    assert step.title == "Correct 2 rows and run them"
    assert step.link == "failures.xlsx"
    assert commands(step) == ["importer run …/20261122-k7f3/failures.xlsx -m …/payments.yaml"]


def test_commands_find_their_workspace_and_their_file() -> None:
    """The options of the workspace stand in every command, and a path with a space is one word."""
    acts = [action(5, G, inr("1")), action(6, S), action(7, K), action(8, D)]
    found = replace(report(acts, failing=1), options="--practice", place="my reports/practice")
    typed = [one for step in next_steps(found) for one in commands(step)]
    assert typed
    assert all(one.endswith(" --practice") for one in typed)
    assert any(f'run "my reports/practice/{RUN.id}/failures.xlsx" -m' in one for one in typed)


def test_the_command_names_the_mapping_where_it_lies() -> None:
    """The path as it is typed, in one word for every shell."""
    found = replace(report([action(5, G)], failing=1), place="reports", mapping="maps/May (2).yaml")
    (step,) = next_steps(found)
    assert commands(step) == [f'importer run reports/{RUN.id}/failures.xlsx -m "maps/May (2).yaml"']


def test_of_a_csv_both_failures_files_are_named() -> None:
    """Each with its command; they hold the same rows, so that one of them is run."""
    found = report([action(5, G)], failing=1)
    failures = Failures(path=Path("x/failures.xlsx"), rows=1, table=Path("x/failures.csv"))
    (step,) = next_steps(replace(found, failures=failures))
    assert "One of the two files, not both" in step.text
    assert [one.split()[2] for one in commands(step)] == [
        f"…/{RUN.id}/failures.xlsx",
        f"…/{RUN.id}/failures.csv",
    ]


def test_our_columns_are_called_as_they_are_headed() -> None:
    """What is to be left as it is can be seen in the workbook."""
    (step,) = steps(V, failing=1)
    assert "the columns named “Importer: …”" in step.text
    assert all(header.startswith("Importer: ") for header in OUR_HEADERS)


def test_a_stopped_run_is_resumed_and_a_refused_one_is_not() -> None:
    """Of a sheet that was refused as a whole, nothing is resumed, released, or run by parts."""
    (stopped,) = steps(C, S)
    assert commands(stopped) == [
        f"importer resume {RUN.id}",
        f'importer close {RUN.id} --reason "…"',
    ]
    (refused,) = steps(V, S, D, failing=1, state=RunState.REFUSED)
    assert refused.title == "Correct the sheet and run it again"
    assert "not to be run" in refused.text
    assert not refused.commands


@pytest.mark.parametrize("outcome", [S, G, D])
def test_a_refused_sheet_sends_nobody_elsewhere(outcome: Outcome) -> None:
    """Its lines and groups say that the sheet itself is corrected and run again."""
    one = action(5, outcome, detail="HTTP_400: No.")
    said = report([one], state=RunState.REFUSED)
    line = action_line(said.books.run, one, said.advice)
    assert "when the sheet itself was corrected" in line.to_do
    assert {group.hint for group in said.reasons} == {line.to_do}


@pytest.mark.parametrize(
    ("outcomes", "text"),
    [
        ([C, S], "Put right what stopped the run, if anything did. Then go on: "),
        ([K, S], "Settle the 1 action in doubt first. Then go on: "),
        ([K, K, S], "Settle the 2 actions in doubt first. Then go on: "),
    ],
)
def test_unsent_actions_say_what_they_wait_for(outcomes: list[Outcome], text: str) -> None:
    """What is in doubt is settled before resuming; why the run stopped stands in its headline."""
    *_, last = steps(*outcomes)
    assert last.text.startswith(text)
    assert f'importer close {RUN.id} --reason "…"' in commands(last)


def test_a_known_remedy_says_what_to_put_right() -> None:
    """What has just stopped the run is better known than "what stopped it, if anything did"."""
    (step,) = next_steps(report([action(5, S)]), remedy="Renew the token.")
    assert step.text.startswith("Renew the token. Then go on: ")


@pytest.mark.parametrize("ruling", [Ruling.RELEASED, Ruling.NOT_CREATED])
def test_what_a_person_said_is_to_be_sent_was_stopped_by_nothing(ruling: Ruling) -> None:
    """After a release there is nothing to be put right, unless something else was left too."""
    said = Decision(ruling=ruling, by="asha", at=RUN.started_at, reason="Another one.")
    released = action(5, S, decisions=(said,))
    (step,) = next_steps(report([released]))
    assert "Put right" not in step.text
    assert step.text.startswith("A person has said that this is to be sent.")
    (both,) = next_steps(report([released, action(6, S)]))
    assert both.text.startswith("Put right what stopped the run, if anything did.")


@pytest.mark.parametrize(
    ("hold", "verbs"),
    [
        (Hold.APPROVAL, ["approve", "apply", "close"]),
        (Hold.ANOTHER, ["apply", "approve", "apply", "close"]),
        (Hold.APPLY, ["apply", "close"]),
    ],
)
def test_a_plan_that_waits_is_not_resumed(hold: Hold, verbs: list[str]) -> None:
    """It is approved and applied, or given up; each command finds its run and its workspace."""
    found = replace(report([action(5, S)]), hold=hold, options="--practice")
    (step,) = next_steps(found)
    assert [one.split()[1] for one in commands(step)] == verbs
    assert all(f" {RUN.id} " in one and one.endswith(" --practice") for one in commands(step))
    assert "resume" not in step.text


GIVEN_UP = Decision(ruling=Ruling.WAIVED, by="asha", at=RUN.started_at, reason="Cancelled.")


@pytest.mark.parametrize("outcome", [S, V, G, R, D])
def test_what_was_given_up_needs_nobody(outcome: Outcome) -> None:
    """No step is about it, its line says so, and it is a group of its own."""
    closed = action(6, outcome, inr("1"), decisions=(GIVEN_UP,), given_up=True)
    found = report([action(5, C), closed])
    assert list(next_steps(found)) == []
    line = action_line(RUN, closed)
    assert line.to_do.startswith("Given up for good: nothing to do.")
    assert "Given up by asha" in line.why
    ((said,)) = found.reasons
    assert (said.text, said.hint) == ("A person has given up the row for good.", line.to_do)
    assert said.given_up
    assert line.reasons == (said.key,)


def test_what_was_given_up_before_says_where() -> None:
    """A later sheet that holds it again names the run in which it was given up."""
    earlier = Earlier(
        run="20261101-a2b3", file="a.xlsx", row=12, action_id="", reason=EarlierReason.GIVEN_UP
    )
    one = action(5, G, earlier=earlier, given_up=True)
    (said,) = report([one]).reasons
    assert said.text == "A person has given up exactly this before; it was not sent."
    line = action_line(RUN, one)
    assert line.why == "Exactly this was given up in run 20261101-a2b3, a.xlsx row 12."
    assert line.to_do == said.hint
    assert line.to_do.startswith("Given up for good")


def test_what_a_run_alone_does_not_send_is_told_from_what_is_given_up_for_good() -> None:
    """Of the rest of a run that was closed it is said that the next sheet sends it."""
    rest = replace(GIVEN_UP, ruling=Ruling.CLOSED)
    found = report(
        [
            action(5, S, inr("1"), decisions=(rest,), given_up=True),
            action(6, S, inr("1"), decisions=(GIVEN_UP,), given_up=True),
        ]
    )
    alone, for_good = sorted(found.reasons, key=lambda one: one.text)
    assert alone.text == "A person has given up the rest of the run."
    assert "The next sheet that holds the row sends it." in alone.hint
    assert "does not send it either" in for_good.hint
    line = action_line(RUN, action(5, S, decisions=(rest,), given_up=True))
    assert line.to_do == alone.hint


def held(row: int, reason: EarlierReason, run: str = "20261101-a2b3") -> ActionRecord:
    """Return a duplicate that is held for this reason, and for an action of this run."""
    earlier = Earlier(run=run, file="a.xlsx", row=12, action_id="", reason=reason)
    return action(row, D, inr("1"), earlier=earlier)


@pytest.mark.parametrize("reason", [EarlierReason.IN_DOUBT, EarlierReason.CHANGED])
def test_a_duplicate_of_something_in_doubt_is_not_said_to_stand(reason: EarlierReason) -> None:
    """Step, reason and line send a person to the timeline, where the earlier one may be missing."""
    one = held(5, reason)
    found = report([one])
    (step,), (said,) = next_steps(found), found.reasons
    doubtful = reason is EarlierReason.IN_DOUBT
    assert ("it may or may not be on its lead's timeline" in step.text) is doubtful
    assert action_line(RUN, one).to_do == said.hint == IN_GENERAL[K if doubtful else D]


def test_each_kind_of_duplicate_has_its_own_command() -> None:
    """In doubt: settle that run; still open: resume or close that run; else: compare, release.

    What waits for another run is looked up again by a resume, once that one is done.
    Whoever releases is told that a wrong amount stays beside the right one.
    """
    acts = [
        held(5, EarlierReason.CHANGED),
        held(6, EarlierReason.SEEN_BEFORE),
        held(7, EarlierReason.IN_DOUBT, "20261102-bbbb"),
        held(8, EarlierReason.OPEN, "20261103-cccc"),
        held(9, EarlierReason.OPEN, "20261104-dddd"),
    ]
    doubt, unsent, rest = next_steps(report(acts))
    assert doubt.title == "Settle what 1 duplicate waits for"
    again = f"importer resume {RUN.id}"
    there, not_there = (f"resolve 20261102-bbbb --rows … --{one}created" for one in ("", "not-"))
    assert commands(doubt) == [
        "importer settle 20261102-bbbb",
        f'importer {there} --reason "…"',
        f'importer {not_there} --reason "…"',
        again,
    ]
    assert unsent.title == "Resume what 2 duplicates wait for"
    assert commands(unsent)[::2] == [
        "importer resume 20261103-cccc",
        "importer resume 20261104-dddd",
        again,
    ]
    assert commands(unsent)[1] == 'importer close 20261103-cccc --reason "…"'
    assert rest.title == "Decide on 2 duplicates"
    assert commands(rest) == [
        f'importer release {RUN.id} --rows 5-6 --reason "…"',
        f'importer close {RUN.id} --rows 5-6 --reason "…"',
    ]
    assert "books a second one beside" in rest.text.replace("\n", " ")


def remarked(row: int, text: str, outcome: Outcome = G) -> ActionRecord:
    """Return an action of which the CRM has said this."""
    return action(row, outcome, inr("1"), remarks=(Remark(path="", text=text),))


LIMIT = RemarkRule(says="daily limit", step=RemarkStep.AGAIN)
FIELD = RemarkRule(says="no such field", step=RemarkStep.ASK, note="It is Ravi.")


def test_remarks_with_a_step_of_their_own_become_steps() -> None:
    """Ask and try again have their commands; only what is left is to be corrected."""
    acts = [remarked(5, "Daily limit reached"), remarked(6, "There is no such field")]
    ask, again = next_steps(report(acts, failing=2, rules=(LIMIT, FIELD)))
    assert ask.title == "Ask the CRM admin about 1 action"
    assert "“There is no such field”. It is Ravi. Once" in ask.text
    assert again.title == "Try 1 action again"
    assert commands(again)[0].endswith("--retry ignored")
    more = next_steps(report([*acts, remarked(7, "Bad")], failing=3, rules=(LIMIT, FIELD)))
    assert [step.title.split()[0] for step in more] == ["Correct", "Ask", "Try"]


def test_a_note_on_what_is_to_be_corrected_stands_in_the_step() -> None:
    """Whoever corrects cells reads what was written about their remark, once."""
    fix = RemarkRule(says="bad", step=RemarkStep.FIX, note="Codes are in the sheet Codes.")
    acts = [remarked(5, "Bad code"), remarked(6, "Bad date")]
    (step,) = next_steps(report(acts, failing=2, rules=(fix,)))
    assert step.text.count("Codes are in the sheet Codes.") == 1


def test_an_action_with_two_remarks_is_one_action() -> None:
    """Steps count actions and rows, not what was said about them."""
    both = (Remark(path="a", text="Daily limit reached"), Remark(path="b", text="daily limit"))
    acts = [
        *(action(5, G, inr("1"), position=n, remarks=both) for n in range(2)),
        action(6, G, remarks=(*both, Remark(path="c", text="Bad"))),
        action(7, R, detail="Bad"),
        action(7, R, position=1, detail="Bad"),
    ]
    correct, again = next_steps(report(acts, failing=3, rules=(LIMIT, FIELD)))
    assert correct.title == "Correct 2 rows and run them"
    assert again.title == "Try 3 actions again"


def test_what_was_given_up_or_is_in_is_in_no_step() -> None:
    """Only what waits to be corrected is asked about or tried again."""
    said = remarked(5, "Daily limit reached")
    gone = replace(remarked(6, "Daily limit reached"), decisions=(GIVEN_UP,), given_up=True)
    acts = [said, gone, remarked(7, "daily limit", A)]
    (again,) = next_steps(report(acts, failing=1, rules=(LIMIT,)))
    assert again.title == "Try 1 action again"


def test_a_step_quotes_no_more_than_a_line_of_a_remark() -> None:
    """The CRM may answer with a whole page."""
    page = "Daily limit reached:\n" + "<p>very sorry</p> " * 4000
    (again,) = next_steps(report([remarked(5, page)], failing=1, rules=(LIMIT,)))
    assert len(again.text) < 300
    assert "\n" not in again.text
    assert "Daily limit reached:" in again.text


LATER = replace(RUN, id="20261123-b2b2", parent=RUN.id)


def chained(first: Sequence[ActionRecord], later: Sequence[ActionRecord]) -> list[Report]:
    """Return the reports of two runs, the second on the first one's failures workbook."""
    roots = {one.row: (RUN.id, one.row) for one in later}
    attempts = [Attempt(actions=first), Attempt(actions=later, roots=roots)]
    chain = follow_chain([RUN, LATER], attempts)
    pages = ((RUN, report(first, failing=1)), (LATER, report(later)))
    return [
        replace(found, books=replace(found.books, run=run, chain=chain), place="reports")
        for run, found in pages
    ]


def again(row: int, outcome: Outcome) -> ActionRecord:
    """Return an action of the later run."""
    return action(row, outcome, inr("1"), reference=f"{LATER.id}/{row}")


def test_a_row_that_was_left_out_of_the_failures_workbook_has_a_step() -> None:
    """It is in no later run and keeps the sheet open: correct it, or give it up, with its row."""
    _, later = chained([action(row, G, inr("1")) for row in (5, 6)], [again(5, C)])
    (step,) = next_steps(later)
    assert step.title == "Correct 1 row that was left out, or give it up"
    assert commands(step) == [
        f"importer report {RUN.id}",
        f"importer run reports/{RUN.id}/failures.xlsx -m …/payments.yaml",
        f'importer close {RUN.id} --rows 6 --reason "…"',
    ]


@pytest.mark.parametrize("outcome", [K, S, V])
def test_what_is_open_in_a_later_run_is_looked_up_there(outcome: Outcome) -> None:
    """The report of the first run leads on to where its sheet goes on."""
    first, _ = chained([action(5, G, inr("1"))], [again(5, outcome)])
    *_, step = next_steps(first)
    assert step.title == f"Look at the run {LATER.id}"
    assert commands(step) == [f"importer report {LATER.id}"]


def test_a_chain_that_is_closed_has_no_step() -> None:
    """What went in, or was given up, since keeps nothing open."""
    closed = action(6, G, inr("1"), decisions=(GIVEN_UP,), given_up=True)
    _, later = chained([action(5, G, inr("1")), closed], [again(5, C)])
    assert list(next_steps(later)) == []


def test_what_is_incomplete_is_completed_by_hand() -> None:
    """CREATED is never sent again, whatever was dropped of it."""
    (step,) = next_steps(report([remarked(5, "Too long", C)], rules=(LIMIT,)))
    assert step.title == "Complete 1 action by hand"
    assert not step.commands


def test_nothing_is_to_be_done_about_a_success() -> None:
    """All CREATED or ALREADY: no step."""
    assert steps(C, A) == []
