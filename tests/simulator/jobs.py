"""A job over loopback: a desk with patience for nobody, and its end compared item by item."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from workplaces import MAPPING, Desk

from importer.journal.reading import action_records, runs_of
from importer.model import ActionRecord, Outcome, RunState
from importer.pipeline.reporting import reconcile_run
from importer.pipeline.workplace import open_workplace

RESENDING = MAPPING.replace(
    "    currency: INR\n", "    currency: INR\n    on_unknown: verify_then_resend\n"
)
"""The usual mapping, with payments that may be sent again once they are proven absent."""


def write_settings(here: Desk, delay_s: float = 0.05) -> Path:
    """The settings of a job, as a file: a short deadline, short looks, no rule that stops it."""
    workspace, path = here.settings.workspace, here.folder / "importer.toml"
    path.write_text(
        f'[workspace]\nbase_url = "{workspace.base_url}"\n'
        f'enterprise_id = "{workspace.enterprise_id}"\n'
        f'[journal]\npath = "{here.settings.journal.path}"\n'
        f'[reports]\nfolder = "{here.settings.reports.folder}"\n'
        "[send]\nrequests_per_hour = 900000\nburst = 10\ntimeout_seconds = 1\n"
        f"[settle]\ndelay_seconds = {delay_s}\nbetween_looks_seconds = 0.05\n"
        "[stop]\nunknown_in_a_row = 1000\nunknown_share = 1\nfailed_share = 1\n"
        f"same_remark_share = 1\nfailed_in_a_row = 1000\n"
    )
    return path


def differences(here: Desk, outcomes: Collection[Outcome] = (Outcome.CREATED,)) -> list[str]:
    """Where the CRM's own record and the journal's last run differ, action by action.

    Args:
        here: whose CRM and journal.
        outcomes: what every action must have come to; what is in doubt may be stored or not.
    """
    records, wrong = _records(here)
    created = {
        one.action_id: (one.lead, one.type) for one in records if one.outcome is Outcome.CREATED
    }
    stored = {one.id: (one.lead, one.type) for one in here.crm.actions}
    wrong += [
        f"{one} is {created[one]}, not {stored.get(one)}"
        for one in created
        if created[one] != stored.get(one)
    ]
    doubtful = [(one.lead, one.type) for one in records if one.outcome is Outcome.UNKNOWN]
    for id_ in stored.keys() - created.keys():
        if stored[id_] not in doubtful:
            wrong.append(f"{id_}: {stored[id_]} is stored, and no action of the journal is that")
        else:
            doubtful.remove(stored[id_])
    wrong += [
        f"{one.reference} {one.name} is {one.outcome}: {one.detail}"
        for one in records
        if one.outcome not in outcomes
    ]
    return wrong


def records_of(here: Desk) -> list[ActionRecord]:
    """Every action of the journal's one run."""
    return _records(here)[0]


def _records(here: Desk) -> tuple[list[ActionRecord], list[str]]:
    with open_workplace(here.settings) as workplace:
        runs = [one.id for one in runs_of(workplace.journal) if one.state is not RunState.REFUSED]
        if len(runs) != 1:
            return [], [f"there are {len(runs)} runs"]
        records = list(action_records(workplace.journal, runs[0]))
        return records, list(reconcile_run(workplace, runs[0]).imbalances)
