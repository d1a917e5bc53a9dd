"""Check and stage one sheet into a new journal, and nothing else.

python -m benchmarks.stage SHEET MAPPING

Works by the `importer.toml` of the current folder. No command ends here: `plan` goes on to write
its file, `run` to send.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from importer.pipeline.opening import read_mapping
from importer.pipeline.planning import plan_run
from importer.pipeline.workplace import open_workplace
from importer.settings import load_settings


def main() -> None:
    """Stage, and print the run's id."""
    sheet, mapping = map(Path, sys.argv[1:])
    with open_workplace(load_settings(None, {})) as workplace:
        sys.stdout.write(json.dumps({"run": plan_run(workplace, sheet, read_mapping(mapping))}))


if __name__ == "__main__":
    main()
