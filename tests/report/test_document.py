"""`reconciliation.json`, which schedulers read and others count from."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from importer.model import Currency, Money, Outcome, Skipped
from importer.report.document import Document, document_file, document_lines
from importer.report.entries import Entry
from importer.report.listing import NAMES
from importer.report.schema import SCHEMA_FILE, report_schema, report_schema_text
from importer.report.source import ReportSource, report_of
from importer.report.summary import Summary, summary

from .books import RUN, action, every_outcome, inr, lead_id, source_of, taken_down
from .odd import beyond_excel, mixed, odd

COMMITTED = Path(__file__).parents[2] / "docs" / SCHEMA_FILE


def text_of(source: ReportSource) -> str:
    """Return the file's content."""
    report = report_of(source)
    made = partial(document_file, report)
    return taken_down(document_lines(report), source, made).decode()


def document(source: ReportSource) -> dict[str, Any]:
    """Return the file's content, read back."""
    found: dict[str, Any] = json.loads(text_of(source))
    return found


def written(**changes: object) -> dict[str, Any]:
    """Return what is written of `every_outcome`, with other books."""
    source = every_outcome()
    books = replace(source.reconciliation, **changes)  # type: ignore[arg-type]  # the tests' own words
    return document(replace(source, reconciliation=books))


def test_the_keys_are_the_documented_ones() -> None:
    """The figures first, in the order of `Summary`; then the lines, each with every key."""
    found = document(mixed())
    assert list(found) == [*Summary.__annotations__, "lines"]
    assert {tuple(line) for line in found["lines"]} == {tuple(Entry.__annotations__)}


def test_each_line_is_a_line_of_the_file() -> None:
    """So that a program without a parser for streams reads it line by line."""
    lines = text_of(odd(30)).split("\n")
    begin = lines.index('  "lines": [')
    entries = [json.loads(line.strip().removesuffix(",")) for line in lines[begin + 1 : -3]]
    assert entries == document(odd(30))["lines"]
    assert lines[-3:] == ["  ]", "}", ""]


def test_a_run_without_a_row_has_no_line() -> None:
    """The document is whole all the same."""
    assert document(source_of([]))["lines"] == []


def test_every_outcome_is_named() -> None:
    """Also those that did not occur, so that a reader never has to guess."""
    found = summary(report_of(source_of([action(5, Outcome.CREATED, inr("1"))])))
    assert list(found["outcomes"]) == [str(outcome) for outcome in Outcome]
    assert found["outcomes"]["CREATED"] == {"count": 1, "money": {"INR": "1.00"}}
    assert found["outcomes"]["UNKNOWN"] == {"count": 0, "money": {}}


def test_counts_and_sums_agree_with_the_books() -> None:
    """What is written is what was reconciled."""
    found = written()
    assert (found["rows"], found["rows_with_actions"]) == (34, 31)
    assert found["skipped"] == {"blank": 2, "totals": 1}
    assert found["actions"] == sum(one["count"] for one in found["outcomes"].values()) == 53
    sums = [Decimal(one["money"].get("INR", "0")) for one in found["outcomes"].values()]
    assert Decimal(found["money"]["INR"]) == sum(sums)
    assert (found["incomplete"], found["unreadable"]) == (1, 2)


def test_times_are_utc() -> None:
    """As-of is the journal's last change, wherever the run was made."""
    assert written()["as_of"] == "2026-11-22T15:37:42Z"


def test_an_imbalance_is_said() -> None:
    """`balanced` is false exactly where a sentence says what does not balance."""
    assert written()["balanced"] is True
    found = written(imbalances=("2 planned, 1 on record.",))
    assert (found["balanced"], found["imbalances"]) == (False, ["2 planned, 1 on record."])


def test_what_could_be_read_in_refused_rows_is_told_apart() -> None:
    """It is in no other sum."""
    run = replace(every_outcome().reconciliation.run, invalid_money={Currency.INR: Decimal(500)})
    found = written(run=run)
    assert found["invalid_money"] == {"INR": "500.00"}
    assert found["outcomes"]["INVALID"]["money"] == {}


def test_amounts_are_exact() -> None:
    """A sum that no float holds is written to its last digit."""
    money = Money(amount=Decimal("90071992547409930.07"), currency=Currency.AED)
    source = source_of(
        [action(5, Outcome.CREATED, money)], skipped=[Skipped(row=6, reason="\x1b[1m")]
    )
    found = document(source)
    assert found["money"] == {"AED": "90071992547409930.07"}
    assert found["lines"][0]["money"] == {"currency": "AED", "amount": "90071992547409930.07"}
    assert found["skipped"] == {"�[1m": 1}


def line(source: ReportSource, row: int) -> dict[str, Any]:
    """Return the first line of a row."""
    found: dict[str, Any] = next(one for one in document(source)["lines"] if one["row"] == row)
    return found


def test_a_line_tells_everything_as_data() -> None:
    """Problems, remarks, the earlier action and decisions, each in keys of their own."""
    refused = line(mixed(), 32)
    assert (refused["outcome"], refused["money"], refused["lead"]) == ("INVALID", None, "")
    assert [one["column"] for one in refused["problems"]] == ["A", "D"]
    assert refused["problems"][0]["seen"] == "6.03E+22"
    ignored = line(mixed(), 30)
    assert ignored["remarks"] == [
        {"path": "amount", "text": "<b>Amount</b> & =cmd|' /C calc'!A0", "column": "D"}
    ]
    assert ignored["cell"] == "payments.xlsx › Payments!D30"
    assert ignored["source"] == {"receipt": "RC-0030"}
    duplicate = line(mixed(), 35)["earlier"]
    assert (duplicate["reason"], duplicate["run"], duplicate["row"]) == (
        "changed",
        "20261101-a2b3",
        12,
    )
    assert duplicate["changes"][0] == {"column": "amount", "old": "7000.00", "new": "8000.00"}
    assert duplicate["action_id"] == lead_id(1)
    waived = line(mixed(), 42)
    assert (waived["given_up"], waived["money"]) == (True, {"currency": "AED", "amount": "1500.75"})
    assert waived["decisions"] == [
        {"ruling": "waived", "by": "asha", "at": "2026-11-23T09:30:00Z", "reason": "=Paid in cash"}
    ]
    skipped = line(mixed(), 99)
    assert (skipped["outcome"], skipped["skipped"]) == ("SKIPPED", "totals")
    assert line(mixed(), 5)["reference"] == f"{RUN.id}/5"


def test_the_reasons_of_a_line_are_groups_of_the_run() -> None:
    """Who counts the lines of a reason comes to its count."""
    found = document(odd(200))
    for reason in found["reasons"]:
        of = {"code": reason["code"], "text": reason["text"]}
        lines = [
            one
            for one in found["lines"]
            if one["outcome"] == reason["outcome"] and of in one["reasons"]
        ]
        assert len(lines) >= reason["count"], reason
    named = {(one["outcome"], one["code"], one["text"]) for one in found["reasons"]}
    for one in found["lines"]:
        assert {(one["outcome"], of["code"], of["text"]) for of in one["reasons"]} <= named


def test_the_published_schema_is_the_codes() -> None:
    """`importer report-schema -o docs/reconciliation.schema.json` makes it anew after a change."""
    assert COMMITTED.read_text(encoding="utf-8") == report_schema_text()


def test_the_guide_names_every_key_and_every_column() -> None:
    """What stands in the files is described in docs/report.md."""
    guide = COMMITTED.with_name("report.md").read_text(encoding="utf-8")
    keys = [*Document.__annotations__, *Entry.__annotations__]
    assert [key for key in keys if f"`{key}`" not in guide] == []
    cells = re.findall(r"^\| ([A-Z][^|]*) \|", guide, re.MULTILINE)
    assert set(NAMES) <= {name for cell in cells for name in cell.split(", ")}


def strict(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the schema without its leave to add keys."""
    match schema:
        case {"properties": dict()}:
            return {
                **{key: strict(value) for key, value in schema.items()},
                "additionalProperties": False,
            }
        case dict():
            return {key: strict(value) for key, value in schema.items()}
        case list():
            return [strict(value) for value in schema]
    return schema


def test_the_schema_is_one_and_describes_every_key() -> None:
    """It is valid, says a sentence where a name does not say enough, and names every key."""
    schema = report_schema()
    Draft202012Validator.check_schema(schema)
    assert list(schema["properties"]) == list(Document.__annotations__)
    assert "description" in schema["properties"]["as_of"]
    assert schema["required"] == list(schema["properties"])


@pytest.mark.parametrize(
    "source", [every_outcome(), mixed(), beyond_excel(), odd(200), source_of([])]
)
def test_what_is_written_keeps_the_schema(source: ReportSource) -> None:
    """Without a key too many or too few, whatever stood in the sheet."""
    errors = [
        error.message
        for error in Draft202012Validator(strict(report_schema())).iter_errors(document(source))
    ]
    assert errors == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("money", "INR"), 1.5),
        (("state",), "finished"),
        (("as_of",), "yesterday"),
        (("lines", 0, "outcome"), "LOST"),
        (("lines", 0, "money", "amount"), "1,25,000"),
        (("lines", 0, "row"), "5"),
        (("chain", "open_rows"), None),
    ],
)
def test_the_schema_refuses_what_is_not_so(path: tuple[str | int, ...], value: object) -> None:
    """A schema that lets anything pass proves nothing."""
    whole: Any = document(every_outcome())
    at = whole
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    assert list(Draft202012Validator(report_schema()).iter_errors(whole))
