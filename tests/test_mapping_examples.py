"""Mapping files as test cases: drop a file into `mappings/accept` or `mappings/reject`.

A rejected file says what is wrong with it, in the order in which it is reported: one comment
`# expect: line 7: message hint` for each mistake, at its top.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from importer.errors import MappingError
from importer.mapping import ColumnType, parse_mapping
from importer.mapping.forms import ColumnForm, HeaderForm, LeadsForm, MappingForm, SheetForm
from importer.mapping.leads import Country
from importer.mapping.model import ActionSpec, Identity, SkipRule
from importer.mapping.shapes import COMPARISONS, JOINTS
from importer.mapping.sources import From, Template

HERE = Path(__file__).parent
ROOT = HERE.parent
ACCEPT = sorted((HERE / "mappings" / "accept").glob("*.yaml"))
REJECT = sorted((HERE / "mappings" / "reject").glob("*.yaml"))
SHIPPED = sorted((ROOT / "mappings").glob("*.yaml"))
REFERENCE = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(mapping: 1\n.*?)```", REFERENCE, re.DOTALL)
EXPECTED = re.compile(r"^# expect: (.*)$", re.MULTILINE)


def named(path: Path) -> str:
    """Name a case after its file."""
    return path.stem


@pytest.mark.parametrize("path", [*ACCEPT, *SHIPPED], ids=named)
def test_accepts(path: Path) -> None:
    """A file without a mistake is read, and is named after its file."""
    mapping = parse_mapping(path.read_text(encoding="utf-8"), path.name)
    assert mapping.name == path.stem


@pytest.mark.parametrize("path", REJECT, ids=named)
def test_rejects(path: Path) -> None:
    """Every mistake of a file is reported at once, in our own words and with its line."""
    text = path.read_text(encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        parse_mapping(text, path.name)
    found = [
        f"line {mistake.line}: {mistake.message} {mistake.hint}".rstrip()
        for mistake in caught.value.mistakes
    ]
    # Only an empty file has no room for its expectation.
    assert found == EXPECTED.findall(text) or (not text and found[0].startswith("line 0: "))


def test_there_are_examples() -> None:
    """Folders and reference are found, so that none of these tests passes by being empty."""
    assert len(ACCEPT) >= 5
    assert len(REJECT) >= 40
    assert {path.stem for path in SHIPPED} >= {"collections", "payments", "site_visits"}
    assert len(BLOCKS) >= 3


@pytest.mark.parametrize("block", BLOCKS)
def test_reference_examples_are_mappings(block: str) -> None:
    """Every whole mapping of the reference can be copied and used."""
    assert parse_mapping(block, "block.yaml").text == block


@pytest.mark.parametrize(
    "record",
    [
        MappingForm,
        SheetForm,
        HeaderForm,
        ColumnForm,
        LeadsForm,
        Country,
        Identity,
        SkipRule,
        ActionSpec,
        From,
        Template,
    ],
)
def test_reference_names_every_key(record: type[MappingForm]) -> None:
    """A key that a file may have is in the reference."""
    keys = {field.alias or name for name, field in record.model_fields.items()}
    missing = {key for key in keys if f"`{key}`" not in REFERENCE and f"{{{key}:" not in REFERENCE}
    assert not missing


def test_reference_names_every_type_and_condition() -> None:
    """Every column type and every kind of condition is in the reference."""
    assert not [kind for kind in ColumnType if f"| `{kind}` |" not in REFERENCE]
    assert not [key for key in COMPARISONS if f", {key}: " not in REFERENCE]
    assert not [key for key in JOINTS if f"`{{{key}: " not in REFERENCE]
