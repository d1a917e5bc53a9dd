"""Which settings a person has asked for, and how they are asked for again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from importer.errors import ImporterError

if TYPE_CHECKING:
    from importer.report.commands import Typed

F = TypeVar("F", bound=Callable[..., Any])

PRACTICE_FOLDER = Path("practice")


@dataclass(frozen=True, slots=True)
class Given:
    """Which settings were asked for."""

    settings: Path | None
    practice: bool

    @property
    def options(self) -> str:
        """The same options, to be typed again."""
        if self.practice:
            return "--practice"
        named = self.settings
        return "" if named is None else _settings_typed(named)

    @property
    def beside(self) -> str:
        """The same as they are typed in the settings' own folder."""
        from importer.settings import FILE_NAME

        if self.practice:
            return self.options
        named = self.settings
        return "" if named is None or named.name == FILE_NAME else _settings_typed(Path(named.name))

    @property
    def here(self) -> Typed:
        """The same with the settings' folder, for commands that are typed here and now."""
        from importer.report.commands import Typed

        if self.practice:
            return Typed(options=self.options, folder=PRACTICE_FOLDER.as_posix())
        parent = "." if self.settings is None else from_here(self.settings.parent)
        return Typed(options=self.options, folder=parent)

    @property
    def typed(self) -> Typed:
        """The same for the reports, which go to others: without a path of this machine.

        Settings that were named by their whole path are named as in their own folder.
        """
        from importer.report.commands import Typed

        if self.practice or self.settings is None or not self.settings.anchor:
            return self.here
        return Typed(options=self.beside)


def from_here(folder: Path) -> str:
    """A folder as it is typed here: from this one on, if it is in it."""
    here = Path.cwd()
    return (folder.relative_to(here) if folder.is_relative_to(here) else folder).as_posix()


def _settings_typed(file: Path) -> str:
    from importer.report.commands import path_typed

    return f"--settings {path_typed(file.as_posix())}"


def finding_again(command: F) -> F:
    """A command of which the errors say what to type with the options that it was given itself."""

    @wraps(command)
    def wrapped(*args: object, settings: Path | None, **more: object) -> object:
        try:
            return command(*args, settings=settings, **more)
        except ImporterError as error:
            from importer.report.commands import with_options

            options = Given(settings, practice=bool(more.get("practice"))).options
            error.message = with_options(error.message, options)
            error.hint = with_options(error.hint, options)
            raise

    return cast("F", wrapped)
