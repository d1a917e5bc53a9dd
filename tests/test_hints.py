"""Commands in errors and hints: whoever reads one can type it, and stays in the same workspace."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from commands import Finished
from offices import Office, an_office, says
from workplaces import row

import importer
from importer.cli.main import cli
from importer.report.commands import ANYWHERE, with_options
from importer.sandbox import Fault, Rule, lead_id

ROOM = Path(importer.__file__).parent
HELP = {ROOM / "cli" / "main.py"}
"""What `importer --help` says of all commands, before anybody has asked for a workspace."""
NAMES = "|".join(cli.commands)
WRITTEN = re.compile(rf"\bimporter (?:{NAMES})\b")
GAP = "importer 1 "
"""A command that is itself filled in."""
QUOTED = re.compile(r"`(importer [^`]+)`")


def sentences() -> Iterator[tuple[str, str]]:
    """(where, sentence) of every text in the code that names a command; of rows, row 1."""
    for file in sorted(set(ROOM.rglob("*.py")) - HELP):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        inside = {id(part) for one in ast.walk(tree) for part in parts(one)}
        for one in ast.walk(tree):
            text = "" if id(one) in inside else text_of(one).replace(GAP, "importer settle ")
            if WRITTEN.search(text):
                yield f"{file.relative_to(ROOM)}:{one.lineno}", text  # type: ignore[attr-defined]  # a text has a line


def parts(one: ast.AST) -> Iterator[ast.AST]:
    """What is no text of its own: docstrings, and the pieces of a text with gaps."""
    if isinstance(one, ast.JoinedStr):
        yield from one.values
    elif isinstance(one, ast.Expr):
        yield one.value


def text_of(one: ast.AST) -> str:
    """A text of the code, its gaps filled with 1; "" where it is none."""
    if isinstance(one, ast.JoinedStr):
        return "".join(text_of(part) or "1" for part in one.values)
    return one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else ""


FOUND = dict(sentences())


@pytest.mark.parametrize("where", FOUND)
def test_a_command_in_a_sentence_can_be_typed(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands between backticks, the command line takes it, and it gets the person's options."""
    monkeypatch.chdir(tmp_path)
    for name in ("SHEET", "MAPPING"):  # what stands for a file is one
        (tmp_path / name).touch()
    sentence = FOUND[where]
    outside = QUOTED.sub("", sentence)
    assert not WRITTEN.search(outside), "put backticks around it, or make it by `typed`"
    for options in ("--practice", "--settings 'my office.toml'"):
        for typed in QUOTED.findall(with_options(sentence, options)):
            name = typed.split()[1]
            assert (options in typed) == (name not in ANYWHERE)
            if options in typed and not takes(name, options):
                continue
            parse(typed)


def takes(name: str, option: str) -> bool:
    """Whether a command, or one below it, has an option."""
    command = cli.commands[name]
    below = command.commands.values() if isinstance(command, click.Group) else [command]
    return any(option.split(maxsplit=1)[0] in one.opts for each in below for one in each.params)


def parse(typed: str) -> None:
    """Read a command as the command line does, without doing it."""
    command: click.Command = cli
    _, *words = shlex.split(typed)
    while isinstance(command, click.Group):
        name, *words = words
        command = command.commands[name]
    command.make_context(command.name, words)


def test_sentences_with_commands_are_found() -> None:
    """The walk sees those with gaps, those in pieces, and those of every floor."""
    rooms = {where.split("/")[0] for where in FOUND}
    assert {"journal", "pipeline", "crm", "mapping"} <= rooms
    assert any("importer release 1 --rows 1" in one for one in FOUND.values())


def test_what_needs_no_workspace_is_known() -> None:
    """A command gets no options that it does not take."""
    assert {name for name in cli.commands if not takes(name, "--settings")} == ANYWHERE


@pytest.mark.parametrize(
    ("sentence", "options", "typed"),
    [
        ("Do: `importer settle r`.", "--practice", "Do: `importer settle r --practice`."),
        ("`importer runs` or `importer runs`", "--x", "`importer runs --x` or `importer runs --x`"),
        ("`importer sandbox`", "--practice", "`importer sandbox`"),
        ("`importer runs`", "", "`importer runs`"),
        ("the importer settles `runs`", "--x", "the importer settles `runs`"),
    ],
)
def test_options_are_put_into_commands_alone(sentence: str, options: str, typed: str) -> None:
    """Nothing else of a sentence changes."""
    assert with_options(sentence, options) == typed


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A folder of which the settings have another name than the usual one."""
    with an_office(tmp_path) as place:
        place.leave_doubts()
        (place.folder / "importer.toml").rename(place.folder / "north office.toml")
        yield place


ASKED = ("--settings", "north office.toml")
TYPED = '--settings "north office.toml"'
WHY = ("--reason", "looked at")


def test_an_error_repeats_the_options_that_were_given(office: Office) -> None:
    """What a refused decision says to type finds the workspace that it was refused in."""
    office.crm.faults.set([Rule(fault=Fault.DROP_AFTER)])
    doubtful = run_of(office.run(*ASKED))
    office.sheet(row(1), row(2), row(3))
    later = run_of(office.run(*ASKED))
    for words, typed in {
        ("report", "nosuch"): "importer runs",
        ("release", later, "--rows", "2", *WHY): f"importer settle {doubtful}",
        ("close", doubtful, "--rows", "2", *WHY): f"importer settle {doubtful}",
        ("apply", doubtful): f"importer resume {doubtful}",
    }.items():
        says(office.do(*words, *ASKED), 2, f"`{typed} {TYPED}`")


def test_the_commands_beside_what_is_held_end_its_waiting(office: Office) -> None:
    """Typed in their order, they settle the run in doubt, and then resume the one that waits."""
    office.crm.faults.set([Rule(fault=Fault.DROP_AFTER, lead=lead_id(1), times=1)])
    office.run(*ASKED)
    held = office.run(*ASKED)
    assert (held.code, "2 duplicates wait for" in held.err) == (4, True)
    steps = held.err.partition("What to do next")[2]
    shown = re.findall(r"importer (?:settle|resume) .*toml\"", steps)
    commands = [shlex.split(one)[1:] for one in shown]
    assert [one[0] for one in commands] == ["settle", "resume"]
    says(office.do(*commands[0]), 0)
    says(office.do(*commands[1]), 0)
    assert len(office.crm.actions) == 4


def run_of(done: Finished) -> str:
    """The run of which a command has printed the report."""
    found = re.search(r"\(run ([\w-]+)\)", done.out)
    assert found, done
    return found[1]
