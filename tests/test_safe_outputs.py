"""Everything that the importer leaves behind, after runs that were made to do harm."""

from __future__ import annotations

import base64
import csv
import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import openpyxl
import psutil
import pytest
from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet
from workplaces import HEADERS, MAPPING, row, settled, write_sheet

from importer.report.inert import runs_as_formula
from importer.sandbox import API_PATH, PracticeCrm, lead_id, running

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such permission bits")

TOKEN = 'a/token+that=nobody"may&see'
ECHOED = (
    TOKEN,
    quote(TOKEN),
    quote(TOKEN, safe=""),
    json.dumps(TOKEN)[1:-1],
    TOKEN.replace("/", "\\/").replace('"', '\\"'),
    TOKEN.replace("&", "&amp;").replace('"', "&quot;"),
)
"""As a server spells it that repeats what it was sent."""
SPELLINGS = {
    *ECHOED,
    base64.b64encode(TOKEN.encode()).decode(),
    base64.b64encode(f"Bearer {TOKEN}".encode()).decode(),
}
HOSTILE = (
    '=HYPERLINK("http://evil.example","pay")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+cmd|calc!A0",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\x1b[2J\x1b]0;title\x07",
    "\u009b31mred",
    "gnp.exe\u202eevil\u2066x",
    "x" * 32_000,
)
"""Formulas, markup, sequences that a terminal obeys, texts that read backwards, a very long one."""
REMARK = "".join(HOSTILE[:-1]) + "\x00\ud800" + "y" * 32_000
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no terminal may be shown: it would be obeyed, or turn the line around."""
_TAB = r"(?:[A-Z][a-z]+|'[A-Z][a-z]+ [0-9]+')"
_COLUMN = rf"{_TAB}!\$[A-Z]:\$[A-Z]"
_CELLS = "[A-Z][0-9]+"
_MARKED = rf'{_COLUMN},"[A-Za-z ]+"'
_EACH = rf"(?:COUNTIF\({_MARKED}\)|SUMIFS\({_COLUMN}(?:,{_MARKED})+\))"
OUR_FORMULAS = [
    re.compile(f"={shape}")
    for shape in (
        rf"COUNT\({_COLUMN}(?:,{_COLUMN})*\)",
        rf"{_EACH}(?:\+{_EACH})*",
        rf"ROUND\((?:{_EACH}(?:\+{_EACH})*|SUM\({_CELLS}:{_CELLS}\)),[0-9]+\)",
        rf"SUM\({_CELLS}:{_CELLS}\)",
        rf"{_CELLS}(?:\+{_CELLS})*={_CELLS}(?:\+{_CELLS})*",
        rf"AND\({_CELLS}={_CELLS}\+{_CELLS}(?:,{_CELLS}=SUM\({_CELLS}:{_CELLS}\))?\)",
    )
]
"""The shapes that `docs/report.md` lists: counts, sums and comparisons over our own tabs."""


class _Twisted(BaseHTTPRequestHandler):
    """Hands every request on to the practice CRM, and makes what it says hostile."""

    server: _Proxy

    def do_POST(self) -> None:
        """One request there and back."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name: self.headers[name] for name in ("Authorization", "Content-Type")}
        asked = urllib.request.Request(  # noqa: S310 - of this machine alone
            f"{self.server.behind}{self.path}", body, headers
        )
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - as above
                status, said = answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            status, said = error.code, json.load(error)
        told = " ".join((REMARK, *ECHOED))
        for remark in said.get("remarks", ()):
            remark["remark"] += told
        if "error" in said:
            said["error"]["message"] += told
        packed = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(packed)))
        self.end_headers()
        self.wfile.write(packed)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


class _Proxy(ThreadingHTTPServer):
    behind = ""


@contextmanager
def a_hostile_crm() -> Iterator[str]:
    """A CRM whose every word is an attack, and which repeats the token; its base URL."""
    crm = PracticeCrm(token=TOKEN)
    with running(crm) as address, _Proxy(("127.0.0.1", 0), _Twisted) as proxy:
        proxy.behind = address
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{proxy.server_port}{API_PATH}"
        proxy.shutdown()
        thread.join()


@dataclass(kw_only=True)
class Victim:
    """A folder in which somebody works, and all that was said and shown there."""

    folder: Path
    given: frozenset[Path]
    """What was there before the importer came."""
    shown: list[str] = field(default_factory=list)
    arguments: set[str] = field(default_factory=set)

    def do(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command, with nothing hidden by the umask, and watch its processes."""
        with subprocess.Popen(
            [sys.executable, "-m", "importer", *words],
            cwd=self.folder,
            env={**os.environ, "TELECRM_TOKEN": TOKEN},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            umask=0 if os.name == "posix" else -1,
        ) as process:
            watcher = threading.Thread(target=self._watch, args=(process,))
            watcher.start()
            out, err = process.communicate(timeout=120)
            watcher.join()
        self.shown += [out, err]
        assert "Traceback" not in err, err
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def _watch(self, process: subprocess.Popen[str]) -> None:
        while process.poll() is None:
            try:
                own = psutil.Process(process.pid)
                for one in (own, *own.children(recursive=True)):
                    self.arguments.add(" ".join(one.cmdline()))
            except psutil.Error:  # it ended in this moment
                continue
            time.sleep(0.005)

    @property
    def made(self) -> list[Path]:
        """Every file and folder that the importer made."""
        return [path for path in sorted(self.folder.rglob("*")) if path not in self.given]


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes; of a workbook, each of its parts."""
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            yield from (book.read(name) for name in book.namelist())


def sheet(path: Path) -> Path:
    """A workbook with hostile cells: what can be written into one, in each of its columns."""
    book = openpyxl.Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = "=1+1"
    page.append(HEADERS)
    for number, cells in enumerate(ROWS, start=2):
        for place, text in enumerate(cells, start=1):
            cell = page.cell(number, place)
            # A workbook holds no control character but so spelt.
            cell.value = re.sub("[\x00-\x1f]", "_x001B_", text)[:32_000]
            cell.data_type = "s"
    book.save(path)
    return settled(path)


ROWS = [
    *(row(number) for number in range(1, 30)),
    *(row(30 + place, note=text) for place, text in enumerate(HOSTILE)),
    *(row(50 + place, state=text) for place, text in enumerate(HOSTILE)),
    *(row(70 + place, receipt=text[:200]) for place, text in enumerate(HOSTILE)),
    row(90, amount="=1+1", lead="=1+1"),
    row(91, lead="f" * 24),
]


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """Somebody who has run a hostile sheet against a hostile CRM, twice, and looked at it all."""
    folder = tmp_path_factory.mktemp("victim")
    write_sheet(folder / "sheet.csv", ROWS)
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    sheet(folder / "book.xlsx")
    with a_hostile_crm() as base_url:
        (folder / "importer.toml").write_text(
            f'[workspace]\nbase_url = "{base_url}"\nkind = "sandbox"\n'
            f'enterprise_id = "{PracticeCrm().enterprise_id}"\n[journal]\npath = "state/j.db"\n'
            "[stop]\nfailed_share = 1.0\nfailed_in_a_row = 1000\nsame_remark_share = 1.0\n",
            encoding="utf-8",
        )
        one = Victim(folder=folder, given=frozenset(folder.rglob("*")))
        one.do("run", "sheet.csv", "-m", "mapping.yaml", "--dry-run")
        first = one.do("run", "sheet.csv", "-m", "mapping.yaml", "--json")
        # Somebody who reads keeps the side files of the journal from being tidied away.
        with closing(sqlite3.connect(folder / "state" / "j.db")) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM actions").fetchone()
            _look_at_everything(one, json.loads(first.stdout)["run"])
            yield one


def _look_at_everything(one: Victim, run: str) -> None:
    for words in (
        ("check", "sheet.csv", "-m", "mapping.yaml"),
        ("run", "book.xlsx", "-m", "mapping.yaml"),
        ("report", run),
        ("report", run, "--mask"),
        ("trace", lead_id(32)),
        ("trace", "sheet.csv!40", "--json"),
        ("trace", HOSTILE[5]),
    ):
        one.do(*words)


def test_the_run_was_what_it_should_be(victim: Victim) -> None:
    """The CRM has said hostile things, and cells were refused and ignored: this proves the rest."""
    with closing(sqlite3.connect(victim.folder / "state" / "j.db")) as journal:
        states = dict(journal.execute("SELECT state, count(*) FROM actions GROUP BY state"))
        said = journal.execute("SELECT remarks FROM actions WHERE state = 'ignored'").fetchall()
    assert {"created", "ignored", "invalid", "refused"} <= set(states)
    assert "HYPERLINK" in "".join(one for (one,) in said)
    assert (victim.folder / "state" / "j.db-wal").stat().st_size > 0


def test_the_token_is_nowhere(victim: Victim) -> None:
    """No file, no word on the screen and no argument list holds the token, however it is spelt."""
    for path in filter(Path.is_file, victim.made):
        for content in contents(path):
            for spelling in SPELLINGS:
                assert spelling.encode() not in content, path
                assert spelling.encode("utf-16-le") not in content, path
    assert victim.arguments
    for text in (*victim.shown, *victim.arguments):
        for spelling in SPELLINGS:
            assert spelling not in text


def test_a_terminal_is_shown_nothing_to_obey(victim: Victim) -> None:
    """Neither words nor JSON hold a control character, or one that turns a line around."""
    for text in victim.shown:
        found = CONTROLS.search(text)
        assert found is None, text[max(0, found.start() - 80) : found.end() + 20]


@posix_only
def test_nobody_else_can_read_what_was_made(victim: Victim) -> None:
    """Every file is 0600 and every folder 0700, whatever the umask."""
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in victim.made}
    assert len(modes) > 10
    for path, mode in modes.items():
        # The lock is shared by the accounts of a group; who holds it is all that it says.
        usual = 0o660 if ".lock" in path.name else 0o600
        assert mode == (0o700 if path.is_dir() else usual), (path, oct(mode))


def test_a_dry_run_says_the_same_in_escapes(victim: Victim) -> None:
    """What a terminal would obey is spelt as JSON spells it, in what would be sent."""
    sent = victim.shown[0]
    assert "POST /lead/" in sent
    assert "\\u009b31mred" in sent
    assert "\\u202eevil" in sent


def test_no_cell_runs(victim: Victim) -> None:
    """In workbooks and CSVs nothing but our own totals is a formula."""
    books = [path for path in victim.made if path.suffix == ".xlsx" and "reports" in path.parts]
    tables = [path for path in victim.made if path.suffix == ".csv" and "reports" in path.parts]
    assert books
    assert tables
    for path in books:
        for page in openpyxl.load_workbook(path):
            ours = path.name == "reconciliation.xlsx" and page.title == "Summary"
            formulas = [cell for cells in page.iter_rows() for cell in cells if is_formula(cell)]
            assert bool(formulas) == ours, (path, page.title, formulas)
            for cell in formulas:
                fits = [one for one in OUR_FORMULAS if one.fullmatch(str(cell.value))]
                assert fits, (path, cell.coordinate, cell.value)
    for path in tables:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for text in (text for line in csv.reader(file) for text in line):
                assert not runs_as_formula(text) or re.fullmatch(r"-[0-9.]+", text), (path, text)


def is_formula(cell: Cell | MergedCell) -> bool:
    """Whether a program would compute the cell."""
    return cell.data_type == "f"


def test_no_page_holds_anybodys_markup(victim: Victim) -> None:
    """What looks like a tag in a cell or a remark is text in every page."""
    pages = [path for path in victim.made if path.suffix == ".html"]
    assert pages
    for path in pages:
        page = path.read_text(encoding="utf-8")
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert not CONTROLS.search(page)
