"""Make the sample data again, byte for byte.

python -m sample_data.make_samples            into this folder
python -m sample_data.make_samples FOLDER     into another one
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from sample_data import every_problem, payments, site_visits

SAMPLES: Mapping[str, Callable[[], bytes]] = {
    "payments.xlsx": payments.make,
    "site_visits.csv": site_visits.make,
    "every_problem.xlsx": every_problem.make,
}


def main(folder: Path) -> None:
    """Write every sample into a folder."""
    for name, make in SAMPLES.items():
        (folder / name).write_bytes(make())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
