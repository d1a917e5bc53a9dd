"""Send a message to every address, by apprise, in a process of its own.

A server that hangs, a library that logs an address, a plug-in that breaks: none of it may reach the
night. The addresses travel by a pipe, and of what that process says, only known words are taken.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Final

from importer.notify.message import Message, one_line
from importer.notify.words import NOT_INSTALLED, Failed, sentence_of
from importer.secret import Secret

PATIENCE_S: Final = 60.0
"""Seconds that all addresses together may take; they are served at the same time."""
_STARTING_S: Final = 30.0
"""Seconds more for the process itself, on a machine that is busy."""

_PASSED_ON: Final = frozenset(
    {
        *("LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP", "HOME", "USERPROFILE"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PATH", "SYSTEMROOT"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    }
)
"""What Python needs to start, and requests to find its way. A token is not among it."""


def is_installed() -> bool:
    """Whether this machine has what sends messages."""
    return find_spec("apprise") is not None


def send(
    urls: Sequence[Secret], message: Message, *, patience_s: float = PATIENCE_S
) -> tuple[str, ...]:
    """Send a message to every address.

    Args:
        urls: apprise's addresses.
        message: what to send; its subject is made one line.
        patience_s: seconds that all of them together may take.

    Returns:
        A sentence for each address that did not take it, without the address itself. Nothing is
        ever raised for a message that cannot be sent.
    """
    if not urls:
        return ()
    if not is_installed():
        return (NOT_INSTALLED,)
    order = {
        "urls": [url.reveal() for url in urls],
        "subject": one_line(message.subject),
        "text": message.text,
        "html": message.html,
        "patience_s": patience_s,
    }
    failed = _failed(_answers(json.dumps(order).encode(), patience_s + _STARTING_S), len(urls))
    return tuple(sentence_of(urls[index], index, why) for index, why in failed)


def _failed(answers: Mapping[int, str], count: int) -> Iterator[tuple[int, str]]:
    """Yield which did not take it, and why: one that nothing was said about did not."""
    for index in range(count):
        if why := answers.get(index, Failed.SILENT):
            yield index, why


def _answers(order: bytes, patience_s: float) -> Mapping[int, str]:
    """What the process says of each address: "" where it took the message."""
    try:
        done = subprocess.run(  # our own interpreter; the addresses go by the pipe
            [sys.executable, "-P", "-m", "importer.notify.child"],
            input=order,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # where libraries say more than they should
            env=_environment(),
            timeout=patience_s,
            check=False,
        )
        said: bytes | None = done.stdout
    except subprocess.TimeoutExpired as late:
        said = late.stdout
    except OSError:
        said = None
    return dict(_read(said or b""))


def _read(said: bytes) -> Iterator[tuple[int, str]]:
    for line in said.splitlines():
        try:
            index, why = json.loads(line)
        except (ValueError, TypeError):
            continue  # cut off, or a word of a library
        if isinstance(index, int) and isinstance(why, str):
            yield index, why


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.upper() in _PASSED_ON}
    folders = [os.path.abspath(folder) for folder in sys.path if folder]  # noqa: PTH100 - zips, too
    return {**kept, "PYTHONPATH": os.pathsep.join(folders), "PYTHONIOENCODING": "utf-8"}
