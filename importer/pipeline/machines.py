"""The name of this machine, and whether a journal was used on another one before."""

from __future__ import annotations

from socket import gethostname

from importer.journal.store import Journal
from importer.lock import Machine


def this_machine() -> str:
    """This machine as a journal remembers it."""
    return gethostname()


def other_machine(journal: Journal, machine: Machine) -> str:
    """The machine on which a journal was used last, by its name; "" where that is this one.

    A container has a new name each time it is made. Where somebody has said which folder its
    machine keeps, the note in there tells: it has come exactly as far as the journal has.
    """
    before = journal.machine
    known = machine.is_named and machine.knows(journal.id, journal.mark_now)
    return "" if known or before == this_machine() else before


def moved_from(machine: str) -> tuple[str, str]:
    """What is said of a journal that another machine has used: a sentence, and what to do."""
    said = (
        f"This journal was used on the machine {machine} before. Two machines that each send with "
        "a copy of it would send the same rows twice."
    )
    remedy = (
        f"Make sure that nothing is sent from {machine} any more: stop its scheduler, and move its "
        "copy of the journal away. If that is this machine under an older name, all is well."
    )
    return said, remedy
