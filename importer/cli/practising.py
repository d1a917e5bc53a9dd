"""`sandbox` and `demo`: the practice CRM."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from importer.cli.options import FILE


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True)
@click.option("--state", type=FILE, help="Keep what is stored in this file across starts.")
def sandbox(port: int, state: Path | None) -> None:
    """Serve the practice CRM on this machine until Ctrl-C.

    Its page shows what has arrived; `importer.toml` names it as any other workspace.
    """
    from importer.sandbox import API_PATH, ENTERPRISE_ID, TOKEN, PracticeCrm, serve

    def announce(url: str) -> None:
        click.echo(
            f"The practice CRM answers at {url}/ (Ctrl-C ends it). For importer.toml:\n\n"
            f'[workspace]\nbase_url = "{url}{API_PATH}"\nenterprise_id = "{ENTERPRISE_ID}"\n\n'
            f"and in the environment: TELECRM_TOKEN={TOKEN}"
        )

    serve(PracticeCrm(state_file=state), port=port, announce=announce)


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
    help="Where the demo's own folder goes.",
)
def demo(folder: Path) -> int:
    """Show the whole job on sample data, against the practice CRM.

    Every demo has a folder of its own, with a journal of its own: it works every time.
    """
    from importer.cli.bars import TerminalBars
    from importer.cli.checked import say_check
    from importer.cli.sayings import say_plan
    from importer.cli.words import say_report
    from importer.demo import Demo
    from importer.pipeline.exits import Exit

    with Demo.begin(folder) as show:
        click.echo(click.style(f"1. Check {show.sheet} with {show.mapping}", bold=True))
        say_check(show.check(TerminalBars()))
        click.echo(click.style("\n2. Send what is good to the practice CRM", bold=True))
        run = show.plan(TerminalBars())
        say_plan(show.workplace, run)
        _, written = show.send(run, TerminalBars())
        say_report(written, Exit.INCOMPLETE, as_json=False)
    if written.failures:
        words = ["importer", "run", written.failures.path, "-m", show.mapping]
        command = shlex.join(map(str, [*words, "--settings", show.settings_file]))
        click.echo(
            f"{click.style('3. Your turn', bold=True)}: open the report in a browser. Then correct "
            "the red cells of the failures workbook in Excel or LibreOffice, save it, and run\n\n"
            f"  {command}\n"
        )
    return Exit.DONE
