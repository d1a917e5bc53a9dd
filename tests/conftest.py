"""What every test lives in: no stray environment, no network but loopback, no assumed time zone."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

STRAY = ("TELECRM_", "IMPORTER_", "_IMPORTER_", "WIN_PD_OVERRIDE_", "XDG_")
STRAY_NAMES = {
    "ALL_PROXY",
    "COLUMNS",
    "FORCE_COLOR",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LINES",
    "NO_COLOR",
    "NO_PROXY",
}

ODD_ZONE = "Pacific/Chatham"
"""12:45 ahead of UTC, 13:45 in summer: whoever takes local time for UTC or India is found out."""

# How long an example takes says more about the machine than about the code; and whether a change
# passes is no matter of luck: new examples are looked for at people's desks.
settings.register_profile("importer", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("importer")


HERE = Path(__file__).parent
LONG = (
    "sheets/test_sheet_corpora.py",
    "test_kills.py",
    "test_failing.py",
    "report/test_browser.py",
    "test_identity_laws.py",
    "test_benchmarks.py",
    "test_mutations.py",
    "sheets/test_csv_roads.py",
    "report/test_long.py",
    "test_readme.py",
    "test_simulator.py",
    "nightly/test_week.py",
)
"""The files that take longest, or have one test that does: begun last, one would be waited for."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files; the others come in their own order."""
    places = {HERE / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda one: places.get(one.path, len(LONG)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than processors: many a test waits for a clock, or for another process."""
    return (os.cpu_count() or 1) + 1


class NetworkBlockedError(RuntimeError):
    """A test reached for the network. No OSError, so that no code under test can swallow it."""


@pytest.fixture(scope="session", autouse=True)
def _no_network_but_loopback() -> Iterator[None]:
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded_connect(self: socket.socket, address: Any, /) -> None:  # noqa: ANN401 - as socket's
        _refuse_foreign(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any, /) -> int:  # noqa: ANN401 - the same
        _refuse_foreign(self, address)
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        yield


@pytest.fixture(scope="session", autouse=True)
def _odd_time_zone() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", ODD_ZONE)
        _take_over_zone()
        yield
    _take_over_zone()


@pytest.fixture(autouse=True)
def _no_stray_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in list(os.environ):
        if name.upper().startswith(STRAY) or name.upper() in STRAY_NAMES:
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    for name, folder in _homes(home).items():
        monkeypatch.setenv(name, str(folder))
    # Nothing is written to the place that this machine's accounts share.
    monkeypatch.setenv("IMPORTER_SHARED_FOLDER", str(home / "shared"))


def _homes(home: Path) -> dict[str, Path]:
    state = home / ".local" / "state"
    return {
        "HOME": home,
        "USERPROFILE": home,
        "XDG_STATE_HOME": state,
        "WIN_PD_OVERRIDE_LOCAL_APPDATA": state,
    }


def _take_over_zone() -> None:
    if hasattr(time, "tzset"):
        time.tzset()


def _refuse_foreign(sock: socket.socket, address: Any) -> None:  # noqa: ANN401 - as socket's own
    if sock.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    host = str(address[0])
    if host != "localhost" and not ip_address(host).is_loopback:
        sock.close()
        raise NetworkBlockedError(f"A test reached for {address}.")
