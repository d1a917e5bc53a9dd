"""The house: who may import whom, and how large a room may grow. CONTRIBUTING.md shows the plan."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "importer"
FLOORS = {
    0: "errors",
    1: "letters model secret shapes",
    2: "addresses batches columns created files folding leads mapping our_headers protocol"
    " reconcile resolve schedule survey validate values verdict",
    3: "crm first_rows journal lock notify places report settings sheets",
    4: "sandbox upload",
    5: "demo pipeline",
    6: "nightly",
    7: "cli",
    8: "__main__",
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms.split()}
EDGES = 3
"""The floor of file, database, network and environment, whose rooms know nothing of each other."""
LONGEST = {
    "importer.model": 545,  # the product's words, read as one list; no code to split off
}
HOMES = {
    "apprise": {"notify"},
    "babel": {"values"},
    "click": {"cli"},
    "dotenv": {"settings"},
    "filelock": {"lock"},
    "httpx": {"crm", "notify"},
    "jinja2": {"report"},
    "numpy": {"columns", "first_rows", "sheets", "validate"},
    "openpyxl": {"report"},
    "pandas": {"columns"},
    "platformdirs": {"settings"},
    "psutil": {"places", "sheets"},
    "pyarrow": {"columns", "sheets"},
    "pydantic": {"mapping", "report", "settings"},
    "pydantic_core": {"mapping", "settings"},
    "pydantic_settings": {"settings"},
    "python_calamine": {"sheets"},
    "ruamel": {"mapping"},
    "sniffio": {"crm"},
    "sqlalchemy": {"journal"},
    "sqlite3": {"journal"},
    "starlette": {"sandbox"},
    "tabulate": {"cli"},
    "tqdm": {"cli"},
    "typing_extensions": {"report"},
    "uvicorn": {"sandbox"},
    "xlrd": {"sheets"},
}


def name_of(path: Path) -> str:
    """Return a file's dotted name: `importer.settings` for `importer/settings/__init__.py`."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
ROOMS = [name for name in MODULES if name != "importer"]


def imports(module: str) -> Iterator[str]:
    """Yield what a module imports: our modules by their full name, libraries as written."""
    for node in ast.walk(TREES[module]):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(level=0, module=str(source), names=names):
                full = (f"{source}.{alias.name}" for alias in names)
                yield from {name if name in MODULES else source for name in full}
            case ast.ImportFrom(level=level) if level:
                pytest.fail(f"{module} imports relatively: write the full name.")


def ours(module: str) -> set[str]:
    """Return which of our own modules a module imports."""
    return {name for name in imports(module) if name.split(".")[0] == "importer"}


def room_of(module: str) -> str:
    """Return the room of a module: its own name, or its package's."""
    room = module.split(".")[1]
    assert room in FLOOR_OF, f"{module} has no floor: give `{room}` one in FLOORS."
    return room


@pytest.mark.parametrize("module", ROOMS)
def test_imports_point_down(module: str) -> None:
    """A room imports from floors below its own; beside it only where it is no edge."""
    room = room_of(module)
    for name in ours(module):
        if name == "importer":  # its version, which imports nothing
            continue
        other = room_of(name)
        above = FLOOR_OF[other] - FLOOR_OF[room]
        beside = above == 0 and FLOOR_OF[room] != EDGES
        assert other == room or above < 0 or beside, f"{module} may not import {name}."


@pytest.mark.parametrize("module", ROOMS)
def test_a_library_has_one_home(module: str) -> None:
    """A library is imported by the rooms that are its home, and by no other."""
    for name in imports(module):
        library = name.split(".")[0]
        if library in HOMES:
            assert room_of(module) in HOMES[library], f"{module}: {library} has another home."
        else:
            known = library == "importer" or library in sys.stdlib_module_names
            assert known, f"{library} has no home: give it one in HOMES, a reason in CONTRIBUTING."


def test_the_practice_crm_shares_nothing_with_the_client() -> None:
    """The sandbox knows the records' enumerations and the errors, so that it can contradict us."""
    for module in (name for name in ROOMS if room_of(name) == "sandbox"):
        foreign = {name for name in ours(module) if room_of(name) != "sandbox"}
        assert foreign <= {"importer.model", "importer.errors"}, module


def test_no_import_goes_in_a_circle() -> None:
    """Modules can be put in an order in which each comes after what it imports."""
    assert not ours("importer"), "`importer` holds the version, so that anybody may import it."
    TopologicalSorter({name: ours(name) for name in MODULES}).prepare()


@pytest.mark.parametrize("module", MODULES)
def test_rooms_stay_small(module: str) -> None:
    """No module is longer than 300 lines, no function longer than 50 without its docstring."""
    lines = MODULES[module].read_text(encoding="utf-8").splitlines()
    assert len(lines) <= LONGEST.get(module, 300), f"{module} has {len(lines)} lines: split it."
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            words = len((ast.get_docstring(node, clean=False) or "").splitlines())
            length = (node.end_lineno or node.lineno) - node.lineno + 1 - words
            assert length <= 50, f"{node.name} has {length} lines"


def test_the_guide_shows_every_room_on_its_floor() -> None:
    """The table of CONTRIBUTING.md has each room on the floor that it is on."""
    guide = (PACKAGE.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    floors = re.findall(r"^\| ([0-9, ]+) \| ((?:`\w+` ?)+)", guide, re.MULTILINE)
    shown = {
        room: {int(floor) for floor in numbers.split(",")}
        for numbers, rooms in floors
        for room in re.findall(r"`(\w+)`", rooms)
    }
    assert shown.keys() == FLOOR_OF.keys()
    assert all(floor in shown[room] for room, floor in FLOOR_OF.items())


def test_the_plan_names_rooms_that_exist() -> None:
    """A floor or a home for something that is gone would be believed."""
    rooms = {name.split(".")[1] for name in ROOMS}
    assert set(FLOOR_OF) <= rooms, set(FLOOR_OF) - rooms
    used = {name.split(".")[0] for module in MODULES for name in imports(module)}
    kept_at_home = {"sqlite3"}  # comes along with Python, wanted or not
    assert set(HOMES) - kept_at_home <= used, set(HOMES) - used
