"""A task of the Windows Task Scheduler. Source: Task Scheduler Schema, MS-TSCH 2.5."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from importer.errors import UsageError
from importer.schedule.night import GRACE_MINUTES, NAME, Night, Units, refuse_control_characters

NAMESPACE: Final = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_TASK: Final = "Importer nightly"
_MEANT_OTHERWISE: Final = re.compile(r"%[^%]+%|\$\(")
"""What the Task Scheduler fills in by itself: `%TEMP%`, `$(Arg0)`; nothing escapes it."""
_ADMINISTRATOR: Final = (
    "Type the commands into a command prompt that runs as administrator. The task's “Last Result” "
    "is the importer's exit code; what happened is in the digest and the reports. The account "
    "needs the right to “Log on as a batch job” (secpol.msc, User Rights Assignment)."
)


def windows_task(night: Night, *, today: dt.date) -> Units:
    """A task that starts every day, once at a time, and makes up for a day that was missed.

    Args:
        night: what is started, and when.
        today: the first day.

    Raises:
        UsageError: a path cannot stand in a task.
    """
    refuse_control_characters((*night.places, night.account))
    _refuse_variables(night.places)
    network = _on_the_network(night)
    root = ET.Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
    about = ET.SubElement(root, "RegistrationInfo")
    _leaf(about, "Description", "The night's imports into TeleCRM.")
    _trigger(root, night, today)
    _principal(root, night, network=network)
    _settings(root, night)
    _action(root, night)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return Units(
        files={f"{NAME}.xml": f'<?xml version="1.0" encoding="UTF-16"?>\n{text}\n'},
        encoding="utf-16",  # with its mark: schtasks takes nothing else
        steps=tuple(_steps(night, network=network)),
        notes=tuple(_notes(night)),
    )


def _trigger(root: ET.Element, night: Night, today: dt.date) -> None:
    trigger = ET.SubElement(ET.SubElement(root, "Triggers"), "CalendarTrigger")
    zone = ZoneInfo(night.zone) if night.zone else None
    begin = dt.datetime.combine(today, night.at, zone)
    _leaf(trigger, "StartBoundary", begin.isoformat(timespec="seconds"))
    _leaf(trigger, "RandomDelay", "PT2M")
    _leaf(ET.SubElement(trigger, "ScheduleByDay"), "DaysInterval", "1")


def _principal(root: ET.Element, night: Night, *, network: bool) -> None:
    principal = ET.SubElement(ET.SubElement(root, "Principals"), "Principal", {"id": "Author"})
    _leaf(principal, "UserId", night.account)
    # S4U stores no password, and reaches no share of another machine.
    _leaf(principal, "LogonType", "Password" if network else "S4U")
    _leaf(principal, "RunLevel", "LeastPrivilege")


def _settings(root: ET.Element, night: Night) -> None:
    settings = ET.SubElement(root, "Settings")
    for name, value in (
        ("MultipleInstancesPolicy", "IgnoreNew"),
        ("DisallowStartIfOnBatteries", "false"),
        ("StopIfGoingOnBatteries", "false"),
        ("AllowHardTerminate", "true"),
        ("StartWhenAvailable", "true"),
        ("RunOnlyIfNetworkAvailable", "false"),
        ("Enabled", "true"),
        ("ExecutionTimeLimit", f"PT{night.minutes + GRACE_MINUTES}M"),
    ):
        _leaf(settings, name, value)


def _action(root: ET.Element, night: Night) -> None:
    command = ET.SubElement(ET.SubElement(root, "Actions", {"Context": "Author"}), "Exec")
    program, *first = night.program
    _leaf(command, "Command", program)
    _leaf(command, "Arguments", _line((*first, *night.words(night.token_file))))
    _leaf(command, "WorkingDirectory", night.folder)


def _leaf(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _line(words: Sequence[str]) -> str:
    return subprocess.list2cmdline(words)


def _refuse_variables(paths: Sequence[str]) -> None:
    for path in paths:
        if _MEANT_OTHERWISE.search(path):
            raise UsageError(
                f"The Task Scheduler would read a part of the name {path} as a variable.",
                "Rename that folder or file: without `%…%` and `$(`.",
            )


def _on_the_network(night: Night) -> bool:
    return any(path.startswith(("\\\\", "//")) for path in night.places)


def _steps(night: Night, *, network: bool) -> list[str]:
    password = f" /RU {_line([night.account])} /RP *" if network else ""
    steps = [f'schtasks /Create /TN "{_TASK}" /XML {NAME}.xml{password}']
    if night.token_file:
        steps.insert(0, f"notepad {_line([night.token_file])}")
    return [*steps, f'schtasks /Run /TN "{_TASK}"', f'schtasks /Query /TN "{_TASK}" /V /FO LIST']


def _notes(night: Night) -> list[str]:
    notes = [_ADMINISTRATOR]
    if night.token_file:
        notes.append(
            f"The token goes into {night.token_file}, alone: a folder that only {night.account} "
            "and administrators may open."
        )
    if night.secrets:
        files = " and ".join(file for _, file in night.secrets)
        notes.append(
            f"{files}: addresses that hold passwords; the same folder is the place for them."
        )
    if night.zone:
        notes.append(
            f"The start is bound to the present distance of {night.zone} from UTC: where the "
            "clocks change, make the task anew after each change."
        )
    return notes
