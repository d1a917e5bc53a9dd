"""Settings, addresses and the token."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticUndefined

from importer.errors import SettingsError
from importer.model import RemarkStep
from importer.settings import (
    Settings,
    WorkspaceKind,
    load_settings,
    practice_settings,
)
from importer.settings.records import SECTIONS

REAL = """
[workspace]
base_url = "https://next.telecrm.in/autoupdate/v2"
enterprise_id = "60a1"
"""
SECRET = "s3cr3t-of-a-test"  # a word to search for in messages


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, text: str) -> Path:
    """Write `importer.toml` into the folder."""
    file = folder / "importer.toml"
    file.write_text(text, encoding="utf-8")
    return file


def load(folder: Path, text: str) -> Settings:
    """Write the text as `importer.toml` and load it."""
    return load_settings(write(folder, text), {})


def mistakes(folder: Path, text: str) -> str:
    """Load the text as settings and return what is said against it."""
    with pytest.raises(SettingsError) as caught:
        load(folder, text)
    return str(caught.value)


# What is loaded


def test_defaults_of_a_real_workspace(folder: Path) -> None:
    """A real workspace gets the CRM's own pace, one request at a time after a pause."""
    settings = load(folder, REAL)
    assert settings.workspace.kind is WorkspaceKind.REAL
    assert settings.workspace.token_env == "TELECRM_TOKEN"
    assert settings.send.model_dump() == {
        "requests_per_hour": 3600,
        "burst": 1,
        "concurrency": 4,
        "actions_per_request": 25,
        "timeout_seconds": 60.0,
        "longest_wait_seconds": 900.0,
    }
    assert settings.settle.model_dump() == {
        "automatic": True,
        "delay_seconds": 120.0,
        "between_looks_seconds": 30.0,
    }
    assert settings.stop.invalid_share == 0.5
    assert settings.stop.canary == 0
    assert not settings.api.throttled_may_store
    assert settings.api.bad_request_may_store
    assert settings.reports.folder == folder / "reports"
    assert settings.journal.path.name == "journal.db"
    assert settings.journal.path.is_relative_to(Path.home())


@pytest.mark.parametrize("base_url", ["practice", "http://127.0.0.1:8420/autoupdate/v2"])
def test_a_practice_crm_is_a_sandbox(folder: Path, base_url: str) -> None:
    """The practice CRM and one on this machine are sandboxes: without a pace, soon settled."""
    text = f'[workspace]\nbase_url = "{base_url}"\nenterprise_id = "practice"'
    settings = load(folder, text)
    assert settings.workspace.kind is WorkspaceKind.SANDBOX
    assert settings.send.requests_per_hour == 0
    assert settings.settle.delay_seconds == 1.0
    assert settings.settle.between_looks_seconds == 0.5


def test_the_kind_may_be_said(folder: Path) -> None:
    """A TeleCRM enterprise that is only for trying is a sandbox where the file says so."""
    settings = load(folder, f'{REAL}kind = "sandbox"')
    assert settings.workspace.kind is WorkspaceKind.SANDBOX
    assert settings.send.requests_per_hour == 0


def test_command_line_over_environment_over_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each key is taken from the strongest place that has it."""
    file = write(folder, f"{REAL}\n[send]\nburst = 2\nconcurrency = 2\nactions_per_request = 2")
    monkeypatch.setenv("IMPORTER_SEND__CONCURRENCY", "3")
    monkeypatch.setenv("IMPORTER_SEND__ACTIONS_PER_REQUEST", "3")
    send = load_settings(file, {"send": {"actions_per_request": 4, "burst": None}}).send
    assert (send.burst, send.concurrency, send.actions_per_request) == (2, 3, 4)


def test_a_blank_variable_is_not_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment variable without a value leaves the file's value alone."""
    monkeypatch.setenv("IMPORTER_WORKSPACE__ENTERPRISE_ID", "")
    assert load(folder, REAL).workspace.enterprise_id == "60a1"


def test_the_current_folder_has_the_file(folder: Path) -> None:
    """Without a name, `importer.toml` of the current folder is read."""
    write(folder, REAL)
    settings = load_settings(None, {})
    assert (settings.workspace.enterprise_id, settings.folder) == ("60a1", folder)


def test_no_file_is_needed_where_the_workspace_is_told(folder: Path) -> None:
    """The command line alone may name the workspace."""
    settings = load_settings(None, {"workspace": {"base_url": "practice"}})
    assert settings.workspace.practice
    assert settings.folder == folder


def test_paths_are_relative_to_where_they_are_written(folder: Path) -> None:
    """The file's paths start at the file; those of the command line at the current folder."""
    other = folder / "office"
    other.mkdir()
    text = f'{REAL}token_file = "secret.txt"\n[journal]\npath = "state/j.db"'
    settings = load_settings(write(other, text), {"reports": {"folder": Path("out")}})
    assert settings.workspace.token_file == other / "secret.txt"
    assert settings.journal.path == other / "state" / "j.db"
    assert settings.reports.folder == folder / "out"


def test_a_home_sign_is_understood(folder: Path) -> None:
    """`~` is the home folder."""
    assert load(folder, f'{REAL}[reports]\nfolder = "~/r"').reports.folder == Path.home() / "r"


def test_a_file_from_notepad_is_read(folder: Path) -> None:
    """A byte-order mark and Windows line ends are no obstacle."""
    file = folder / "importer.toml"
    file.write_bytes(b"\xef\xbb\xbf" + REAL.replace("\n", "\r\n").encode())
    assert load_settings(file, {}).workspace.enterprise_id == "60a1"


def test_settings_cannot_be_changed(folder: Path) -> None:
    """What was checked stays as it was checked."""
    settings = load(folder, REAL)
    with pytest.raises(ValidationError):
        settings.send.burst = 9  # type: ignore[misc]  # that it is refused is the test


def test_practice_settings_ignore_file_and_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A demo runs against the practice CRM, whatever the file and the environment say."""
    write(folder, REAL)
    monkeypatch.setenv("IMPORTER_WORKSPACE__BASE_URL", "https://next.telecrm.in/autoupdate/v2")
    settings = practice_settings(Path("demo"))
    assert settings.workspace.practice
    assert settings.workspace.name == "practice"
    assert settings.journal.path == folder / "demo" / "journal.db"
    assert settings.reports.folder == folder / "demo"


# Workspaces never share a journal


def test_workspaces_have_journals_of_their_own(folder: Path) -> None:
    """Another origin or another enterprise is another journal, also where letters fold."""
    urls = ("https://next.telecrm.in/v2", "https://next.telecrm.in:8443/v2", "http://localhost/v2")
    texts = [
        f'[workspace]\nbase_url = "{url}"\nenterprise_id = "{enterprise}"'
        for url in urls
        for enterprise in ("ab", "aB", "a-b")
    ]
    paths = [str(load(folder, text).journal.path).casefold() for text in texts]
    paths.append(str(load(folder, '[workspace]\nbase_url = "practice"').journal.path).casefold())
    assert len(set(paths)) == len(paths)


def test_one_workspace_has_one_journal(folder: Path) -> None:
    """Spelling, path and kind do not make another workspace: its timelines are the same."""
    first = load(folder, REAL)
    text = REAL.replace("https://next.telecrm.in/autoupdate/v2", "HTTPS://Next.TeleCRM.in:443/v3/")
    second = load(folder, f'{text}kind = "sandbox"')
    assert first.journal.path == second.journal.path
    assert first.workspace.name == second.workspace.name == "60a1 at https://next.telecrm.in"


# What is refused


def test_no_settings_show_what_to_write(folder: Path) -> None:
    """Without settings, the lines to write are shown, and the practice CRM is mentioned."""
    with pytest.raises(SettingsError) as caught:
        load_settings(None, {})
    assert "[workspace]" in caught.value.hint
    assert "--practice" in caught.value.hint
    assert not list(folder.iterdir())


def test_a_named_file_must_be_there(folder: Path) -> None:
    """A settings file that was named and is not there is never passed over."""
    with pytest.raises(SettingsError, match="is not there"):
        load_settings(folder / "other.toml", {"workspace": {"base_url": "practice"}})


def test_every_mistake_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All mistakes come in one error, each with its key and where it was written."""
    monkeypatch.setenv("IMPORTER_STOP__INVALID_SHARE", "2")
    found = mistakes(
        folder,
        '[workspace]\nbase_url = "ftp://x"\nkind = "prod"\n[sendd]\n[send]\nbrust = 1\nburst = 0\n'
        'concurrency = true\ntimeout_seconds = nan\nactions_per_request = "x"\n'
        '[journal]\npath = " "\n[reports]\nfolder = 3',
    )
    assert found.startswith("The settings have 12 mistakes:")
    for start in (
        "workspace.base_url (importer.toml): ",
        "workspace.enterprise_id: It is missing.",
        "workspace.kind (importer.toml): It must be one of 'real' or 'sandbox'.",
        "sendd (importer.toml): This is no section of the settings. Did you mean `send`?",
        "send.brust (importer.toml): This is no setting of [send]. Did you mean `burst`?",
        "send.burst (importer.toml): It must be at least 1.",
        "send.concurrency (importer.toml): It must be a number",
        "send.timeout_seconds (importer.toml): It must be",
        "send.actions_per_request (importer.toml): It must be a whole number.",
        "journal.path (importer.toml): It is blank.",
        "stop.invalid_share (environment): It must be at most 1.",
    ):
        assert f"\n  {start}" in found
    assert "reports.folder (importer.toml): " in found


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("IMPORTER_WORKSPACE_BASE_URL", "IMPORTER_WORKSPACE__BASE_URL"),
        ("IMPORTER_WORKSPCE__BASE_URL", "IMPORTER_WORKSPACE__BASE_URL"),
        ("IMPORTER_WORKSPACE__BASE_ULR", "base_url"),
        ("IMPORTER_WORKSPACE", ""),
    ],
)
def test_a_misspelt_variable_is_not_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    """A variable that begins like ours and is none of ours stops the run."""
    monkeypatch.setenv(name, "https://other.example/v2")
    found = mistakes(folder, REAL)
    assert found.startswith("The settings have a mistake:")
    assert not meant or f"Did you mean `{meant}`?" in found


def test_a_real_workspace_has_a_pace(folder: Path) -> None:
    """Unlimited speed is for a sandbox only."""
    assert "needs a pace" in mistakes(folder, f"{REAL}[send]\nrequests_per_hour = 0")


@pytest.mark.parametrize("key", ["delay_seconds", "between_looks_seconds"])
def test_a_real_workspace_needs_patience(folder: Path, key: str) -> None:
    """Who looks too early takes for absent what is about to appear: for a sandbox only."""
    hasty = f"[settle]\n{key} = 0"
    assert "Write at least 5" in mistakes(folder, f"{REAL}{hasty}")
    sandbox = load(folder, f'{REAL}kind = "sandbox"\n{hasty}')
    assert sandbox.settle.model_dump()[key] == 0


def test_a_switch_is_true_or_false(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A switch takes no other word, and the environment may set it as well."""
    said = mistakes(
        folder, f'{REAL}[settle]\nautomatic = "perhaps"\n[api]\nthrottled_may_store = 3'
    )
    assert "settle.automatic (importer.toml): It must be true or false." in said
    assert "api.throttled_may_store (importer.toml): It must be true or false." in said
    monkeypatch.setenv("IMPORTER_API__THROTTLED_MAY_STORE", "true")
    assert load(folder, REAL).api.throttled_may_store


def test_the_practice_crm_is_never_real(folder: Path) -> None:
    """The practice CRM cannot be declared a real workspace."""
    assert "not a" in mistakes(folder, '[workspace]\nbase_url = "practice"\nkind = "real"')


@pytest.mark.parametrize("text", ["[workspace\n", "base_url = 'a' 'b'", 'path = "C:\\Users"'])
def test_a_file_that_is_not_toml(folder: Path, text: str) -> None:
    """Broken TOML is one sentence with its line."""
    assert re.search(r"is not TOML: .*line \d", mistakes(folder, text))


def test_a_file_that_is_not_utf8(folder: Path) -> None:
    """A file in another encoding is named, not guessed at."""
    file = folder / "importer.toml"
    file.write_bytes(REAL.encode("utf-16"))
    with pytest.raises(SettingsError, match="UTF-8"):
        load_settings(file, {})


def test_a_folder_is_no_settings_file(folder: Path) -> None:
    """What cannot be read is a sentence, not a traceback."""
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(folder, {})


@pytest.mark.parametrize(
    "text", ["workspace = 3", "_env_file = 'x'\n[workspace]", "send = 'x'\n[workspace]"]
)
def test_odd_shapes_are_refused(folder: Path, text: str) -> None:
    """A section that is no table and a key that is no section are mistakes like any other."""
    assert "The settings have" in mistakes(folder, text)


@pytest.mark.parametrize(
    "line",
    [
        f'token = "{SECRET}"',
        f'token_env = "{SECRET}"',
        f'enterprise_id = "{SECRET} x"',
        f'base_url = "https://next.telecrm.in/v2?token={SECRET}"',
        f'base_url = "https://user:{SECRET}@next.telecrm.in/v2"',
        f'kind = "{SECRET}"',
    ],
)
def test_a_secret_in_a_wrong_place_is_not_repeated(folder: Path, line: str) -> None:
    """A token that somebody wrote into the file appears in no message."""
    base = {"base_url": '"https://next.telecrm.in/v2"', "enterprise_id": '"60a1"'}
    lines = [f"{key} = {value}" for key, value in base.items() if not line.startswith(key)]
    with pytest.raises(SettingsError) as caught:
        load(folder, "\n".join(["[workspace]", *lines, line]))
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in f"{error!s}{error!r}"
        error = error.__cause__ or error.__context__


# What to do about remarks

FITS = 'says = "daily limit"\nstep = "try again"\n'


def test_remarks_are_written_as_often_as_there_is_something_to_say(folder: Path) -> None:
    """Each entry has its words, its step, and a sentence if there is one; without any, none."""
    assert load(folder, REAL).remarks == ()
    more = 'says = "… is invalid"\nstep = "fix the data"\nnote = "Ask the branch."\n'
    one, two = load(folder, f"{REAL}[[remarks]]\n{FITS}[[remarks]]\n{more}").remarks
    assert (one.says, one.step, one.note) == ("daily limit", RemarkStep.AGAIN, "")
    assert (two.step, two.note) == (RemarkStep.FIX, "Ask the branch.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[remarks]]\nsays = "x"\nstep = "retry"', "remarks.1.step (importer.toml): It must be"),
        ('[[remarks]]\nstep = "try again"', "remarks.1.says: It is missing."),
        (f"[[remarks]]\n{FITS}[[remarks]]\n{FITS}nots = 'x'", "remarks.2.nots (importer.toml): "),
        ('[[remarks]]\nsays = " … "\nstep = "try again"', "It has no plain words"),
        *(
            (f"[[remarks]]\nsays = '{says}'\nstep = 'try again'", "It has no plain words")
            for says in ("INV123", "a@b.c", "62ab16e, 17", '"62ab16e"', "… …")
        ),
        (f"[remarks]\n{FITS}", "Write it as [[remarks]], once for each."),
        ("remarks = [3]", "[[remarks]]"),
    ],
)
def test_a_mistake_in_a_remark_says_in_which(folder: Path, text: str, said: str) -> None:
    """The first entry is number 1, and a misspelt key names the one that was meant."""
    first, second = (text, REAL) if text.startswith("remarks") else (REAL, text)
    assert said in mistakes(folder, f"{first}\n{second}")


def test_remarks_stand_in_the_file_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable for them would be read by nobody, so it is a mistake."""
    monkeypatch.setenv("IMPORTER_REMARKS__1__SAYS", "x")
    assert "IMPORTER_REMARKS__1__SAYS" in mistakes(folder, REAL)


# The manual


def test_the_manual_shows_every_setting() -> None:
    """docs/settings.md has a line for each key, in order, with the default that it really has."""
    manual = (Path(__file__).parents[1] / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)\.(\w+)` \| `?([^|`]*)`? \|", manual, flags=re.MULTILINE)
    expected = [
        (section, key, default_of(section, key))
        for section, model in SECTIONS.items()
        for key in model.model_fields
    ]
    assert [(section, key) for section, key, _ in rows] == [row[:2] for row in expected]
    for (*name, shown), (*_, default) in zip(rows, expected, strict=True):
        assert default is None or shown.strip() == default, name


def default_of(section: str, key: str) -> str | None:
    """The default as TOML writes it; None where it depends on something else."""
    field = SECTIONS[section].model_fields[key]
    if field.default in {PydanticUndefined, None, ""}:
        return None
    match field.default:
        case str(text):
            return f'"{text}"'
        case bool(switch):
            return str(switch).lower()
        case number:
            return f"{number:g}"


def test_the_example_of_the_manual_is_valid(folder: Path) -> None:
    """The complete example of docs/settings.md loads and names every key."""
    manual = (Path(__file__).parents[1] / "docs" / "settings.md").read_text(encoding="utf-8")
    example = manual.partition("```toml\n")[2].partition("```")[0]
    settings = load(folder, example)
    for section, model in SECTIONS.items():
        for key in model.model_fields:
            assert key in example, (section, key)
    assert settings.workspace.kind is WorkspaceKind.REAL
