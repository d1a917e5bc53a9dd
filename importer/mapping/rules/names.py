"""Names: plain where they are given, declared where they are used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from importer.errors import Mistake
from importer.mapping.nodes import Keyed
from importer.mapping.rules.parts import actions, declared_names, hint_for, namings

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_NAME_HINT: Final = "Write small letters a to z, digits and _, with a letter first: `paid_on`."


def names_are_plain(root: Keyed) -> Iterator[Mistake]:
    """Columns and actions have names that can be quoted anywhere; actions each their own."""
    declared = root.entries.get("columns")
    for name, line in declared.lines.items() if isinstance(declared, Keyed) else ():
        if not _NAME.fullmatch(name):
            message = f"A column cannot be called `{name}`."
            yield Mistake(line=line, message=message, hint=_NAME_HINT)
    seen: dict[str, int] = {}
    for action in actions(root):
        named, line = action.text("name"), action.line("name")
        if named is not None and not _NAME.fullmatch(named):
            message = f"An action cannot be called `{named}`."
            yield Mistake(line=line, message=message, hint=_NAME_HINT)
        elif named in seen:
            message = f"Two actions are called `{named}`: line {seen[named]} has it too."
            yield Mistake(line=line, message=message, hint="Give each a name of its own.")
        elif named is not None:
            seen[named] = line


def named_columns_are_declared(root: Keyed) -> Iterator[Mistake]:
    """Whatever names a column names a declared one."""
    declared = declared_names(root)
    for naming in namings(root):
        if naming.name not in declared:
            yield Mistake(
                line=naming.line,
                message=f"{naming.place}No column `{naming.name}` is declared.",
                hint=hint_for(naming.name, root),
            )
