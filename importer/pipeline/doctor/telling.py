"""Who is told about a night, and whether a message gets there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from importer.errors import ImporterError
from importer.notify import INSTALL, NOBODY, Message, is_installed, send
from importer.pipeline.doctor.finding import Finding, broken, ok, warning, wrong
from importer.secret import Secret
from importer.settings import Settings, find_notify_urls, find_ping_url

_CHECK = "notifications"
_TEXT = (
    "This is a test of `importer doctor --notify` for the workspace {workspace}. Whoever reads it "
    "will be told about the nights."
)


def check_notify(settings: Settings, env: Mapping[str, str], *, test: bool) -> Iterator[Finding]:
    """The addresses, and, where asked for, a message to each of them.

    The dead man's switch is not rung: it would believe that a night had begun.
    """
    try:
        urls, switch = find_notify_urls(settings, env), find_ping_url(settings, env)
    except ImporterError as error:
        yield broken(_CHECK, error)
        return
    if not urls and (settings.jobs or test):
        yield (wrong if test else warning)(
            _CHECK,
            "Nobody is told about a night: there are no addresses.",
            f"Write them, one a line, into a file of mode 0600 that `urls_file` under [notify] "
            f"names, or into the variable {settings.notify.urls_env}.",
        )
    elif urls and not is_installed():
        yield wrong(_CHECK, NOBODY, f"{INSTALL}.")
    elif urls:
        yield from _test(urls, settings.workspace.name) if test else _count(urls)
    if settings.jobs and switch is None:
        yield warning(
            "dead man's switch",
            "Nobody notices a night that does not start at all.",
            "Name the address of such a service by `ping_url_file` or `ping_url_env` under "
            "[notify]; docs/nightly.md explains it.",
        )


def _count(urls: tuple[Secret, ...]) -> Iterator[Finding]:
    number = "1 address" if len(urls) == 1 else f"{len(urls)} addresses"
    yield ok(_CHECK, f"{number}; `importer doctor --notify` sends a message to try.")


def _test(urls: tuple[Secret, ...], workspace: str) -> Iterator[Finding]:
    text = _TEXT.format(workspace=workspace)
    failed = send(urls, Message(subject="Importer: a test", text=text, html=f"<p>{text}</p>"))
    for sentence in failed:
        yield wrong(_CHECK, sentence, "Correct that address, and try again.")
    if not failed:
        yield ok(_CHECK, f"A message was sent to all {len(urls)}; look whether it has come.")
