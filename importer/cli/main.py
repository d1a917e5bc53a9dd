"""The group of commands, and the one place where an error becomes words and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from typing import NoReturn

import click

from importer import __version__
from importer.cli.approving import apply_plan, approve, plan
from importer.cli.checking import check
from importer.cli.deciding import close, release, resolve, settle
from importer.cli.doctoring import doctor
from importer.cli.editing import mapping_schema, new_mapping
from importer.cli.housekeeping import backup, purge
from importer.cli.nightly import nightly
from importer.cli.practising import demo, sandbox
from importer.cli.running import resume, run
from importer.cli.scheduling import schedule
from importer.cli.showing import report, report_schema, runs
from importer.cli.tracing import trace
from importer.errors import ImporterError, MappingError

_BROKEN_PIPE = 141
"""128 + SIGPIPE, as a shell would say."""

EPILOG = """
\b
Start here:
  importer demo                        the whole job, on sample data
  importer new-mapping SHEET           a mapping to edit, from your sheet's headers
  importer check SHEET -m MAPPING      what is wrong with a sheet; nothing is sent
  importer run SHEET -m MAPPING        the real thing

\b
Exit codes: 0 all created, 2 usage or settings, 3 the sheet, 4 some not created, 5 in doubt,
6 stopped (resume it), 7 books do not balance, 75 try later, 130/143 interrupted.

\b
Completion: eval "$(_IMPORTER_COMPLETE=bash_source importer)"
(or zsh_source, fish_source)
"""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="importer")
@click.pass_context
def cli(context: click.Context) -> None:
    """Put the rows of a spreadsheet onto TeleCRM timelines: once each, with proof."""
    if os.environ.get("NO_COLOR"):
        context.color = False


_COMMANDS = (
    *(check, run, resume, settle, resolve, release, close, nightly),
    *(plan, approve, apply_plan, purge, backup),
    *(report, trace, runs, new_mapping, mapping_schema, report_schema, sandbox, demo),
    *(schedule, doctor),
)
for command in _COMMANDS:
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command line; never returns."""
    sys.exit(_run())


def _run() -> int:
    try:
        result = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ImporterError as error:
        _explain(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted. Nothing is lost: what was sent is on record.", err=True)
        return 130
    except SystemExit:
        # How click ends when whoever read its output has gone: `importer … | head`.
        return _BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last place where an error can become words
        return _crash(error)
    return result if isinstance(result, int) else 0


def _crash(error: Exception) -> int:
    traceback.print_exception(error)
    _say(
        "This is a mistake in the importer itself.",
        "What was sent is on record; do not run the sheet again by another road. "
        "Please report the lines above.",
    )
    return 1


def _say(message: str, hint: str) -> None:
    click.echo(f"{click.style('Error:', fg='red', bold=True)} {message}", err=True)
    if hint:
        click.echo(f"{click.style('What to do:', bold=True)} {hint}", err=True)


def _explain(error: ImporterError) -> None:
    if not isinstance(error, MappingError):
        _say(error.message, error.hint)
        return
    _say(error.message, "")
    for mistake in error.mistakes:
        place = f"line {mistake.line}" if mistake.line else "whole file"
        click.echo(f"  {place}: {mistake.message} {mistake.hint}".rstrip(), err=True)
    click.echo(error.hint, err=True)
