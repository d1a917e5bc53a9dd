"""Why actions ended as they did: in groups, in words, with what to do about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from importer.model import (
    ActionRecord,
    Currency,
    Earlier,
    EarlierReason,
    Money,
    Outcome,
    Remark,
    RemarkStep,
)
from importer.report.advice import Advice, RemarkRule
from importer.report.lines import action_line
from importer.report.listing import mark_of
from importer.report.reasons import MOST_REASONS, Said, largest, wrong_of
from importer.report.source import report_of

from .books import RUN, action, inr, problem, refused_row, source_of

C, A, G, V, R, D, K, S = Outcome  # CREATED ALREADY IGNORED INVALID REFUSED DUPLICATE UNKNOWN UNSENT


def groups(*actions: ActionRecord, rules: Sequence[RemarkRule] = ()) -> tuple[Said, ...]:
    """Return the groups of these actions."""
    return report_of(source_of(actions, rules=rules)).reasons


def remarked(row: int, text: str, outcome: Outcome = G, **changes: object) -> ActionRecord:
    """Return an action of which the CRM has said this."""
    remarks = (Remark(path="fields.email", text=text, column="H"),)
    return action(row, outcome, inr(str(row)), remarks=remarks, **changes)


def test_remarks_that_differ_in_names_ids_and_numbers_are_one_group() -> None:
    """Counted and added up once, with three cells and the first of them word for word."""
    acts = [
        remarked(row, f"{name} has 1,25,{row:03} left of “{name}”", content={"name": name})
        for row, name in enumerate(["Asha Rao", "Ravi Kumar", "Meera Iyer", "Dev Shah"], start=5)
    ]
    (said,) = groups(*acts)
    assert said.text == "fields.email: … has … left of …"
    assert said.example == "fields.email: Asha Rao has 1,25,005 left of “Asha Rao”"
    assert (said.count, said.money) == (4, {Currency.INR: Decimal(26)})
    assert said.examples == ("H5", "H6", "H7")
    assert all(action_line(RUN, one).reasons == (said.key,) for one in acts)


def test_remarks_that_differ_in_a_word_are_two_groups() -> None:
    """The same words of another field are another group too."""
    found = groups(
        remarked(5, "Email is invalid"),
        remarked(6, "Email is missing"),
        action(7, G, remarks=(Remark(path="fields.mail", text="Email is invalid"),)),
    )
    assert len(found) == 3


def test_what_is_always_the_same_is_shown_as_it_is() -> None:
    """Nothing is hidden behind `…` that is no different in any row."""
    (said,) = groups(*(remarked(row, "At most 500 characters") for row in (5, 6)))
    assert (said.text, said.example) == ("fields.email: At most 500 characters", "")


@pytest.mark.parametrize("outcome", [R, K, S])
def test_errors_and_doubts_are_grouped_alike(outcome: Outcome) -> None:
    """The CRM's error for a request, and what became of it, differ in numbers only."""
    acts = [action(row, outcome, detail=f"HTTP_422: Lead {row} has {row * 7}.") for row in (5, 6)]
    (said,) = groups(*acts)
    assert (said.code, said.text, said.count) == ("HTTP_422", "Lead … has ….", 2)


def test_one_code_with_two_meanings_is_two_groups() -> None:
    """BAD_REQUEST says much: the words decide, not the code alone."""
    details = ("BAD_REQUEST: amount is missing", "BAD_REQUEST: status is missing")
    assert len(groups(*(action(5 + n, R, detail=one) for n, one in enumerate(details)))) == 2


def test_a_problem_that_quotes_its_cell_is_shown_by_example() -> None:
    """Our own checks are grouped by their code; a sentence that is one cell's own says so."""
    one = problem(5, "D", "x", "The amount is not a number: x.", "Write one.")
    two = replace(one, row=6, message="The amount is not a number but a date: y.")
    (said,) = groups(refused_row(5, one), refused_row(6, two))
    assert said.text == "For example: The amount is not a number: x."
    assert (said.hint, said.examples) == ("Write one.", ("D5", "D6"))


def test_a_lead_that_is_not_found_names_its_cell() -> None:
    """Group, line and comment stand at the column of the lead."""
    detail = "LEAD_NOT_FOUND: Lead with ID 62ab16e was not found."
    one = action(5, R, detail=detail, lead_column="A")
    (said,) = groups(one)
    assert said.examples == ("A5",)
    assert "Correct the lead" in said.hint
    line = action_line(RUN, one)
    assert line.cell == "payments.xlsx › Payments!A5"
    assert line.why == f"A5: {detail}"
    wrong = wrong_of([one], RUN, Advice())
    assert wrong.cells == {"A": f"The CRM says: {detail}"}


def test_the_failures_workbook_names_the_sheet_of_a_row() -> None:
    """Its own rows have moved: "row 19" would be another one there."""
    one = problem(5, "B", "RC-1", "“Receipt No” RC-1 stands in row 19 already.", "Correct it.")
    wrong = wrong_of([refused_row(5, one)], RUN, Advice())
    said = "“Receipt No” RC-1 stands in row 19 of payments.xlsx already."
    assert (wrong.text, wrong.hint) == (said, "Correct it.")
    assert wrong.cells == {"B": f"{said} Correct it."}


def earlier(reason: EarlierReason, **changes: object) -> Earlier:
    """Return an earlier action."""
    plain = Earlier(run="20261101-a2b3", file="a.xlsx", row=12, action_id="66f1", reason=reason)
    return replace(plain, **changes)  # type: ignore[arg-type]  # the tests' own words


def test_what_an_earlier_run_left_incomplete_is_a_group_of_its_own() -> None:
    """It is there already, and something of it is not."""
    one = action(5, A, earlier=earlier(EarlierReason.SAME))
    two = action(6, A, earlier=earlier(EarlierReason.SAME, incomplete=True))
    whole, part = sorted(groups(one, two), key=lambda said: len(said.text))
    assert (whole.text, whole.hint) == ("An earlier run created exactly this.", "Nothing to do.")
    assert part.text == "An earlier run created exactly this. The CRM dropped a part."
    assert part.hint.startswith("Stored without this part.")
    line = action_line(RUN, two)
    assert line.why.endswith("The CRM dropped a part of it then.")
    assert line.to_do == part.hint


@pytest.mark.parametrize(
    ("stands", "words"),
    [
        ({"changes": (("amount", "8000", "7000"), ("note", "", "x"))}, "amount 8000 (here 7000)"),
        ({"money": Money(amount=Decimal(8000), currency=Currency.INR)}, "stands ₹8,000.00"),
    ],
)
def test_a_corrected_row_says_what_stands_in_the_crm(stands: dict[str, object], words: str) -> None:
    """Whoever runs the old sheet again sees what was made of it."""
    line = action_line(RUN, action(5, A, earlier=earlier(EarlierReason.CORRECTED, **stands)))
    assert words in line.why
    assert mark_of(line) == "corrected since"


ASK = RemarkRule(says="status … is not allowed", step=RemarkStep.ASK, note="Ravi can.")
AGAIN = RemarkRule(says="BUSY: the lead", step=RemarkStep.AGAIN)
FIX = RemarkRule(says="Email", step=RemarkStep.FIX)


def hint(one: ActionRecord, *rules: RemarkRule) -> str:
    """Return what to do about an action, which its group and its line say alike."""
    (said,) = groups(one, rules=rules)
    assert action_line(RUN, one, Advice.of(RUN, rules)).to_do == said.hint
    return said.hint


def test_the_settings_say_what_to_do_about_a_remark() -> None:
    """Words of the remark are enough, whatever their capitals; the first entry that fits counts."""
    one = remarked(5, "Status 'Paid' is not allowed.")
    assert hint(one, FIX, ASK, RemarkRule(says="status", step=RemarkStep.FIX)) == (
        "Correct the cell in the failures workbook and run that file."
    )
    assert hint(one, ASK) == (
        "Ravi can. Ask the CRM admin. Once it is put right there, run the failures workbook with "
        "`--retry ignored`."
    )
    refused = action(6, R, detail="BUSY: The lead is locked until 10:30.")
    assert hint(refused, AGAIN) == ("Try again: run the failures workbook with `--retry refused`.")


@pytest.mark.parametrize(
    "says", ["Lead 62ab16e has", "lead ... has", "Lead … has 5 calls", "…has 17 calls left…"]
)
def test_a_remark_can_be_copied_into_the_settings_as_it_is(says: str) -> None:
    """Numbers and ids of one remark stand for those of the others."""
    one = remarked(5, "Lead 99 has 17 calls left.")
    assert hint(one, RemarkRule(says=says, step=RemarkStep.AGAIN)).startswith("Try again")


@pytest.mark.parametrize(
    "says", ["“Daily limit reached”", "'Daily limit reached'", '"daily … reached."', "limit"]
)
def test_words_in_quotation_marks_fit_what_they_quote_and_nothing_else(says: str) -> None:
    """Whoever copies a remark with its quotation marks means the remark."""
    rule = RemarkRule(says=says, step=RemarkStep.AGAIN)
    assert hint(remarked(5, "Daily limit reached"), rule).startswith("Try again")
    assert hint(remarked(5, "Something new"), rule).startswith("No next step")


@pytest.mark.parametrize("says", ["INV123", "a@b.c", "…", "“”"])
def test_words_that_could_be_any_fit_nothing(says: str) -> None:
    """An entry without a plain word is about no remark, rather than about all of them."""
    rule = RemarkRule(says=says, step=RemarkStep.AGAIN)
    assert hint(remarked(5, "Something new"), rule).startswith("No next step")


def test_a_remark_fits_although_a_cell_of_its_row_says_a_word_of_it() -> None:
    """What people wrote about is not taken out of it; without them, what a cell says is."""
    rule = RemarkRule(says="Status Paid is not allowed", step=RemarkStep.AGAIN)
    acts = [
        remarked(row, f"Status {status} is not allowed", content={"status": status})
        for row, status in ((5, "Paid"), (6, "Refunded"), (7, "Paid"))
    ]
    assert [one.count for one in groups(*acts)] == [3]
    assert [hint(one, rule)[:9] for one in acts] == ["Try again", "No next s", "Try again"]
    paid, other = groups(*acts, rules=(rule,))
    assert (paid.count, paid.step, other.count, other.step) == (2, RemarkStep.AGAIN, 1, None)


@pytest.mark.parametrize(
    "columns", [("name", "wanted"), ("email", "phone"), ("payer_email", "payer_phone")]
)
@pytest.mark.parametrize("words", ["{} is invalid", "The {} is invalid"])
def test_a_cell_that_holds_a_field_s_name_does_not_make_two_fields_one(
    columns: tuple[str, str], words: str
) -> None:
    """The words of the sentence, of its path and of the columns are no values of the row."""
    content = dict(zip(columns, ("Email", "Phone"), strict=True))
    found = groups(
        *(
            action(row, G, content=content, remarks=(Remark(path=f"fields.{name}", text=text),))
            for row, name in ((5, "email"), (6, "phone"))
            for text in [words.format(name.capitalize())]
        )
    )
    assert len(found) == 2
    assert {one.example for one in found} == {""}


def test_a_header_in_a_cell_is_still_a_word_of_the_sentence() -> None:
    """The sheet's headers may be spoken of too."""
    acts = [
        action(row, G, content={"kind": word}, detail=f"The {word} is missing")
        for row, word in ((5, "Status"), (6, "Date"))
    ]
    assert len(groups(*acts)) == 2


def test_of_too_many_groups_the_largest_are_listed_and_the_rest_added_up() -> None:
    """A remark that names what no cell holds makes a group of every row."""
    words = [f"{chr(97 + n % 26)}{chr(97 + n // 26)}x" for n in range(MOST_REASONS + 7)]
    acts = [remarked(5 + n, f"No member {word}") for n, word in enumerate(words)]
    said = groups(*acts, remarked(900, f"No member {words[-1]}"))
    listed, more = largest(said)
    assert (len(listed), listed[0].count) == (MOST_REASONS, 2)
    assert (more.groups, more.count) == (7, 7)
    assert more.money == {Currency.INR: sum(sum(one.money.values()) for one in said[-7:])}


def test_a_remark_that_is_not_in_the_settings_is_not_guessed_at() -> None:
    """It is listed as such."""
    for rules in ((), (ASK,)):
        assert hint(remarked(5, "Something new"), *rules).startswith("No next step is set for this")


@pytest.mark.parametrize("outcome", [C, K])
def test_no_setting_makes_anything_be_sent_twice(outcome: Outcome) -> None:
    """Of what is created or in doubt, an entry adds its note and changes no step."""
    one = remarked(5, "Status 'Paid' is not allowed.", outcome)
    assert hint(one, ASK) == f"Ravi can. {hint(one)}"
    assert "--retry" not in hint(one, ASK)
