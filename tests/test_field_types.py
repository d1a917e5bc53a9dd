from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from workplaces import desk, write_sheet

from importer.columns import parse_chunk
from importer.errors import MappingError
from importer.mapping import bind, parse_mapping
from importer.model import CheckedRow, Chunk, Invalid, Ready
from importer.sandbox import PracticeCrm, lead_id
from importer.sandbox.entries import Judge
from importer.sandbox.records import Definition, FieldSchema
from importer.sandbox.records import FieldType as CrmType
from importer.sandbox.toggles import Toggles
from importer.validate import check_rows
from importer.values import FieldType, as_source_text, field_reader

MAPPING = """\
mapping: 1
columns:
  lead:    {header: Lead ID, type: lead_id}
  note:    {header: Note, type: text}
  mail:    {header: Mail, type: text}
  mobile:  {header: Mobile, type: text}
  guests:  {header: Guests, type: number, locale: en_IN}
  seen:    {header: Seen, type: date, format: dd/mm/yyyy hh:mi, zone: Asia/Kolkata}
  outcome: {header: Outcome, type: text}
  tags:    {header: Tags, type: text}
  budget:  {header: Budget, type: amount, locale: en_IN, currency: INR}
  page:    {header: Page, type: text}
  stars:   {header: Stars, type: text}
lead: lead
actions:
  - name: visit
    type: "1009"
    fields:
      note: {from: note, type: text}
      mail: {from: mail, type: email}
      mobile: {from: mobile, type: phone}
      guests: {from: guests, type: number}
      seen: {from: seen, type: date}
      outcome: {from: outcome, type: dropdown, options: [Interested, Not interested, Revisit]}
      tags: {from: tags, type: tags, separator: comma}
      budget: {from: budget, type: money}
      page: {from: page, type: website}
      stars: {from: stars, type: rating}
"""
GOOD = {
    "Lead ID": lead_id(1),
    "Note": "As typed,  twice.",
    "Mail": "asha@example.com",
    "Mobile": "+91 98765-43210",
    "Guests": "1,250.50",
    "Seen": "03/04/2026 10:30",
    "Outcome": " not  INTERESTED",
    "Tags": "VIP,  Returning, ,vip",
    "Budget": "₹1,25,000.5",
    "Page": "Https://example.com/plot?id=7",
    "Stars": "4",
}
STORED = {
    "note": "As typed,  twice.",
    "mail": "asha@example.com",
    "mobile": "919876543210",
    "guests": 1250.5,
    "seen": 1775192400000,
    "outcome": "Not interested",
    "tags": ["VIP", "Returning"],
    "budget": "125000.50",
    "page": "https://example.com/plot?id=7",
    "stars": 4,
}
"""The good row, as the practice CRM stores it."""
TYPES = {
    "note": CrmType.TEXT,
    "mail": CrmType.EMAIL,
    "mobile": CrmType.PHONE,
    "guests": CrmType.NUMBER,
    "seen": CrmType.DATE,
    "outcome": CrmType.DROPDOWN,
    "tags": CrmType.TAGS,
    "budget": CrmType.MONEY,
    "page": CrmType.WEBSITE,
    "stars": CrmType.RATING,
}
NATIONAL = 10
"""Digits of a number of the practice workspace's country."""
OPTIONS = ("Interested", "Not interested", "Revisit")
VISIT = Definition(
    code="1009",
    name="Visit",
    fields={
        name: FieldSchema(type=kind, options=OPTIONS if kind is CrmType.DROPDOWN else ())
        for name, kind in TYPES.items()
    },
)


def check(row: dict[str, str], text: str = MAPPING) -> CheckedRow:
    """Check one row of a sheet with just these headers."""
    mapping, headers = parse_mapping(text, "m.yaml"), tuple(row)
    chunk = Chunk(numbers=range(2, 3), columns=[[cell] for cell in row.values()])
    binding = bind(mapping, headers, "sheet.csv", 1)
    (checked,) = check_rows(parse_chunk(chunk, mapping, binding), mapping, binding)
    return checked


def sent(row: CheckedRow) -> dict[str, object]:
    """Return the fields that a sound row sends."""
    assert isinstance(row, Ready), row
    fields = json.loads(row.drafts[0].entry)["fields"]
    assert isinstance(fields, dict)
    return fields


def test_every_type_arrives_without_a_remark(tmp_path: Path) -> None:
    """A row with a field of each type is sent, and the CRM stores every field of it."""
    crm = PracticeCrm(definitions={"1009": VISIT})
    with desk(tmp_path, MAPPING, crm) as office:
        done = office.run(write_sheet(tmp_path / "a.csv", [tuple(GOOD.values())], tuple(GOOD)))
    assert done.code == 0
    assert done.counts == {"CREATED": 1}
    (action,) = crm.actions
    assert action.body == {"fields": STORED}


@pytest.mark.parametrize(
    ("header", "cell", "code"),
    [
        ("Mail", "asha@example", "email-unreadable"),
        ("Mobile", "99999", "phone-wrong-length"),
        ("Guests", "12345678901234.56", "number-too-precise"),
        ("Outcome", "Intrested", "dropdown-unknown"),
        ("Outcome", "Interested, Revisit", "dropdown-unknown"),
        ("Budget", "-500", "money-negative"),
        ("Budget", "1200.505", "amount-too-many-decimals"),
        ("Page", "example.com", "website-without-scheme"),
        ("Page", "https://localhost/x", "website-unreadable"),
        ("Page", "https://example.com/a b", "website-unreadable"),
        ("Page", "https://me:secret@example.com", "website-unreadable"),
        ("Page", "ftp://example.com", "website-unreadable"),
        ("Page", "12.50", "website-unreadable"),
        ("Stars", "0", "rating-not-1-to-5"),
        ("Stars", "6", "rating-not-1-to-5"),
        ("Stars", "3.5", "rating-not-1-to-5"),
        ("Stars", "*****", "rating-not-1-to-5"),
    ],
)
def test_what_a_field_would_drop_is_a_problem_at_its_cell(
    header: str, cell: str, code: str
) -> None:
    """A cell that does not fit its field makes the row INVALID, with a sentence and a hint."""
    row = check(GOOD | {header: cell})
    assert isinstance(row, Invalid)
    (problem,) = row.problems
    assert (problem.code, problem.column) == (code, "ABCDEFGHIJK"[list(GOOD).index(header)])
    assert problem.message.endswith(".")
    assert problem.hint.endswith(".")


def test_a_dropdown_shows_its_options_and_the_nearest() -> None:
    """A label that a dropdown does not have is answered with those that it has."""
    row = check(GOOD | {"Outcome": "Intrested"})
    assert isinstance(row, Invalid)
    hint = row.problems[0].hint
    assert hint.startswith("Did you mean Interested? ")
    assert "Interested, Not interested, Revisit" in hint
    opposite = check(GOOD | {"Outcome": "Uninterested"})
    assert isinstance(opposite, Invalid)
    assert "Did you mean Interested" not in opposite.problems[0].hint


def test_tags_may_be_a_closed_list() -> None:
    """With options, a tag is sent in its own spelling, and one that is none is a problem."""
    text = MAPPING.replace("separator: comma", 'separator: "/", options: [VIP, Walk-in]')
    assert sent(check(GOOD | {"Tags": "vip / walk-in"}, text))["tags"] == ["VIP", "Walk-in"]
    row = check(GOOD | {"Tags": "vip / wolk-in"}, text)
    assert isinstance(row, Invalid)
    assert [problem.code for problem in row.problems] == ["tag-unknown"]


def test_tags_may_stand_on_lines_of_their_own() -> None:
    """The word `line` separates tags at the line breaks of a cell."""
    text = MAPPING.replace("separator: comma", "separator: line")
    assert sent(check(GOOD | {"Tags": "VIP\n\nReturning"}, text))["tags"] == ["VIP", "Returning"]


@pytest.mark.parametrize("header", list(GOOD)[1:])
def test_a_blank_field_is_left_out(header: str) -> None:
    """A blank cell of any type sends nothing; separators alone are no tags."""
    name = header.lower()
    assert name not in sent(check(GOOD | {header: " "}))
    assert "tags" not in sent(check(GOOD | {"Tags": " , ,"}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stars: {from: note, map: {Good: 4, Bad: 1}, type: rating}", 4),
        ("guests: {from: note, map: {Good: 12.50, Bad: 1}, type: number}", 12.5),
        ("budget: {from: note, map: {Good: 1000, Bad: 0.5}, type: money}", "1000"),
        ("budget: {from: guests, type: money}", "1250.50"),
        ("guests: {from: budget, type: number}", 125000.5),
        ("note: {from: guests, type: text}", "1250.5"),
        ("note: {from: budget, type: text}", "125000.50"),
        ("note: {from: seen, type: text}", "2026-04-03T10:30:00"),
        ('page: {text: "https://example.com/{mail}", type: website}', None),
        ('outcome: {text: "{note} interested", type: dropdown, options: [good interested]}', None),
        ('mobile: {text: "+{mobile}", type: phone}', None),
        ('stars: {text: "5", type: rating}', 5),
        ("tags: {text: Import; Sheet, type: tags, separator: semicolon}", ["Import", "Sheet"]),
        ("stars: {from: stars, default: 3, type: rating}", 4),
    ],
)
def test_the_type_comes_last(field: str, value: object) -> None:
    """Constants, maps and templates are fitted into the field's type like cells."""
    name = field.partition(":")[0]
    text = MAPPING.partition("      note:")[0] + f"      {field}\n"
    shaped = {
        "page": "https://example.com/asha@example.com",
        "outcome": "good interested",
        "mobile": "919876543210",
    }
    row = check(GOOD | {"Note": "Good", "Mobile": "91 98765 43210"}, text)
    assert sent(row) == {name: shaped[name] if value is None else value}


def test_without_a_type_the_column_decides() -> None:
    """A field without a type is sent as its column's type says, and is judged no further."""
    text = MAPPING.replace(", type: rating}", "}").replace(", type: website}", "}")
    fields = sent(check(GOOD | {"Stars": "many", "Page": "example.com"}, text))
    assert (fields["stars"], fields["page"]) == ("many", "example.com")


def test_a_number_is_exact_without_a_type_too() -> None:
    """A number column's own fields are numbers, so that too many digits are a problem there."""
    text = MAPPING.replace("guests: {from: guests, type: number}", "guests: {from: guests}")
    assert sent(check(GOOD, text))["guests"] == 1250.5
    row = check(GOOD | {"Guests": "12345678901234.56"}, text)
    assert isinstance(row, Invalid)
    assert [problem.code for problem in row.problems] == ["number-too-precise"]


def test_a_number_keeps_every_digit() -> None:
    """A number is written digit for digit, as no binary fraction would write it."""
    row = check(GOOD | {"Guests": "0.1000000000000050"})
    assert isinstance(row, Ready)
    assert '"guests":0.100000000000005,' in row.drafts[0].entry


CELLS = st.one_of(
    st.text(max_size=30),
    st.text("https://example.com:80/?#@ ,;-_", max_size=30).map(lambda text: "http://a." + text),
    st.from_regex(r"[+(]?[0-9]{1,4}[-., ]?[0-9]{1,12}%?", fullmatch=True),
    st.from_regex(r"[a-zA-Z.]{1,8}@[a-zA-Z.-]{1,12}", fullmatch=True),
    st.sampled_from([*OPTIONS, "interested", "05/06/2026 11:00", "5", "1,250.50"]),
)


@given(header=st.sampled_from(list(GOOD)[1:]), cell=CELLS)
@example(header="Outcome", cell="Interestéd")
@example(header="Page", cell="http://a.b")
@example(header="Mobile", cell="9876543210")
def test_nothing_that_is_sent_is_dropped(header: str, cell: str) -> None:
    """Whatever a cell holds, the row is INVALID or every one of its fields is stored."""
    row = check(GOOD | {header: cell})
    if isinstance(row, Invalid):
        assert row.problems
        return
    if len(str(sent(row).get("mobile", "9198765432")).lstrip("+")) < NATIONAL:
        return  # of a country with shorter numbers than the practice workspace's own
    judged = Judge({"1009": VISIT}, Toggles(), set()).judge({"type": "1009", "fields": sent(row)})
    assert not judged.remarks
    assert sent(row).get("outcome", "Revisit") in OPTIONS


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12)))
def test_a_number_is_exact_or_refused(number: Decimal) -> None:
    """A number that travels reads back as the very same number, through binary fractions too."""
    fitted = field_reader(FieldType.NUMBER, (), "")(number)
    if isinstance(fitted, Decimal):
        assert Decimal(repr(float(as_source_text(fitted)))) == number


@pytest.mark.parametrize("kind", FieldType)
def test_no_type_makes_something_of_nothing(kind: FieldType) -> None:
    """A blank text has nothing for a field of any type."""
    assert not field_reader(kind, ("A",), ",")("")


def test_every_type_of_the_practice_crm_can_be_written() -> None:
    """There is a field type for every type that the CRM has; a media link is a website."""
    ours = {kind.upper() for kind in FieldType}
    assert {str(kind) for kind in CrmType} - {"MEDIALINK"} == ours


def test_a_constant_that_does_not_fit_is_a_mistake_of_the_mapping() -> None:
    """A constant rating of 7 is found before any row is read, with its line."""
    text = MAPPING.replace("{from: stars, type: rating}", '{text: "7", type: rating}')
    with pytest.raises(MappingError) as caught:
        parse_mapping(text, "m.yaml")
    (mistake,) = caught.value.mistakes
    assert mistake.line == text.splitlines().index('      stars: {text: "7", type: rating}') + 1
    assert "not a rating from 1 to 5" in mistake.message
