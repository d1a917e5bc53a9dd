"""What waits for a person in all runs, each row once: in the latest run that has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from importer.errors import MappingError
from importer.journal.come_again import Exports
from importer.journal.overview import OpenRows, open_rows
from importer.journal.reading import uncounted_runs
from importer.pipeline.kept import mapping_as_run
from importer.pipeline.keys import repeats, separate
from importer.pipeline.workplace import Workplace


def waiting_rows(
    workplace: Workplace, name: Literal["to_correct", "duplicate"]
) -> Mapping[str, OpenRows]:
    """Run → what waits in it under this name, as `open_rows` has it."""
    known: dict[str, Exports] = {}

    def exports_of(run: str) -> Exports:
        (record,) = uncounted_runs(workplace.journal, [run]).values()
        text = record.mapping_sha256
        if text not in known:
            try:
                mapping = mapping_as_run(workplace, record)
                known[text] = Exports(separate=separate(mapping), repeats=repeats(mapping))
            except MappingError:  # another version has read it: nobody knows what it said
                known[text] = Exports(separate=True, repeats=True)
        return known[text]

    return open_rows(workplace.journal, name, exports_of)
