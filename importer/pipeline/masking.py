"""Copies for others: what a cell says is hidden before any report sees it.

What may be shown is named, and everything else is hidden. The answers of the CRM and our own
sentences may repeat a cell, so what is hidden is taken out of them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from importer.folding import fold
from importer.letters import column_letter
from importer.mapping import Binding, ColumnSpec, ColumnType
from importer.mapping import Mapping as MappingFile
from importer.model import ActionRecord, Decision, Earlier, Problem, Remark, RunRecord
from importer.pipeline.saying import MASKED, Said

_PLAIN: Final = frozenset(
    {
        ColumnType.AMOUNT,
        ColumnType.CURRENCY,
        ColumnType.DATE,
        ColumnType.ID,
        ColumnType.LEAD_ID,
        ColumnType.NUMBER,
    }
)
"""Types of which a cell, once it is read, says nothing about a person."""
_REACHABLE: Final = frozenset({ColumnType.EMAIL, ColumnType.PHONE})
"""Types that are personal even where they tell rows apart."""

_QUOTES: Final = ("“”", '""')
_WORDY: Final = re.compile(r"[^\W\d_]{5,}|@")
"""Found in no amount, number or date, but in a name that slipped into its column."""
_HEX: Final = re.compile(r"[0-9A-Fa-f]{16,32}")
_NOTHING: Final = Said(())
_UNSAID: Final = f"Not shown here: the sentence quotes the row. {MASKED}"


@dataclass(frozen=True)
class Mask:
    """What of a run may be shown, and what its rows say that may not.

    Args:
        mapping: as the run was made with.
        binding: where its columns are in the run's sheet.
        said: lead → what is hidden of all its rows: an answer of the CRM is about a whole request,
            and a request about one lead.
    """

    mapping: MappingFile
    binding: Binding
    said: Mapping[str, Said]

    @classmethod
    def of(cls, mapping: MappingFile, binding: Binding, records: Iterable[ActionRecord]) -> Mask:
        """Make the mask of a run from all its records."""
        said: dict[str, set[str]] = {}
        bare = cls(mapping=mapping, binding=binding, said={})
        for record in records:
            hidden = {text for name, text in record.content.items() if bare.hides(name)}
            said.setdefault(record.lead, set()).update(hidden)
        return replace(bare, said={lead: Said(texts) for lead, texts in said.items()})

    def hides(self, column: str) -> bool:
        """Whether a declared column is hidden; one that is not declared always is."""
        spec = self.mapping.columns.get(column)
        return spec is None or not self._is_shown(spec)

    def action(self, record: ActionRecord) -> ActionRecord:
        """An action without anything that is hidden."""
        said = self.said.get(record.lead, _NOTHING)
        own_lead = self.mapping.via is None and self.hides(self.mapping.lead)
        return replace(
            record,
            lead=MASKED if own_lead and record.lead else record.lead,
            remarks=tuple(_remark(one, said) for one in record.remarks),
            problems=tuple(self._problem(one) for one in record.problems),
            detail=said.taken_from(record.detail),
            earlier=record.earlier and self._earlier(record.earlier),
            content={
                name: MASKED if text and self.hides(name) else text
                for name, text in record.content.items()
            },
            decisions=tuple(_decision(one, said) for one in record.decisions),
        )

    def run(self, run: RunRecord) -> RunRecord:
        """A run whose notes and whose reason quote nothing but headers."""
        notes = tuple(replace(note, message=self._unquoted(note.message)) for note in run.notes)
        return replace(run, notes=notes, reason=_NOTHING.taken_from(self._unquoted(run.reason)))

    def _is_shown(self, spec: ColumnSpec) -> bool:
        if spec.personal is not None:
            return not spec.personal
        identity = self.mapping.identity.columns if self.mapping.identity else ()
        known_by = spec.name in identity and spec.type not in _REACHABLE
        return spec.type in _PLAIN or known_by

    def _problem(self, problem: Problem) -> Problem:
        spec = self._specs.get(problem.column)
        if spec is None:  # of the whole row, or of a column that no one declared
            return replace(problem, seen=_hidden(problem.seen), message=_UNSAID, hint=MASKED)
        if self._is_shown(spec) and _looks_so(problem.seen, spec):
            seen, said = problem.seen, _NOTHING
        else:
            seen, said = _hidden(problem.seen), Said({problem.seen})
        return replace(
            problem,
            seen=seen,
            message=said.taken_from(self._unquoted(problem.message, seen)),
            hint=said.taken_from(self._unquoted(problem.hint, seen)),
        )

    def _earlier(self, earlier: Earlier) -> Earlier:
        changes = tuple(
            (name, _hidden(old), _hidden(new)) if self.hides(name) else (name, old, new)
            for name, old, new in earlier.changes
        )
        return replace(earlier, changes=changes)

    def _unquoted(self, sentence: str, seen: str = "") -> str:
        return _unquoted(sentence, self._headers, seen)

    @cached_property
    def _specs(self) -> Mapping[str, ColumnSpec]:
        """Letter → declared column."""
        columns = self.binding.columns.items()
        return {column_letter(place): self.mapping.columns[name] for name, place in columns}

    @cached_property
    def _headers(self) -> frozenset[str]:
        return frozenset(map(fold, self.binding.headers))


def hushed(sentence: str, headers: Iterable[str] = ()) -> str:
    """A sentence for people who may not see the sheet: without what it quotes of it.

    Args:
        sentence: what a check, the CRM or a refusal says.
        headers: of the sheet; these may be quoted.
    """
    return _NOTHING.taken_from(_unquoted(sentence, frozenset(map(fold, headers))))


def _unquoted(sentence: str, headers: frozenset[str], seen: str = "") -> str:
    """Hide what a sentence quotes, unless it is a header or a part of what is shown anyway."""
    parts: list[str] = []
    at = 0
    for begin, end in _quotations(sentence):
        text = sentence[begin + 1 : end]
        begun = text.removesuffix("…")
        known = fold(text) in headers or (begun and fold(begun) in fold(seen))
        parts += sentence[at:begin], sentence[begin : end + 1] if known else f"“{MASKED}”"
        at = end + 1
    return "".join((*parts, sentence[at:]))


def _hidden(text: str) -> str:
    return MASKED if text.strip() else text


def _looks_so(seen: str, spec: ColumnSpec) -> bool:
    """Whether a text with a problem is at least one of its type: a torn row puts names anywhere."""
    if spec.personal is False:
        return True
    if spec.type is ColumnType.LEAD_ID:
        return _HEX.fullmatch(seen.strip()) is not None
    return spec.type is ColumnType.ID or spec.type not in _PLAIN or not _WORDY.search(seen)


def _remark(remark: Remark, said: Said) -> Remark:
    return replace(remark, path=said.taken_from(remark.path), text=said.taken_from(remark.text))


def _decision(decision: Decision, said: Said) -> Decision:
    return replace(decision, reason=said.taken_from(decision.reason))


def _quotations(sentence: str) -> Iterator[tuple[int, int]]:
    """Yield where quotations begin and end; a mark inside a cell must not end one too early."""
    at = 0
    while True:
        places = [(sentence.find(two[0], at), sentence.rfind(two[1], at)) for two in _QUOTES]
        whole = [(begin, end) for begin, end in places if 0 <= begin < end]
        if not whole:
            return
        begin, end = min(whole)
        yield begin, end
        at = end + 1
