"""Where the token comes from, and that it goes nowhere else."""

from __future__ import annotations

import copy
import os
import pickle
import stat
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import SettingsError
from importer.secret import HIDDEN, Token
from importer.settings import (
    PRACTICE_TOKEN,
    Settings,
    find_token,
    load_settings,
    practice_settings,
)

SECRET = "s3cr3t-of-a-test"  # a word to search for in messages

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such permission bits")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def real(**workspace: str) -> Settings:
    """Return settings for a real workspace, from the current folder."""
    address = {"base_url": "https://a.example/v2", "enterprise_id": "60a1"}
    return load_settings(None, {"workspace": {**address, **workspace}})


def reveal(settings: Settings, file: Path | None, env: Mapping[str, str], cwd: Path) -> str:
    """Return the token that is found, as text."""
    return find_token(settings, file, env, cwd).reveal()


def private(path: Path, text: str) -> Path:
    """Write a file that only its owner can open."""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def test_the_file_over_the_environment_over_the_dotenv(folder: Path) -> None:
    """The token comes from the strongest place that has one."""
    settings = real(token_file="named.txt")
    private(folder / ".env", "TELECRM_TOKEN=from-dotenv\n")
    assert reveal(real(), None, {}, folder) == "from-dotenv"
    private(folder / "named.txt", "\ufefffrom-settings\r\n")
    assert reveal(settings, None, {}, folder) == "from-settings"
    env = {"TELECRM_TOKEN": "from-environment"}
    assert reveal(settings, None, env, folder) == "from-environment"
    private(folder / "flag.txt", "from-flag\n")
    assert reveal(settings, Path("flag.txt"), env, folder) == "from-flag"


def test_a_variable_of_another_name(folder: Path) -> None:
    """`token_env` names the variable, in the environment and in the `.env` alike."""
    settings = real(token_env="OFFICE_TOKEN")
    assert reveal(settings, None, {"OFFICE_TOKEN": "a", "TELECRM_TOKEN": "b"}, folder) == "a"
    private(folder / ".env", "OFFICE_TOKEN='c'\nTELECRM_TOKEN=d\n")
    assert reveal(settings, None, {}, folder) == "c"


def test_a_dollar_in_a_token_is_a_dollar(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is put in place of `${…}` in a `.env`."""
    monkeypatch.setenv("HOME_OF", "elsewhere")
    private(folder / ".env", "TELECRM_TOKEN=a${HOME_OF}b\n")
    assert reveal(real(), None, {}, folder) == "a${HOME_OF}b"


def test_the_dotenv_is_beside_the_settings(folder: Path) -> None:
    """A `.env` of the folder that a person happens to stand in is not read."""
    office = folder / "office"
    office.mkdir()
    file = office / "importer.toml"
    file.write_text('[workspace]\nbase_url = "https://a.example"\nenterprise_id = "60a1"')
    settings = load_settings(file, {})
    private(folder / ".env", "TELECRM_TOKEN=wrong\n")
    with pytest.raises(SettingsError, match="no token"):
        find_token(settings, None, {}, folder)


def test_the_practice_crm_never_sees_a_real_token(folder: Path) -> None:
    """The practice CRM gets its own token, whatever the environment holds."""
    settings = practice_settings(folder)
    assert reveal(settings, None, {"TELECRM_TOKEN": SECRET}, folder) == PRACTICE_TOKEN


def test_no_token_says_where_to_put_one(folder: Path) -> None:
    """Without a token the three places for one are named."""
    with pytest.raises(SettingsError) as caught:
        find_token(real(), None, {"TELECRM_TOKEN": " "}, folder)
    for place in ("TELECRM_TOKEN", "--token-file", ".env"):
        assert place in caught.value.hint


@posix_only
@pytest.mark.parametrize("bits", [stat.S_IRGRP, stat.S_IROTH, stat.S_IWGRP, stat.S_IWOTH])
@pytest.mark.parametrize("name", ["token.txt", ".env"])
def test_a_file_that_others_can_read_is_refused(folder: Path, name: str, bits: int) -> None:
    """A token file or `.env` that others can open is refused, with the command that mends it."""
    path = private(folder / name, f"TELECRM_TOKEN={SECRET}\n")
    path.chmod(0o600 | bits)
    flag = path if name == "token.txt" else None
    with pytest.raises(SettingsError) as caught:
        find_token(real(), flag, {}, folder)
    assert "chmod 600" in caught.value.hint
    assert SECRET not in str(caught.value)


@posix_only
def test_a_token_may_come_through_a_pipe(folder: Path) -> None:
    """`--token-file <(pass show telecrm)` works: a pipe is a file that nobody else reads."""
    fifo = folder / "pipe"
    os.mkfifo(fifo, 0o600)
    writer = threading.Thread(target=fifo.write_text, args=("from-pipe\n",))
    writer.start()
    assert reveal(real(), fifo, {}, folder) == "from-pipe"
    writer.join()


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"two\nlines", b"a b", b"\xff\xfe", b"x" * 70_000, b"Bearer abc"]
)
def test_a_file_that_holds_no_token(folder: Path, content: bytes) -> None:
    """A token file that is empty, too long, in lines or not text is refused with a sentence."""
    path = folder / "t.txt"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(SettingsError):
        find_token(real(), path, {}, folder)


def test_a_token_file_that_is_not_there(folder: Path) -> None:
    """A named file that is missing, or a folder, is never passed over for another source."""
    env = {"TELECRM_TOKEN": "from-environment"}
    settings = real()
    for path in (folder / "missing.txt", folder):
        with pytest.raises(SettingsError):
            find_token(settings, path, env, folder)


@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126)))
def test_a_token_never_shows_itself(text: str) -> None:
    """A token prints, formats and represents itself as hidden, and can be taken out of a text."""
    token = Token(SECRET + text)
    for shown in (f"{token}", str(token), repr(token), f"{token:>20}", f"{[token]}"):
        assert SECRET not in shown
        assert HIDDEN in shown
    assert token.hide_in(f"<{SECRET}{text}>") == f"<{HIDDEN}>"
    assert token.reveal() == SECRET + text


@given(st.text(), st.sampled_from(" \t\r\n\0\x7f\u00a0\u2028\u200bé"), st.text())
def test_what_no_header_can_carry_is_no_token(before: str, bad: str, after: str) -> None:
    """A token with a space, a line break or a foreign character is refused and not repeated."""
    with pytest.raises(SettingsError) as caught:
        Token(f"{before}{SECRET}{bad}{after}")
    assert SECRET not in f"{caught.value}{caught.value!r}"


def test_a_token_is_not_written_out() -> None:
    """A token cannot be pickled, copied or looked into."""
    token = Token(SECRET)
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError) as caught:
            attempt(token)
        assert SECRET not in str(caught.value)
    assert not hasattr(token, "__dict__")


def test_equal_tokens_are_equal() -> None:
    """Tokens compare by their text."""
    assert Token("a") == Token("a") != Token("b")
    assert len({Token("a"), Token("a")}) == 1
    assert Token("a") != "a"


@pytest.mark.parametrize(
    "shown",
    [
        "ab/c+d==",
        r"ab\/c+d==",
        r"ab/c+d\u003d\u003D",
        r"\u0061b\\/c+d==",
        "ab%2Fc%2Bd%3D%3D",
        "ab&#47;c+d&#x3D;&#061;",
    ],
)
def test_a_token_is_hidden_however_it_is_spelt(shown: str) -> None:
    """What a server repeats of a token is hidden as JSON or a URL spells it, too."""
    assert Token("ab/c+d==").hide_in(f"Bearer {shown}!") == f"Bearer {HIDDEN}!"
