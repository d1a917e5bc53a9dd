from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import DEMO, PAYMENT, Practice, payment, practised

from importer.errors import UsageError
from importer.sandbox import PaymentId, PracticeCrm, Toggles, lead_id, seed

SERVE = """
import sys
from pathlib import Path
from importer.sandbox import PracticeCrm, serve
crm = PracticeCrm(state_file=Path(sys.argv[1]))
serve(crm, port=int(sys.argv[2]), announce=lambda url: print(url, flush=True))
print("ended", flush=True)
"""

ONE_LEAD = {lead_id(1): seed.lead(1)}


@pytest.fixture
def state_file(tmp_path: Path) -> Path:
    """Where a practice CRM keeps what it stores."""
    return tmp_path / "practice.jsonl"


@contextmanager
def _process(state_file: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], Practice]]:
    """A practice CRM in a process of its own."""
    words = [sys.executable, "-W", "error", "-c", SERVE, str(state_file), str(port)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        practice = Practice(PracticeCrm(), process.stdout.readline().strip())
        with practice.http:
            try:
                yield process, practice
            finally:
                process.kill()


def test_a_practice_crm_remembers(state_file: Path) -> None:
    """What was stored is there again after a stop, and ids go on rising."""
    with practised(PracticeCrm(state_file=state_file)) as crm:
        first = crm.create(1, DEMO, payment(paymentid="pay_1"))["actions"]
        crm.create(2, {"type": "1002", "fields": {"outcome": "Revisti"}})
        path = f"/lead/{lead_id(1)}/action/{first[1]['action_id']}"
        crm.http.post(path, json={"type": "PAYMENT", "status": "FAILED"})
        before = crm.crm.actions
    again = PracticeCrm(state_file=state_file, toggles=Toggles(paymentid=PaymentId.UNIQUE))
    assert again.actions == before
    assert "Revisti" in again.definitions()["1002"].fields["outcome"].options
    with practised(again) as crm:
        assert crm.search(1, {"type": "PAYMENT"})["data"][0]["status"] == "FAILED"
        answer = crm.create(1, payment(paymentid="pay_1"), DEMO)["actions"]
    assert answer[0]["status"] == "IGNORED"
    assert answer[1]["action_id"] > before[-1].id


def test_a_new_state_file_is_made_with_the_first_action(state_file: Path) -> None:
    """Nothing is written before there is something to remember."""
    crm = PracticeCrm(state_file=state_file)
    assert not state_file.exists()
    crm.store(lead_id(1), [crm.judge().judge(DEMO)])
    assert len(state_file.read_bytes().splitlines()) == 1


def _three(state_file: Path) -> bytes:
    state_file.unlink(missing_ok=True)
    crm = PracticeCrm(state_file=state_file, leads=ONE_LEAD, clock=lambda: 1_800_000_000.0)
    crm.store(lead_id(1), [crm.judge().judge(payment(amount=str(n))) for n in (1, 2, 3)])
    return state_file.read_bytes()


@given(data=st.data())
def test_a_torn_last_line_is_dropped(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Wherever a write was torn, the whole lines before it count, and later writes fit on."""
    state_file = tmp_path_factory.getbasetemp() / "torn.jsonl"
    whole = _three(state_file)
    size = data.draw(st.integers(0, len(whole)))
    state_file.write_bytes(whole[:size])
    kept = whole[:size].count(b"\n")
    crm = PracticeCrm(state_file=state_file, leads=ONE_LEAD)
    assert len(crm.actions) == kept
    crm.store(lead_id(1), [crm.judge().judge(PAYMENT)])
    assert len(PracticeCrm(state_file=state_file, leads=ONE_LEAD).actions) == kept + 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole.replace(b'"lead"', b'"laed"', 1),
        lambda whole: b"\n" + whole,
        lambda whole: whole.replace(b"{", b"", 1),
        lambda whole: whole.replace(b'"at": 1', b'"at": "1', 1),
        lambda whole: whole.replace(b'"origin": "api"', b'"origin": "moon"', 1),
        lambda whole: whole.replace(b'"id": "', b'"id": "xy', 1),
        lambda _whole: b"Lead ID,Amount\r\n1,2",
        lambda _whole: b"PK\x03\x04 not ours",
        lambda _whole: b"[" * 50_000,
    ],
)
def test_a_damaged_file_is_refused_and_left_as_it_is(state_file: Path, damage: object) -> None:
    """A file that is not ours, or is damaged before its end, is named, and not touched."""
    assert callable(damage)
    damaged = damage(_three(state_file))
    state_file.write_bytes(damaged)
    with pytest.raises(UsageError, match="is damaged at line 1"):
        PracticeCrm(state_file=state_file)
    assert state_file.read_bytes() == damaged


def test_a_folder_is_no_state_file(tmp_path: Path) -> None:
    """A state file that cannot be read is named."""
    with pytest.raises(UsageError, match="cannot be read"):
        PracticeCrm(state_file=tmp_path)


def test_what_cannot_be_written_is_not_stored(tmp_path: Path) -> None:
    """If the state file cannot be written, the answer is a 500 and nothing was stored."""
    with practised(PracticeCrm(state_file=tmp_path / "missing" / "practice.jsonl")) as crm:
        assert crm.post(1, [PAYMENT]).status_code == 500
        assert crm.stored(1) == []


def test_a_killed_practice_crm_remembers_what_it_answered(state_file: Path) -> None:
    """After a kill, and a start on the same port, every action that was answered is there."""
    with _process(state_file) as (process, crm):
        ids = [crm.create(n % 5 + 1, PAYMENT)["actions"][0]["action_id"] for n in range(25)]
        process.kill()
        process.wait()
        port = int(crm.url.rpartition(":")[2])
    with _process(state_file, port) as (_, crm):
        assert crm.url.endswith(f":{port}")
        assert [action["id"] for action in crm.practice("state")["actions"]] == ids


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send a process")
def test_ctrl_c_ends_a_practice_crm_in_order(state_file: Path) -> None:
    """`serve` returns at Ctrl-C, without a traceback, though a client is still connected."""
    with _process(state_file) as (process, crm):
        crm.create(1, PAYMENT)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stdout
        assert process.stdout.read() == "ended\n"
