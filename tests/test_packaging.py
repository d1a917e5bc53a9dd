"""What is installed: pinned, the same for uv and pip, and from nowhere in particular."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

import importer

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = [Requirement(pin) for pin in PYPROJECT["tool"]["uv"]["constraint-dependencies"]]
DECLARED = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["dependency-groups"]["dev"]]
PEERS = PYPROJECT["dependency-groups"]["bench"]

# Written apart, so that this file does not name them either.
HOSTS = (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("debian", "org"))
REGISTRY = re.compile("|".join(rf"\b{name}\.{domain}\b" for name, domain in HOSTS))


def read(name: str) -> str:
    """Return the text of one of the repository's files."""
    return (ROOT / name).read_text(encoding="utf-8")


def applies(requirement: Requirement) -> bool:
    """Tell whether a requirement is for this platform and Python, without any extra."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def needed(names: list[str]) -> Iterator[NormalizedName]:
    """Yield every package that the named ones need here, themselves included."""
    waiting, seen = [Requirement(name) for name in names], set[NormalizedName]()
    while waiting:
        name = canonicalize_name(waiting.pop().name)
        if name not in seen:
            seen.add(name)
            yield name
            found = (Requirement(line) for line in requires(name) or ())
            waiting.extend(requirement for requirement in found if applies(requirement))


def test_pip_and_uv_have_the_same_versions() -> None:
    """constraints.txt is what `.ci/constraints.py` makes of pyproject.toml."""
    script = runpy.run_path(str(ROOT / ".ci" / "constraints.py"))
    assert read("constraints.txt") == script["constraints_text"](read("pyproject.toml"))


def test_every_package_is_pinned_and_here() -> None:
    """Whatever is installed on this platform has one exact version, and that one runs the tests."""
    pins = {canonicalize_name(pin.name): pin for pin in PINS if applies(pin)}
    for name in needed(DECLARED):
        assert name in pins, f"{name} is not pinned: run .ci/constraints.py --raise"
        assert str(pins[name].specifier) == f"=={version(name)}", name


def test_the_peers_are_pinned_and_not_installed_unasked() -> None:
    """What the benchmarks compare with has one version each, in a group that only they name."""
    pinned = {canonicalize_name(pin.name) for pin in PINS}
    for peer in (canonicalize_name(Requirement(name).name) for name in PEERS):
        assert peer in pinned, f"{peer} is not pinned: run .ci/constraints.py --raise"
        assert peer not in {canonicalize_name(Requirement(name).name) for name in DECLARED}


def test_a_pin_is_one_version() -> None:
    """A pin is exact, two pins of one package are for different Pythons, and no index is named."""
    assert PINS
    assert set(PYPROJECT["tool"]["uv"]) == {
        "constraint-dependencies",
        "build-constraint-dependencies",
    }
    for pin in PINS:
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), pin
        twins = [other for other in PINS if other.name == pin.name]
        assert len(twins) == len({str(twin.marker) for twin in twins}), pin


def test_no_file_names_a_registry() -> None:
    """Whoever installs the importer decides where packages come from."""
    git = shutil.which("git") or pytest.skip("git is not here")
    listing = subprocess.run(
        [git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    for name in filter(None, listing.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():
            text = path.read_bytes().decode("utf-8", errors="replace")
            assert not REGISTRY.search(text), f"{name} names a registry"


def test_every_dependency_has_its_reason() -> None:
    """CONTRIBUTING.md has a table row for every package that pyproject.toml names."""
    rows = [line for line in read("CONTRIBUTING.md").splitlines() if line.startswith("| ")]
    named = {word for row in rows for word in re.split(r", ", row.split("|")[1].strip())}
    assert {Requirement(name).name for name in [*DECLARED, *PEERS]} <= named


def test_the_two_commands_are_the_same_everywhere() -> None:
    """README, CONTRIBUTING and the checks of every change name the same test command."""
    for name in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        assert "uv run pytest -n auto" in read(name), name


def test_the_version_is_said_once() -> None:
    """The package and pyproject.toml agree on the version."""
    assert importer.__version__ == PYPROJECT["project"]["version"]
