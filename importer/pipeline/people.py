"""Who is at work: the account of this process, and who logged in, where the system can tell."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LOGIN: Final = Path("/proc/self/loginuid")
"""Linux sets it when somebody logs in, and no sudo changes it; who is not root cannot either."""
_NOT_SET: Final = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of this machine, as far as its system knows. A record, and no signature."""

    account: str
    """That the process runs as; several people may share it."""
    login: str = ""
    """The account that logged in, whatever it has become by sudo; "" where that is not known."""
    sudo: str = ""
    """Whom `SUDO_USER` names. Anybody can write that, so it only ever speaks against somebody."""

    @property
    def name(self) -> str:
        """By which others know them."""
        return self.login or self.account

    def __str__(self) -> str:
        return f"{self.name} (as {self.account})" if self.name != self.account else self.account

    def may_be(self, other: Person) -> bool:
        """Whether nothing proves that this is somebody else than the other."""
        theirs = {other.account, other.login, other.sudo} - {""}
        return bool(theirs & {self.name, self.sudo})


def this_person(login: Path = _LOGIN, environment: Mapping[str, str] = os.environ) -> Person:
    """Who runs this process.

    Args:
        login: where the system keeps who logged in.
        environment: where sudo leaves its word.
    """
    return Person(
        account=account(), login=_login(login), sudo=environment.get("SUDO_USER", "").strip()
    )


def account() -> str:
    """The account that this process runs as; not what a variable of the environment says."""
    return _account_of(os.getuid()) if os.name == "posix" else os.getlogin()


def _account_of(uid: int) -> str:
    import pwd  # noqa: PLC0415 - there is none on Windows

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _login(file: Path) -> str:
    if os.name != "posix":
        return ""
    try:
        uid = int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return ""  # a system without
    return "" if uid == _NOT_SET else _account_of(uid)
