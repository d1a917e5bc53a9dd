"""Identity across runs: what comes again, in any form, is booked once; what is new is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from workplaces import MAPPING, REPEATS, Desk, Result, desk, row, settled, write_sheet

from importer.errors import UsageError
from importer.journal import sending
from importer.journal.closing import close
from importer.journal.reading import action_records
from importer.journal.rulings import resolve_created, resolve_not_created
from importer.mapping import parse_mapping
from importer.model import ActionRecord, EarlierReason, Outcome, RunState, State
from importer.pipeline.left import estimate, resumable
from importer.pipeline.outcome import exit_code
from importer.pipeline.planning import Demands, plan_run
from importer.pipeline.reporting import reconcile_run, report_run
from importer.pipeline.sending import send_run
from importer.pipeline.workplace import open_workplace
from importer.reconcile import explain
from importer.report.advice import Advice
from importer.report.lines import action_line
from importer.report.reasons import reasons_of, sentence_of
from importer.sandbox import Fault, PracticeCrm, Rule, Toggles, lead_id
from importer.secret import Token
from importer.settings import PRACTICE_TOKEN

WRONG_LEAD = "f" * 24
INSTALMENTS = MAPPING.replace(
    "  note:    {header: Note, type: text}",
    "  note:    {header: Note, type: text}\n"
    "  paid_on: {header: Paid on, type: date, format: dd/mm/yyyy, zone: Asia/Kolkata}",
).replace(
    "columns: [receipt], equal_rows: problem", "columns: [lead, paid_on], equal_rows: repeats"
)
SEPARATE = REPEATS.replace("exports: cumulative", "exports: separate")
UNCHANGED = "--retry {}"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a CRM that answers."""
    with desk(tmp_path) as one:
        yield one


def retrying(here: Desk, sheet: Path, *retry: Outcome) -> Result:
    """Run a sheet, and send again what was refused."""
    with open_workplace(here.settings) as workplace:
        demands = Demands(retry=frozenset(retry))
        run = plan_run(workplace, sheet, here.mapping, demands=demands)
        ending = send_run(workplace, run, Token(PRACTICE_TOKEN))
        books = reconcile_run(workplace, run)
        return Result(run=run, ending=ending, books=books, code=exit_code(books, ending))


def corrected(workbook: Path, **cells: str) -> Path:
    """A failures workbook with some of its cells written anew."""
    book = openpyxl.load_workbook(workbook)
    assert book.active is not None
    for cell, value in cells.items():
        book.active[cell] = value
    book.save(workbook)
    return settled(workbook)


def held_of(here: Desk, run: str) -> list[ActionRecord]:
    """What an earlier action answers for."""
    with open_workplace(here.settings) as workplace:
        found = action_records(workplace.journal, run)
        return [one for one in found if one.earlier is not None]


def payments(here: Desk) -> list[str]:
    """The amounts of the payments that arrived."""
    return [str(one.body["amount"]) for one in here.crm.actions if one.type == "PAYMENT"]


def test_renamed_sorted_saved_again_and_read_by_an_edited_mapping_sends_nothing(
    here: Desk,
) -> None:
    """The same rows in another file, order, format and mapping text are ALREADY, with code 0."""
    here.run(here.sheet(row(1), row(2), row(3)))
    requests = here.crm.counts.creates
    book = openpyxl.Workbook()
    assert book.active is not None
    for cells in (("Lead ID", "Receipt", "Amount", "State", "Note"), row(3), row(1), row(2)):
        book.active.append(cells)
    book.save(here.folder / "anew.xlsx")
    edited = MAPPING.replace("payer_email: {from: note}", 'note: "a new constant"')
    here.mapping = parse_mapping(edited, "payments.yaml")
    again = here.run(settled(here.folder / "anew.xlsx"))
    assert (again.code, again.counts) == (0, {"ALREADY": 6})
    assert here.crm.counts.creates == requests


def test_a_changed_status_under_the_same_receipt_is_held_with_both_values(here: Desk) -> None:
    """A payment that bounced since is DUPLICATE, and shows run, file, cell, id, old and new."""
    first = here.run(here.sheet(row(1), row(2), name="monday.csv"))
    again = here.run(here.sheet(row(2, state="Bounced"), row(1), name="tuesday.csv"))
    assert again.counts == {"ALREADY": 3, "DUPLICATE": 1}
    with open_workplace(here.settings) as workplace:
        created = {
            (one.row, one.name): one.action_id
            for one in action_records(workplace.journal, first.run)
        }
    held = next(one for one in held_of(here, again.run) if one.outcome is Outcome.DUPLICATE)
    assert held.earlier is not None
    assert held.earlier.changes == (("state", "Paid", "Bounced"),)
    assert (held.earlier.run, held.earlier.file, held.earlier.row) == (first.run, "monday.csv", 3)
    assert held.earlier.action_id == created[3, "payment"]


def test_next_months_instalment_of_the_same_amount_is_sent(tmp_path: Path) -> None:
    """With the date in the identity, an equal amount on another day is another payment."""
    with desk(tmp_path, INSTALMENTS) as here:
        headers = ("Lead ID", "Receipt", "Amount", "State", "Note", "Paid on")
        july = [*row(1, receipt="cash", amount="5000"), "05/07/2026"]
        august = [*row(1, receipt="cash", amount="5000"), "05/08/2026"]
        first = here.run(write_sheet(tmp_path / "july.csv", [july], headers))
        assert first.counts == {"CREATED": 2}
        both = here.run(write_sheet(tmp_path / "august.csv", [july, august], headers))
        assert both.counts == {"ALREADY": 2, "CREATED": 2}
        assert payments(here) == ["5000", "5000"]


@pytest.mark.parametrize(
    ("wrong", "outcome"),
    [(row(2, note="no address"), "IGNORED"), (row(2, lead=WRONG_LEAD), "REFUSED")],
)
def test_what_the_crm_refused_is_reported_again_without_a_request(
    here: Desk, wrong: tuple[str, ...], outcome: str
) -> None:
    """Export or workbook, uncorrected: the CRM's words once more, and zero requests."""
    sheet = here.sheet(row(1), wrong)
    first = here.run(sheet)
    before = [one.text for one in first.books.reasons if one.outcome == outcome]
    requests, counts = here.crm.counts.creates, first.counts[outcome]
    for path in (sheet, here.failures_of(first)):
        again = here.run(path)
        assert again.code == 4
        assert again.counts[outcome] == counts
        said = reasons_of(again.books, Advice())
        reasons = [one for one in said if one.outcome == outcome]
        assert {one.text for one in reasons} >= set(before)
        assert any(UNCHANGED.format(outcome.lower()) in one.hint for one in reasons)
        assert {held.earlier.run for held in held_of(here, again.run) if held.earlier} == {
            first.run
        }
    assert here.crm.counts.creates == requests


def test_a_workbook_of_a_report_that_sent_nothing_sends_nothing_either(here: Desk) -> None:
    """What was only reported again is found at the attempt that was really sent."""
    sheet = here.sheet(row(1), row(2, lead=WRONG_LEAD))
    here.run(sheet)
    second = here.run(sheet)
    requests = here.crm.counts.creates
    assert here.run(here.failures_of(second)).counts == {"REFUSED": 2}
    assert here.crm.counts.creates == requests


def test_a_retry_sends_what_was_refused_once_more(here: Desk) -> None:
    """Asked to retry an outcome, the run sends it again; what became of it last counts then."""
    sheet = here.sheet(row(1), row(2, lead=WRONG_LEAD))
    here.run(sheet)
    requests = here.crm.counts.creates
    assert retrying(here, sheet, Outcome.IGNORED).counts == {"ALREADY": 2, "REFUSED": 2}
    assert here.crm.counts.creates == requests
    assert retrying(here, sheet, Outcome.REFUSED).counts == {"ALREADY": 2, "REFUSED": 2}
    assert here.crm.counts.creates == requests + 1


def test_an_edited_mapping_can_be_the_correction(here: Desk) -> None:
    """The same cells that would travel with other bytes are sent: the mapping was corrected."""
    sheet = here.sheet(row(1, note="no address"))
    assert here.run(sheet).counts == {"CREATED": 1, "IGNORED": 1}
    edited = MAPPING.replace("payer_email: {from: note}", "note: {from: note}")
    here.mapping = parse_mapping(edited, "payments.yaml")
    assert here.run(sheet).counts == {"ALREADY": 1, "CREATED": 1}


def test_of_equal_rows_as_many_are_unchanged_as_were_refused(tmp_path: Path) -> None:
    """Under repeats, a third equal row beside two that were refused is new, and is sent."""
    with desk(tmp_path, REPEATS) as here:
        wrong = row(1, lead=WRONG_LEAD)
        assert here.run(here.sheet(wrong, wrong)).counts == {"REFUSED": 4}
        requests = here.crm.counts.creates
        assert here.run(here.sheet(wrong, wrong)).counts == {"REFUSED": 4}
        assert here.crm.counts.creates == requests
        third = here.run(here.sheet(wrong, wrong, wrong))
        assert third.counts == {"REFUSED": 6}
        assert here.crm.counts.creates == requests + 1
        assert len(held_of(here, third.run)) == 4


def test_a_separate_export_sends_an_equal_row_of_another_sheet(tmp_path: Path) -> None:
    """With `exports: separate` only the same rows, or the same chain, are unchanged."""
    with desk(tmp_path, SEPARATE) as here:
        wrong = row(1, lead=WRONG_LEAD)
        first = here.run(here.sheet(wrong, row(2)))
        workbook = here.failures_of(first)
        requests = here.crm.counts.creates
        assert here.run(workbook).counts == {"REFUSED": 2}
        assert here.run(here.sheet(row(2), wrong, name="again.csv")).code == 4
        assert here.crm.counts.creates == requests
        here.run(here.sheet(wrong, row(3), name="next.csv"))
        assert here.crm.counts.creates == requests + 2


def test_what_an_open_run_has_unsent_is_held_until_it_is_resumed(here: Desk) -> None:
    """The run that came first keeps its turn; the later one names it, and its step is to resume."""
    first = here.plan(here.sheet(row(1), row(2)))
    second = here.run(here.sheet(row(1), row(2), row(3), name="longer.csv"))
    assert second.counts == {"DUPLICATE": 4, "CREATED": 2}
    said = reasons_of(second.books, Advice())
    (reason,) = (one for one in said if one.outcome is Outcome.DUPLICATE)
    assert reason.code == EarlierReason.OPEN
    assert reason.hint.startswith("Resume that run")
    assert {one.earlier.run for one in held_of(here, second.run) if one.earlier} == {first}
    assert here.resume(first).counts == {"CREATED": 4}
    assert here.resume(second.run).counts == {"ALREADY": 4, "CREATED": 2}
    assert here.run(here.sheet(row(1), row(2), row(3))).counts == {"ALREADY": 6}
    assert len(here.arrived()) == 6


def test_what_was_held_for_a_closed_action_is_sent_by_resume(here: Desk) -> None:
    """When what held a row is given up, the row is free: resume sends it, once, or it is closed."""
    first = here.plan(here.sheet(row(1), row(2)))
    second = here.run(here.sheet(row(1), row(2), name="again.csv"))
    assert second.counts == {"DUPLICATE": 4}
    with open_workplace(here.settings) as workplace:
        close(workplace.journal, first, None, by="asha", reason="Twice.")
        assert resumable(workplace, second.run).state is RunState.STOPPED
        assert estimate(workplace, second.run).requests == 2
        close(workplace.journal, second.run, frozenset({2}), by="asha", reason="No.")
    assert here.resume(second.run).counts == {"CREATED": 2, "UNSENT": 2}
    assert payments(here) == ["200.50"]


def test_of_two_rows_held_for_one_that_was_closed_one_is_sent(here: Desk) -> None:
    """Two runs waited for the same action: once it is given up, one sends it for both."""
    first = here.plan(here.sheet(row(1)))
    waiting = [here.run(here.sheet(row(1), name=f"{name}.csv")).run for name in "abc"]
    with open_workplace(here.settings) as workplace:
        close(workplace.journal, first, None, by="asha", reason="Twice.")
    assert [here.resume(run).counts for run in waiting] == [
        {"CREATED": 2},
        {"ALREADY": 2},
        {"ALREADY": 2},
    ]
    assert payments(here) == ["100.50"]


def test_what_was_held_for_a_doubt_is_held_for_what_became_of_it(here: Desk) -> None:
    """In doubt, then created: an equal row is ALREADY after resume, a changed one is shown so."""
    here.leave_doubts()
    here.crm.faults.set([Rule(fault=Fault.DROP_AFTER, times=1)])
    first = here.run(here.sheet(row(1)))
    assert first.counts == {"UNKNOWN": 2}
    equal = here.run(here.sheet(row(1), name="equal.csv"))
    other = here.run(here.sheet(row(1, amount="7"), name="other.csv"))
    assert here.resume(equal.run).counts == {"DUPLICATE": 2}, "it is still in doubt"
    with open_workplace(here.settings) as workplace:
        resolve_created(workplace.journal, first.run, None, None, by="asha", reason="Seen.")
    assert here.resume(equal.run).counts == {"ALREADY": 2}
    assert here.resume(other.run).counts == {"ALREADY": 1, "DUPLICATE": 1}
    held = next(one for one in held_of(here, other.run) if one.outcome is Outcome.DUPLICATE)
    assert held.earlier is not None
    assert held.earlier.reason is EarlierReason.CHANGED
    assert held.earlier.changes == (("amount", "100.5", "7"),)


@pytest.mark.parametrize("doubtful", [False, True])
@pytest.mark.parametrize("receipt", ["R-0001", "R-0002"])
def test_of_two_equal_payments_both_are_sent(
    tmp_path: Path, receipt: str, *, doubtful: bool
) -> None:
    """A run that holds one of two equal rows for another run never answers for it with the other.

    Whether that one was unsent, or in doubt and not stored.
    """
    with desk(tmp_path, REPEATS) as here:
        one, two = row(1), row(1, receipt=receipt)
        if doubtful:
            here.leave_doubts()
            here.crm.faults.set([Rule(fault=Fault.DROP_BEFORE, times=1)])
            first = here.run(here.sheet(one)).run
        else:
            first = here.plan(here.sheet(one))
        second = here.run(here.sheet(one, two, name="both.csv")).run
        if doubtful:
            with open_workplace(here.settings) as workplace:
                resolve_not_created(workplace.journal, first, None, None, by="a", reason="b")
            assert here.resume(second).counts == {"DUPLICATE": 2, "CREATED": 2}
        assert here.resume(first).counts == {"CREATED": 2}
        assert here.resume(second).counts == {"ALREADY": 2, "CREATED": 2}
        assert payments(here) == ["100.50", "100.50"]
        assert here.run(here.sheet(two, one, name="again.csv")).counts == {"ALREADY": 4}


def test_every_reason_has_its_sentence(here: Desk) -> None:
    """Whatever an earlier action stands for a later one by, books and reports have words for it."""
    here.run(here.sheet(row(1)))
    again = here.run(here.sheet(row(1)))
    one, *_ = held_of(here, again.run)
    assert one.earlier is not None
    found = set()
    for reason in EarlierReason:
        other = replace(one, earlier=replace(one.earlier, reason=reason))
        (said,) = explain(other, frozenset())
        assert said.code == reason
        found |= {sentence_of(said), action_line(again.books.run, other).why}
    assert len(found) == 2 * len(EarlierReason)


def test_what_was_refused_for_another_action_is_sent_again(tmp_path: Path) -> None:
    """A request too large is refused as a whole: in smaller ones all of it is sent."""
    crm = PracticeCrm(toggles=Toggles(max_actions=3))
    with desk(tmp_path, crm=crm) as here:
        api = here.settings.api.model_copy(update={"bad_request_may_store": False})
        here.settings = here.settings.model_copy(update={"api": api})
        lead = lead_id(1)
        sheet = here.sheet(row(1), row(2, lead=lead))
        assert here.run(sheet).counts == {"REFUSED": 4}
        send = here.settings.send.model_copy(update={"actions_per_request": 2})
        here.settings = here.settings.model_copy(update={"send": send})
        assert here.run(sheet).counts == {"CREATED": 4}


def test_an_unsent_action_of_a_corrected_row_waits_for_its_own_run(tmp_path: Path) -> None:
    """A row of which one action was refused and one is unsent: the other run keeps the latter."""
    with desk(tmp_path, actions_per_request=1) as here:
        first = here.plan(here.sheet(row(1, lead=WRONG_LEAD), row(2)))
        with open_workplace(here.settings) as workplace:
            batches, *_ = sending.leads_to_send(workplace.journal, first).values()
            batch = sending.load_batch(workplace.journal, batches[0])
            request = sending.claim(workplace.journal, batch, "0" * 64)
            assert request is not None
            refused = sending.Fate(state=State.REFUSED, detail="LEAD_NOT_FOUND: No.")
            evidence = sending.Evidence(verdict="Refused")
            sending.record(workplace.journal, request, batch, [refused], evidence)
            _, written = report_run(workplace, first)
        assert written.failures is not None
        again = here.run(corrected(written.failures.path, A2=lead_id(9), B2="R-9"))
        assert again.counts == {"CREATED": 1, "DUPLICATE": 1}
        (held,) = (one for one in held_of(here, again.run))
        assert held.earlier is not None
        assert (held.name, held.earlier.reason) == ("receipt", "open")


def test_neither_form_of_a_corrected_receipt_is_booked_again(here: Desk) -> None:
    """Refused for its lead, corrected in receipt and lead: the old receipt, right lead, is held."""
    first = here.run(here.sheet(row(1), row(2, lead=WRONG_LEAD)))
    workbook = here.failures_of(first)
    fixed = here.run(corrected(workbook, A2=lead_id(2), B2="R-2/B"))
    assert fixed.counts == {"CREATED": 2}
    requests = here.crm.counts.creates
    late = here.run(here.sheet(row(1), row(2)))
    assert late.counts == {"ALREADY": 2, "DUPLICATE": 2}
    held = next(one for one in held_of(here, late.run) if one.outcome is Outcome.DUPLICATE)
    assert held.earlier is not None
    assert (held.earlier.run, held.earlier.reason) == (fixed.run, "changed")
    assert ("receipt", "R-2/B", "R-0002") in held.earlier.changes
    assert here.run(here.sheet(row(1), row(2, receipt="R-2/B"))).counts == {"ALREADY": 4}
    assert here.run(here.sheet(row(1), row(2, lead=WRONG_LEAD))).counts == {"ALREADY": 4}
    assert here.crm.counts.creates == requests


def test_an_unreadable_row_corrected_in_its_receipt_is_not_booked_again(here: Desk) -> None:
    """Invalid for its amount, corrected in the receipt as well: the old receipt sends nothing."""
    first = here.run(here.sheet(row(1), row(2, amount="x"), row(3)))
    here.run(corrected(here.failures_of(first), B2="R-2/B", C2="200.50"))
    requests = here.crm.counts.creates
    assert here.run(here.sheet(row(1), row(2), row(3))).counts == {"ALREADY": 4, "DUPLICATE": 2}
    assert here.crm.counts.creates == requests


def test_an_export_that_came_before_the_correction_is_not_booked_again(here: Desk) -> None:
    """The right row came in an export first: its refused form, under another key, is held."""
    first = here.run(here.sheet(row(1), row(2, lead=WRONG_LEAD)))
    workbook = here.failures_of(first)
    assert here.run(here.sheet(row(1), row(2))).counts == {"ALREADY": 2, "CREATED": 2}
    late = here.run(corrected(workbook, A2=lead_id(2), B2="R-2/B"))
    assert late.counts == {"DUPLICATE": 2}
    assert len(payments(here)) == 2


def test_another_row_with_the_old_receipt_is_still_sent(here: Desk) -> None:
    """Where two rows carried the receipt, or both come together, the other one is no form of it."""
    first = here.run(here.sheet(row(1), row(2, lead=WRONG_LEAD), row(3, receipt="R-0002"), row(4)))
    assert first.counts == {"CREATED": 4, "REFUSED": 2, "INVALID": 1}
    fixed = here.run(corrected(here.failures_of(first), A2=lead_id(2), B2="R-2/B"))
    assert fixed.counts == {"CREATED": 4}
    assert sorted(payments(here)) == ["100.50", "200.50", "300.50", "400.50"]


def test_a_new_row_with_the_old_receipt_beside_the_corrected_one_is_sent(here: Desk) -> None:
    """An export that holds the corrected row and the old receipt says that these are two rows."""
    first = here.run(here.sheet(row(1), row(2, lead=WRONG_LEAD)))
    here.run(corrected(here.failures_of(first), A2=lead_id(2), B2="R-2/B"))
    both = here.run(here.sheet(row(1), row(2, receipt="R-2/B"), row(3, receipt="R-0002")))
    assert both.counts == {"ALREADY": 4, "CREATED": 2}
    assert payments(here)[-1] == "300.50"


def test_a_name_that_was_left_out_for_a_while_is_still_known(here: Desk) -> None:
    """An action that comes back under another name after a run without it is refused."""
    here.run(here.sheet(row(1)))
    a, b = MAPPING.index("  - name: payment"), MAPPING.index("  - name: receipt")
    without = MAPPING[:a] + MAPPING[b:]
    here.mapping = parse_mapping(without, "payments.yaml")
    assert here.run(here.sheet(row(1), row(2))).counts == {"ALREADY": 1, "CREATED": 1}
    here.mapping = parse_mapping(MAPPING.replace("name: payment", "name: paid"), "payments.yaml")
    with pytest.raises(UsageError, match="calls its action"):
        here.run(here.sheet(row(1)))
    assert len(payments(here)) == 1
