"""Mapping text → a checked `Mapping`, or every mistake of it at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Final

from pydantic import ValidationError

from importer.errors import MappingError, Mistake
from importer.mapping.forms import LeadsForm, MappingForm
from importer.mapping.model import Mapping
from importer.mapping.nodes import Keyed, Listing, Node, Scalar, plain, read_nodes
from importer.mapping.rules import RULES
from importer.mapping.sentences import mistakes_of

TO_DO: Final = "TODO"
"""What a skeleton has wherever a person must decide; in quotes it is a text like any other."""
_TO_DO_HINT: Final = "The comments of the file say what to choose from."


def parse_mapping(text: str, file: str) -> Mapping:
    """Read a mapping.

    Args:
        text: the file's text.
        file: its name, for the mapping's name and for sentences.

    Raises:
        MappingError: with every mistake, each with its line.
    """
    mistakes: list[Mistake] = []
    root = read_nodes(text, mistakes)
    if not isinstance(root, Keyed):
        raise MappingError(file, mistakes or [_not_a_mapping(root)])
    mistakes += to_do(root)
    form = _form(root, found := [])
    found += [mistake for rule in RULES for mistake in rule(root)]
    mistakes += _not_explained(found, mistakes)
    if form is None or mistakes:
        raise MappingError(file, sorted(set(mistakes)))
    return _record(form, text, file)


def to_do(node: Node, path: str = "") -> Iterator[Mistake]:
    """Every place of a skeleton that is still to be filled in."""
    match node:
        case Scalar(text=text, line=line, quoted=False) if text == TO_DO:
            yield Mistake(line=line, message=f"`{path}` still says TODO.", hint=_TO_DO_HINT)
        case Listing(items=items):
            for item in items:
                yield from to_do(item, path)
        case Keyed(entries=entries):
            for key, value in entries.items():
                name = Scalar(line=node.lines[key], text=key, quoted=key in node.quoted)
                yield from to_do(name, path)
                yield from to_do(value, f"{path}.{key}".removeprefix("."))


def _not_a_mapping(root: Node | None) -> Mistake:
    what = "is empty" if root is None else "does not begin with keys"
    return Mistake(
        line=0 if root is None else root.line,
        message=f"The file {what}.",
        hint="Begin with `mapping: 1`; `importer new-mapping SHEET` writes a skeleton.",
    )


def _form(root: Keyed, found: list[Mistake]) -> MappingForm | None:
    try:
        return MappingForm.model_validate(plain(root), by_alias=True, by_name=False)
    except ValidationError as error:
        found += mistakes_of(error, root)
        return None


def _not_explained(found: Iterable[Mistake], known: Iterable[Mistake]) -> list[Mistake]:
    """The mistakes on lines whose first cause is not known yet."""
    lines = {mistake.line for mistake in known}
    return [mistake for mistake in found if mistake.line not in lines]


def _record(form: MappingForm, text: str, file: str) -> Mapping:
    leads = form.lead if isinstance(form.lead, LeadsForm) else None
    return Mapping(
        name=PurePath(file).stem,
        sheet=form.sheet.record(),
        skip=form.skip,
        trailer=form.trailer,
        columns={name: column.record(name) for name, column in form.columns.items()},
        lead=leads.match if leads else str(form.lead),
        via=leads.record() if leads else None,
        identity=form.identity,
        actions=form.actions,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
