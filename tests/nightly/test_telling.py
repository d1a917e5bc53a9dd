"""Whoever is told of a night, and what becomes of that where nobody can be told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from workplaces import row

from .night_offices import a_night_office


@contextmanager
def a_switch(answer: int) -> Iterator[tuple[str, list[str]]]:
    """A dead man's switch that answers so: its address, and what was asked of it."""
    asked = list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
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
