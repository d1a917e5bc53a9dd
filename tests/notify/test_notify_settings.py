"""Who is told, as the settings say it: the addresses themselves stand elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from importer.errors import SettingsError
from importer.settings import (
    NotifyWhen,
    Settings,
    find_notify_urls,
    find_ping_url,
    load_settings,
)

from .listeners import PASSWORD

WORKSPACE = '[workspace]\nbase_url = "practice"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(folder: Path, lines: str = "") -> Settings:
    """Return settings with these lines under [notify]."""
    file = folder / "importer.toml"
    file.write_text(f"{WORKSPACE}[notify]\n{lines}", encoding="utf-8")
    return load_settings(file, {})


def urls(settings: Settings, **env: str) -> list[str]:
    """Return the addresses that are found."""
    return [url.reveal() for url in find_notify_urls(settings, env)]


def private(path: Path, text: str) -> None:
    """Write a file that only its owner can open."""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


def test_nobody_is_told_by_default(folder: Path) -> None:
    """Without addresses nobody is told, and that is no mistake."""
    settings = load(folder)
    assert urls(settings) == []
    assert find_ping_url(settings, {}) is None
    assert settings.notify.when is NotifyWhen.ALWAYS


def test_addresses_of_the_environment_before_those_of_the_file(folder: Path) -> None:
    """The variable is stronger than the file."""
    settings = load(folder, 'urls_file = "notify.urls"\nping_url_file = "ping.url"')
    private(folder / "notify.urls", "json://of.file\n")
    private(folder / "ping.url", "https://of.file/x/\n")
    assert urls(settings) == ["json://of.file"]
    assert urls(settings, IMPORTER_NOTIFY_URLS="json://of.env") == ["json://of.env"]
    ping = find_ping_url(settings, {})
    assert ping is not None
    assert ping.reveal() == "https://of.file/x"
    ping = find_ping_url(settings, {"IMPORTER_PING_URL": "https://of.env/y"})
    assert ping is not None
    assert ping.reveal() == "https://of.env/y"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("json://a\njson://b", ["json://a", "json://b"]),
        ("json://a, json://b ; json://c", ["json://a", "json://b", "json://c"]),
        ("mailto://h?to=a@x.example,b@x.example", ["mailto://h?to=a@x.example,b@x.example"]),
        ("# the office, see json://x\n\n json://a \r\n", ["json://a"]),
    ],
)
def test_addresses_stand_on_lines_or_between_commas(
    folder: Path, text: str, found: list[str]
) -> None:
    """One a line, or with commas between them; a comma within one stays where it is."""
    assert urls(load(folder), IMPORTER_NOTIFY_URLS=text) == found


def test_an_address_does_not_show_itself(folder: Path) -> None:
    """An address prints, formats and represents itself as hidden."""
    (url,) = find_notify_urls(load(folder), {"IMPORTER_NOTIFY_URLS": f"json://{PASSWORD}"})
    assert PASSWORD not in f"{url}{url!r}{url:>40}"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permission bits")
@pytest.mark.parametrize("key", ["urls_file", "ping_url_file"])
def test_a_file_that_others_can_read_is_refused(folder: Path, key: str) -> None:
    """Addresses hold passwords: their file is closed to everybody else."""
    settings = load(folder, f'{key} = "open.txt"')
    (folder / "open.txt").write_text(f"json://{PASSWORD}", encoding="utf-8")
    (folder / "open.txt").chmod(0o644)
    find = find_notify_urls if key == "urls_file" else find_ping_url
    with pytest.raises(SettingsError, match="chmod 600") as caught:
        find(settings, {})
    assert PASSWORD not in str(caught.value)


def test_a_file_that_is_not_there_is_said(folder: Path) -> None:
    """A file that is named and is not there is a mistake, and no silence."""
    with pytest.raises(SettingsError, match="is not there"):
        find_notify_urls(load(folder, 'urls_file = "gone.urls"'), {})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f'urls_env = "json://{PASSWORD}"', "notify.urls_env"),
        ('ping_url_env = "IMPORTER_SEND__BURST"', "notify.ping_url_env"),
        (f'urls = "json://{PASSWORD}"', "notify.urls"),
        (f'when = "{PASSWORD}"', "notify.when"),
    ],
)
def test_a_mistake_names_its_key_and_repeats_no_value(folder: Path, line: str, said: str) -> None:
    """An address in a wrong place appears in no message."""
    with pytest.raises(SettingsError) as caught:
        load(folder, line)
    assert said in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_the_addresses_are_no_misspelt_settings(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two variables begin like settings, and are none."""
    monkeypatch.setenv("IMPORTER_NOTIFY_URLS", "json://a")
    monkeypatch.setenv("IMPORTER_PING_URL", "https://a.example")
    monkeypatch.setenv("IMPORTER_NOTIFY__WHEN", "trouble")
    assert load(folder).notify.when is NotifyWhen.TROUBLE
