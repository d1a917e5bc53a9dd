"""What is said of something that broke, in sentences, and which exit code it comes to."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from importer.errors import ImporterError, MappingError
from importer.pipeline.exits import Exit

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that broke."""

    said: str
    """What, and what to do about it."""
    exit_code: int


def fault_of(error: Exception, what: str) -> Fault:
    """Put an error into sentences; what nobody has thought of goes into the log as well.

    Args:
        error: the error.
        what: what it broke, for the log: `payments: payments.xlsx`.
    """
    match error:
        case ImporterError():
            return Fault(said=words_of(error), exit_code=error.exit_code)
        case OSError():
            _log.error("%s failed", what, exc_info=error)
            return Fault(said=f"{error.strerror or error}.", exit_code=Exit.USAGE)
        case _:
            _log.error("%s failed", what, exc_info=error)
            ours = f"There is a mistake in the importer itself ({type(error).__name__})"
            return Fault(said=f"{ours}: the log has the details.", exit_code=Exit.INTERNAL)


def words_of(error: ImporterError) -> str:
    """An error as sentences, with every mistake where it holds several."""
    if not isinstance(error, MappingError):
        return str(error)
    listed = (f"line {one.line}: {one.message} {one.hint}".strip() for one in error.mistakes)
    return " ".join([error.message, *listed])
