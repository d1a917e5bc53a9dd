"""The way out of a doubt, as it is typed: the importer looks, or a person says what they saw."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from importer.reconcile import Wait, Waiting
from importer.report.commands import Command, resolve, rows_typed, settle


def settling(
    run: str,
    waits: Mapping[Wait, Waiting],
    options: str,
    *,
    named: Mapping[tuple[Wait, str], Waiting] = MappingProxyType({}),
    asked: bool = False,
) -> Iterator[Command]:
    """Yield what lets the importer look, and what says what was seen: never of two findings in one.

    Args:
        run: the run.
        waits: what its actions in doubt wait for; others are passed over.
        options: `--practice`, `--settings office/prod.toml` or "".
        named: the same by the actions' names, where rows alone would reach what waits for
            something else; nothing where they do not.
        asked: timelines were asked for already, and not everything was found out.
    """
    if Wait.LOOK in waits:
        again = "later: asks for the timelines again"
        yield settle(run, options, again) if asked else settle(run, options)
    for wait, found in _FINDINGS.items():
        for rows, one in _reaching(wait, waits, named):
            told = f"{found} ({one})" if one else found
            if wait is not Wait.VAIN:
                there = f"{told}, and you saw it on the timeline"
                yield resolve(run, rows, options, created=True, does=there)
            not_there = f"{told}, {_NOT_THERE[wait]}; resume sends it then"
            yield resolve(run, rows, options, created=False, does=not_there)


def _reaching(
    wait: Wait, waits: Mapping[Wait, Waiting], named: Mapping[tuple[Wait, str], Waiting]
) -> Iterator[tuple[str, str]]:
    """(`--rows 5-7 --action payment`, `payment`): all that waits for this, and nothing else."""
    if not named and wait in waits:
        yield rows_typed(waits[wait]), ""
    for (of, name), waiting in named.items():
        if of is wait:
            yield f"{rows_typed(waiting)} --action {shlex.quote(name)}", name


def first_to_do(
    run: str,
    waits: Mapping[Wait, Waiting],
    named: Mapping[tuple[Wait, str], Waiting] = MappingProxyType({}),
) -> str:
    """What comes first about a run's doubts, in words, its commands between backticks: the look.

    Where no look would tell more, it is what a person says; `named` is as `settling` has it.
    """
    commands = [f"`{one.text}`" for one in settling(run, waits, "", named=named)]
    if Wait.LOOK in waits:
        return commands[0]
    said = " or ".join(commands)
    seen = " (or `--created --seen`, if you did find it)" if Wait.VAIN in waits else ""
    return f"look at the lead's timeline in TeleCRM, and say what you saw: {said}{seen}"


_FINDINGS: Final[Mapping[Wait, str]] = {
    Wait.LOOK: "nothing known yet",
    Wait.WORD: "looked at, and not to be told",
    Wait.VAIN: "not found at two looks",
}
_NOT_THERE: Final[Mapping[Wait, str]] = {
    Wait.LOOK: "and you saw that it is not there",
    Wait.WORD: "and you saw that it is not there",
    Wait.VAIN: "nor by you (if you did find it, say --created --seen)",
}
