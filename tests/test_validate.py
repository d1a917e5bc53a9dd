from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.columns import parse_chunk
from importer.mapping import bind, parse_mapping
from importer.model import (
    CheckedRow,
    Chunk,
    Currency,
    Invalid,
    Kind,
    Money,
    PaymentStatus,
    Ready,
    Skipped,
)
from importer.validate import check_rows, targets

LEAD = "603d2b2f9b1e8a001c8e4f5c"

PAYMENTS = """
mapping: 1
skip:
  - {reason: totals, when: {column: receipt, matches: "(?i)total"}}
columns:
  lead:    {header: Lead ID, type: lead_id}
  receipt: {header: Receipt No, type: text}
  paid_on: {header: Date, type: date, format: dd/mm/yyyy, zone: Asia/Kolkata}
  amount:  {header: Amount, type: amount, locale: en_IN, currency: INR}
  state:   {header: Status, type: text}
  note:    {header: Note, type: text}
lead: lead
identity: {columns: [receipt], equal_rows: problem}
actions:
  - name: payment
    type: PAYMENT
    when: {column: state, in: [Paid, Bounced, Odd]}
    amount: {from: amount}
    currency: INR
    status: {from: state, map: {Paid: COMPLETED, Bounced: FAILED}}
  - name: receipt
    type: "1003"
    when: {column: state, in: [Paid, Bounced]}
    fields:
      import_ref: {from: receipt}
      paid_on: {from: paid_on}
      note: {text: "{receipt}: {note}"}
      mode: Cash
"""
PAYMENT_HEADERS = ("Receipt No", "Lead ID", "Status", "Date", "Amount", "Note")
GOOD = {
    "Receipt No": "R-1",
    "Lead ID": LEAD,
    "Status": "Paid",
    "Date": "03/04/2026",
    "Amount": "₹1,25,000.50",
    "Note": "",
}

ANY_CURRENCY = """
mapping: 1
columns:
  lead:   {header: Lead ID, type: lead_id}
  ref:    {header: Ref, type: text}
  amount: {header: Amount, type: amount, locale: en_US}
  money:  {header: Currency, type: currency}
  state:  {header: Status, type: text}
lead: lead
identity: {columns: [ref], equal_rows: problem}
actions:
  - name: payment
    type: PAYMENT
    amount: {from: amount}
    currency: {from: money}
    status: {from: state}
"""
ANY_GOOD = {
    "Lead ID": LEAD,
    "Ref": "1",
    "Amount": "1,250.50",
    "Currency": "USD",
    "Status": "completed",
}

CUSTOM = """
mapping: 1
columns:
  lead:   {header: Lead ID, type: lead_id}
  seen:   {header: Seen, type: date, format: dd/mm/yyyy hh:mi, zone: Asia/Kolkata}
  count:  {header: Count, type: number, locale: en_IN}
  budget: {header: Budget, type: amount, locale: en_IN, currency: INR}
  mail:   {header: Mail, type: email}
  remark: {header: Remark, type: text, required: true}
  extra:  {header: Extra, type: number}
lead: lead
actions:
  - name: visit
    type: "1002"
    when: {not: {column: remark, is: cancelled}}
    fields:
      seen_on: {from: seen}
      people: {from: count}
      budget: {from: budget}
      email: {from: mail}
      outcome: {from: remark, map: {Yes: Interested, No: Not interested}, otherwise: skip_action}
"""
CUSTOM_GOOD = {
    "Lead ID": LEAD,
    "Seen": "03/04/2026 10:30",
    "Count": "1,250.50",
    "Budget": "1,25,000.5",
    "Mail": "a@example.com",
    "Remark": "Yes",
    "Extra": "",
}


def check(
    text: str,
    *rows: dict[str, str],
    kinds: dict[str, Kind] | None = None,
    ragged: dict[int, int] | None = None,
    surplus: dict[int, tuple[str, ...]] | None = None,
) -> list[CheckedRow]:
    """Check rows, numbered from 2, of a sheet with just these headers, by a mapping's text."""
    mapping, headers = parse_mapping(text, "m.yaml"), tuple(rows[0])
    columns = [[row[header] for row in rows] for header in headers]
    chunk = Chunk(
        numbers=range(2, 2 + len(rows)),
        columns=columns,
        kinds=[[(kinds or {}).get(header, Kind.TEXT)] * len(rows) for header in headers],
        ragged=ragged or {},
        surplus=surplus or {},
    )
    binding = bind(mapping, headers, "sheet.csv", 1)
    return list(check_rows(parse_chunk(chunk, mapping, binding), mapping, binding))


def payment(**changes: str) -> CheckedRow:
    """Check the good payment row with some cells changed."""
    return check(PAYMENTS, GOOD | _by_header(changes))[0]


def any_currency(**changes: str) -> CheckedRow:
    """Check the good row of the sheet with a currency column, with some cells changed."""
    return check(ANY_CURRENCY, ANY_GOOD | _by_header(changes))[0]


def visit(**changes: str) -> CheckedRow:
    """Check the good visit row with some cells changed."""
    return check(CUSTOM, CUSTOM_GOOD | _by_header(changes))[0]


def _by_header(changes: dict[str, str]) -> dict[str, str]:
    known = {header.split()[0].lower(): header for header in (*GOOD, *ANY_GOOD, *CUSTOM_GOOD)}
    return {known[name]: text for name, text in changes.items()}


def ready(row: CheckedRow) -> Ready:
    """Return a row, having seen that it is ready."""
    assert isinstance(row, Ready), row
    return row


def invalid(row: CheckedRow) -> Invalid:
    """Return a row, having seen that it is refused, with a sentence and a hint for each problem."""
    assert isinstance(row, Invalid), row
    assert row.problems
    for problem in row.problems:
        assert problem.message.endswith(".")
        assert problem.hint.endswith(".")
    return row


def found(row: CheckedRow) -> list[tuple[str, str]]:
    """Return a refused row's problems as (column letter, code)."""
    return [(problem.column, problem.code) for problem in invalid(row).problems]


def test_a_good_row_yields_its_actions_in_the_mappings_order() -> None:
    """A payment and its companion come out of one row, byte for byte as they will travel."""
    row = ready(payment())
    first, second = row.drafts
    assert first.entry == (
        '{"type":"PAYMENT","status":"COMPLETED","currency":"INR","amount":"125000.50"}'
    )
    assert first.money == Money(amount=Decimal("125000.50"), currency=Currency.INR)
    assert first.content == {"lead": LEAD, "amount": "125000.5", "state": "Paid"}
    assert second.entry == (
        '{"type":"1003","fields":{"import_ref":"R-1","paid_on":1775154600000,'
        '"note":"R-1:","mode":"Cash"}}'
    )
    assert second.money is None
    assert (first.name, second.name) == ("payment", "receipt")
    assert (first.type, second.type) == ("PAYMENT", "1003")
    assert {first.lead, second.lead} == {LEAD}
    assert row.row == 2
    assert row.identity == ("R-1",)


def test_all_problems_of_a_row_are_named_at_once_in_sheet_order() -> None:
    """Every wrong cell of a row is a problem with its letter, its text, a sentence and a hint."""
    row = payment(lead="6.03E+22", receipt=" ", date="31/02/2026", amount="1,250,00", note="")
    assert found(row) == [
        ("A", "identity-blank"),
        ("B", "lead-id-turned-into-number"),
        ("D", "date-impossible"),
        ("E", "amount-grouping"),
    ]
    assert [problem.seen for problem in invalid(row).problems] == [
        " ",
        "6.03E+22",
        "31/02/2026",
        "1,250,00",
    ]
    assert invalid(row).identity is None


def test_one_wrong_cell_is_one_problem_however_many_actions_use_it() -> None:
    """Two actions that need the same damaged cell make one problem of it."""
    text = PAYMENTS.replace("mode: Cash", "mode: {from: amount}")
    unread, too_fine = check(text, GOOD | {"Amount": "12,50"}, GOOD | {"Amount": "1.005"})
    assert found(unread) == [("E", "amount-grouping")]
    assert found(too_fine) == [("E", "amount-too-many-decimals")]


def test_an_invalid_row_keeps_its_identity_where_it_can_be_read() -> None:
    """A row refused for another cell is still known by its identity."""
    assert invalid(payment(amount="0")).identity == ("R-1",)
    assert invalid(payment(amount="0")).content == {"receipt": "R-1"}


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("", "amount-blank"),
        ("0", "amount-not-positive"),
        ("0.00", "amount-not-positive"),
        ("-500", "amount-not-positive"),
        ("(500)", "amount-not-positive"),
        ("1200.505", "amount-too-many-decimals"),
        ("0.001", "amount-too-many-decimals"),
        ("$500", "amount-other-currency"),
        ("1e5", "amount-scientific"),
    ],
)
def test_a_payment_needs_a_positive_exact_amount(amount: str, code: str) -> None:
    """A PAYMENT's amount is there, greater than 0 and payable in its currency."""
    assert found(payment(amount=amount)) == [("E", code)]


@pytest.mark.parametrize("amount", ["-", "nil", "0", ""])
def test_the_way_out_of_a_payment_without_an_amount_is_no_circle(amount: str) -> None:
    """A dash, a zero and a blank cell do not send a person from one to the other."""
    [problem] = invalid(payment(amount=amount)).problems
    assert "write 0" not in problem.hint
    assert "give the row up, or add a `skip` rule for such rows to the mapping" in problem.hint


def test_decimals_that_are_zero_do_not_count() -> None:
    """An amount written with idle zeros is the same amount."""
    assert '"amount":"1200.50"' in ready(payment(amount="1200.5")).drafts[0].entry
    assert '"amount":"1200"' in ready(payment(amount="1,200.00")).drafts[0].entry


@pytest.mark.parametrize(
    ("amount", "hinted"),
    [("1234.5600000000001", "should give 1234.56"), ("1200.505", "never rounded")],
)
def test_a_native_number_is_never_rounded(amount: str, hinted: str) -> None:
    """A rounding error of Excel is told from an amount with too many decimals; both are refused."""
    row = check(PAYMENTS, GOOD | {"Amount": amount}, kinds={"Amount": Kind.NUMBER})[0]
    assert found(row) == [("E", "amount-too-many-decimals")]
    assert hinted in invalid(row).problems[0].hint


def test_a_status_that_the_mapping_does_not_know_is_a_problem() -> None:
    """A value without an entry in the map is a problem at its cell."""
    assert found(payment(status="Odd")) == [("C", "value-not-in-map")]


@pytest.mark.parametrize("status", PaymentStatus)
@pytest.mark.parametrize("currency", Currency)
def test_status_and_currency_may_come_from_columns(
    status: PaymentStatus, currency: Currency
) -> None:
    """Each of the six statuses and eleven currencies can stand in a cell, in any case."""
    row = any_currency(status=status.value.title(), currency=currency.value.lower(), amount="7")
    assert json.loads(ready(row).drafts[0].entry) == {
        "type": "PAYMENT",
        "status": status.value,
        "currency": currency.value,
        "amount": "7",
    }


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"status": "Paid"}, [("E", "status-unknown")]),
        ({"status": ""}, [("E", "status-blank")]),
        ({"currency": ""}, [("D", "currency-blank")]),
        ({"currency": "EUR"}, [("D", "currency-unknown")]),
        ({"currency": "$"}, [("D", "currency-ambiguous")]),
        ({"currency": "XOF"}, [("C", "amount-too-many-decimals")]),
        ({"amount": "$5"}, [("C", "amount-mark-unchecked")]),
        (
            {"amount": "-1", "currency": "", "status": "x"},
            [("C", "amount-not-positive"), ("D", "currency-blank"), ("E", "status-unknown")],
        ),
    ],
)
def test_status_and_currency_cells_are_checked(
    changes: dict[str, str], problems: list[tuple[str, str]]
) -> None:
    """A status or currency that the CRM would not take is a problem at its own cell."""
    assert found(any_currency(**changes)) == problems


def test_a_currency_column_may_be_plain_text() -> None:
    """A currency read from a column of type text is checked as one of type currency is."""
    text = ANY_CURRENCY.replace("type: currency", "type: text")
    good, bad = check(text, ANY_GOOD, ANY_GOOD | {"Currency": "rupees"})
    assert ready(good).drafts[0].money == Money(amount=Decimal("1250.50"), currency=Currency.USD)
    assert found(bad) == [("D", "currency-unknown")]


def test_a_row_in_another_currency_than_its_amounts_is_refused() -> None:
    """A currency cell that contradicts the amount column's currency is a problem."""
    text = ANY_CURRENCY.replace("locale: en_US", "locale: en_US, currency: INR")
    assert found(check(text, ANY_GOOD)[0]) == [("D", "currency-differs")]
    assert isinstance(check(text, ANY_GOOD | {"Currency": "INR"})[0], Ready)


def test_a_custom_action_types_its_fields() -> None:
    """Dates travel as epoch milliseconds, numbers exactly, amounts as text, blanks not at all."""
    row = ready(visit())
    seen = dt.datetime(2026, 4, 3, 10, 30, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert row.drafts[0].entry == (
        f'{{"type":"1002","fields":{{"seen_on":{int(seen.timestamp()) * 1000},"people":1250.5,'
        '"budget":"125000.50","email":"a@example.com","outcome":"Interested"}}'
    )
    few = ready(visit(seen="", count="", budget="", mail="\u00a0"))
    assert few.drafts[0].entry == '{"type":"1002","fields":{"outcome":"Interested"}}'


def test_an_action_without_any_field_is_a_problem() -> None:
    """A custom action whose cells are all blank is not sent empty."""
    text = CUSTOM.replace(", required: true", "").replace(", otherwise: skip_action", "")
    blank = dict.fromkeys(CUSTOM_GOOD, "") | {"Lead ID": LEAD}
    assert found(check(text, blank)[0]) == [("B", "action-without-fields")]


def test_text_travels_untouched() -> None:
    """Quotation marks, line breaks and every script survive in the entry."""
    note = 'He said "कल", 100%\nthen left \\ 🙏'
    fields = json.loads(ready(payment(note=note)).drafts[1].entry)["fields"]
    assert fields["note"] == f"R-1: {note}"


def test_a_value_may_skip_its_action() -> None:
    """`otherwise: skip_action` drops the action, whatever is wrong with its other cells."""
    assert visit(remark="Perhaps", seen="yesterday") == Skipped(row=2, reason="no action applies")


def test_a_required_cell_is_missed_even_where_no_action_uses_it() -> None:
    """A blank cell of a required column is a problem of its row."""
    text = CUSTOM.replace("extra:  {header: Extra,", "extra: {required: true, header: Extra,")
    assert found(check(text, CUSTOM_GOOD)[0]) == [("G", "cell-required")]
    assert ("F", "cell-required") in found(visit(remark=""))


def test_only_cells_that_are_used_can_be_wrong() -> None:
    """A damaged cell that nothing hangs on is let alone."""
    assert isinstance(visit(extra="many"), Ready)
    assert payment(status="Due", amount="soon", lead="x", receipt="") == Skipped(
        row=2, reason="no action applies"
    )


def test_rows_are_skipped_with_their_reason_and_keep_their_numbers() -> None:
    """Blank rows, totals and rows that no action applies to are skipped, and counted by reason."""
    blank = dict.fromkeys(GOOD, " ")
    total = blank | {"Receipt No": "Grand Total", "Amount": "₹9,99,999"}
    rows = check(PAYMENTS, GOOD, blank, GOOD | {"Status": "Due"}, total, GOOD)
    assert rows[1:4] == [
        Skipped(row=3, reason="blank"),
        Skipped(row=4, reason="no action applies"),
        Skipped(row=5, reason="totals"),
    ]
    assert (rows[0].row, rows[4].row) == (2, 6)


def test_a_custom_actions_amount_fits_its_currency() -> None:
    """An amount in a field may be negative, and has no more decimals than its currency either."""
    assert '"budget":"-5"' in ready(visit(budget="(5.00)")).drafts[0].entry
    assert found(visit(budget="5.005")) == [("D", "amount-too-many-decimals")]


def test_a_skip_rule_that_cannot_be_read_is_a_problem_only_if_it_matters() -> None:
    """A rule on a damaged cell refuses a row that would act, and no other."""
    rule = "skip: [{reason: extras, when: {column: extra, above: 5}}]\n"
    bad = CUSTOM_GOOD | {"Extra": "many"}
    acts, rests, extra = check(
        CUSTOM + rule, bad, bad | {"Remark": "cancelled"}, CUSTOM_GOOD | {"Extra": "6"}
    )
    assert found(acts) == [("G", "number-unreadable")]
    assert rests == Skipped(row=3, reason="no action applies")
    assert extra == Skipped(row=4, reason="extras")


def test_a_condition_on_a_damaged_cell_refuses_the_row() -> None:
    """Where it cannot be told whether an action applies, the row is refused for that cell."""
    text = PAYMENTS.replace(
        "when: {column: state, in: [Paid, Bounced, Odd]}", "when: {column: amount, above: 0}"
    )
    assert found(check(text, GOOD | {"Amount": "1,2"})[0]) == [("E", "amount-grouping")]


def test_a_ragged_row_is_refused_as_a_whole() -> None:
    """A row with too many or too few cells is refused without reading anything into its cells."""
    long, short, good = check(PAYMENTS, GOOD | {"Amount": "x"}, GOOD, GOOD, ragged={2: 9, 3: 4})
    assert found(long) == [("", "row-ragged")]
    assert found(short) == [("", "row-ragged")]
    assert "9 cells" in invalid(long).problems[0].message
    assert invalid(long).identity is None
    assert invalid(long).content == {}
    assert isinstance(good, Ready)


def test_a_ragged_row_shows_what_stands_beyond_the_header() -> None:
    """The cells that no column of the sheet can show are in the sentence, a few and shortened."""
    rows = (GOOD, GOOD, GOOD)
    beyond = {2: ("50.00",), 3: ("", " "), 4: ("x" * 90, "", "y", "z", "v", "w")}
    wide = len(GOOD)
    ragged = {row: wide + len(texts) for row, texts in beyond.items()}
    one, blank, many = check(PAYMENTS, *rows, ragged=ragged, surplus=beyond)
    assert invalid(one).problems[0].message.endswith("Beyond the header stands “50.00”.")
    assert invalid(blank).problems[0].message.endswith("The cells beyond the header are blank.")
    shown = f"“{'x' * 40}…”, “y”, “z” and 2 more."
    assert invalid(many).problems[0].message.endswith(shown)


def test_a_row_that_is_too_short_is_advised_by_how_short_it_is() -> None:
    """One cell alone may be the rest of the row above; a few missing ones may be Excel's doing."""
    single, short = check(PAYMENTS, GOOD, GOOD, ragged={2: 1, 3: 4})
    assert "1 cell," in invalid(single).problems[0].message
    assert "the row above" in invalid(single).problems[0].hint
    assert ".xlsx" in invalid(short).problems[0].hint


def test_a_lead_is_needed_and_lowered() -> None:
    """A row that acts needs its lead; capitals in the id are lowered."""
    assert found(payment(lead="")) == [("B", "lead-blank")]
    assert ready(payment(lead=LEAD.upper())).drafts[0].lead == LEAD


def test_an_identity_is_what_was_meant_not_how_it_was_written() -> None:
    """Identity and content compare typed values; the fingerprint compares what was seen."""
    text = PAYMENTS.replace("columns: [receipt]", "columns: [paid_on, amount]")
    one, other = check(text, GOOD, GOOD | {"Amount": "125000.5"})
    assert ready(one).identity == ready(other).identity == ("125000.5", "2026-04-03")
    assert ready(one).drafts[0].content == ready(other).drafts[0].content
    assert ready(one).fingerprint != ready(other).fingerprint


def test_without_an_identity_every_declared_column_counts() -> None:
    """A mapping without an identity knows its rows by all their cells, damaged ones as seen."""
    cells = (LEAD, "2026-04-03T10:30:00", "1250.5", "125000.5", "a@example.com", "Yes", "many")
    assert sorted(ready(visit(extra="many")).identity) == sorted(cells)


def test_a_fingerprint_does_not_hang_on_the_order_of_columns_or_on_spaces() -> None:
    """The same cells have the same fingerprint, wherever the sheet or the mapping puts them."""
    turned = dict(reversed(GOOD.items())) | {"Note": " "}
    assert ready(check(PAYMENTS, turned)[0]).fingerprint == ready(payment()).fingerprint
    assert ready(payment(note="x")).fingerprint != ready(payment()).fingerprint


def test_a_fingerprint_can_be_taken_of_any_text() -> None:
    """Even a text that UTF-8 cannot hold has a fingerprint, so that its row can be refused."""
    assert found(payment(note="\ud800")) == [("F", "text-characters-lost")]


def test_targets_lead_from_a_remark_to_its_column() -> None:
    """Each value of an action names the column it was made from; constants name none."""
    mapping = parse_mapping(PAYMENTS, "m.yaml")
    assert targets(mapping, bind(mapping, PAYMENT_HEADERS, "sheet.csv", 1)) == {
        "payment": {"lead": "B", "amount": "E", "status": "C"},
        "receipt": {
            "lead": "B",
            "fields.import_ref": "A",
            "fields.paid_on": "D",
            "fields.note": "A",
        },
    }


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "Receipt No": st.sampled_from(["R-1", "", "total"]) | st.text(max_size=4),
                "Lead ID": st.sampled_from([LEAD, "", "6.03E+22"]),
                "Status": st.sampled_from(["Paid", "Due", "Odd", ""]),
                "Date": st.sampled_from(["03/04/2026", "31/02/2026", ""]),
                "Amount": st.sampled_from(["₹1,250.50", "0", "", "1.2.3", "#N/A"]),
                "Note": st.text(max_size=4),
            }
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([Kind.TEXT, Kind.NUMBER, Kind.ERROR]),
)
def test_every_row_is_judged_once_and_every_entry_is_sound(
    rows: list[dict[str, str]], kind: Kind
) -> None:
    """Whatever the cells hold, each row has one result, and what is ready keeps the API's rules."""
    checked = check(PAYMENTS, *rows, kinds={"Amount": kind})
    assert [row.row for row in checked] == list(range(2, 2 + len(rows)))
    for row in checked:
        if isinstance(row, Invalid):
            assert found(row) == sorted(set(found(row)))
        elif isinstance(row, Ready):
            assert all(json.loads(draft.entry)["type"] == draft.type for draft in row.drafts)
            money = row.drafts[0].money
            assert money is not None
            assert Decimal(json.loads(row.drafts[0].entry)["amount"]) == money.amount > 0
