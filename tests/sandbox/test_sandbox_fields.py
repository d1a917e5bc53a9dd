from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.sandbox import PracticeCrm
from importer.sandbox.entries import Judge
from importer.sandbox.fields import fit, misfit
from importer.sandbox.records import Definition, FieldSchema, FieldType
from importer.sandbox.toggles import Toggles

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        ("TEXT", " as sent\n", " as sent\n"),
        ("TEXT", "", ""),
        ("EMAIL", "jane.doe@example.com", "jane.doe@example.com"),
        ("PHONE", "919999999999", "919999999999"),
        ("PHONE", "+919999999999", "919999999999"),
        ("PHONE", "99999 99999", "919999999999"),
        ("NUMBER", 156, 156),
        ("NUMBER", 1.5, 1.5),
        ("DATE", 1672561800000, 1672561800000),
        ("DATE", -1, -1),
        ("DATE", "01/01/2023", 1672511400000),
        ("DATE", "01/01/2023 14:00:00", 1672561800000),
        ("DATE", "04/03/2026", 1772562600000),
        ("DROPDOWN", "Whatever", "Whatever"),
        ("RATING", 5, 5),
        ("MONEY", "1000.50", "1000.50"),
        ("TAGS", ["VIP", "Returning"], ["VIP", "Returning"]),
        ("WEBSITE", "https://example.com", "https://example.com"),
        ("MEDIALINK", "https://example.com/a.pdf", "https://example.com/a.pdf"),
    ],
)
def test_a_fitting_value_is_stored(kind: str, value: object, stored: object) -> None:
    """A value of the field's type is stored, phones with their country code, dates as numbers."""
    assert fit(value, FieldSchema(type=FieldType(kind))) == stored


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("TEXT", 5),
        ("TEXT", None),
        ("EMAIL", "jane.doe"),
        ("EMAIL", "jane@doe"),
        ("EMAIL", "jane doe@example.com"),
        ("EMAIL", "a@b@example.com"),
        ("PHONE", "99999"),
        ("PHONE", "99999x9999"),
        ("PHONE", 919999999999),
        ("PHONE", "\u0669" * 12),
        ("NUMBER", "156"),
        ("NUMBER", True),
        ("NUMBER", float("inf")),
        ("DATE", "2026-04-03"),
        ("DATE", "04/13/2026"),
        ("DATE", 1.5),
        ("DATE", 1e300),
        ("DATE", 10**40),
        ("DATE", False),
        ("DROPDOWN", " "),
        ("DROPDOWN", ["Interested"]),
        ("RATING", "3"),
        ("RATING", 0),
        ("RATING", 6),
        ("RATING", True),
        ("RATING", 3.0),
        ("MONEY", 1000),
        ("MONEY", "1,000"),
        ("TAGS", "VIP, Returning"),
        ("TAGS", [1]),
        ("WEBSITE", "example.com"),
        ("MEDIALINK", "https://"),
    ],
)
def test_a_misfitting_value_is_not_stored(kind: str, value: object) -> None:
    """A value of another type does not fit its field."""
    assert fit(value, FieldSchema(type=FieldType(kind))) is None


def test_the_documented_remarks() -> None:
    """A misfit is remarked in the documentation's words."""
    assert misfit("email", FieldType.EMAIL) == "Email is invalid"
    assert misfit("rating", FieldType.RATING) == "Rating must be between 1 and 5"


@given(value=JSON, kind=st.sampled_from(FieldType))
def test_no_value_is_too_odd(value: object, kind: FieldType) -> None:
    """Whatever JSON holds, it fits or it does not, and what fits once fits again as it is."""
    schema = FieldSchema(type=kind)
    stored = fit(value, schema)
    assert stored is None or fit(stored, schema) == stored


@given(entry=st.dictionaries(st.sampled_from(["fields", "amount", "status", "paymentid"]), JSON))
@pytest.mark.parametrize("kind", ["PAYMENT", "1001", "1003", "9999"])
def test_no_entry_is_too_odd(kind: str, entry: dict[str, object]) -> None:
    """Whatever an entry holds, it is stored or it is ignored with a remark."""
    judged = PracticeCrm(leads={}).judge().judge({"type": kind, **entry})
    assert judged.body is not None or judged.remarks


def test_an_unknown_label_becomes_an_option() -> None:
    """A dropdown takes a label that it does not have, and has it from then on."""
    crm = PracticeCrm()
    lead = next(iter(crm.leads))
    for label in ("Revisit", "Revisti", "Revisti"):
        entry = {"type": "1002", "fields": {"outcome": label}}
        crm.store(lead, [crm.judge().judge(entry)])
    options = crm.definitions()["1002"].fields["outcome"].options
    assert options == ("Interested", "Not interested", "Revisit", "Revisti")
    assert "Revisti" not in PracticeCrm().definitions()["1002"].fields["outcome"].options


def test_a_workspace_can_have_other_definitions() -> None:
    """A practice CRM judges by the definitions that it is given."""
    rating = Definition(
        code="7", name="Review", fields={"stars": FieldSchema(type=FieldType.RATING)}
    )
    judge = Judge({"7": rating}, Toggles(), set())
    assert judge.judge({"type": "7", "fields": {"stars": 5}}).body == {"fields": {"stars": 5}}
    (remark,) = judge.judge({"type": "7", "fields": {"stars": 6}}).remarks
    assert (remark.path, remark.text) == ("fields.stars", "Stars must be between 1 and 5")
