"""What is left to send of a run, matched to what other runs did meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from importer.errors import UsageError
from importer.journal import reading
from importer.journal.again import match_again
from importer.journal.answers import money_left
from importer.journal.left import actions_left, batches_left
from importer.journal.planning import matching_of
from importer.journal.purging import refuse_purged
from importer.mapping import parse_mapping
from importer.model import Currency, RunRecord, RunState
from importer.pipeline.keys import repeats, separate
from importer.pipeline.workplace import Workplace


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What is left to send of a run, and what that will take."""

    actions: int
    money: Mapping[Currency, Decimal]
    requests: int
    seconds: float
    """0 where there is no pace."""


def estimate(workplace: Workplace, run: str) -> Estimate:
    """What is left, and how long it takes at the pace of the settings."""
    journal, rate = workplace.journal, workplace.settings.send.requests_per_hour
    requests = batches_left(journal, run)
    return Estimate(
        actions=actions_left(journal, run),
        money=money_left(journal, run),
        requests=requests,
        seconds=requests * 3600 / rate if rate else 0.0,
    )


def resumable(workplace: Workplace, run_id: str) -> RunRecord:
    """The run, if there may be something left to send; matched to what other runs did meanwhile.

    To be called before anybody is shown what is left of it, or asked.

    Raises:
        UsageError: there is no such run, or it was refused as a whole or purged.
    """
    run = reading.run_of(workplace.journal, run_id)
    if run.state is RunState.REFUSED:
        raise UsageError(
            f"The run {run.id} was refused before anything was sent: {run.reason}",
            "Run its sheet again, corrected where it needs it.",
        )
    refuse_purged(workplace.journal, run.id)
    _match_again(workplace, run)
    return reading.run_of(workplace.journal, run_id)


def _match_again(workplace: Workplace, run: RunRecord) -> None:
    journal, limit = workplace.journal, workplace.settings.send.actions_per_request
    mapping = parse_mapping(reading.mapping_of(journal, run.id), run.mapping)
    matching = matching_of(journal, run.id, repeats=repeats(mapping), separate=separate(mapping))
    match_again(journal, run.id, matching, limit)
