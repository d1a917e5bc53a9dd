"""Whoever is told of a night, and what becomes of that where nobody can be told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from offices import TOKEN
from workplaces import row

from .night_offices import Night, NightOffice, a_night_office


@dataclass(frozen=True, kw_only=True)
class Hanging:
    """Where a dead man's switch does not answer, until it is let go."""

    word: str
    asked: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def wait_at(self, path: str) -> None:
        """Hang there, and answer everything else."""
        if path.endswith(f"/{self.word}"):
            self.asked.set()
            self.let_go.wait(30)


@contextmanager
def a_switch(answer: int, hanging: Hanging | None = None) -> Iterator[tuple[str, list[str]]]:
    """A dead man's switch that answers so: its address, and what was asked of it."""
    asked = list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            if hanging:
                hanging.wait_at(self.path)
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/secret-of-the-switch", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_switch_is_told_of_start_and_end(tmp_path: Path) -> None:
    """First that a night begins, then its exit code; also of a night that could not begin."""
    with a_night_office(tmp_path) as office, a_switch(200) as (address, asked):
        office.job()
        office.drop("payments.csv", row(1), row(2), row(3, amount="much"))
        night = office.night(env={"IMPORTER_PING_URL": address})
        assert night.code == 4, night.finished
        assert night.said["not_told"] == []
        office.night(env={"IMPORTER_PING_URL": address, "TELECRM_TOKEN": ""})
        path = "/secret-of-the-switch"
        assert asked == [f"{path}/start", f"{path}/4", f"{path}/start", f"{path}/2"]
        office.night("--dry-run", env={"IMPORTER_PING_URL": address})
        assert len(asked) == 4


def test_who_could_not_be_told_fails_no_import_and_is_told_later(tmp_path: Path) -> None:
    """The night keeps its exit code and says so, and so does the night after; never the address."""
    with a_night_office(tmp_path) as office, a_switch(500) as (address, _):
        office.job()
        office.drop("payments.csv", row(1))
        night = office.night(env={"IMPORTER_PING_URL": address})
        assert night.code == 0, night.finished
        assert "500" in " ".join(night.said["not_told"])
        assert "secret-of-the-switch" not in night.finished.out + night.finished.err
        (note,) = office.night().said["notes"]
        assert note.startswith("The night before: The dead man's switch")
        assert office.night().said["notes"] == []


def test_trouble_of_which_the_message_failed_is_told_by_the_next_night(tmp_path: Path) -> None:
    """What that night's subject was, and where its digest is; once it is told, no more."""
    with a_night_office(tmp_path) as office:
        office.job()
        nowhere = {"IMPORTER_NOTIFY_URLS": "json://127.0.0.1:9/x"}
        path = office.drop("payments.csv", row(1))
        path.write_text("Something else\n1\n", encoding="utf-8")
        night = office.night(env=nowhere)
        assert (night.code, len(night.said["not_told"])) == (3, 1), night.finished
        assert "NOT TOLD: the night of" in digest(office.night(env=nowhere))
        last = office.night()
        assert "did not get through to anybody" in digest(last).partition("\n\n")[0]
        said = " ".join(last.said["notes"])
        assert "NOT RUN: payments.csv was refused" in said
        assert said.count(f"{office.folder}/reports/nights/") == 1
        assert office.night().said["notes"] == []


def test_a_message_without_trouble_that_failed_is_no_trouble(tmp_path: Path) -> None:
    """A night of which all is in has nothing that somebody missed."""
    with a_night_office(tmp_path) as office:
        office.job()
        office.drop("payments.csv", row(1))
        night = office.night(env={"IMPORTER_NOTIFY_URLS": "json://127.0.0.1:9/x"})
        assert (night.code, len(night.said["not_told"])) == (0, 1)
        after = office.night()
        assert "NOT TOLD" not in digest(after)
        assert after.said["notes"][0].startswith("The night before: The notification")


def test_what_nobody_was_told_is_one_note_however_many_nights_pass(tmp_path: Path) -> None:
    """Quiet nights that reach nobody add none; one address that works is enough."""
    with a_night_office(tmp_path) as office, a_switch(200) as (address, _):
        office.job()
        path = office.drop("payments.csv", row(1))
        path.write_text("Something else\n1\n", encoding="utf-8")
        nowhere = "json://127.0.0.1:9/x"
        for _ in range(3):
            office.night(env={"IMPORTER_NOTIFY_URLS": nowhere})
            assert len(list((office.folder / "state").glob("night-since-*.txt"))) == 1
        works = address.replace("http://", "json://")
        last = office.night(env={"IMPORTER_NOTIFY_URLS": f"{nowhere}, {works}"})
        assert "NOT TOLD" in digest(last)
        assert len(last.said["not_told"]) == 1
        assert "NOT TOLD" not in digest(office.night())


def digest(night: Night) -> str:
    """What a night has left to be read."""
    return Path(night.said["digest"]).read_text(encoding="utf-8")


def begin(office: NightOffice, address: str) -> subprocess.Popen[str]:
    """Start a night that tells the switch, and do not wait for it."""
    return subprocess.Popen(
        [sys.executable, "-m", "importer", "nightly"],
        cwd=office.folder,
        env={**os.environ, "TELECRM_TOKEN": TOKEN, "IMPORTER_PING_URL": address},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_night_that_is_ended_before_it_begins_is_told(tmp_path: Path) -> None:
    """SIGTERM while the switch hears of the start leaves the JSON line, its code and a word."""
    hanging = Hanging(word="start")
    with a_night_office(tmp_path) as office, a_switch(200, hanging) as (address, asked):
        office.job()
        path = office.drop("payments.csv", row(1))
        process = begin(office, address)
        assert hanging.asked.wait(60)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        hanging.let_go.set()
        said = json.loads(out)
        assert process.returncode == said["exit_code"] == 143, err
        assert [one.rpartition("/")[2] for one in asked] == ["start", "143"]
        assert "interrupted" in " ".join(said["notes"])
        assert "Traceback" not in err
        assert path.is_file()


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_night_that_is_ended_while_it_tells_has_printed_its_line(tmp_path: Path) -> None:
    """The first SIGTERM has the line printed at once, and the telling goes on to its end."""
    with a_night_office(tmp_path) as office:
        said = ended_while_it_tells(office, signals=1)
        assert "told to end" in " ".join(said["not_told"])
        assert Path(said["digest"]).is_file()
        assert office.night().said["notes"] == []


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_telling_that_is_broken_off_is_told_by_the_next_night(tmp_path: Path) -> None:
    """The second SIGTERM breaks it off, with the night's own exit code."""
    with a_night_office(tmp_path) as office:
        ended_while_it_tells(office, signals=2)
        (note,) = office.night().said["notes"]
        assert "some may not know" in note


def ended_while_it_tells(office: NightOffice, *, signals: int) -> Any:  # noqa: ANN401 - JSON
    """Do a night that is told to end while a dead man's switch hears of it: its line."""
    hanging = Hanging(word="0")
    with a_switch(200, hanging) as (address, _):
        office.job()
        office.drop("payments.csv", row(1))
        process = begin(office, address)
        assert hanging.asked.wait(60)
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        if signals == 1:
            hanging.let_go.set()
        else:
            process.send_signal(signal.SIGTERM)
        rest, err = process.communicate(timeout=60)
        hanging.let_go.set()
    assert (process.returncode, said["exit_code"], rest) == (0, 0, ""), err
    assert "Traceback" not in err
    return said


def test_each_night_leaves_its_digest_in_a_file(tmp_path: Path) -> None:
    """Whoever is told or not, the digest lies in the folder of reports, and is named."""
    with a_night_office(tmp_path) as office:
        office.job()
        office.drop("payments.csv", row(1), row(2), row(3, amount="much"))
        night = office.night()
        path = Path(night.said["digest"])
        assert path.parent == office.folder / "reports" / "nights"
        assert path.read_text(encoding="utf-8").startswith("TO DO: 1 of 3 rows of payments.csv")
        assert str(path) in night.finished.err
        assert office.night("--dry-run").said["digest"] is None
        busy = office.night(env={"TELECRM_TOKEN": ""})
        assert Path(busy.said["digest"]).read_text(encoding="utf-8").startswith("NOT RUN")
        assert len(list(path.parent.iterdir())) == 2


def test_a_digest_that_cannot_be_written_fails_no_import(tmp_path: Path) -> None:
    """It is told as one who could not be told, and again by the next night."""
    with a_night_office(tmp_path) as office:
        office.job()
        office.drop("payments.csv", row(1))
        (office.folder / "reports").mkdir(exist_ok=True)
        (office.folder / "reports" / "nights").write_text("a file", encoding="utf-8")
        night = office.night()
        assert (night.code, night.said["digest"]) == (0, None), night.finished
        (said,) = night.said["not_told"]
        assert "The digest could not be written" in said
        (office.folder / "reports" / "nights").unlink()
        (note,) = office.night().said["notes"]
        assert said in note
