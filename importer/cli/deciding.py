"""`settle`, `resolve`, `release` and `close`: what becomes of what is in doubt, held or left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.finishing import finish
from importer.cli.given import Given
from importer.cli.options import (
    FILE,
    json_option,
    load,
    reason_option,
    rows_option,
    settings_options,
    token_of,
    token_option,
)
from importer.errors import UsageError

if TYPE_CHECKING:
    from importer.journal.rulings import Decided
    from importer.pipeline.workplace import Workplace


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option(
    "--against",
    type=FILE,
    metavar="EXPORT",
    help="Settle from an export of the CRM's actions instead of asking the CRM.",
)
@settings_options
@token_option
@json_option
def settle(  # noqa: PLR0913 - a command's options are its arguments
    run_id: str,
    against: Path | None,
    settings: Path | None,
    token_file: Path | None,
    *,
    practice: bool,
    as_json: bool,
) -> int:
    """Find out what became of RUN's UNKNOWN actions; nothing is sent.

    Each lead's timeline is read back. What stands there is CREATED; what is proven not to stand
    there may be sent again by `resume`, a PAYMENT only if the mapping says so; all else stays
    UNKNOWN, for a person to look at and to `resolve`.
    """
    from importer.cli.bars import TerminalBars
    from importer.cli.sayings import say_settled
    from importer.pipeline.against import settle_against
    from importer.pipeline.settling import settle_run
    from importer.pipeline.workplace import open_workplace

    loaded = load(settings, practice=practice)
    with open_workplace(loaded) as workplace:
        if against is None:
            token = token_of(loaded, token_file)
            ending, settled = settle_run(workplace, run_id, token, bars=TerminalBars())
        else:
            ending, settled = settle_against(workplace, run_id, against)
        given = Given(settings, practice)
        say_settled(run_id, settled, given.options)
        return finish(workplace, run_id, ending, given, as_json=as_json)


@click.command()
@click.argument("run_id", metavar="RUN")
@rows_option(required=False)
@click.option("--action", "name", help="Only the actions of this name in the mapping.")
@click.option("--created", "fate", flag_value="created", help="It stands on the timeline.")
@click.option(
    "--not-created", "fate", flag_value="not created", help="It does not: it may be sent again."
)
@click.option("--action-id", default="", help="The CRM's id of the one action that was created.")
@click.option(
    "--seen",
    is_flag=True,
    help="With --created: you have seen there what two looks of the importer have not found.",
)
@reason_option
@settings_options
@json_option
def resolve(  # noqa: PLR0913 - a command's options are its arguments
    run_id: str,
    rows: frozenset[int] | None,
    name: str | None,
    fate: str | None,
    action_id: str,
    *,
    seen: bool,
    reason: str,
    settings: Path | None,
    practice: bool,
    as_json: bool,
) -> int:
    """Say what became of UNKNOWN actions of RUN, after a look at the lead's timeline.

    It cannot be taken back: what is said to be created is never sent, and what is said not to be is
    UNSENT, and is sent by `importer resume RUN`. So name only rows that you have looked at. Your
    account, the time and the reason are kept for ever, and stand in the report.
    """
    if fate is None:
        raise UsageError("Say what became of it.", "Add --created or --not-created.")
    if action_id and fate != "created":
        raise UsageError(
            "An action id belongs to what was created.", "Leave --action-id out, or say --created."
        )
    if seen and fate != "created":
        raise UsageError("What you have seen was created.", "Leave --seen out, or say --created.")
    from importer.pipeline.rulings import resolve_run

    created = fate == "created"
    return _decide(
        run_id,
        settings,
        practice=practice,
        as_json=as_json,
        decision=lambda workplace: resolve_run(
            workplace,
            run_id,
            rows,
            name,
            created=created,
            action_id=action_id,
            seen=seen,
            reason=reason,
        ),
    )


@click.command()
@click.argument("run_id", metavar="RUN")
@rows_option(required=True)
@reason_option
@settings_options
@json_option
def release(  # noqa: PLR0913 - a command's options are its arguments
    run_id: str,
    rows: frozenset[int],
    reason: str,
    settings: Path | None,
    *,
    practice: bool,
    as_json: bool,
) -> int:
    """Let DUPLICATE rows of RUN be sent all the same: they are not the earlier ones.

    Your account, the time and the reason are kept for ever, and stand in the report. The rows are
    UNSENT then, and are sent by `importer resume RUN`.
    """
    from importer.pipeline.rulings import release_rows

    return _decide(
        run_id,
        settings,
        practice=practice,
        as_json=as_json,
        decision=lambda workplace: release_rows(workplace, run_id, rows, reason=reason),
    )


@click.command()
@click.argument("run_id", metavar="RUN")
@rows_option(required=False)
@reason_option
@settings_options
@json_option
def close(  # noqa: PLR0913 - a command's options are its arguments
    run_id: str,
    rows: frozenset[int] | None,
    reason: str,
    settings: Path | None,
    *,
    practice: bool,
    as_json: bool,
) -> int:
    """Give up rows of RUN, or what of it is UNSENT.

    With --rows: whatever of these rows was not created is given up for good (what is UNKNOWN is
    settled first). It leaves the failures workbook, and a later sheet that holds the rows unchanged
    does not send them either, unless its mapping says that equal rows repeat; `release` takes that
    back. Without --rows: what is UNSENT is not sent by `resume` any more, so that the sheet can be
    run again, corrected. What was sent, and was not found on the timeline since, is not given up
    but UNKNOWN again: the timeline may be late.
    """
    from importer.pipeline.rulings import close_rows

    return _decide(
        run_id,
        settings,
        practice=practice,
        as_json=as_json,
        decision=lambda workplace: close_rows(workplace, run_id, rows, reason=reason),
    )


def _decide(
    run_id: str,
    settings: Path | None,
    *,
    practice: bool,
    as_json: bool,
    decision: Callable[[Workplace], Decided],
) -> int:
    from importer.cli.sayings import say_decided
    from importer.pipeline.workplace import open_workplace
    from importer.upload import Ending, EndKind

    with open_workplace(load(settings, practice=practice)) as workplace:
        done, given = Ending(kind=EndKind.DONE), Given(settings, practice)
        say_decided(run_id, decision(workplace), given.options)
        return finish(workplace, run_id, done, given, as_json=as_json)
