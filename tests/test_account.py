"""Whose decision it was: the account of the operating system, and no variable."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from importer.pipeline import people


def test_a_variable_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """LOGNAME and its like do not change under whose name a decision is kept."""
    before = people.account()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert people.account() == before != "somebody-else"


def test_windows_is_asked_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no list of accounts, the session's own is taken, not the environment's."""
    monkeypatch.setenv("LOGNAME", "somebody-else")
    windows = SimpleNamespace(name="nt", getlogin=lambda: "asha")
    monkeypatch.setattr(people, "os", windows)
    assert people.account() == "asha"
