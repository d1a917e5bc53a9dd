"""Which addresses a workspace may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.addresses import check_base_url, is_loopback, origin_of
from importer.errors import SettingsError


@pytest.mark.parametrize(
    ("url", "checked", "origin"),
    [
        ("practice", "practice", "practice"),
        ("https://a.example", "https://a.example", "https://a.example"),
        ("HTTPS://A.example:443/V2/", "https://a.example/V2", "https://a.example"),
        ("https://a.example:8443/v2", "https://a.example:8443/v2", "https://a.example:8443"),
        ("http://localhost:80/v2", "http://localhost/v2", "http://localhost"),
        ("http://127.0.0.9:81", "http://127.0.0.9:81", "http://127.0.0.9:81"),
        ("http://[::1]:81/v2", "http://[::1]:81/v2", "http://[::1]:81"),
    ],
)
def test_a_good_address_has_one_spelling(url: str, checked: str, origin: str) -> None:
    """Two spellings of one address are one workspace."""
    assert check_base_url(url) == checked
    assert check_base_url(checked) == checked
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "next.telecrm.in/autoupdate/v2",
        "Practice",
        "http://next.telecrm.in/v2",
        "http://127.0.0.1.example/v2",
        "http://localhost.example",
        "http://0.0.0.0/v2",
        "http://[::ffff:10.0.0.1]/v2",
        "ftp://next.telecrm.in",
        "https:///v2",
        "https:next.telecrm.in",
        "https://next.telecrm.in:0",
        "https://next.telecrm.in:99999",
        "https://next.telecrm.in:x",
        "https://[::1",
        "https://user@next.telecrm.in",
        "https://next.telecrm.in/v2?x=1",
        "https://next.telecrm.in/v2#x",
        "https://next.telecrm.in/v2\n",
        "https://next.telecrm.in/ v2",
        "https://next.telecrm.in\\@evil.example/",
        "https://next.telecrm.in/../v2",
        "https://next.telecrm.in/v2%2f..",
        "https://next.telecrm.in//v2",
        "https://n\u0435xt.telecrm.in/v2",
        "https://next.telecrm.in/autoupdate/v2/enterprise/60a1",
    ],
)
def test_a_bad_address_is_refused(url: str) -> None:
    """What could send the token elsewhere, in the clear, or hide a secret is refused."""
    with pytest.raises(SettingsError) as caught:
        check_base_url(url)
    assert caught.value.hint


@given(st.text(alphabet="htps:/@?#%[]\\.:0127a \t\u0430practice", max_size=40))
def test_an_accepted_address_is_safe(text: str) -> None:
    """Whatever is accepted is https, this machine, or the practice CRM, and stays accepted."""
    try:
        checked = check_base_url(text)
    except SettingsError:
        return
    assert check_base_url(checked) == checked
    assert checked.startswith("https://") or checked == "practice" or is_loopback(checked)
    assert not set("@?#\\ ") & set(checked)
