from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import MappingError
from importer.mapping import bind, parse_mapping, skeleton
from importer.model import SheetSpec

HEADERS = ("S.No", "Lead ID", "Amount (₹)", "Date", "", "Date", "रसीद", "5 star", "Importer: key")
SPEC = SheetSpec(tab="Payments", header_row=4)
FILLED = {
    '{header: "Lead ID", type: text}': '{header: "Lead ID", type: lead_id}',
    "lead: TODO": "lead: lead_id",
    "columns: [TODO]": "columns: [s_no]",
    "equal_rows: TODO": "equal_rows: problem",
    "exports: TODO": "exports: separate",
    "{not: {column: TODO, is: TODO}}": "{column: s_no, blank: false}",
    "amount: {from: TODO}": "amount: 100",
    "currency: TODO": "currency: INR",
    "from: TODO": "from: s_no",
    "map: {TODO: COMPLETED}": "map: {Paid: COMPLETED}",
}


def mistakes_of(text: str) -> list[tuple[int, str]]:
    """Parse a skeleton; return (line, message) of what is still to be done."""
    with pytest.raises(MappingError) as caught:
        parse_mapping(text, "skeleton.yaml")
    return [(mistake.line, mistake.message) for mistake in caught.value.mistakes]


def test_an_untouched_skeleton_names_what_is_to_be_done() -> None:
    """Checked as it is, a skeleton has one mistake for each TODO, on its line, and no other."""
    text = skeleton(HEADERS, SPEC, "payments.xlsx")
    lines = text.splitlines()
    mistakes = mistakes_of(text)
    assert [message for _, message in mistakes] == [
        f"`{path}` still says TODO."
        for path in (
            "lead",
            "identity.columns",
            "identity.equal_rows",
            "identity.exports",
            "actions.when.not.column",
            "actions.when.not.is",
            "actions.amount.from",
            "actions.currency",
            "actions.status.from",
            "actions.status.map",
        )
    ]
    for line, _ in mistakes:
        assert "TODO" in lines[line - 1]


def test_a_filled_skeleton_is_a_mapping_for_its_sheet() -> None:
    """With its TODOs replaced and nothing else, a skeleton is read and binds to its sheet."""
    text = skeleton(HEADERS, SPEC, "payments.xlsx")
    for todo, done in FILLED.items():
        text = text.replace(todo, done)
    mapping = parse_mapping(text, "payments.yaml")
    assert mapping.sheet == SPEC
    assert list(mapping.columns) == ["s_no", "lead_id", "amount", "column_g", "column_h"]
    assert bind(mapping, HEADERS, "payments.xlsx", 4).columns["column_h"] == 7


def test_the_example_for_totals_takes_no_payer_for_one() -> None:
    """The pattern that the skeleton shows fits total lines, and no name with the word in it."""
    text = skeleton(HEADERS, SPEC, "payments.xlsx")
    (pattern,) = re.findall(r'reason: totals.*matches: "(.*)"', text)
    for total in ("Total", "GRAND TOTAL", "Subtotal", "Total:"):
        assert re.search(pattern, total)
    for payer in ("TOTAL ENERGIES", "Grand Total Foods", "Totalis"):
        assert not re.search(pattern, payer)


def test_nothing_is_guessed() -> None:
    """Every column is a text until a person says otherwise."""
    lines = skeleton(("Lead ID", "Amount", "Date"), SPEC, "a.csv").splitlines()
    declared = [line for line in lines if line.startswith("  ") and "header: " in line]
    assert len([line for line in declared if line.endswith("type: text}")]) == 3


def test_doubled_headers_are_shown_and_not_declared() -> None:
    """A header that is there twice cannot be used, and the skeleton says where it is."""
    text = skeleton(HEADERS, SPEC, "payments.xlsx")
    assert '#  column D: the header "Date" is there more than once' in text
    assert '#  column F: the header "Date" is there more than once' in text
    assert "Importer: key" not in text


@pytest.mark.parametrize(
    "spec",
    [
        SheetSpec(header_row=1),
        SheetSpec(header_row=3, delimiter=";", encoding="cp1252"),
        SheetSpec(header_row=1, delimiter="\t"),
        SheetSpec(tab='Tab "1": a', header_find=("Lead ID", "Amount (₹)")),
    ],
)
def test_the_place_of_the_sheet_is_kept(spec: SheetSpec) -> None:
    """What was said on where the sheet is stands in the skeleton, and is read back the same."""
    text = skeleton(HEADERS, spec, "payments.xlsx")
    for todo, done in FILLED.items():
        text = text.replace(todo, done)
    assert parse_mapping(text, "payments.yaml").sheet == spec


def test_a_sheet_without_a_usable_header_gets_a_place_for_one() -> None:
    """Where no header can be used, the columns are one more thing to be done."""
    messages = [message for _, message in mistakes_of(skeleton(("", "A", "a"), SPEC, "a.csv"))]
    assert "`columns` still says TODO." in messages


@given(st.lists(st.text(max_size=12), max_size=8), st.text(max_size=20))
def test_any_headers_make_a_skeleton(headers: list[str], file: str) -> None:
    """Whatever the headers are called, the skeleton is YAML in which only TODOs are wrong."""
    mistakes = mistakes_of(skeleton(headers, SPEC, file))
    assert mistakes
    assert [message for _, message in mistakes if not message.endswith("still says TODO.")] == []


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=8))
def test_any_header_is_found_again(headers: list[str]) -> None:
    """Every column that a skeleton declares binds to the header that it was made from."""
    shown = ["Lead ID", *headers]
    text = skeleton(shown, SPEC, "a.csv").replace(
        '{header: "Lead ID", type: text}', '{header: "Lead ID", type: lead_id}'
    )
    start, rest = text.split("# The column (type lead_id)")
    assert rest
    name = start.split("\ncolumns:\n")[1].split(":")[0].strip()
    if '"Lead ID", type: lead_id' not in start:  # another header reads the same
        return
    whole = f'{start}\nlead: {name}\nactions: [{{name: n, type: "1", fields: {{a: b}}}}]\n'
    mapping = parse_mapping(whole, "a.yaml")
    binding = bind(mapping, shown, "a.csv", 1)
    assert len(set(binding.columns.values())) == len(binding.columns)
