"""What is in doubt, settled by reading timelines back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from importer.journal import reading
from importer.journal.answers import count_doubtful
from importer.journal.doubt import Claim
from importer.mapping import Mapping, parse_mapping
from importer.model import PAYMENT
from importer.pipeline.bars import Advance, Bars, NoBars
from importer.pipeline.line import Line, over_the_line
from importer.pipeline.workplace import Workplace
from importer.secret import Token
from importer.upload import Ending, EndKind, Gate
from importer.upload.settle import Settled, SettleRules, Settling


async def settle_over(
    workplace: Workplace, line: Line, run: str, bars: Bars, leads: Sequence[str] | None = None
) -> Settled:
    """Read back what is in doubt on the leads of a run; on some of them, or on all."""
    with bars.stage("Settling", count_doubtful(workplace.journal, run)) as advance:
        settling = _settling(workplace, line.gate, advance)
        return await settling.settle(line.open_wire, run, leads)


def _settling(workplace: Workplace, gate: Gate, advance: Advance) -> Settling:
    """Make ready to settle, as the settings and the mappings say."""
    settings = workplace.settings
    return Settling(
        workplace.journal,
        gate,
        rules=SettleRules(
            delay_s=settings.settle.delay_seconds, between_s=settings.settle.between_looks_seconds
        ),
        may_resend=_policy(workplace),
        timeout_s=settings.send.timeout_seconds,
        longest_wait_s=settings.send.longest_wait_seconds,
        advance=advance,
    )


def settle_run(
    workplace: Workplace,
    run_id: str,
    token: Token,
    *,
    minutes: float | None = None,
    bars: Bars | None = None,
) -> tuple[Ending, Settled]:
    """Settle what a run has in doubt; what is proven absent and may be sent again is UNSENT then.

    Args:
        workplace: the workspace, opened to work in.
        run_id: the run.
        token: the workspace's token.
        minutes: after so many no further look is begun; None: never.
        bars: progress.

    Raises:
        UsageError: there is no such run.
    """
    run = reading.run_of(workplace.journal, run_id)
    found = Settled()
    if not count_doubtful(workplace.journal, run.id):
        return Ending(kind=EndKind.DONE), found

    async def work(line: Line) -> None:
        nonlocal found
        found = await settle_over(workplace, line, run.id, bars or NoBars())

    return over_the_line(workplace, token, work, minutes=minutes), found


def _policy(workplace: Workplace) -> Callable[[Claim], bool]:
    """What may be sent again once it is proven absent.

    As the mapping says; where it says nothing, a custom action may be, and money waits.
    """

    @cache
    def mapping_of(run: str) -> Mapping:
        name = reading.run_of(workplace.journal, run).mapping
        return parse_mapping(reading.mapping_of(workplace.journal, run), name)

    def may_resend(claim: Claim) -> bool:
        found = (one for one in mapping_of(claim.run).actions if one.name == claim.name)
        action = next(found, None)
        if action is not None and "on_unknown" in action.model_fields_set:
            return action.on_unknown == "verify_then_resend"
        return claim.type != PAYMENT

    return may_resend
