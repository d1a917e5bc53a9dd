"""The files that a command reads: one that is not there is said before anything else is loaded."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from importer.errors import UsageError
from importer.files import missing


class Input(click.Path):
    """A file that has to be there.

    Args:
        otherwise: makes what to say of one that is not.
    """

    def __init__(self, otherwise: Callable[[Path], UsageError]) -> None:
        super().__init__(path_type=Path, dir_okay=False)
        self._otherwise = otherwise

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """Return the path.

        Raises:
            UsageError: there is no such file.
        """
        path = Path(os.fsdecode(super().convert(str(value), param, ctx)))
        try:
            path.stat()
        except FileNotFoundError as error:
            raise self._otherwise(path) from error
        except OSError:  # whoever opens it says why
            pass
        return path


def _no_mapping(path: Path) -> UsageError:
    return UsageError(
        f"There is no mapping {path}.",
        "Check the name after -m; `importer new-mapping SHEET` writes a first one.",
    )


SHEET: Final = Input(missing)
MAPPING: Final = Input(_no_mapping)
