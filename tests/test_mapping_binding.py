from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import SheetError
from importer.letters import column_letter
from importer.mapping import Binding, bind, parse_mapping

HEADERS = ("S.No", "Lead ID", "Receipt No", "Date", "Amount (₹)", "")


def bound(headers: Sequence[str], **columns: str) -> Binding:
    """Bind a mapping with these columns (name → its headers, as YAML) to a sheet's headers."""
    declared = "".join(
        f"  {name}: {{header: {text}, type: text}}\n" for name, text in columns.items()
    )
    text = (
        "mapping: 1\ncolumns:\n  lead: {header: Lead ID, type: lead_id}\n"
        f"{declared}lead: lead\nactions: [{{name: note, type: '1001', fields: {{note: x}}}}]\n"
    )
    return bind(parse_mapping(text, "test.yaml"), headers, "payments.xlsx", 4)


def refused(headers: Sequence[str], **columns: str) -> str:
    """Bind what cannot be bound; return the sentence."""
    with pytest.raises(SheetError) as caught:
        bound(headers, **columns)
    assert caught.value.hint
    return caught.value.message


def test_columns_are_found_by_their_headers() -> None:
    """Each declared column knows its place and its letter; others are left alone."""
    binding = bound(HEADERS, receipt="Receipt No", amount="'Amount (₹)'")
    assert binding.columns == {"lead": 1, "receipt": 2, "amount": 4}
    assert binding.headers == HEADERS
    assert binding.letter("amount") == "E"


@pytest.mark.parametrize(
    "shown",
    ["receipt no", "RECEIPT\nNO", " Receipt\u00a0 No ", "Receipt\r\nNo", "\ufeffReceipt No"],
)
def test_headers_match_whatever_their_look(shown: str) -> None:
    """Capitals, spaces, no-break spaces and line breaks of a header do not count."""
    assert bound(("Lead ID", shown), receipt="Receipt No").columns["receipt"] == 1


def test_one_of_several_headers_is_enough() -> None:
    """A column is found by any of the headers that it may have."""
    binding = bound(("Rcpt #", "Lead ID"), receipt="[Receipt No, 'Rcpt #']")
    assert binding.columns == {"lead": 1, "receipt": 0}


def test_one_header_may_be_read_in_two_ways() -> None:
    """Two columns may be declared on one header."""
    assert bound(("Lead ID",), words="lead id").columns == {"lead": 0, "words": 0}


def test_all_faults_of_a_header_row_come_at_once() -> None:
    """Every missing and every doubled header is named, with what was probably meant."""
    message = refused(
        ("Lead-ID", "Recipt No", "Date", "Mode", "DATE "),
        receipt="[Receipt No, Voucher]",
        day="Date",
        zone="Galaxy",
    )
    assert message == (
        "payments.xlsx, header row 4: "
        'There is no header "Lead ID" for the column `lead`. Did you mean `Lead-ID`? '
        'There is no header "Receipt No" or "Voucher" for the column `receipt`. '
        "Did you mean `Recipt No`? "
        "The column `day` could be C and E: its header is there more than once. "
        'There is no header "Galaxy" for the column `zone`.'
    )


def test_two_headers_of_one_column_are_ambiguous() -> None:
    """Where two of a column's headers are in the sheet, nobody chooses in silence."""
    message = refused(("Lead ID", "Receipt No", "Voucher"), receipt="[Receipt No, Voucher]")
    assert "`receipt` could be B and C" in message


def test_doubled_headers_that_nobody_uses_do_not_matter() -> None:
    """A header that is there twice is a fault only for a column that needs it."""
    assert bound(("Lead ID", "Date", "Date")).columns == {"lead": 0}


@pytest.mark.parametrize("ours", ["Importer: Problem", "IMPORTER: key"])
def test_our_own_columns_are_never_bound(ours: str) -> None:
    """A column that the importer added to a failures workbook is not the sheet's."""
    assert "There is no header" in refused(("Lead ID", ours), problem=f"'{ours}'")
    assert bound(("Lead ID", ours, ours)).columns == {"lead": 0}


@pytest.mark.parametrize(
    ("index", "letter"),
    [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")],
)
def test_letters(index: int, letter: str) -> None:
    """A column's letter is the one that Excel shows."""
    assert column_letter(index) == letter


@given(st.integers(min_value=0, max_value=20_000))
def test_letters_count_up(index: int) -> None:
    """No two columns have one letter, and a later column's letter is never shorter."""
    one, two = column_letter(index), column_letter(index + 1)
    assert (len(one), one) < (len(two), two)
    assert re.fullmatch("[A-Z]+", one)
