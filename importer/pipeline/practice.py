"""Where the CRM of a workspace answers; the practice CRM is started for as long as it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from importer.pipeline.workplace import Workplace
from importer.settings import PRACTICE_TOKEN

STATE_FILE = "practice-crm.jsonl"
"""Beside the journal: what the practice CRM has stored, so that it remembers across runs."""


@contextmanager
def crm_address(workplace: Workplace) -> Iterator[str]:
    """The base URL that requests go to."""
    workspace = workplace.settings.workspace
    if not workspace.practice:
        yield workspace.base_url
        return
    # Nobody with a real workspace pays for a web server's import.
    from importer.sandbox import API_PATH, PracticeCrm, running  # noqa: PLC0415 - see above

    crm = PracticeCrm(
        enterprise_id=workspace.enterprise_id,
        token=PRACTICE_TOKEN,
        state_file=workplace.settings.journal.path.with_name(STATE_FILE),
    )
    with running(crm) as address:
        yield f"{address}{API_PATH}"
