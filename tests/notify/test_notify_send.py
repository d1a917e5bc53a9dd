"""Messages to people, through apprise, to real servers of this machine."""

from __future__ import annotations

import logging
import sys
import threading
import time

import psutil
import pytest

from importer.notify import Message, one_line, send
from importer.secret import Secret

from .listeners import PASSWORD, free_port, mail_server, silent_server, web_server

MESSAGE = Message(
    subject="TO DO: 4 of 27 rows of payments.xlsx (₹1,250.50)",
    text="4 rows need a person.\n\n  importer run failures.xlsx\n",
    html="<!DOCTYPE html><html><body><p>4 rows need a person: ₹1,250.50</p></body></html>",
)


def secrets(*urls: str) -> list[Secret]:
    """Return addresses as the settings hand them over."""
    return [Secret(url) for url in urls]


def test_a_mail_has_the_subject_and_both_forms() -> None:
    """An e-mail arrives with its subject, as a page and as text."""
    with mail_server() as mail:
        assert send(secrets(mail.url), MESSAGE) == ()
    (came,) = mail.came
    assert came["Subject"] == MESSAGE.subject
    page, text = (came.get_body((kind,)) for kind in ("html", "plain"))
    assert page is not None
    assert text is not None
    assert "<p>4 rows need a person: ₹1,250.50</p>" in page.get_content()
    assert "4 rows need a person" in text.get_content()


def test_others_are_told_in_plain_text() -> None:
    """What is no e-mail gets the plain text, line by line."""
    with web_server() as web:
        assert send(secrets(f"json://127.0.0.1:{web.port}/hook"), MESSAGE) == ()
    assert web.asked == ["/hook"]
    assert web.told[0]["title"] == MESSAGE.subject
    assert web.told[0]["message"].splitlines() == MESSAGE.text.rstrip().splitlines()


def test_what_is_long_arrives_whole() -> None:
    """A long page is one mail, and a long text as many messages as it takes."""
    lines = [f"row {number} is to be corrected" for number in range(3000)]
    page = "".join(f"<p>{line}</p>\n" for line in lines)
    long = Message(subject="long", text="\n".join(lines), html=page)
    with mail_server() as mail, web_server() as web:
        assert send(secrets(mail.url, f"json://127.0.0.1:{web.port}"), long) == ()
    (came,) = mail.came
    body = came.get_body(("html",))
    assert body is not None
    assert body.get_content().count("<p>row ") == len(lines)
    assert len(web.told) > 1
    told = "\n".join(one["message"] for one in web.told)
    assert all(line in told for line in lines)


def test_a_subject_begins_no_other_header() -> None:
    """A line break in a subject, from a file's name, adds no reader and no header to a mail."""
    evil = Message(subject="a\r\nBcc: x@y.example\r\n\r\nbody\u2028\x00\u202eb", text="t", html="h")
    with mail_server() as mail:
        assert send(secrets(mail.url), evil) == ()
    (came,) = mail.came
    assert came["Bcc"] is None
    assert mail.to == ["ops@acme.example"]
    assert came["Subject"] == "a Bcc: x@y.example body b"


@pytest.mark.parametrize(
    ("subject", "line"),
    [("  a \n\n b\t", "a b"), ("₹5 – “x”", "₹5 – “x”"), ("x" * 300, "x" * 199 + "…"), ("", "")],
)
def test_a_subject_is_one_line(subject: str, line: str) -> None:
    """What is no letter goes, and what is too long for a screen is cut."""
    assert one_line(subject) == line


def test_who_cannot_be_told_is_named_and_the_others_are_told() -> None:
    """Each address that fails is a sentence with its number and the cause, and stops no other."""
    with mail_server() as mail, web_server([500]) as web, silent_server() as port:
        started = time.monotonic()
        failed = send(
            secrets(
                mail.url,
                f"json://user:{PASSWORD}@127.0.0.1:{free_port()}/{PASSWORD}",
                f"mailto://user:{PASSWORD}@127.0.0.1:{free_port()}?from=a@b.example&to=c@d.example"
                "&mode=insecure",
                f"json://user:{PASSWORD}@127.0.0.1:{web.port}/{PASSWORD}",
                f"json://user:{PASSWORD}@127.0.0.1:{port}/{PASSWORD}?rto=60",
                f"nonsense-{PASSWORD}",
                f"nosuch://{PASSWORD}",
            ),
            MESSAGE,
            patience_s=2,
        )
        assert time.monotonic() - started < 40
    assert len(mail.came) == 1
    none = "apprise knows no such address; docs/nightly.md shows some."
    assert failed == (
        "The notification to address 2 (json) failed: it could not be reached.",
        "The notification to address 3 (mailto) failed: it could not be reached.",
        "The notification to address 4 (json) failed: it answered 500.",
        "The notification to address 5 (json) failed: no answer came in time.",
        f"The notification to address 6 failed: {none}",
        f"The notification to address 7 (nosuch) failed: {none}",
    )


def test_an_address_is_written_down_nowhere(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither a log at its most talkative, nor the screen, nor a sentence holds an address."""
    caplog.set_level(logging.DEBUG)
    with web_server([403]) as web:
        failed = send(secrets(f"json://user:{PASSWORD}@127.0.0.1:{web.port}/x{PASSWORD}"), MESSAGE)
    assert failed == ("The notification to address 1 (json) failed: it answered 403.",)
    screen = capfd.readouterr()
    assert PASSWORD not in caplog.text + screen.out + screen.err


def test_the_process_that_sends_is_told_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody who lists processes sees an address, and the process has no token of ours."""
    monkeypatch.setenv("TELECRM_TOKEN", PASSWORD)
    with silent_server() as port:
        urls = secrets(f"json://127.0.0.1:{port}/{PASSWORD}?rto=60")
        thread = threading.Thread(target=send, args=(urls, MESSAGE), kwargs={"patience_s": 3})
        thread.start()
        (child,) = _children()
        seen = [*child.cmdline(), *child.environ().items()]
        thread.join()
    assert "importer.notify.child" in seen
    assert PASSWORD not in str(seen)


def _children() -> list[psutil.Process]:
    """Wait until the process runs what it was started for."""
    for _ in range(3000):
        children = psutil.Process().children()
        if found := [one for one in children if "importer.notify.child" in one.cmdline()]:
            return found
        time.sleep(0.01)
    return []


def test_a_process_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that says nothing in time is ended, and every address counts as not told."""
    monkeypatch.setattr(sys.modules["importer.notify.send"], "_STARTING_S", 0.0)
    failed = send(secrets("json://127.0.0.1:9", "json://127.0.0.1:9"), MESSAGE, patience_s=0.05)
    words = "failed: it was given up, since no answer came in time."
    assert failed == tuple(f"The notification to address {n} (json) {words}" for n in (1, 2))


def test_without_apprise_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses without the library that sends to them are no crash, and no silence."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    (failed,) = send(secrets(f"json://{PASSWORD}"), MESSAGE)
    assert "pip install 'importer[notify]'" in failed
    assert PASSWORD not in failed


def test_nobody_is_told_where_no_address_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without addresses nothing is started, and nothing is missing."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert send((), MESSAGE) == ()
