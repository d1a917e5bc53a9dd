"""Where a journal may be, and where not."""

from __future__ import annotations

from pathlib import Path

import pytest

from importer.errors import SettingsError
from importer.places import Mount, check_journal_place, mounts

LOCAL = Mount(point="/", type="ext4")
LOCAL_KINDS = "ext4 xfs btrfs zfs apfs NTFS exfat overlay 9p tmpfs virtiofs fuseblk fuse.grpcfuse "
NETWORK = (
    "nfs nfs4 cifs smb3 smbfs afs afpfs webdav fuse.sshfs "
    "fuse.rclone davfs fuse.davfs2 glusterfs fuse.glusterfs ceph fuse.ceph-fuse lustre NFS "
)


def refused(journal: Path, *found: Mount, **environment: str) -> str:
    """What is said against a journal's place; "" where nothing is."""
    try:
        check_journal_place(journal, mounted=lambda: [LOCAL, *found], environment=environment)
    except SettingsError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "kind",
    NETWORK.split(),
)
def test_a_network_drive_is_refused(tmp_path: Path, kind: str) -> None:
    """A journal on another machine's disk is refused, with the kind of drive and why."""
    said = refused(tmp_path / "j.db", Mount(point=str(tmp_path.resolve()), type=kind))
    assert f"on a network drive ({kind} at " in said
    assert "a second run" in said
    assert "own disk" in said


@pytest.mark.parametrize(
    "kind",
    LOCAL_KINDS.split(),
)
def test_a_disk_of_the_machine_is_fine(tmp_path: Path, kind: str) -> None:
    """Ordinary disks, and what containers show as one, may hold a journal."""
    assert not refused(tmp_path / "j.db", Mount(point=str(tmp_path.resolve()), type=kind))


def test_the_innermost_mount_counts(tmp_path: Path) -> None:
    """What is mounted around, beside or beneath another mount says nothing about the journal."""
    here = tmp_path.resolve()
    share = Mount(point=str(here), type="nfs4")
    assert not refused(here / "disk" / "j.db", share, Mount(point=str(here / "disk"), type="ext4"))
    assert not refused(here / "j.db", Mount(point=str(here / "other"), type="nfs4"))
    assert not refused(here.with_name(f"{here.name}-2") / "j.db", share)
    # An automounter stands beneath what it mounted.
    assert refused(here / "j.db", Mount(point=str(here), type="autofs"), share)


def test_a_remote_drive_of_windows(tmp_path: Path) -> None:
    """A network drive with a letter tells itself by its options, whatever its file system."""
    drive = Mount(point=str(tmp_path.resolve()), type="NTFS", options="rw,remote")
    assert "on a network drive" in refused(tmp_path / "j.db", drive)


@pytest.mark.parametrize(
    ("folder", "cloud"),
    [
        ("OneDrive", "OneDrive"),
        ("OneDrive - Contoso Ltd", "OneDrive"),
        ("Dropbox", "Dropbox"),
        ("Dropbox (Contoso)", "Dropbox"),
        ("Google Drive", "Google Drive"),
        ("GoogleDrive-a@example.com", "Google Drive"),
        ("Library/Mobile Documents", "iCloud Drive"),
        ("iCloudDrive", "iCloud Drive"),
        ("Library/CloudStorage/Box-Box", "Box"),
        ("Nextcloud", "Nextcloud"),
        ("ownCloud", "ownCloud"),
    ],
)
def test_a_synced_folder_is_refused_by_its_name(tmp_path: Path, folder: str, cloud: str) -> None:
    """A journal in a folder that a cloud syncs is refused, with the cloud's name."""
    assert f"in a folder that {cloud} syncs" in refused(tmp_path / folder / "books" / "j.db")


def test_ordinary_words_count_at_home_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`Box` is a cloud directly in the home folder, and a box anywhere else."""
    assert not refused(tmp_path / "Box" / "j.db")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert "Box syncs" in refused(tmp_path / "Box" / "j.db")
    assert not refused(tmp_path / "work" / "Box" / "j.db")


def test_an_account_may_be_named_like_a_cloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names above the home folder say nothing; nor does what a sync program keeps in it."""
    home = tmp_path / "dropbox"
    (home / ".dropbox").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    assert not refused(home / ".local" / "j.db")


@pytest.mark.parametrize(
    ("marker", "cloud"),
    [
        (".dropbox.cache", "Dropbox"),
        (".tmp.drivedownload", "Google Drive"),
        (".849C9593-D756-4E56-8D6E-42412F2A707B", "OneDrive"),
        (".nextcloudsync.log", "Nextcloud"),
    ],
)
def test_a_synced_folder_is_refused_by_its_marker(tmp_path: Path, marker: str, cloud: str) -> None:
    """A synced folder under another name is known by what the sync program leaves in it."""
    (tmp_path / "office").mkdir()
    (tmp_path / "office" / marker).touch()
    assert f"{cloud} syncs" in refused(tmp_path / "office" / "books" / "j.db")


@pytest.mark.parametrize("name", ["OneDrive", "OneDriveConsumer", "OneDriveCommercial"])
def test_onedrive_says_where_it_is(tmp_path: Path, name: str) -> None:
    """OneDrive's folder may have any name: an environment variable tells it."""
    assert "OneDrive syncs" in refused(tmp_path / "a" / "j.db", **{name: str(tmp_path / "a")})
    assert not refused(tmp_path / "ab" / "j.db", **{name: str(tmp_path / "a")})


def test_a_link_does_not_hide_it(tmp_path: Path) -> None:
    """What counts is where the file is, not the road to it."""
    (tmp_path / "Dropbox").mkdir()
    try:
        (tmp_path / "state").symlink_to(tmp_path / "Dropbox", target_is_directory=True)
    except OSError:
        pytest.skip("links are not allowed here")
    assert "Dropbox syncs" in refused(tmp_path / "state" / "j.db")


def test_this_machines_own_disk_is_fine(tmp_path: Path) -> None:
    """The real mounts of the machine are read, and an ordinary folder passes."""
    assert isinstance(list(mounts()), list)
    check_journal_place(tmp_path / "j.db", environment={})
