"""A program for tests: open each sheet that is named, and say how it went and what it took."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from importer.errors import ImporterError
from importer.model import SheetSpec
from importer.sheets import open_sheet


def memory() -> int:
    """Give the most bytes that this process and its largest child ever held; 0 where unknown."""
    try:
        import resource  # noqa: PLC0415 - there is none on Windows

        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except (ImportError, OSError):
        return 0
    own = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return (int(own) + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024


def report(path: Path) -> dict[str, object]:
    """Open one, and read it."""
    start = time.monotonic()
    said, hint = "", ""
    try:
        for _ in open_sheet(path, SheetSpec()).chunks():
            pass
    except ImporterError as error:
        said, hint = error.message, error.hint
    seconds = time.monotonic() - start
    return {"said": said, "hint": hint, "seconds": seconds, "memory": memory()}


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(json.dumps(report(Path(name))), flush=True)  # noqa: T201 - what it is for
