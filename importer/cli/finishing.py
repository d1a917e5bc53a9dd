"""The end of every command that works in a workspace: reports, words, exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importer.errors import SheetRefusedError

if TYPE_CHECKING:
    from importer.cli.given import Given
    from importer.pipeline.workplace import Workplace
    from importer.upload import Ending


def finish(
    workplace: Workplace, run_id: str, ending: Ending, given: Given, *, as_json: bool
) -> int:
    """Write a run's reports, say how it ended and what to do, and return the exit code.

    Args:
        workplace: the workspace.
        run_id: the run.
        ending: how its sending or settling ended, if there was any.
        given: which settings were asked for.
        as_json: print the summary object instead of words.
    """
    from importer.cli.bars import TerminalBars
    from importer.cli.endings import say_ending
    from importer.cli.words import say_report
    from importer.pipeline.outcome import exit_code
    from importer.pipeline.reporting import report_run

    reconciliation, written = report_run(workplace, run_id, typed=given.typed, bars=TerminalBars())
    code = exit_code(reconciliation, ending)
    say_report(written, code, as_json=as_json)
    say_ending(written, ending, given)
    return code


def finish_refused(
    workplace: Workplace, refusal: SheetRefusedError, given: Given, *, as_json: bool
) -> None:
    """Write the reports of a sheet that was refused as a whole, and say so."""
    from importer.cli.bars import TerminalBars
    from importer.cli.words import say_report
    from importer.pipeline.reporting import report_run

    _, written = report_run(workplace, refusal.run, typed=given.typed, bars=TerminalBars())
    say_report(written, refusal.exit_code, as_json=as_json)
