"""The schema for editors: the same as the reader, as far as a schema can say it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from commands import importer
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from test_mapping_examples import ACCEPT, BLOCKS, EXPECTED, REJECT, ROOT, SHIPPED, named
from test_mapping_skeleton import FILLED, HEADERS, SPEC

from importer.errors import MappingError
from importer.mapping import (
    SCHEMA_FILE,
    mapping_schema,
    mapping_schema_text,
    parse_mapping,
    skeleton,
)

SCHEMA = mapping_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
COMMITTED = ROOT / "mappings" / SCHEMA_FILE
MODELINE = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
STRUCTURAL = re.compile(
    r"` is missing\.|is not known here|not written with keys|is not a list|has a list"
    r"|is no (column type|field type|currency|value of)"
)
"""Words of the mistakes that a schema can see."""
FULL = next(path for path in ACCEPT if path.stem == "field_types").read_text(encoding="utf-8")


def as_an_editor_sees(text: str) -> object:
    """Load YAML as editors do: scalars get types, keys and dates are texts."""
    return _plain(YAML(typ="safe", pure=True).load(text))


def _plain(node: object) -> object:
    match node:
        case dict():
            return {str(key): _plain(value) for key, value in node.items()}
        case list():
            return [_plain(value) for value in node]
        case None | bool() | int() | float():
            return node
        case _:
            return str(node)


def errors(text: str) -> list[str]:
    """Return what an editor would mark in a mapping."""
    return [error.message for error in VALIDATOR.iter_errors(as_an_editor_sees(text))]


def is_read(text: str) -> bool:
    """Tell whether the importer takes a mapping."""
    try:
        parse_mapping(text, "m.yaml")
    except MappingError:
        return False
    return True


def test_the_schema_is_one() -> None:
    """What is generated is a JSON Schema of the draft that it names."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


def test_the_schema_is_up_to_date(tmp_path: Path) -> None:
    """The committed schema is what `importer mapping-schema` makes: run it again after a change."""
    printed = importer("mapping-schema", cwd=tmp_path)
    written = importer("mapping-schema", "-o", "new.json", cwd=tmp_path)
    assert (printed.code, written.code) == (0, 0)
    assert printed.out == mapping_schema_text()
    assert (tmp_path / "new.json").read_text(encoding="utf-8") == printed.out
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == json.loads(printed.out), (
        f"importer mapping-schema -o mappings/{SCHEMA_FILE}"
    )


@pytest.mark.parametrize("path", [*ACCEPT, *SHIPPED], ids=named)
def test_a_good_mapping_has_no_marks(path: Path) -> None:
    """Whatever the importer accepts, an editor accepts."""
    assert not errors(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("block", BLOCKS)
def test_the_references_examples_have_no_marks(block: str) -> None:
    """Every whole mapping of the reference fits the schema."""
    assert not errors(block)


def test_a_skeleton_has_marks_until_it_is_filled_in() -> None:
    """A filled skeleton fits the schema, and an untouched one does not."""
    text = skeleton(HEADERS, SPEC, "payments.xlsx", schema=True)
    assert errors(text)
    for todo, done in FILLED.items():
        text = text.replace(todo, done)
    assert is_read(text)
    assert not errors(text)


@pytest.mark.parametrize(
    "path",
    [path for path in REJECT if STRUCTURAL.search("".join(EXPECTED.findall(path.read_text())))],
    ids=named,
)
def test_an_editor_marks_what_a_schema_can_see(path: Path) -> None:
    """A file with an unknown key, a wrong word or a missing part is marked in an editor, too."""
    assert errors(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("mapping: 1", "mapping: 2"),
        ("lead: lead", ""),
        ("lead: lead", "laed: lead"),
        ("lead: lead", "lead: [lead]"),
        ("lead: lead", "lead: lead\ncolour: red"),
        ("type: lead_id", "type: leadid"),
        ("{header: Lead ID,", "{"),
        ("{header: Lead ID,", "{header: ,"),
        ("{header: Lead ID,", "{header: [],"),
        ("currency: INR", "currency: EUR"),
        ("zone: Asia/Kolkata", "zone: [Asia/Kolkata]"),
        ("name: visit", "name: Site visit"),
        ('type: "1002"', "type: ACTION_1002"),
        ('type: "1002"', "type: payment"),
        ("otherwise: skip_action", "otherwise: skip"),
        ("type: rating", "type: stars"),
        ("separator: line", "seperator: line"),
        ("{from: mail,", "{form: mail,"),
        ("{from: mail,", "{from: mail, text: mail,"),
        ("map: {Good: 5, Bad: 1}", "map: [Good, Bad]"),
        ("map: {Good: 5, Bad: 1}", "map: {}"),
        ("options: Sheet", "options: []"),
        ("actions:", "actions: []\nextra:"),
        ('    type: "1002"', '    type: "1002"\n    when: {column: mood, equals: Good}'),
        ('    type: "1002"', '    type: "1002"\n    when: {column: mood}'),
        ('    type: "1002"', '    type: "1002"\n    when: {all: []}'),
        ('    type: "1002"', '    type: "1002"\n    when: {column: mood, blank: maybe}'),
        ('    type: "1002"', '    type: "1002"\n    on_unknown: resend'),
        ("lead: lead", "lead: lead\nidentity: {columns: [ref]}"),
        ("lead: lead", "lead: lead\nsheet: {header: {row: first}}"),
        ("lead: lead", "lead: lead\nskip: [{reason: totals}]"),
    ],
)
def test_each_mistake_of_the_structure_is_marked(good: str, bad: str) -> None:
    """One wrong key, word or part in a good mapping is refused by the importer and the schema."""
    text = FULL.replace(good, bad, 1)
    assert text != FULL
    assert not is_read(text)
    assert errors(text)


SCALARS = st.one_of(
    st.text(max_size=8),
    st.integers().map(str),
    st.decimals(allow_nan=False, places=2).map(str),
    st.dates().map(str),
    st.sampled_from(
        ["true", "false", "yes", "0012", "1e3", "0x1F", "1_000", ".5", ".inf", "2026-04-03 10:30"]
    ),
    st.sampled_from(["1", "text", "lead_id", "number", "INR", "rating", "PAYMENT", "1003", "mood"]),
)
SCALAR = re.compile(r"(?:: |\[|, )([^\s,{}\[\]:#|>]+)(?=[,}\]\n])")
PLACES = [
    (text[: match.start(1)], text[match.end(1) :])
    for text in (*BLOCKS, *(path.read_text(encoding="utf-8") for path in ACCEPT))
    for match in SCALAR.finditer(text)
]
"""What stands before and behind each scalar of the good mappings."""


@given(place=st.sampled_from(PLACES), scalar=SCALARS, quoted=st.booleans())
@example(place=PLACES[0], scalar="1", quoted=True)
def test_what_the_importer_reads_has_no_marks(
    place: tuple[str, str], scalar: str, *, quoted: bool
) -> None:
    """Whatever a scalar of a mapping looks like, the schema has nothing against what is read."""
    plain = re.fullmatch(r"[\w.+-]([\w .:+-]*[\w.+-])?", scalar, re.ASCII) and not quoted
    text = (scalar if plain else json.dumps(scalar, ensure_ascii=False)).join(place)
    if is_read(text):
        assert not errors(text)


def test_every_key_is_explained() -> None:
    """An editor has a sentence to show for every key and every part."""
    parts = [SCHEMA, *SCHEMA["$defs"].values()]
    records = [part for part in parts if "properties" in part]
    assert len(records) > 10
    for record in records:
        assert record["additionalProperties"] is False
        for key, shape in record["properties"].items():
            assert shape.get("description", "").endswith((".", ")")), key


@pytest.mark.parametrize("path", SHIPPED, ids=named)
def test_shipped_mappings_name_the_schema_beside_them(path: Path) -> None:
    """The first line of a shipped mapping tells an editor of the schema in its folder."""
    assert path.read_text(encoding="utf-8").startswith(MODELINE)
    assert COMMITTED.parent == path.parent


def test_a_new_mapping_names_the_schema_where_it_is(tmp_path: Path) -> None:
    """`new-mapping` writes the line for editors only into a folder that has the schema."""
    (tmp_path / "a.csv").write_text("Lead ID,Amount\n", encoding="utf-8")
    assert importer("new-mapping", "a.csv", "-o", "one.yaml", cwd=tmp_path).code == 0
    assert importer("mapping-schema", "-o", SCHEMA_FILE, cwd=tmp_path).code == 0
    assert importer("new-mapping", "a.csv", "-o", "two.yaml", cwd=tmp_path).code == 0
    assert "$schema" not in (tmp_path / "one.yaml").read_text(encoding="utf-8")
    assert (tmp_path / "two.yaml").read_text(encoding="utf-8").startswith(MODELINE)
