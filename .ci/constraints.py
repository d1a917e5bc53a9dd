"""The pinned versions: one list in pyproject.toml, and the same list for pip in constraints.txt.

python .ci/constraints.py            writes constraints.txt from pyproject.toml
python .ci/constraints.py --raise    first finds the newest versions that fit, with uv
"""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = ROOT / "pyproject.toml"
CONSTRAINTS = ROOT / "constraints.txt"

HEADER = "# Made from pyproject.toml by .ci/constraints.py: change it there.\n"


def constraints_text(pyproject: str) -> str:
    """Return what constraints.txt must hold for this pyproject.toml."""
    pins = tomllib.loads(pyproject)["tool"]["uv"]["constraint-dependencies"]
    return HEADER + "".join(f"{pin}\n" for pin in pins)


def raised(pyproject: str) -> str:
    """Return pyproject.toml with the newest versions that fit its own bounds, for each list."""
    requires = tomllib.loads(pyproject)["build-system"]["requires"]
    run = _resolve("pyproject.toml", "--group", "dev", "--group", "bench", words="")
    # An editable install needs one package more than a wheel does.
    build = _resolve("-", words="\n".join([*requires, "editables"]))
    return _with(
        _with(pyproject, "constraint-dependencies", run), "build-constraint-dependencies", build
    )


def _resolve(*source: str, words: str) -> list[str]:
    """Ask uv for exact versions that serve every platform and Python from 3.11 on."""
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--upgrade", "--python-version"]
    options = ["3.11", "--no-config", "--no-annotate", "--no-header", "--no-emit-index-url"]
    done = subprocess.run(  # noqa: S603 - fixed words
        [*command, *options, *source],
        cwd=ROOT,
        input=words,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [line.replace("'", '"') for line in done.stdout.splitlines()]


def _with(pyproject: str, key: str, pins: list[str]) -> str:
    block = "".join(f"  '{pin}',\n" if '"' in pin else f'  "{pin}",\n' for pin in pins)
    pattern = re.compile(rf"^{key} = \[\n.*?^\]", re.MULTILINE | re.DOTALL)
    return pattern.sub(lambda _: f"{key} = [\n{block}]", pyproject, count=1)


def main() -> None:
    """Write constraints.txt, after raising the versions where that was asked for."""
    pyproject = PYPROJECT.read_text(encoding="utf-8")
    if "--raise" in sys.argv[1:]:
        pyproject = raised(pyproject)
        PYPROJECT.write_text(pyproject, encoding="utf-8", newline="\n")
    CONSTRAINTS.write_text(constraints_text(pyproject), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
