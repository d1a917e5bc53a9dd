"""The command line as a process, as a person or a scheduler starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str


def importer(*words: object, cwd: Path, env: Mapping[str, str] | None = None) -> Finished:
    """Run `importer` with these words, with nobody at a terminal."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "importer", *map(str, words)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Finished(code=done.returncode, out=done.stdout, err=done.stderr)
