"""Where a journal must not be: a network drive, or a folder that something else copies about.

On either a lock and a sync are not what they claim to be, and SQLite's books may be torn.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from importer.errors import SettingsError

_NETWORK: Final = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|afs|afpfs|webdav|davfs|coda|ncpfs|gfs2?|ocfs2|glusterfs|ceph|lustre"
    r"|beegfs(_nodev)?|orangefs|gpfs|fuse\.(sshfs|rclone|davfs2?|glusterfs\S*|ceph\S*|s3fs|gcsfuse"
    r"|goofys|smbnetfs|curlftpfs|juicefs|lustre|google-drive-ocamlfuse|onedriver|gvfsd-fuse)"
)
"""Types of file systems that are on another machine; containers' overlay, 9p, virtiofs are not."""

_CLOUDS: Final = (
    (re.compile(r"onedrive( - .+|-.+)?"), "OneDrive"),
    (re.compile(r"dropbox( \(.+\)|-.+)?"), "Dropbox"),
    (re.compile(r"google ?drive(-.+)?"), "Google Drive"),
    (re.compile(r"icloud ?drive|mobile documents"), "iCloud Drive"),
    (re.compile(r"box sync|box-box"), "Box"),
    (re.compile(r"nextcloud"), "Nextcloud"),
    (re.compile(r"owncloud"), "ownCloud"),
)
_AT_HOME: Final = {"box": "Box", "my drive": "Google Drive"}
"""Ordinary words, which mean a cloud only directly in the home folder."""
_MARKERS: Final = {
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".tmp.drivedownload": "Google Drive",
    ".849C9593-D756-4E56-8D6E-42412F2A707B": "OneDrive",
    ".nextcloudsync.log": "Nextcloud",
    ".owncloudsync.log": "ownCloud",
    ".boxsync": "Box",
}
"""What a sync program leaves at the top of its folder → the program."""
_ONEDRIVE: Final = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A mounted file system."""

    point: str
    """Where it begins: `/home`, `Z:\\`."""
    type: str
    """`ext4`, `nfs4` …"""
    options: str = ""
    """Comma-separated; on Windows with `remote` for a network drive."""


def mounts() -> Iterable[Mount]:
    """What is mounted on this machine; of several at one place, the last is what is seen."""
    return [
        Mount(point=one.mountpoint, type=one.fstype, options=one.opts)
        for one in psutil.disk_partitions(all=True)
    ]


def check_journal_place(
    path: Path,
    *,
    mounted: Callable[[], Iterable[Mount]] = mounts,
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Refuse a journal where a lock or a sync may not be what it claims.

    Args:
        path: the journal, which need not be there.
        mounted: tells what is mounted.
        environment: where OneDrive says where it is.

    Raises:
        SettingsError: it is on a network drive, or in a folder that a cloud syncs.
    """
    place = path.resolve()
    what = _network_of(place, mounted()) or _cloud_of(place, environment)
    if what:
        raise SettingsError(
            f"The journal {path} is {what}. There, a lock may not keep a second run out, and what "
            "was saved may be lost or put back.",
            "Let `path` in [journal] name a folder on this machine's own disk that nothing syncs.",
        )


def _network_of(place: Path, found: Iterable[Mount]) -> str:
    if place.drive.startswith(("\\\\", "//")):
        return f"on a network drive ({place.drive})"
    on: Mount | None = None
    for mount in found:
        inside = place.is_relative_to(mount.point)
        if inside and (on is None or len(mount.point) >= len(on.point)):
            on = mount
    if on is None:
        return ""
    remote = "remote" in on.options.split(",")
    if not remote and not _NETWORK.fullmatch(on.type.casefold()):
        return ""
    return f"on a network drive ({on.type or 'remote'} at {on.point})"


def _cloud_of(place: Path, environment: Mapping[str, str]) -> str:
    named = (environment.get(name, "").strip() for name in _ONEDRIVE)
    if any(name and place.is_relative_to(Path(name).resolve()) for name in named):
        return "in a folder that OneDrive syncs"
    cloud = _by_name(place) or _by_marker(place)
    return f"in a folder that {cloud} syncs" if cloud else ""


def _by_name(place: Path) -> str:
    home = Path.home().resolve()
    at_home = place.is_relative_to(home)
    below = place.relative_to(home) if at_home else place
    parts = [part.casefold() for part in below.parts[:-1]]
    if at_home and parts and parts[0] in _AT_HOME:
        return _AT_HOME[parts[0]]
    found = (cloud for part in parts for words, cloud in _CLOUDS if words.fullmatch(part))
    return next(found, "")


def _by_marker(place: Path) -> str:
    home = Path.home().resolve()
    # ~/.dropbox is the program's own folder: the home itself is not synced for it.
    folders = [folder for folder in place.parents if folder != home]
    for folder in folders:
        for marker, cloud in _MARKERS.items():
            if os.path.lexists(folder / marker):
                return cloud
    return ""
