"""The dead man's switch, at a real server of this machine."""

from __future__ import annotations

import logging
import time

import pytest

from importer.notify import START, ping
from importer.secret import Secret

from .listeners import PASSWORD, free_port, silent_server, web_server


def call(port: int, word: str, *, patience_s: float = 5) -> str:
    """Call a switch on this machine."""
    url = Secret(f"http://127.0.0.1:{port}/{PASSWORD}")
    return ping(url, word, patience_s=patience_s, pause_s=0)


def test_the_start_and_the_exit_code_are_told() -> None:
    """The switch hears of the start, and of the exit code."""
    with web_server() as web:
        assert call(web.port, START) == ""
        assert call(web.port, "4") == ""
    assert web.asked == [f"/{PASSWORD}/start", f"/{PASSWORD}/4"]


def test_what_fails_once_is_told_again() -> None:
    """One failure is not the end of it."""
    with web_server([503]) as web:
        assert call(web.port, "0") == ""
    assert len(web.asked) == 2


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_switch_that_refuses_is_a_sentence(status: int) -> None:
    """What is no success is said with its status, after the second time."""
    with web_server([status] * 5) as web:
        failed = call(web.port, START)
    assert failed == f"The dead man's switch was not told of the start: it answered {status}."
    assert len(web.asked) == 2


def test_a_switch_that_is_away_is_a_sentence() -> None:
    """A switch that cannot be reached is no error."""
    failed = call(free_port(), "143")
    assert failed == "The dead man's switch was not told of the end: it could not be reached."


def test_a_switch_that_hangs_is_not_waited_for() -> None:
    """A server that never answers takes its time twice, and no longer."""
    started = time.monotonic()
    with silent_server() as port:
        failed = call(port, "0", patience_s=0.2)
    assert failed == "The dead man's switch was not told of the end: no answer came within 0.2 s."
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("text", ["nonsense", "ftp://x.example", "http://", "http://[", "a b"])
def test_an_address_that_is_none_is_a_sentence(text: str) -> None:
    """Whatever stands in the place of the address is no error, and is not repeated."""
    failed = ping(Secret(text), START, patience_s=1, pause_s=0)
    assert failed.startswith("The dead man's switch was not told of the start: ")
    assert text not in failed


def test_the_address_is_written_down_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    """A log at its most talkative does not hold the address, and goes on afterwards."""
    caplog.set_level(logging.DEBUG)
    levels = [logging.getLogger(name).level for name in ("httpx", "httpcore")]
    with web_server([500, 500]) as web:
        assert PASSWORD not in call(web.port, START)
    assert PASSWORD not in caplog.text
    assert [logging.getLogger(name).level for name in ("httpx", "httpcore")] == levels
