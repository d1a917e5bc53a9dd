"""The tests can fail: each promise is broken once, in a copy, and the test that holds it tells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from test_wire_order import may_trace

ROOT = Path(__file__).parents[1]
SHORT_STORY = "test_simulator.py::test_a_short_story_keeps_every_promise"
TWICE = " times, planned 1:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One way to break a promise."""

    module: str
    """Path below `importer/`."""
    before: str
    """What stands there, exactly and once."""
    after: str
    test: str
    """The test that must fail then, below `tests/`."""
    says: str
    """What it says then: that it failed for another reason proves nothing."""


MUTATIONS = {
    "the intent is recorded after the send": Mutation(
        module="upload/loop.py",
        before="""\
        request = sending.claim(self._journal, batch, digest, self._crm_clock.ahead_s)
        return None if request is None else Claimed(batch=batch, body=body, request=request)

    async def _attempt(self, wire: Wire, turns: Turns, claimed: Claimed) -> None:
        \"\"\"Send what was claimed, and record its end.\"\"\"
        exchange = await self._fly(wire, claimed)
""",
        after="""\
        return Claimed(batch=batch, body=body, request=0)

    async def _attempt(self, wire: Wire, turns: Turns, claimed: Claimed) -> None:
        exchange = await self._fly(wire, claimed)
        batch, digest = claimed.batch, hashlib.sha256(claimed.body).hexdigest()
        request = sending.claim(self._journal, batch, digest, self._crm_clock.ahead_s)
        if request is None:
            return
        claimed = Claimed(batch=batch, body=claimed.body, request=request)
""",
        test=SHORT_STORY,
        says="stored 1, but only 0 created",
    ),
    "a commit is not synced": Mutation(
        module="journal/store.py",
        # The pragma alone is noticed at once by the journal itself.
        before='    connection.exec_driver_sql(connection.info["begin"])\n',
        after="""\
    connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
    connection.exec_driver_sql(connection.info["begin"])
""",
        test="test_wire_order.py::test_every_post_leaves_after_its_intent_is_on_disk"
        if may_trace()
        else "test_journal.py::test_the_journal_syncs_every_commit",
        says="assert 'sync' in" if may_trace() else "assert 1 == 2",
    ),
    "a request that broke off is sent again": Mutation(
        module="verdict/judge.py",
        before='return Unknown(reason=_sentence(exchange.error or "no complete answer came"))',
        after='return NotSent(reason=_sentence(exchange.error or "no complete answer came"))',
        test=SHORT_STORY,
        says=TWICE,
    ),
    "somebody else's equal action counts as ours": Mutation(
        module="verdict/settling.py",
        before="    return item.performer in performers if performers else not item.performer",
        after="    return True",
        test="test_simulator.py::test_what_somebody_else_writes_is_never_taken_for_ours",
        says="but stored 0",
    ),
    "what is not there at one look counts as absent": Mutation(
        module="upload/decisions.py",
        before="twice = claim.id in before and claim.type not in moving",
        after="twice = True",
        test="test_settle.py::test_one_look_is_not_two",
        says="AssertionError: assert Settled(",
    ),
    "what was not found some time ago counts as absent": Mutation(
        module="journal/attempts.py",
        before="    if again:\n",
        after="    again = []\n    if again:\n",
        test="test_pipeline_doubt.py::test_an_absence_is_not_believed_by_a_later_resume",
        says="assert 6 == 4",
    ),
    "what was on the wire is sent again after a crash": Mutation(
        module="journal/sending.py",
        before="                state=doubtful,\n",
        # Staged alone, it would still be looked for: by its request.
        after="                state=State.STAGED,\n                request=None,\n",
        test=SHORT_STORY,
        says=TWICE,
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_promise_is_noticed(name: str, tmp_path: Path) -> None:
    """One line of the importer is changed for the worse, and a test that is named here fails."""
    mutation = MUTATIONS[name]
    _copy(tmp_path)
    module = tmp_path / "importer" / mutation.module
    text = module.read_text(encoding="utf-8")
    assert text.count(mutation.before) == 1, f"{mutation.module} has moved on: say it anew here"
    module.write_text(text.replace(mutation.before, mutation.after), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", mutation.test],
        cwd=tmp_path / "tests",
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout[-3000:] + done.stderr
    assert mutation.says in done.stdout, done.stdout[-3000:]


def _copy(to: Path) -> None:
    """The package, compiled as it is, and its tests, without those that no mutation names."""
    shutil.copytree(ROOT / "importer", to / "importer")
    left_out = shutil.ignore_patterns("__pycache__", "sheets", "report", "mappings", "golden")
    shutil.copytree(ROOT / "tests", to / "tests", ignore=left_out)
    shutil.copy(ROOT / "pyproject.toml", to)
