from __future__ import annotations

import datetime as dt
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from commands import Finished, importer
from workplaces import MAPPING, row, write_sheet

from importer.errors import SettingsError, UsageError
from importer.schedule import Night, Units, crontab, systemd_units, windows_task
from importer.settings import find_notify_urls, find_ping_url, find_token, load_settings

SETTINGS = """\
[workspace]
base_url = "https://a.example/v2"
enterprise_id = "60a1"
[journal]
path = "state/journal.db"
[reports]
folder = "what people read"
[[jobs]]
name = "payments"
inbox = "inbox/payments*.xlsx"
mapping = "mappings/payments.yaml"
archive = "archive/payments"
expected_days = ["mon"]
expected_by = "01:30"
zone = "Asia/Kolkata"
"""
DAY = dt.date(2026, 11, 23)
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"

posix_only = pytest.mark.skipif(os.name != "posix", reason="systemd and cron are not of Windows")


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A folder with settings, whose name has a space, a per cent sign and a quote."""
    folder = tmp_path / "Ann's imports 100%"
    folder.mkdir()
    (folder / "importer.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


def show(office: Path, *words: str) -> Finished:
    """`importer schedule show` in the folder."""
    return importer("schedule", "show", *words, cwd=office)


def a_night(folder: str = "/srv/imports", **changes: object) -> Night:
    """A night of the account `imports`."""
    night = Night(
        program=("/opt/importer/bin/importer",),
        settings=f"{folder}/importer.toml",
        folder=folder,
        token_file="/etc/importer/telecrm-token",
        writes=(f"{folder}/state", f"{folder}/reports"),
        reads=("/opt/importer",),
        shared="/var/tmp/importer",  # noqa: S108 - where accounts meet
        shared_by_variable=False,
        log=f"{folder}/reports/nightly.log",
        at=dt.time(2, 0),
        zone="Asia/Kolkata",
        minutes=240,
        account="imports",
    )
    return replace(night, **changes)  # type: ignore[arg-type]  # fields by name


def service_of(night: Night, *, user: bool = False) -> list[str]:
    """The lines of the service."""
    return systemd_units(night, user=user).files["importer-nightly.service"].splitlines()


@posix_only
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_accepts_the_units(office: Path) -> None:
    """Service and timer: systemd itself finds no fault with them."""
    with (office / "importer.toml").open("a", encoding="utf-8") as file:
        file.write('[notify]\nurls_file = "notify.urls"\n')
    assert show(office, "--systemd", "-o", "units").code == 0
    units = sorted((office / "units").iterdir())
    assert [one.name for one in units] == ["importer-nightly.service", "importer-nightly.timer"]
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, units)],  # noqa: S607 - systemd's own, by PATH
        capture_output=True,
        text=True,
        check=False,
    )
    # What it says of the machine's other units is not ours.
    ours = [line for line in done.stderr.splitlines() if "importer" in line]
    assert (done.returncode, ours) == (0, [])


@posix_only
def test_the_addresses_of_notifications_are_credentials(office: Path) -> None:
    """They are handed to the service alone; one that is missing does not keep the night away."""
    with (office / "importer.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[notify]\nurls_file = "/home/imports/notify.urls"\nping_url_file = "ping url"\n'
        )
    lines = show(office, "--systemd").out.splitlines()
    for name, place in (("notify-urls", "/home/imports/notify.urls"), ("ping-url", "/ping url")):
        (line,) = [one for one in lines if one.startswith(f"LoadCredential={name}:")]
        assert line.endswith(place)
        assert f"SetCredential={name}:missing" in lines


def test_every_scheduler_says_that_addresses_are_secret(office: Path) -> None:
    """What is to be done names the file with the addresses, for cron and for Windows too."""
    with (office / "importer.toml").open("a", encoding="utf-8") as file:
        file.write('[notify]\nurls_file = "notify.urls"\n')
    assert re.search("chmod 600 .*notify.urls", show(office, "--cron").err)
    assert re.search("notify.urls: addresses that hold passwords", show(office, "--windows").err)


def test_cron_and_windows_name_the_file_of_the_token(office: Path) -> None:
    """No scheduler sees a shell's variable: both are given a file, and how it is written."""
    file = str(office / "telecrm-token")
    cron, windows = show(office, "--cron"), show(office, "--windows")
    assert " --token-file " in cron.out
    assert f"# The token is read from {file}" in cron.out
    assert f"install -D -m 0600 /dev/stdin {shlex.quote(file)}" in cron.err
    assert f"The token goes into {file}" in windows.err


@posix_only
def test_the_service_may_write_in_its_own_folders_alone(office: Path) -> None:
    """Everything is read-only but the journal's folder, reports, inbox, archive and the lock's."""
    shared = office.parent / "shared by all"
    done = importer(
        "schedule", "show", "--systemd", cwd=office, env={"IMPORTER_SHARED_FOLDER": str(shared)}
    )
    lines = done.out.splitlines()
    assert "ProtectSystem=strict" in lines
    written = [line.partition("=")[2] for line in lines if re.match("(ReadWrite|Bind)Paths=", line)]
    folders = ["state", "what people read", "inbox", "archive/payments"]
    expected = [*(str(office / one) for one in folders), str(shared)]
    assert [one.strip('"').replace("%%", "%") for one in written] == expected
    assert any(line.startswith("Environment=") and str(shared) in line for line in lines)


def test_the_machines_lock_is_not_hidden_by_a_private_tmp() -> None:
    """The folder where accounts meet is brought in by name where it lies in /var/tmp."""
    assert "BindPaths=/var/tmp/importer" in service_of(a_night())
    assert "ReadWritePaths=/var/lib/importer" in service_of(a_night(shared="/var/lib/importer"))
    assert "PrivateTmp=yes" in service_of(a_night())


def _may_unshare() -> bool:
    words = ["unshare", "--mount", "--map-root-user", "mount", "--bind", "/tmp", "/tmp"]  # noqa: S108 - any folder
    return (
        bool(shutil.which("unshare"))
        and not subprocess.run(words, capture_output=True, check=False).returncode
    )


@pytest.mark.skipif(not _may_unshare(), reason="needs mount namespaces (unshare)")
def test_a_night_gets_by_with_the_rooms_that_the_service_gives_it(tmp_path: Path) -> None:
    """With each of the unit's folders a mount of its own, and all else read-only, a night works."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    text = SETTINGS.replace("https://a.example/v2", "practice").replace('"60a1"', '""')
    text = text.replace("mappings/payments.yaml", "mapping.yaml").replace(".xlsx", ".csv")
    (tmp_path / "importer.toml").write_text(f"{text}quiet_seconds = 0\n", encoding="utf-8")
    write_sheet(inbox / "payments-1.csv", [row(1), row(2)])
    lines = show(tmp_path, "--systemd").out.splitlines()
    written = [line.partition("=")[2] for line in lines if re.match("(ReadWrite|Bind)Paths=", line)]
    folders = [one.strip('"') for one in written]
    for folder in folders:
        Path(folder).mkdir(parents=True, exist_ok=True)
    here = shlex.quote(str(tmp_path))
    rooms = [f"mount --bind {here} {here}"]
    rooms += [f"mount --bind {one} {one}" for one in map(shlex.quote, folders)]
    rooms += [f"mount -o remount,bind,ro {here}", f"cd {here}", "! touch anything 2>/dev/null"]
    night = shlex.join([sys.executable, "-m", "importer", "nightly", "--max-minutes", "5"])
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-ec", "\n".join([*rooms, night])],  # noqa: S607 - by PATH
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done
    assert json.loads(done.stdout)["jobs"][0]["files"][0]["counts"]["CREATED"] == 4
    assert list((tmp_path / "archive").rglob("payments-1.csv"))


def test_homes_are_shut_off_unless_something_lies_there() -> None:
    """The service sees no home, or all of them to read alone."""
    assert "ProtectHome=yes" in service_of(a_night())
    lines = service_of(a_night("/home/imports/night"))
    assert "ProtectHome=read-only" in lines
    assert "ReadWritePaths=/home/imports/night/state" in lines


def test_the_token_is_a_credential_and_in_no_environment() -> None:
    """The token is handed on as a file; no unit holds it or a variable of it."""
    lines = service_of(a_night())
    assert "LoadCredential=telecrm-token:/etc/importer/telecrm-token" in lines
    (command,) = (line for line in lines if line.startswith("ExecStart="))
    assert command.endswith(" --token-file ${CREDENTIALS_DIRECTORY}/telecrm-token")
    assert not any(line.startswith("Environment") or "TELECRM_TOKEN" in line for line in lines)


def test_only_done_and_later_are_no_failures() -> None:
    """Of the exit codes, 4 and 75 count as success beside 0; the limit is the night's and more."""
    lines = service_of(a_night(minutes=90))
    assert "SuccessExitStatus=4 75" in lines
    assert "TimeoutStartSec=105min" in lines


def test_odd_names_are_quoted_in_the_units() -> None:
    """Spaces, quotes, `%` and `$` in a path mean nothing to systemd."""
    lines = service_of(a_night('/srv/a "b" 5% $HOME'))
    assert 'WorkingDirectory=/srv/a "b" 5%% $HOME' in lines
    assert r'ReadWritePaths="/srv/a \"b\" 5%% $HOME/state"' in lines
    (command,) = (line for line in lines if line.startswith("ExecStart="))
    assert r'--settings "/srv/a \"b\" 5%% $$HOME/importer.toml"' in command


def test_ones_own_systemd_needs_no_root() -> None:
    """The units of an account have no user, no rooms, and ask for lingering."""
    units = systemd_units(a_night(), user=True)
    service = units.files["importer-nightly.service"]
    assert "User=" not in service
    assert "ProtectSystem" not in service
    assert any("enable-linger imports" in step for step in units.steps)


@pytest.mark.parametrize("maker", ["systemd", "cron", "windows"])
def test_a_line_break_in_a_name_is_refused(maker: str) -> None:
    """No name of a folder can write a line of its own into a unit."""
    night = a_night("/srv/x\nExecStartPre=/bin/evil")
    with pytest.raises(UsageError, match="no scheduler's file can hold"):
        units(maker, night)


def units(maker: str, night: Night) -> Units:
    """What one of the schedulers is handed."""
    match maker:
        case "systemd":
            return systemd_units(night, user=False)
        case "cron":
            return crontab(night)
        case _:
            return windows_task(night, today=DAY)


def as_cron_reads(table: str) -> tuple[dict[str, str], list[str], str]:
    """A crontab's variables, and the five times and the command of its one line."""
    lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    variables = dict(line.split("=", 1) for line in lines[:-1])
    *times, command = lines[-1].split(None, 5)
    assert not re.search(r"(?<!\\)%", command), "a bare % ends the command"
    return variables, times, command.replace(r"\%", "%")


@posix_only
def test_cron_starts_the_night_in_its_folder(office: Path) -> None:
    """The command of the crontab, given to sh as cron does it, comes to the program unharmed."""
    told = office / "told.json"
    program = office / "a program"
    program.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        f"json.dump([os.getcwd(), sys.argv[1:]], open({str(told)!r}, 'w'))\nprint('done')\n",
        encoding="utf-8",
    )
    program.chmod(0o700)
    log = office / "night 5%.log"
    night = a_night(str(office), program=(str(program),), log=str(log), token_file="")
    variables, times, command = as_cron_reads(crontab(night).files["importer-nightly.cron"])
    assert times == ["0", "2", "*", "*", "*"]
    assert variables["CRON_TZ"] == "Asia/Kolkata"
    subprocess.run(
        [variables["SHELL"], "-c", command],
        env={"PATH": variables["PATH"]},
        cwd="/",
        check=True,
    )
    folder, words = json.loads(told.read_text())
    assert folder == str(office)
    assert words == ["nightly", "--settings", f"{office}/importer.toml", "--max-minutes", "240"]
    assert (log.read_text(), log.stat().st_mode & 0o777) == ("done\n", 0o600)


@posix_only
def test_cron_s_steps_done_again_start_one_night(tmp_path: Path) -> None:
    """They take out what they added before and nothing else, also where its end was cut off."""
    table, programs = tmp_path / "table", tmp_path / "bin"
    programs.mkdir()
    crontab_ = programs / "crontab"
    crontab_.write_text(f'#!/bin/sh\n[ "$1" = - ] && exec cat >{table}\ncat {table}\n')
    crontab_.chmod(0o700)

    def add(night: Night) -> str:
        made = crontab(night)
        (tmp_path / "importer-nightly.cron").write_text(made.files["importer-nightly.cron"])
        path = f"{programs}:{os.environ['PATH']}"
        step = [*made.steps][-1].replace("| crontab -", "> new && crontab - <new")
        subprocess.run(["/bin/sh", "-c", step], env={"PATH": path}, cwd=tmp_path, check=True)
        return table.read_text()

    others = "PATH=/bin\n0 1 * * * back up \\% # importer nightly\n"
    table.write_text(others)
    first = a_night('/srv/a "name" \\n 100%')
    second = replace(first, settings="/srv/imports/office.toml")
    once = add(first)
    assert once == others + crontab(first).files["importer-nightly.cron"]
    assert add(first) == once
    assert add(second) == once + crontab(second).files["importer-nightly.cron"]
    later = crontab(replace(first, at=dt.time(3, 30), zone="")).files["importer-nightly.cron"]
    add(first)
    both = add(replace(first, at=dt.time(3, 30), zone=""))
    assert both == others + crontab(second).files["importer-nightly.cron"] + later
    cut_off = once[: once.rindex("#")] + "0 5 * * * of somebody else\n"
    table.write_text(cut_off)
    assert add(first).startswith(cut_off)


def test_the_task_of_windows_is_what_its_schema_wants(office: Path) -> None:
    """The task starts daily, never twice at once, makes up for a missed day, and ends in time."""
    done = show(office, "--windows", "--at", "1:45", "--max-minutes", "60", "-o", "task")
    assert done.code == 0, done
    data = (office / "task" / "importer-nightly.xml").read_bytes()
    assert data[:2] in {b"\xff\xfe", b"\xfe\xff"}
    root = ET.fromstring(data)  # noqa: S314 - made by ourselves
    assert root.tag == f"{TASK}Task"
    found = {one.tag.removeprefix(TASK): one.text for one in root.iter()}
    assert found["MultipleInstancesPolicy"] == "IgnoreNew"
    assert found["StartWhenAvailable"] == "true"
    assert found["ExecutionTimeLimit"] == "PT75M"
    assert found["LogonType"] == "S4U"
    assert str(found["StartBoundary"]).endswith("T01:45:00+05:30")
    assert found["WorkingDirectory"] == str(office)
    assert f'nightly --settings "{office / "importer.toml"}"' in str(found["Arguments"])


ORDER = {
    "Task": "RegistrationInfo Triggers Principals Settings Actions",
    "CalendarTrigger": "Enabled StartBoundary EndBoundary Repetition ExecutionTimeLimit RandomDelay"
    " ScheduleByDay",
    "Principal": "UserId LogonType RunLevel",
    "Exec": "Command Arguments WorkingDirectory",
}
"""The order of the Task Scheduler Schema (MS-TSCH 2.5), else that of its examples."""


def test_the_tasks_elements_stand_in_the_order_of_its_schema() -> None:
    """A reader that holds the task against its schema finds each element where it belongs."""
    for night in (a_night(), a_night(r"\\server\imports", zone="")):
        text = windows_task(night, today=DAY).files["importer-nightly.xml"]
        root = ET.fromstring(text.partition("\n")[2])  # noqa: S314 - made by ourselves
        assert root.attrib == {"version": "1.2"}
        for one in root.iter():
            names = [child.tag.removeprefix(TASK) for child in one]
            if allowed := ORDER.get(one.tag.removeprefix(TASK), "").split():
                assert names == [name for name in allowed if name in names]


def test_a_share_needs_the_accounts_password() -> None:
    """What lies on another machine is out of reach without a password, which is then asked for."""
    task = windows_task(a_night(r"\\server\imports", zone=""), today=DAY)
    assert "<LogonType>Password</LogonType>" in task.files["importer-nightly.xml"]
    assert any("/RU imports /RP *" in step for step in task.steps)
    assert (
        "<StartBoundary>2026-11-23T02:00:00</StartBoundary>" in task.files["importer-nightly.xml"]
    )


def test_a_variable_in_a_path_is_refused_for_windows() -> None:
    """The Task Scheduler fills in `%…%`, and nothing escapes it."""
    with pytest.raises(UsageError, match="variable"):
        windows_task(a_night(r"C:\100%sure%"), today=DAY)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "which scheduler"),
        (("--cron", "--user"), "which scheduler"),
        (("--cron", "--at", "25:00"), "02:00"),
        (("--cron", "--zone", "Asia/Nowhere"), "no time zone"),
        (("--cron", "--settings", "other.toml"), "is not there"),
    ],
)
def test_what_is_not_clear_is_refused(office: Path, words: tuple[str, ...], said: str) -> None:
    """Wrong options end with code 2 and a remedy."""
    done = show(office, *words)
    assert done.code == 2
    assert said in done.err


def test_settings_that_only_this_shell_knows_are_told(office: Path) -> None:
    """A variable that the scheduler would not know of is named, and its value is not shown."""
    env = {"IMPORTER_SEND__BURST": "3", "IMPORTER_NOTIFY_URLS": "mailto://a:hush@b.example"}
    done = importer("schedule", "show", "--cron", cwd=office, env=env)
    assert "IMPORTER_NOTIFY_URLS, IMPORTER_SEND__BURST" in done.err
    assert "hush" not in done.out + done.err


@posix_only
class TestCredential:
    """A token that systemd hands on."""

    @pytest.fixture
    def handed_on(self, tmp_path: Path) -> Path:
        """A credential as `LoadCredential` makes it: readable by an access list, 0440 in 0550."""
        folder = tmp_path / "credentials"
        folder.mkdir()
        file = folder / "telecrm-token"
        file.write_text("s3cr3t\n", encoding="utf-8")
        file.chmod(0o440)
        folder.chmod(0o550)
        return file

    @staticmethod
    def read(file: Path, folder: Path | str) -> str:
        """The token, where systemd says that its credentials are in a folder."""
        address = {"base_url": "https://a.example/v2", "enterprise_id": "60a1"}
        settings = load_settings(None, {"workspace": address})
        env = {"CREDENTIALS_DIRECTORY": str(folder)}
        return find_token(settings, file, env, Path.cwd()).reveal()

    def test_is_taken(self, handed_on: Path) -> None:
        """The bits of a credential's access list are no open door."""
        assert self.read(handed_on, handed_on.parent) == "s3cr3t"

    def test_elsewhere_the_same_bits_are_an_open_door(self, handed_on: Path) -> None:
        """The same file counts as open to the group where systemd did not make it."""
        for folder in ("", handed_on.parent.parent):
            with pytest.raises(SettingsError, match="other users can read it"):
                self.read(handed_on, folder)

    def test_addresses_are_handed_on_too(self, handed_on: Path) -> None:
        """Addresses of notifications come as credentials by their names, before any file."""
        handed_on.parent.chmod(0o750)
        for name, text in (("notify-urls", "json://a\njson://b\n"), ("ping-url", "https://c/")):
            file = handed_on.with_name(name)
            file.write_text(text, encoding="utf-8")
            file.chmod(0o440)
        handed_on.parent.chmod(0o550)
        notify = {"urls_file": "/nowhere/notify.urls"}
        settings = load_settings(None, {"workspace": {"base_url": "practice"}, "notify": notify})
        env = {"CREDENTIALS_DIRECTORY": str(handed_on.parent)}
        found = [one.reveal() for one in find_notify_urls(settings, env)]
        switch = find_ping_url(settings, env)
        assert found == ["json://a", "json://b"]
        assert switch is not None
        assert switch.reveal() == "https://c"
        handed_on.parent.chmod(0o750)
        handed_on.with_name("notify-urls").chmod(0o640)
        handed_on.with_name("notify-urls").write_text("missing")
        with pytest.raises(SettingsError, match="is not there"):
            find_notify_urls(settings, env)

    @pytest.mark.parametrize(
        ("of_file", "of_folder"), [(0o444, 0o550), (0o440, 0o770), (0o440, 0o555)]
    )
    def test_open_to_all_it_is_refused(self, handed_on: Path, of_file: int, of_folder: int) -> None:
        """A credential that others can read, or whose folder others can write, is none."""
        handed_on.chmod(of_file)
        handed_on.parent.chmod(of_folder)
        with pytest.raises(SettingsError, match="other users can read it"):
            self.read(handed_on, handed_on.parent)
