from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer.errors import MappingError
from importer.folding import fold
from importer.mapping import (
    Above,
    All,
    AnyOf,
    Blank,
    ColumnSpec,
    ColumnType,
    Constant,
    From,
    In,
    Is,
    Matches,
    Not,
    Template,
    parse_mapping,
)
from importer.model import Currency, SheetSpec

WHOLE = """\
mapping: 1
sheet: {tab: Payments, header: {find: [Lead ID, Receipt No]}, delimiter: tab, encoding: cp1252}
skip:
  - reason: totals
    when: {any: [{column: receipt, matches: "(?i)total"}, {column: state, is: "="}]}
columns:
  lead:    {header: Lead ID, type: lead_id}
  receipt: {header: [Receipt No, "Rcpt #"], type: text, required: true}
  paid_on: {header: Date, type: date, format: dd/mm/yyyy, zone: Asia/Kolkata}
  amount:  {header: "Amount (₹)", type: amount, locale: en_IN, currency: INR}
  state:   {header: Status, type: text}
lead: lead
identity: {columns: [receipt, paid_on], equal_rows: repeats, exports: separate}
actions:
  - name: payment
    type: PAYMENT
    when: {column: state, in: [Paid, Bounced]}
    amount: {from: amount}
    currency: INR
    status: {from: state, map: {Paid: COMPLETED, Bounced: FAILED}, otherwise: skip_action}
    on_unknown: verify_then_resend
  - name: receipt
    type: 1003
    when: {all: [{not: {column: state, blank: true}}, {column: amount, above: 0}]}
    fields:
      import_ref: {from: receipt, default: none}
      note: {text: "{state} on {paid_on}, {state}"}
      source: office
"""


def small(value: str = "x", column: str = "{header: Note, type: text}", rest: str = "") -> str:
    """Write a mapping with one column `note` and one action that sends `value`."""
    return (
        "mapping: 1\n"
        f"columns: {{lead: {{header: Lead ID, type: lead_id}}, note: {column}}}\n"
        "lead: lead\n"
        f'actions: [{{name: note, type: "1001", fields: {{note: {value}}}}}]\n'
        f"{rest}"
    )


def mistakes_of(text: str) -> list[tuple[int, str]]:
    """Parse a text that is wrong; return (line, message) of its mistakes."""
    with pytest.raises(MappingError) as caught:
        parse_mapping(text, "test.yaml")
    return [(mistake.line, mistake.message) for mistake in caught.value.mistakes]


def test_a_whole_mapping_becomes_records() -> None:
    """Every part of a file arrives in its record."""
    mapping = parse_mapping(WHOLE, "folder/payments.yaml")
    assert mapping.name == "payments"
    assert mapping.sheet == SheetSpec(
        tab="Payments",
        header_find=("Lead ID", "Receipt No"),
        delimiter="\t",
        encoding="cp1252",
    )
    assert mapping.columns["receipt"] == ColumnSpec(
        name="receipt", headers=("Receipt No", "Rcpt #"), type=ColumnType.TEXT, required=True
    )
    assert mapping.columns["amount"].currency is Currency.INR
    assert mapping.columns["amount"].locale == "en_IN"
    assert mapping.columns["paid_on"].format == "dd/mm/yyyy"
    assert mapping.columns["paid_on"].zone == "Asia/Kolkata"
    assert list(mapping.columns) == ["lead", "receipt", "paid_on", "amount", "state"]
    assert mapping.lead == "lead"
    assert mapping.identity is not None
    assert mapping.identity.columns == ("receipt", "paid_on")
    assert mapping.identity.equal_rows == "repeats"
    assert mapping.identity.exports == "separate"
    assert mapping.text == WHOLE
    assert mapping.sha256 == hashlib.sha256(WHOLE.encode()).hexdigest()


def test_conditions_become_records() -> None:
    """A condition is the record that its key names, however deep."""
    mapping = parse_mapping(WHOLE, "payments.yaml")
    payment, receipt = mapping.actions
    assert mapping.skip[0].reason == "totals"
    assert mapping.skip[0].when == AnyOf(
        conditions=(Matches(column="receipt", pattern="(?i)total"), Is(column="state", value="="))
    )
    assert payment.when == In(column="state", values=("Paid", "Bounced"))
    assert receipt.when == All(
        conditions=(
            Not(condition=Blank(column="state", blank=True)),
            Above(column="amount", limit="0"),
        )
    )


def test_sources_become_records() -> None:
    """A value is a constant, a column's value or a template, by how it is written."""
    payment, receipt = parse_mapping(WHOLE, "payments.yaml").actions
    assert payment.sources == {
        "amount": From(column="amount"),
        "currency": Constant(text="INR"),
        "status": From(
            column="state",
            map={"Paid": "COMPLETED", "Bounced": "FAILED"},
            otherwise="skip_action",
        ),
    }
    assert receipt.sources == {
        "fields.import_ref": From(column="receipt", default="none"),
        "fields.note": Template(text="{state} on {paid_on}, {state}"),
        "fields.source": Constant(text="office"),
    }
    assert payment.columns == ("amount", "state")
    assert receipt.columns == ("receipt", "state", "paid_on", "amount")
    assert payment.on_unknown == "verify_then_resend"
    assert receipt.on_unknown == "ask"


def test_defaults_of_a_small_mapping() -> None:
    """What may be left out has the safe value: header in row 1, exports cumulative."""
    mapping = parse_mapping(
        small(rest="identity: {columns: note, equal_rows: problem}"), "small.yaml"
    )
    assert mapping.sheet == SheetSpec(header_row=1)
    assert mapping.skip == ()
    assert mapping.identity is not None
    assert mapping.identity.columns == ("note",)
    assert mapping.identity.exports == "cumulative"
    assert parse_mapping(small(), "small.yaml").identity is None


@pytest.mark.parametrize(
    "word", ["0012", "no", "yes", "on", "null", "~", "1e3", "0x1F", "12:30", "2026-04-03", ".5"]
)
def test_scalars_stay_what_they_are(word: str) -> None:
    """A value is the text that stands in the file; YAML's own types never touch it."""
    assert parse_mapping(small(word), "test.yaml").actions[0].fields["note"] == Constant(text=word)


@given(st.text(min_size=1).filter(lambda text: text.strip() and text.isprintable()))
@example("'")
@example("a: b # c")
@example("TODO")
def test_quoted_texts_arrive_untouched(text: str) -> None:
    """A quoted text is sent letter for letter, whatever it holds."""
    written = "'" + text.replace("'", "''") + "'"
    mapping = parse_mapping(small(written), "test.yaml")
    assert mapping.actions[0].fields["note"] == Constant(text=text)


def test_a_status_may_be_called_to_do() -> None:
    """In quotes, TODO is a word of the sheet like any other, also as a key of a map."""
    written = '{from: note, map: {"TODO": PENDING}, default: "TODO"}'
    source = parse_mapping(small(written), "test.yaml").actions[0].fields["note"]
    assert source == From(column="note", map={"TODO": "PENDING"}, default="TODO")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_endings_do_not_move_lines(ending: str) -> None:
    """A file written on Windows has its mistakes on the same lines."""
    text = small(rest="skip:\n  - {reason: a, when: {column: nte, is: b}}\n")
    assert mistakes_of(text.replace("\n", ending)) == [
        (6, "Skip rule 1: No column `nte` is declared.")
    ]


def test_a_byte_order_mark_is_no_mistake() -> None:
    """A file that an editor marked as UTF-8 is read like any other."""
    assert parse_mapping(f"\ufeff{small()}", "test.yaml").lead == "lead"


def test_mistakes_are_sorted_by_line() -> None:
    """Syntax of keys, words and meaning are reported together, in the file's order."""
    text = "mapping: 1\nlead: led\nmapping: 2\ncolumns: {lead: {header: A, type: lead_id}}\n"
    lines = [line for line, _ in mistakes_of(f"{text}actions: [{{name: A, type: x}}]\n")]
    assert lines == sorted(lines)
    assert set(lines) == {2, 3, 5}
    assert 1 in dict(mistakes_of("lead: x"))


def test_one_cause_is_told_once() -> None:
    """What only follows from a mistake of the same line is not reported beside it."""
    messages = mistakes_of(small("*ref"))
    assert messages == [(4, "A mapping has no references (`*name`).")]


def test_the_error_counts_its_mistakes() -> None:
    """The error says how many mistakes there are, and in which file."""
    with pytest.raises(MappingError, match=r"The mapping test\.yaml has 2 mistakes\."):
        parse_mapping(small(rest="a: b\nc: d\n"), "test.yaml")


def test_a_bomb_of_brackets_ends_soon() -> None:
    """A text made to exhaust the reader is one mistake."""
    assert mistakes_of("a: " + "[" * 20_000) == [(1, "Keys and lists are nested too deeply.")]
    assert mistakes_of("# " + "x" * 1_000_001) == [(0, "The file is too long for a mapping.")]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("comma", ","),
        ("semicolon", ";"),
        ("tab", "\t"),
        ("pipe", "|"),
        ('";"', ";"),
        ("'|'", "|"),
        ('"~"', "~"),
    ],
)
def test_delimiters(written: str, read: str) -> None:
    """A delimiter is written as a word or as itself."""
    text = small(rest=f"sheet: {{delimiter: {written}}}")
    assert parse_mapping(text, "test.yaml").sheet.delimiter == read


@pytest.mark.parametrize("word", ["utf-8", "cp1252", "utf-16-le", "shift_jis"])
def test_encodings(word: str) -> None:
    """An encoding is one that Python's text files know."""
    text = small(rest=f"sheet: {{encoding: {word}}}")
    assert parse_mapping(text, "test.yaml").sheet.encoding == word


def test_date_without_format_is_for_workbooks() -> None:
    """A date column may do without a format: a workbook's dates need none."""
    mapping = parse_mapping(small(column="{header: A, type: date, zone: UTC}"), "test.yaml")
    assert mapping.columns["note"].format is None


KEYS = st.sampled_from(
    [
        "mapping",
        "sheet",
        "skip",
        "columns",
        "lead",
        "identity",
        "actions",
        "tab",
        "header",
        "row",
        "find",
        "delimiter",
        "encoding",
        "type",
        "format",
        "zone",
        "locale",
        "currency",
        "required",
        "equal_rows",
        "exports",
        "name",
        "when",
        "amount",
        "status",
        "fields",
        "on_unknown",
        "reason",
        "column",
        "is",
        "in",
        "blank",
        "matches",
        "above",
        "below",
        "all",
        "any",
        "not",
        "from",
        "map",
        "default",
        "otherwise",
        "text",
        "From",
        "All",
        "nonsense",
    ]
)
WORDS = st.sampled_from(
    [
        "1",
        "4",
        "lead",
        "amount",
        "day",
        "note",
        "text",
        "lead_id",
        "date",
        "number",
        "PAYMENT",
        "1003",
        "INR",
        "COMPLETED",
        "problem",
        "repeats",
        "cumulative",
        "ask",
        "true",
        "false",
        "{lead}",
        "{",
        "(a",
        "TODO",
        "Asia/Kolkata",
        "dd/mm/yyyy",
        "en_IN",
        "2026-04-03",
    ]
)
TREES = st.recursive(
    WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
COLUMNS = st.dictionaries(st.sampled_from(["lead", "amount", "day", "note"]), TREES)
FILES = st.fixed_dictionaries(
    {"mapping": st.just("1")},
    optional={
        "sheet": TREES,
        "skip": st.lists(TREES, max_size=2),
        "columns": COLUMNS,
        "lead": TREES,
        "identity": TREES,
        "actions": st.lists(TREES, max_size=2),
    },
)
FOREIGN = ("cannot be read", "nput should", "ield required", "permitted", "not YAML", "{key}")


@given(st.one_of(TREES, FILES))
def test_every_mistake_has_words_of_ours(tree: object) -> None:
    """Whatever a file holds, it is a mapping or has sentences of ours, on lines that it has."""
    text = json.dumps(tree, ensure_ascii=False, indent=1)
    try:
        parse_mapping(text, "test.yaml")
    except MappingError as error:
        for mistake in error.mistakes:
            assert 0 <= mistake.line <= text.count("\n") + 1
            assert mistake.message.endswith(".")
            assert not [word for word in FOREIGN if word in mistake.message]


@given(st.text(alphabet="ab:{}[]-&*!|>'\"%@#,?\\ \n\t\x00", max_size=40))
def test_any_text_is_refused_in_sentences(text: str) -> None:
    """No text, however broken, ends in anything but a list of mistakes."""
    assert mistakes_of(text)


@given(st.text(), st.text())
def test_folding_is_settled(one: str, two: str) -> None:
    """Folding twice is folding once, and capitals and spaces around a text never count."""
    assert fold(fold(one)) == fold(one)
    assert fold(f"\u00a0{one}\n{two} ") == fold(f"{one}  {two}")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Not  Interested", "not\u00a0interested"),
        ("Straße", "STRASSE"),
        ("Caf\u00e9", "cafe\u0301"),
        ("Lead\nID", " lead id\ufeff"),
    ],
)
def test_texts_that_read_the_same_are_the_same(one: str, two: str) -> None:
    """Capitals, kinds of space, line breaks and ways of encoding an accent do not count."""
    assert fold(one) == fold(two)


def test_joiners_of_indic_scripts_count() -> None:
    """A joiner changes what a person reads, so that it stays."""
    assert fold("क्ष") != fold("क्\u200dष")


def test_records_are_frozen() -> None:
    """Nothing can change a mapping after it was checked."""
    mapping = parse_mapping(WHOLE, "payments.yaml")
    with pytest.raises(ValueError, match="frozen"):
        mapping.actions[0].name = "other"  # type: ignore[misc]  # what the test is about
    with pytest.raises(AttributeError):
        mapping.lead = "other"  # type: ignore[misc]  # what the test is about


def test_shipped_payments_mapping_lets_no_status_slip() -> None:
    """In the shipped payments mapping only Due yields nothing; an unknown status is a problem."""
    path = Path(__file__).parents[1] / "mappings" / "payments.yaml"
    mapping = parse_mapping(path.read_text(encoding="utf-8"), path.name)
    for action in mapping.actions:
        assert action.when == Not(condition=Is(column="state", value="Due"))
    assert isinstance(mapping.actions[0].status, From)
    assert mapping.actions[0].status.otherwise == "problem"
