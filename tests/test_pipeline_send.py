"""Plan and send against a real practice CRM: who arrives, once, and what the books say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from workplaces import MAPPING, REPEATS, Desk, desk, row

from importer.errors import BusyError, SettingsError, SheetRefusedError, UsageError
from importer.journal.reading import action_records
from importer.mapping import parse_mapping
from importer.model import Outcome, RunState
from importer.pipeline.left import resumable
from importer.pipeline.outcome import exit_code
from importer.pipeline.planning import plan_run
from importer.pipeline.reporting import reconcile_run
from importer.pipeline.sending import send_run
from importer.pipeline.workplace import open_workplace
from importer.sandbox import BadField, Fault, Rule, Toggles, UnknownCode, lead_id
from importer.secret import Token


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a CRM that answers."""
    with desk(tmp_path) as one:
        yield one


def test_every_action_arrives_once_in_sheet_order(here: Desk) -> None:
    """Each row's payment and receipt reach its lead's timeline once, in the sheet's order."""
    result = here.run(here.sheet(row(1), row(2), row(1, receipt="R-9999", amount="7")))
    assert result.code == 0
    assert result.counts == {"CREATED": 6}
    assert result.money(Outcome.CREATED) == {"INR": "308.00"}
    of_first = [action for action in here.crm.actions if action.lead == lead_id(1)]
    assert [action.type for action in of_first] == ["PAYMENT", "1003", "PAYMENT", "1003"]
    assert [action.body.get("amount") for action in of_first] == ["100.50", None, "7", None]
    assert here.crm.counts.creates == 2, "one request per lead"


def test_the_same_sheet_again_sends_no_request(here: Desk) -> None:
    """A second run of the same rows, renamed and re-sorted, spends no request and exits with 0."""
    here.run(here.sheet(row(1), row(2), row(3)))
    again = here.run(here.sheet(row(3), row(1), row(2), name="renamed.csv"))
    assert again.code == 0
    assert again.counts == {"ALREADY": 6}
    assert here.crm.counts.creates == 3


def test_a_longer_export_sends_only_what_is_new(here: Desk) -> None:
    """Yesterday's export with today's rows appended sends today's rows alone."""
    here.run(here.sheet(row(1), row(2)))
    again = here.run(here.sheet(row(1), row(2), row(3)))
    assert again.code == 0
    assert again.counts == {"ALREADY": 4, "CREATED": 2}
    assert len(here.arrived()) == 6


def test_a_changed_amount_under_the_same_receipt_is_held(here: Desk) -> None:
    """A payment that an earlier run created with another amount is DUPLICATE, old and new shown."""
    first = here.run(here.sheet(row(1)))
    again = here.run(here.sheet(row(1, amount="999.00")))
    assert again.code == 4
    assert again.counts == {"ALREADY": 1, "DUPLICATE": 1}
    with open_workplace(here.settings) as workplace:
        held = next(
            one
            for one in action_records(workplace.journal, again.run)
            if one.outcome is Outcome.DUPLICATE
        )
    assert held.earlier is not None
    assert held.earlier.run == first.run
    assert held.earlier.action_id
    assert held.earlier.changes == (("amount", "100.5", "999"),)
    assert len(here.arrived()) == 2


def test_a_receipt_that_occurs_twice_is_a_problem_of_the_second_row(here: Desk) -> None:
    """With equal_rows: problem, the second row of an identity is INVALID and names the first."""
    result = here.run(here.sheet(row(1), row(2), row(3), row(2, amount="5")))
    assert result.counts == {"CREATED": 6, "INVALID": 1}
    reason = next(one for one in result.books.reasons if one.outcome is Outcome.INVALID)
    assert reason.code == "identity-repeated"
    assert "row 3" in reason.text
    assert reason.examples == ("B5",)


def test_a_lead_that_does_not_exist_refuses_that_lead_only(here: Desk) -> None:
    """404 LEAD_NOT_FOUND makes that lead's actions REFUSED; the others are created."""
    result = here.run(here.sheet(row(1, lead="f" * 24), row(2)))
    assert result.code == 4
    assert result.counts == {"CREATED": 2, "REFUSED": 2}
    reason = next(one for one in result.books.reasons if one.outcome is Outcome.REFUSED)
    assert (reason.code, reason.examples) == ("LEAD_NOT_FOUND", ("A2",))


def test_a_remark_of_the_crm_names_the_cell_that_it_speaks_of(here: Desk) -> None:
    """An IGNORED action carries its remark with the letter of the column that it was made from."""
    result = here.run(here.sheet(row(1, note="no address")))
    assert result.counts == {"CREATED": 1, "IGNORED": 1}
    reason = next(one for one in result.books.reasons if one.outcome is Outcome.IGNORED)
    assert reason.text == "fields.payer_email: Payer email is invalid"
    assert reason.examples == ("E2",)


def test_a_wrong_token_stops_at_once_and_resume_goes_on(here: Desk) -> None:
    """401 leaves everything UNSENT with exit code 6; with a right token, resume sends all of it."""
    sheet = here.sheet(row(1), row(2), row(3))
    with open_workplace(here.settings) as workplace:
        run = plan_run(workplace, sheet, here.mapping)
        ending = send_run(workplace, run, Token("wrong"))
        books = reconcile_run(workplace, run)
    assert exit_code(books, ending) == 6
    assert books.outcomes[Outcome.UNSENT].count == 6
    assert here.arrived() == []
    resumed = here.resume(run)
    assert resumed.code == 0
    assert resumed.counts == {"CREATED": 6}


def test_a_lost_answer_is_unknown_and_the_leads_later_batches_wait(tmp_path: Path) -> None:
    """After a connection that broke, the batch is UNKNOWN and the lead's next one UNSENT."""
    with desk(tmp_path, actions_per_request=2) as here:
        here.leave_doubts()
        here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, lead=lead_id(1), times=1)])
        result = here.run(here.sheet(row(1), row(2), row(1, receipt="R-2")))
        assert result.code == 5
        assert result.counts == {"CREATED": 2, "UNKNOWN": 2, "UNSENT": 2}
        assert result.books.run.state is RunState.STOPPED
        again = here.resume(result.run)
        assert again.counts == result.counts, "nothing in doubt is sent again"
        assert len(here.arrived()) == 4


def test_the_same_sheet_after_a_lost_answer_holds_what_is_in_doubt(here: Desk) -> None:
    """What an earlier run has in doubt is DUPLICATE for the next one, and is not sent."""
    here.leave_doubts()
    here.crm.faults.set([Rule(fault=Fault.RESET_AFTER, lead=lead_id(1), times=1)])
    sheet = here.sheet(row(1), row(2))
    here.run(sheet)
    again = here.run(sheet)
    assert again.counts == {"ALREADY": 2, "DUPLICATE": 2}
    assert len(here.arrived()) == 4


@pytest.mark.parametrize(
    "fault", [Fault.SHORT_ANSWER, Fault.ODD_STATUS, Fault.CUT_ANSWER, Fault.HTML_ANSWER]
)
def test_an_odd_200_is_never_counted_as_created_nor_sent_again(here: Desk, fault: Fault) -> None:
    """A 200 that is short, cut off, HTML or of unknown words is UNKNOWN, after one request."""
    here.leave_doubts()
    here.crm.faults.set([Rule(fault=fault)])
    result = here.run(here.sheet(row(1)))
    assert result.counts == {"UNKNOWN": 2}
    assert here.crm.counts.creates == 1


def test_a_throttled_request_is_sent_again(here: Desk) -> None:
    """429 was not processed: the same batch goes out again after the pause, once."""
    here.crm.faults.set([Rule(fault=Fault.TOO_MANY_REQUESTS, retry_after=0, times=1)])
    result = here.run(here.sheet(row(1)))
    assert result.counts == {"CREATED": 2}
    assert len(here.arrived()) == 2


def test_a_400_that_stored_nothing_costs_only_the_action_that_earned_it(here: Desk) -> None:
    """Read back and split: the culprit is REFUSED, the others are created, a request for each."""
    here.crm.toggles = Toggles(unknown_code=UnknownCode.BAD_REQUEST)
    here.mapping = parse_mapping(here.mapping.text.replace("1003", "1999"), "payments.yaml")
    result = here.run(here.sheet(row(1), row(1, receipt="R-2")))
    assert result.counts == {"CREATED": 2, "REFUSED": 2}
    assert [type_ for _, type_ in here.arrived()] == ["PAYMENT", "PAYMENT"]
    assert here.crm.counts.creates == 1 + 4


def test_a_400_that_stored_a_part_all_the_same_books_nothing_twice(here: Desk) -> None:
    """What was stored is CREATED with its id; what was not goes alone."""
    here.run(here.sheet(row(9), name="before.csv"))
    here.crm.faults.set([Rule(fault=Fault.PARTIAL_COMMIT, count=1, status=400, times=1)])
    result = here.run(here.sheet(row(1), row(1, receipt="R-2")))
    assert result.counts == {"CREATED": 4}
    assert len(here.arrived()) == 6


def test_nobody_at_the_other_end_is_later_and_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing behind the port, nothing is sent, the code is 75, and resume can go on."""
    monkeypatch.setattr("importer.upload.turns.BACK_OFF_S", (0.01, 0.01))
    with desk(tmp_path) as here:
        sheet = here.sheet(row(1))
        settings = here.settings
    here.settings = settings
    result = here.run(sheet)
    assert result.code == 75
    assert result.counts == {"UNSENT": 2}
    assert result.books.run.state is RunState.STOPPED


def test_a_batch_holds_no_more_than_the_limit(tmp_path: Path) -> None:
    """A lead with more actions than fit gets several requests, in order, rows kept whole."""
    with desk(tmp_path, actions_per_request=5) as here:
        rows = [row(1, receipt=f"R-{n}", amount=str(n)) for n in range(1, 7)]
        assert here.run(here.sheet(*rows)).code == 0
        assert here.crm.counts.creates == 3
        amounts = [one.body["amount"] for one in here.crm.actions if one.type == "PAYMENT"]
        assert amounts == ["1", "2", "3", "4", "5", "6"]


def test_a_sheet_that_is_mostly_wrong_sends_nothing(here: Desk) -> None:
    """Where most rows are invalid the run stops by itself; corrected, the sheet goes through."""
    sheet = here.sheet(row(1), row(2, amount="x"), row(3, amount="y"))
    with pytest.raises(SheetRefusedError, match="2 of 3 rows"):
        here.run(sheet)
    assert here.arrived() == []
    assert here.run(here.sheet(row(1), row(2), row(3))).code == 0


def test_strict_sends_nothing_if_anything_is_invalid(here: Desk) -> None:
    """With --strict one invalid row stops the run, and its valid rows are not left open."""
    with pytest.raises(SheetRefusedError, match="--strict") as refusal:
        here.run(here.sheet(row(1), row(2), row(3, state="Padi")), strict=True)
    assert here.arrived() == []
    with open_workplace(here.settings) as place, pytest.raises(UsageError, match="refused"):
        resumable(place, refusal.value.run)
    assert here.run(here.sheet(row(1), row(2), row(3))).counts == {"CREATED": 6}


def test_two_runs_at_once_are_refused(here: Desk) -> None:
    """While one run holds the workspace, another one is told who holds it and comes later."""
    with open_workplace(here.settings), pytest.raises(BusyError, match="Another run"):
        here.run(here.sheet(row(1)))


def test_a_journal_of_another_workspace_is_refused(here: Desk) -> None:
    """A journal belongs to one workspace: practice and real ones never share keys."""
    here.run(here.sheet(row(1)))
    other = here.settings.workspace.model_copy(update={"enterprise_id": "other"})
    here.settings = here.settings.model_copy(update={"workspace": other})
    with pytest.raises(SettingsError, match="belongs to"):
        here.run(here.sheet(row(1)))


def test_created_with_a_field_dropped_is_created_incomplete(here: Desk) -> None:
    """A CREATED action with a remark counts as created, is named incomplete, and the code is 4."""
    here.crm.toggles = Toggles(bad_field=BadField.DROP_FIELD)
    result = here.run(here.sheet(row(1, note="no address")))
    assert result.counts == {"CREATED": 2}
    assert result.books.incomplete == 1
    assert result.code == 4
    (reason,) = result.books.reasons
    assert (reason.outcome, reason.examples) == (Outcome.CREATED, ("E2",))


def test_two_genuinely_equal_rows_are_both_sent_under_repeats(tmp_path: Path) -> None:
    """Equal rows are numbered: both arrive, and re-sorted with a third one only that is new."""
    with desk(tmp_path, REPEATS) as here:
        twice = [row(1), row(1)]
        assert here.run(here.sheet(*twice, row(2))).counts == {"CREATED": 6}
        again = here.run(here.sheet(row(2), *twice, row(1)))
        assert again.counts == {"ALREADY": 6, "CREATED": 2}
        assert here.run(here.sheet(row(1))).counts == {"ALREADY": 2}


def test_separate_exports_hold_an_equal_row_of_another_sheet(tmp_path: Path) -> None:
    """With `exports: separate` the same sheet is ALREADY; an equal row of a new one is held."""
    with desk(tmp_path, REPEATS.replace("exports: cumulative", "exports: separate")) as here:
        first = here.sheet(row(1), row(2))
        assert here.run(first).counts == {"CREATED": 4}
        assert here.run(here.sheet(row(2), row(1), name="again.csv")).counts == {"ALREADY": 4}
        held = here.run(here.sheet(row(1), row(3), name="next.csv"))
        assert held.counts == {"CREATED": 2, "DUPLICATE": 2}
        assert len(here.arrived()) == 6


def test_an_edited_mapping_sends_nothing_again(here: Desk) -> None:
    """What is sent may change with the mapping; what was sent is recognised all the same."""
    sheet = here.sheet(row(1), row(2))
    here.run(sheet)
    edited = MAPPING.replace("payer_email: {from: note}", 'note: "a new constant"')
    here.mapping = parse_mapping(edited, "payments.yaml")
    assert here.run(sheet).counts == {"ALREADY": 4}


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("columns: [receipt]", "columns: [receipt, amount]", "identity"),
        (
            "receipt: {header: Receipt, type: text}",
            "receipt: {header: Receipt, type: number}",
            "identity",
        ),
        ("name: payment", "name: paid", "calls its action"),
    ],
)
def test_a_mapping_whose_keys_changed_is_refused(here: Desk, old: str, new: str, word: str) -> None:
    """Another identity or action name would book every row again: the run is refused."""
    sheet = here.sheet(row(1, receipt="11"), row(2, receipt="12"))
    here.run(sheet)
    here.mapping = parse_mapping(MAPPING.replace(old, new), "payments.yaml")
    with pytest.raises(UsageError, match=word):
        here.run(sheet)
    assert len(here.arrived()) == 4


def test_a_mapping_with_one_column_more_sends_nothing_again(here: Desk) -> None:
    """A column that the mapping did not know before has not changed what was sent."""
    sheet = here.sheet(row(1), row(2))
    here.run(sheet)
    more = MAPPING.replace(
        "payer_email: {from: note}", "payer_email: {from: note}, mode: {from: state}"
    )
    here.mapping = parse_mapping(more, "payments.yaml")
    assert here.run(sheet).counts == {"ALREADY": 4}


def test_what_a_run_costs_is_counted(here: Desk) -> None:
    """Requests that carried actions, and those that read back, each have their figure."""
    here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, lead=lead_id(1), times=1)])
    run = here.run(here.sheet(row(1), row(2))).books.run
    assert run.requests_sent == here.crm.counts.creates == 2
    assert run.requests_read == len(here.crm.requests) - 2 > 0
