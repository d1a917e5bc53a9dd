"""Judge every sheet of a folder: `python tests/sheets/corpora.py FOLDER` prints the table.

A sheet is right if every cell is what another reader finds there (or the truth that lies beside a
CSV), refused if we say why, silently wrong if a cell differs, and died for anything else. Every
.zip of the folder is one corpus.
"""

from __future__ import annotations

import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue

from by_hand import BY_HAND
from reading import Reading, Refusal, Seen, Tab, read_csv, read_tabs, truth_of
from references import Book, Cells, Place, agrees, by_libreoffice, read_book
from workers import Died, Worker

WORKERS = 2
SECONDS = 60.0
"""How long a file may take: nobody waits longer for a sample of a few kilobytes."""
SHEETS = {".csv", ".xls", ".xlsx", ".xlsm", ".xlsb", ".ods"}


class Outcome(StrEnum):
    """What becomes of a file; of several tabs the worst counts."""

    RIGHT = "right"
    REFUSED = "refused"
    ALONE = "not compared"
    """Read, and nobody else can read it."""
    WRONG = "silently wrong"
    DIED = "died"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a file."""

    file: str
    outcome: Outcome
    words: str = ""
    """The refusal, the first cells that differ, or how it died."""
    hint: str = ""
    cells: int = 0
    """How many were compared."""
    tabs_refused: int = 0
    """Of a file whose other tabs are right."""
    peak: int = 0
    """Bytes that the reading process held at most."""


@dataclass(slots=True, kw_only=True)
class Judgement:
    """What became of a corpus."""

    name: str
    verdicts: list[Verdict] = field(default_factory=list)

    def count(self, outcome: Outcome) -> int:
        """How many files ended so."""
        return sum(verdict.outcome is outcome for verdict in self.verdicts)

    def failures(self) -> list[Verdict]:
        """The files that must not be."""
        return [one for one in self.verdicts if one.outcome in {Outcome.WRONG, Outcome.DIED}]


def judge(name: str, folder: Path, *, blank_too: bool = True) -> Judgement:
    """Judge every sheet under a folder.

    Args:
        name: of the corpus.
        folder: with files of any kind; those in a folder `clean` are truths.
        blank_too: also read the tabs in which the other reader finds no cell; that takes twice as
            long.
    """
    paths = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SHEETS and path.parent.name != "clean"
    ]
    with (
        _crew(blank_too=blank_too) as crew,
        ThreadPoolExecutor(WORKERS) as pool,
        _scratch() as scratch,
    ):
        books = dict(zip(paths, pool.map(crew.book, paths), strict=True))
        lacking = [path for path, book in books.items() if not any((book or {}).values())]
        copies = crew.copies([one for one in lacking if one.suffix.lower() != ".csv"], scratch)
        books |= dict(zip(copies, pool.map(crew.book, copies.values()), strict=True))
        found = list(pool.map(crew.verdict, paths, books.values()))
    return Judgement(name=name, verdicts=list(map(_forgiven, found)))


def _forgiven(verdict: Verdict) -> Verdict:
    if verdict.outcome is Outcome.WRONG and verdict.file in BY_HAND:
        words = f"by hand: {BY_HAND[verdict.file].reason}"
        return replace(verdict, outcome=Outcome.RIGHT, words=words)
    return verdict


class _Crew:
    """Processes that read: with our reader, or with the others'."""

    def __init__(self, *, blank_too: bool) -> None:
        self._blank_too = blank_too
        self._all = [Worker() for _ in range(2 * WORKERS)]
        self._ours: SimpleQueue[Worker] = SimpleQueue()
        self._theirs: SimpleQueue[Worker] = SimpleQueue()
        for at, worker in enumerate(self._all):
            (self._ours if at % 2 else self._theirs).put(worker)

    def book(self, path: Path) -> Book | None:
        """What the library of a format reads in a workbook; None where it cannot."""
        if path.suffix.lower() not in {".xls", ".xlsx", ".xlsm"}:
            return None
        with _borrowed(self._theirs) as worker:
            book = worker.ask(SECONDS, read_book, path)
        return None if isinstance(book, Died) else book

    def copies(self, paths: Sequence[Path], folder: Path) -> Mapping[Path, Path]:
        """What LibreOffice reads in what is left, as .xlsx: file → copy."""
        with closing(Worker()) as office:
            copies = office.ask(SECONDS, by_libreoffice, paths, folder)
        return {} if isinstance(copies, Died) else copies

    def verdict(self, path: Path, book: Book | None) -> Verdict:
        """What becomes of a file."""
        with _borrowed(self._ours) as worker:
            if path.suffix.lower() == ".csv":
                return _judged_csv(path, worker)
            return _judged_book(path, worker, book, blank_too=self._blank_too)

    def close(self) -> None:
        for worker in self._all:
            worker.close()


@contextmanager
def _borrowed(queue: SimpleQueue[Worker]) -> Iterator[Worker]:
    worker = queue.get()
    try:
        yield worker
    finally:
        queue.put(worker)


@contextmanager
def _crew(*, blank_too: bool) -> Iterator[_Crew]:
    with closing(_Crew(blank_too=blank_too)) as crew:
        yield crew


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _judged_book(path: Path, ours: Worker, book: Book | None, *, blank_too: bool) -> Verdict:
    headers = {tab: min(row for row, _ in cells) for tab, cells in (book or {}).items() if cells}
    reading = ours.ask(SECONDS, read_tabs, path, headers, blank_too=blank_too)
    if isinstance(reading, Died):
        return Verdict(file=path.name, outcome=Outcome.DIED, words=reading.reason)
    return replace(_compared(path.name, reading, book), peak=reading.peak)


def _judged_csv(path: Path, ours: Worker) -> Verdict:
    truth = truth_of(path)
    match ours.ask(SECONDS, read_csv, path, truth):
        case Died(reason=reason):
            return Verdict(file=path.name, outcome=Outcome.DIED, words=reason)
        case Refusal(message=message, hint=hint):
            return Verdict(file=path.name, outcome=Outcome.REFUSED, words=message, hint=hint)
        case "" if truth is None:
            return Verdict(file=path.name, outcome=Outcome.ALONE)
        case "":
            return Verdict(file=path.name, outcome=Outcome.RIGHT)
        case str(words):
            return Verdict(file=path.name, outcome=Outcome.WRONG, words=words)


def _compared(file: str, reading: Reading, book: Book | None) -> Verdict:
    """Compare tab by tab. A tab that is said to be blank or not there is compared too."""
    refused = {name: tab for name, tab in reading.tabs.items() if isinstance(tab, Refusal)}
    differences = [
        f"tab {name}: {refused[name].message if name in refused else 'not listed'}"
        for name, cells in (book or {}).items()
        if cells and not reading.refusal and _passed_over(reading.tabs.get(name))
    ]
    why = reading.refusal or next(iter(refused.values()), None)
    has_other_reason = any(not _passed_over(tab) for tab in refused.values())
    if why and len(refused) == len(reading.tabs) and (has_other_reason or not differences):
        return Verdict(file=file, outcome=Outcome.REFUSED, words=why.message, hint=why.hint)
    if book is None:
        return Verdict(file=file, outcome=Outcome.ALONE)
    for name, cells in reading.tabs.items():
        if not isinstance(cells, Refusal):
            differences += _differences(name, cells, book.get(name, {}))
    return Verdict(
        file=file,
        outcome=Outcome.WRONG if differences else Outcome.RIGHT,
        words="; ".join(differences[:SHOWN]) + (" …" if len(differences) > SHOWN else ""),
        cells=sum(len(cells) for cells in reading.tabs.values() if not isinstance(cells, Refusal)),
        tabs_refused=len(refused),
    )


def _passed_over(tab: Tab | None) -> bool:
    """Tell whether we say that a tab has no cells, or do not list it."""
    return tab is None or (isinstance(tab, Refusal) and "is empty" in tab.message)


SHOWN = 4
"""Differences that a sentence lists."""


def _differences(tab: str, ours: Mapping[Place, Seen], theirs: Cells) -> Iterator[str]:
    for place in sorted({*ours, *theirs}):
        text, kind = ours.get(place, ("", None))
        if not agrees(text, kind, theirs.get(place)):
            row, column = place
            yield f"{tab} R{row}C{column}: ours {text!r} ({kind}), theirs {theirs.get(place)!r}"


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpack one corpus into a folder of its own."""
    target = folder / archive.stem
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(target)
    return target


def table(judgements: Sequence[Judgement]) -> str:
    """Show judgements as the table of docs/reading.md."""
    head = ["corpus", "files", *Outcome]
    lines = [head, ["---", *["--:"] * (len(head) - 1)]]
    for one in judgements:
        counts = [str(one.count(outcome)) for outcome in Outcome]
        lines.append([one.name, str(len(one.verdicts)), *counts])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def details(judgement: Judgement, outcomes: Iterable[Outcome]) -> str:
    """List files with what is said of them."""
    return "\n".join(
        f"{one.outcome}: {one.file}: {one.words}"
        for outcome in outcomes
        for one in judgement.verdicts
        if one.outcome is outcome
    )


def main(folder: Path) -> int:
    """Print the table of a folder's corpora, and every file that is not right."""
    archives = sorted(folder.glob("*.zip"))
    with tempfile.TemporaryDirectory() as scratch:
        sources = [(one.stem, unpacked(one, Path(scratch))) for one in archives]
        judgements = [judge(*one) for one in sources or [(folder.name, folder)]]
    for judgement in judgements:
        print(details(judgement, [one for one in Outcome if one is not Outcome.RIGHT]))  # noqa: T201 - a command
    print(table(judgements))  # noqa: T201 - a command
    tally = Counter(one.outcome for judgement in judgements for one in judgement.verdicts)
    return 1 if tally[Outcome.WRONG] or tally[Outcome.DIED] else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
