"""LibreOffice as a person uses it: opening a workbook, computing it anew, saving it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice") or ""

needs_soffice = pytest.mark.skipif(not SOFFICE, reason="LibreOffice (soffice) is not here")

_ALWAYS_COMPUTE = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""


def convert(paths: Sequence[Path], kind: str, folder: Path) -> list[Path]:
    """Open files, compute every formula whatever value is stored with it, and save them anew.

    Args:
        paths: the files.
        kind: `xlsx`, `html` …
        folder: where to; made where it is missing.
    """
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    settings = profile / "user" / "registrymodifications.xcu"
    settings.write_text(_ALWAYS_COMPUTE, encoding="utf-8")
    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            folder,
            *paths,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return [folder / f"{path.stem}.{kind}" for path in paths]
