"""The state file: every stored action as a JSON line, so that a practice CRM remembers.

A line is written before the answer leaves. A last line that is torn was therefore promised to
nobody, and is dropped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from pathlib import Path

from importer.errors import UsageError
from importer.sandbox.records import Origin, StoredAction

_KEYS = {field.name for field in fields(StoredAction)}
_START = b'{"id": "'


class Memory:
    """Stored actions in a file; an id that comes again is a later state of the same action.

    Args:
        path: the file, made when the first action is stored; its folder must exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, actions: Iterable[StoredAction]) -> None:
        """Add these actions in one write.

        Raises:
            OSError: the file cannot be written.
        """
        lines = "".join(json.dumps(asdict(action)) + "\n" for action in actions)
        with self._path.open("ab") as file:
            file.write(lines.encode())

    def recall(self) -> Iterator[StoredAction]:
        """Every state of every action, in the order of writing; a torn last line is cut off.

        Raises:
            UsageError: the file cannot be read, or is not a state file.
        """
        whole, lines = 0, self._lines()
        for number, line in enumerate(lines, start=1):
            action = _read(line)
            if action is None and (number < len(lines) or not _is_torn(line)):
                raise UsageError(
                    f"The practice CRM's state file {self._path} is damaged at line {number}.",
                    "Give another state file, or delete this one to start afresh.",
                )
            if action is None:
                self._cut_at(whole)
                return
            whole += len(line)
            yield action

    def _lines(self) -> list[bytes]:
        try:
            return self._path.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UsageError(
                f"The practice CRM's state file {self._path} cannot be read ({error.strerror}).",
                "Give another state file, or correct its permissions.",
            ) from error

    def _cut_at(self, size: int) -> None:
        with self._path.open("r+b") as file:
            file.truncate(size)


def _is_torn(line: bytes) -> bool:
    """Whether this may be the beginning of a line of ours: nothing else is ever cut off."""
    return line.startswith(_START) or _START.startswith(line)


def _read(line: bytes) -> StoredAction | None:
    """An action, or None where the line is torn or foreign."""
    if not line.endswith(b"\n"):
        return None
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or set(values) != _KEYS or not _is_sound(values):
        return None
    return StoredAction(**{**values, "origin": Origin(values["origin"])})


def _is_sound(values: dict[str, object]) -> bool:
    texts = ("id", "lead", "type", "performer")
    return (
        all(isinstance(values[key], str) for key in texts)
        and all(type(values[key]) is int for key in ("at", "modified"))
        and isinstance(values["body"], dict)
        and values["origin"] in set(Origin)
        and _is_id(str(values["id"]))
    )


def _is_id(text: str) -> bool:
    return len(text) == 24 and not set(text) - set("0123456789abcdef")
