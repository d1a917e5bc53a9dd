"""A folder in which somebody works with the importer's commands, and a CRM that answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from commands import Begun, Finished, begin, importer
from workplaces import HEADERS, MAPPING, row, write_sheet

from importer.sandbox import API_PATH, PracticeCrm, running

TOKEN = "a-token-that-nobody-may-see"


@contextmanager
def an_office(folder: Path) -> Iterator[Office]:
    """A folder with a sheet, a mapping and settings for a CRM that is running."""
    crm = PracticeCrm(token=TOKEN)
    with running(crm) as address:
        yield Office(folder, crm, address + API_PATH)


class Office:
    """A folder in which somebody works with the importer."""

    def __init__(self, folder: Path, crm: PracticeCrm, base_url: str) -> None:
        self.folder = folder
        self.crm = crm
        (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
        self.sheet(row(1), row(2))
        self.settings(base_url)

    def settings(self, base_url: str, kind: str = "sandbox", enterprise: str = "") -> None:
        """Write importer.toml."""
        (self.folder / "importer.toml").write_text(
            f'[workspace]\nbase_url = "{base_url}"\nkind = "{kind}"\n'
            f'enterprise_id = "{enterprise or self.crm.enterprise_id}"\n'
            '[journal]\npath = "state/journal.db"\n',
            encoding="utf-8",
        )

    def also(self, *lines: str) -> None:
        """Write more lines into importer.toml."""
        with (self.folder / "importer.toml").open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def leave_doubts(self) -> None:
        """From here on a run settles nothing by itself, and `settle` does not wait long."""
        self.also(
            "[settle]", "automatic = false", "delay_seconds = 0.1", "between_looks_seconds = 0.1"
        )

    def sheet(self, *rows: tuple[str, ...], headers: tuple[str, ...] = HEADERS) -> None:
        """Write the sheet."""
        write_sheet(self.folder / "sheet.csv", rows, headers)

    def do(
        self, *words: object, token: str = TOKEN, env: Mapping[str, str] | None = None
    ) -> Finished:
        """Run a command in the folder; the token is in the environment."""
        return importer(*words, cwd=self.folder, env={"TELECRM_TOKEN": token, **(env or {})})

    def begin(
        self,
        *words: object,
        env: Mapping[str, str] | None = None,
        before: Sequence[Callable[[], object]] = (),
    ) -> Begun:
        """Begin a command in the folder, and do not wait for it; see `commands.begin`."""
        env = {"TELECRM_TOKEN": TOKEN, **(env or {})}
        return begin(*words, cwd=self.folder, env=env, before=before)

    def run(
        self, *words: object, token: str = TOKEN, env: Mapping[str, str] | None = None
    ) -> Finished:
        """`importer run` with the sheet and the mapping."""
        return self.do("run", "sheet.csv", "-m", "mapping.yaml", *words, token=token, env=env)


def says(finished: Finished, code: int, *words: str) -> None:
    """The command ended with this code and these words, and without a traceback."""
    assert finished.code == code, finished
    assert "Traceback" not in finished.err
    for word in words:
        assert word in finished.err, finished.err
