from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.mapping import (
    ColumnSpec,
    ColumnType,
    Condition,
    From,
    SkipRule,
    Source,
    Template,
    parse_mapping,
)
from importer.model import Currency, Flaw, Kind, Table, Value
from importer.resolve import (
    SKIP_ACTION,
    Flawed,
    Resolved,
    compile_condition,
    compile_source,
)
from importer.values import parser_for

COLUMNS = {
    spec.name: spec
    for spec in (
        ColumnSpec(name="state", headers=("Status",), type=ColumnType.TEXT),
        ColumnSpec(name="note", headers=("Note",), type=ColumnType.TEXT),
        ColumnSpec(
            name="amount", headers=("Amount",), type=ColumnType.AMOUNT, currency=Currency.INR
        ),
        ColumnSpec(
            name="day",
            headers=("Date",),
            type=ColumnType.DATE,
            format="dd/mm/yyyy",
            zone="Asia/Kolkata",
        ),
        ColumnSpec(name="unit", headers=("Currency",), type=ColumnType.CURRENCY),
    )
}
INDIA = ZoneInfo("Asia/Kolkata")
BROKEN = "31/02/2026"
"""A date that no calendar has: its cell is damaged, and its text is there."""


def table(**cells: str) -> Table:
    """Make a table of one row, read as the importer reads a sheet; other cells are blank."""
    texts = {name: [cells.get(name, "")] for name in COLUMNS}
    kinds = {name: Kind.ERROR if text == ["#N/A"] else Kind.TEXT for name, text in texts.items()}
    values: dict[str, list[Value | Flaw]] = {
        name: [parser_for(COLUMNS[name])(text, kinds[name])] for name, (text,) in texts.items()
    }
    return Table(numbers=[5], values=values, texts=texts, blank=[False], ragged={})


def condition(written: Mapping[str, object]) -> Condition:
    """Read a condition as it stands in a mapping."""
    rule = {"reason": "test", "when": written}
    return SkipRule.model_validate(rule, by_alias=True, by_name=False).when


def holds(written: Mapping[str, object], **cells: str) -> bool | Flawed:
    """Evaluate a condition for one row."""
    return compile_condition(condition(written), COLUMNS)(table(**cells), 0)


def value(source: Source, **cells: str) -> Resolved:
    """Evaluate a source for one row."""
    return compile_source(source, COLUMNS)(table(**cells), 0)


def flawed_columns(result: object) -> list[str]:
    """Return the columns that a result hangs on."""
    assert isinstance(result, Flawed)
    return [column for column, _ in result.cells]


def test_no_condition_always_holds() -> None:
    """An action without `when` fires for every row."""
    assert compile_condition(None, COLUMNS)(table(), 0) is True


@pytest.mark.parametrize(
    ("written", "cell", "expected"),
    [
        ({"is": "Paid"}, "Paid", True),
        ({"is": "Paid"}, " PAID\n", True),
        ({"is": "part paid"}, "Part\u00a0 Paid", True),
        ({"is": "Paid"}, "Paid up", False),
        ({"is": "Paid"}, "", False),
        ({"in": ("Paid", "Bounced")}, "bounced", True),
        ({"in": ("Paid", "Bounced")}, "Due", False),
        ({"in": "Paid"}, "PAID", True),
        ({"blank": "true"}, " \u00a0", True),
        ({"blank": "true"}, "x", False),
        ({"blank": "false"}, "x", True),
        ({"blank": "false"}, "", False),
        ({"matches": "(?i)total"}, "GRAND TOTAL", True),
        ({"matches": "total"}, "GRAND TOTAL", False),
        ({"matches": "^Total$"}, " Total ", True),
        ({"matches": "^caf\u00e9"}, "cafe\u0301s", True),
    ],
)
def test_conditions_on_texts(written: Mapping[str, object], cell: str, *, expected: bool) -> None:
    """Texts are compared as people read them; patterns see the trimmed text."""
    assert holds({"column": "state", **written}, state=cell) is expected


@pytest.mark.parametrize(
    ("column", "written", "cell", "expected"),
    [
        ("amount", {"above": "1000"}, "1000.01", True),
        ("amount", {"above": "1000"}, "1000", False),
        ("amount", {"above": "-5"}, "0", True),
        ("amount", {"below": "1000.50"}, "1000.49", True),
        ("amount", {"below": "1000.50"}, "1000.50", False),
        ("amount", {"above": "0"}, "", False),
        ("amount", {"below": "0"}, "", False),
        ("day", {"above": "2026-04-03"}, "04/04/2026", True),
        ("day", {"above": "2026-04-03"}, "03/04/2026", False),
        ("day", {"below": "2026-04-03 00:01"}, "03/04/2026", True),
        ("day", {"below": "2026-04-03"}, "02/04/2026", True),
    ],
)
def test_conditions_on_measures(
    column: str, written: Mapping[str, object], cell: str, *, expected: bool
) -> None:
    """Amounts and dates are compared exactly, dates in the column's zone; blank is neither."""
    assert holds({"column": column, **written}, **{column: cell}) is expected


PAID = {"column": "state", "is": "Paid"}
BIG = {"column": "amount", "above": "100"}
EARLY = {"column": "day", "below": "2026-04-01"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"all": [PAID, BIG]}, True),
        ({"all": [PAID, EARLY]}, False),
        ({"any": [EARLY, BIG]}, True),
        ({"any": [EARLY, {"not": PAID}]}, False),
        ({"not": EARLY}, True),
        ({"not": {"all": [PAID, {"not": {"any": [EARLY]}}]}}, False),
    ],
)
def test_joined_conditions(written: Mapping[str, object], *, expected: bool) -> None:
    """Conditions are joined by all, any and not, however deep."""
    assert holds(written, state="Paid", amount="500", day="03/04/2026") is expected


@pytest.mark.parametrize(
    "written",
    [
        EARLY,
        {"not": EARLY},
        {"column": "day", "blank": True},
        {"column": "day", "blank": False},
        {"column": "day", "is": "03/04/2026"},
        {"not": {"column": "day", "matches": "total"}},
        {"all": [PAID, EARLY]},
        {"any": [{"not": PAID}, EARLY]},
    ],
)
def test_a_result_that_hangs_on_a_damaged_cell_is_flawed(written: Mapping[str, object]) -> None:
    """Neither True nor False is said where the cell that decides cannot be read."""
    assert flawed_columns(holds(written, state="Paid", day=BROKEN)) == ["day"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"all": [EARLY, {"not": PAID}]}, False),
        ({"any": [EARLY, PAID]}, True),
        ({"column": "day", "is": BROKEN}, True),
        ({"column": "day", "matches": "^31"}, True),
        ({"not": {"column": "day", "matches": "^31"}}, False),
    ],
)
def test_a_result_that_is_certain_is_not_flawed(
    written: Mapping[str, object], *, expected: bool
) -> None:
    """A damaged cell does not matter where the others decide, or where its own words do."""
    assert holds(written, state="Paid", day=BROKEN) is expected


def test_an_error_cell_is_no_silent_no() -> None:
    """`#N/A` in a status column does not make a row one that no action applies to."""
    result = holds({"column": "state", "in": ["Paid", "Bounced"]}, state="#N/A")
    assert flawed_columns(result) == ["state"]


def test_every_damaged_cell_is_named_once() -> None:
    """A joined condition names each column that it hangs on."""
    written = {"any": [EARLY, BIG, {"not": EARLY}]}
    assert flawed_columns(holds(written, day=BROKEN, amount="1,2,3")) == ["day", "amount"]


def test_flawed_cannot_be_taken_for_a_yes() -> None:
    """Asking a Flawed whether it is true is an error in the program, not an answer."""
    result = holds(EARLY, day=BROKEN)
    with pytest.raises(TypeError):
        assert result


def test_a_total_line_is_known_by_its_words_in_a_typed_column() -> None:
    """The words "Grand total" in a date column are a damaged date, and still a total."""
    assert holds({"column": "day", "matches": "(?i)total"}, day="Grand total") is True


def test_constants() -> None:
    """A constant is its text for every row."""
    assert value_of('"  INR"') == "  INR"


def value_of(written: str, **cells: str) -> Resolved:
    """Evaluate a source written in YAML, in a mapping that is checked as a whole."""
    mapping = parse_mapping(
        "mapping: 1\n"
        "columns:\n"
        "  lead: {header: Lead ID, type: lead_id}\n"
        "  state: {header: Status, type: text}\n"
        "  note: {header: Note, type: text}\n"
        "  amount: {header: Amount, type: amount, currency: INR}\n"
        "  day: {header: Date, type: date, format: dd/mm/yyyy, zone: Asia/Kolkata}\n"
        "  unit: {header: Currency, type: currency}\n"
        "lead: lead\n"
        f'actions: [{{name: test, type: "1001", fields: {{field: {written}}}}}]\n',
        "test.yaml",
    )
    return compile_source(mapping.actions[0].fields["field"], mapping.columns)(table(**cells), 0)


@pytest.mark.parametrize(
    ("written", "cells", "expected"),
    [
        ("{from: note}", {"note": " By  cheque "}, "By  cheque"),
        ("{from: note}", {}, None),
        ("{from: amount}", {"amount": "1250.50"}, Decimal("1250.50")),
        ("{from: day}", {"day": "03/04/2026"}, dt.datetime(2026, 4, 3, tzinfo=INDIA)),
        ("{from: note, default: none}", {}, "none"),
        ("{from: note, default: none}", {"note": "some"}, "some"),
        ("{from: amount, default: 10.00}", {}, Decimal("10.00")),
        ("{from: day, default: 2026-01-31}", {}, dt.datetime(2026, 1, 31, tzinfo=INDIA)),
        (
            "{from: day, default: 2026-01-31 10:30}",
            {},
            dt.datetime(2026, 1, 31, 10, 30, tzinfo=INDIA),
        ),
        ("{from: unit, default: USD}", {}, "USD"),
        ("{from: state, map: {Paid: COMPLETED}}", {"state": " PAID"}, "COMPLETED"),
        ("{from: state, map: {part paid: PENDING}}", {"state": "Part\nPaid"}, "PENDING"),
        ("{from: state, map: {Paid: COMPLETED}}", {}, None),
        ("{from: state, map: {Paid: COMPLETED}, otherwise: skip_action}", {}, None),
        ("{from: state, map: {Paid: COMPLETED}, default: paid}", {}, "COMPLETED"),
        (
            "{from: state, map: {Paid: COMPLETED}, otherwise: skip_action}",
            {"state": "Due"},
            SKIP_ACTION,
        ),
    ],
)
def test_columns_as_sources(written: str, cells: dict[str, str], expected: object) -> None:
    """A cell is read, then a blank takes its default, then the map is looked up."""
    assert value_of(written, **cells) == expected


@pytest.mark.parametrize("ending", ["", ", otherwise: problem"])
def test_a_value_that_the_map_does_not_know_is_a_problem(ending: str) -> None:
    """Without another word, a value that is not in the map is a flaw of its cell."""
    result = value_of(f"{{from: state, map: {{Paid: COMPLETED, Due: PENDING}}{ending}}}", state="?")
    assert isinstance(result, Flawed)
    ((column, flaw),) = result.cells
    assert column == "state"
    assert flaw.code == "value-not-in-map"
    assert "Paid, Due" in flaw.hint


def test_a_misspelt_value_is_told_what_was_meant() -> None:
    """A value that is nearly one of the map's keys is asked back for."""
    result = value_of("{from: state, map: {Paid: COMPLETED, Due: PENDING}}", state="Padi")
    assert isinstance(result, Flawed)
    assert result.cells[0][1].hint.startswith("Did you mean Paid? Write one of")


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("Bounce", "Bounced"),
        ("Part paid", ""),
        ("Unpaid", ""),
        ("Not bounced", ""),
        ("Complete", ""),
    ],
)
def test_a_value_that_says_something_else_is_not_led_astray(cell: str, meant: str) -> None:
    """Only a near miss is asked back for: whoever types the suggestion books other money."""
    known = "{Paid: COMPLETED, Bounced: FAILED, Incomplete: PENDING}"
    result = value_of(f"{{from: state, map: {known}}}", state=cell)
    assert isinstance(result, Flawed)
    hint = result.cells[0][1].hint
    assert hint.startswith(f"Did you mean {meant}? " if meant else "Write one of the values")


def test_a_long_map_is_not_told_in_full() -> None:
    """A hint names a few of the values that a map knows."""
    source = From(column="state", map={f"value {n}": "x" for n in range(100)})
    result = value(source, state="other")
    assert isinstance(result, Flawed)
    assert "value 7, …)" in result.cells[0][1].hint


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("By {note}: {state}", {"note": " Asha ", "state": "ok"}, "By Asha: ok"),
        ("By {note}: {state}", {"state": "ok"}, "By : ok"),
        ("By {note}: {state}", {}, None),
        (
            "On {day}, {amount}",
            {"day": "03/04/2026", "amount": "1250.50"},
            "On 03/04/2026, 1250.50",
        ),
        ("{{{note}}} {{}}", {"note": "x"}, "{x} {}"),
        ("{note}{note}", {"note": "ab"}, "abab"),
        ("{ note }", {"note": "x"}, "x"),
        ("{note}, {state}", {"note": "{state}", "state": "y"}, "{state}, y"),
        ("plain", {}, "plain"),
    ],
)
def test_templates(text: str, cells: dict[str, str], expected: str | None) -> None:
    """A template holds the cells as they are seen; with all of them blank it is blank."""
    assert value(Template(text=text), **cells) == expected


@pytest.mark.parametrize(
    "source",
    [
        From(column="day"),
        From(column="day", default="2026-01-01"),
        Template(text="On {day}"),
    ],
)
def test_a_damaged_cell_is_never_sent(source: Source) -> None:
    """A source that reads a damaged cell is flawed, with the cell's column."""
    assert flawed_columns(value(source, day=BROKEN)) == ["day"]


def test_a_damaged_cell_is_not_looked_up() -> None:
    """An error cell under a map is the cell's own flaw, whatever the map says on other values."""
    source = From(column="state", map={"Paid": "COMPLETED"}, otherwise="skip_action")
    assert flawed_columns(value(source, state="#N/A")) == ["state"]


def test_a_template_names_every_damaged_cell() -> None:
    """All damaged cells of a template are named, each once."""
    source = Template(text="{day} {amount} {day} {note}")
    assert flawed_columns(value(source, day=BROKEN, amount="x", note="ok")) == ["day", "amount"]


def test_rows_are_read_by_their_place() -> None:
    """One compiled function serves every row of every table."""
    fires = compile_condition(condition(PAID), COLUMNS)
    source = compile_source(From(column="state"), COLUMNS)
    rows = Table(
        numbers=[5, 6],
        values={"state": ["Paid", "Due"]},
        texts={"state": ["Paid", "Due"]},
        blank=[False, False],
        ragged={},
    )
    assert [fires(rows, index) for index in range(2)] == [True, False]
    assert [source(rows, index) for index in range(2)] == ["Paid", "Due"]
    assert fires(table(state="paid"), 0) is True


TRUTHS = st.recursive(
    st.sampled_from([PAID, BIG, EARLY]),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda several: {"all": several})
        | st.lists(inner, min_size=1, max_size=3).map(lambda several: {"any": several})
        | inner.map(lambda one: {"not": one})
    ),
    max_leaves=8,
)


@given(TRUTHS)
def test_flawed_means_that_the_cell_would_have_decided(written: Mapping[str, object]) -> None:
    """A certain result over a damaged cell is the result for any date that could stand there."""
    result = holds(written, state="Paid", amount="500", day=BROKEN)
    if not isinstance(result, Flawed):
        for day in ("01/01/2020", "01/01/2030"):
            assert holds(written, state="Paid", amount="500", day=day) is result


@given(TRUTHS, st.sampled_from(["Paid", "Due"]), st.sampled_from(["1", "500"]))
def test_not_turns_a_result_round(written: Mapping[str, object], state: str, amount: str) -> None:
    """`not` holds exactly where the condition does not."""
    straight = holds(written, state=state, amount=amount, day="01/01/2026")
    turned = holds({"not": written}, state=state, amount=amount, day="01/01/2026")
    assert (straight, turned) in {(True, False), (False, True)}
