"""Copies for others: what a cell says is hidden before any report sees it.

What may be shown is named (`public`), and everything else is hidden. The answers of the CRM and our
own sentences may repeat a cell, so what is hidden is taken out of them too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Final

from importer.folding import fold
from importer.letters import column_letter
from importer.mapping import Binding, ColumnSpec
from importer.mapping import Mapping as MappingFile
from importer.model import ActionRecord, Decision, Earlier, Problem, Remark, RunRecord
from importer.pipeline.masking.known import NATIONAL, Known
from importer.pipeline.masking.ours import hidden, is_command_line, is_key, is_ours, of_the_mapping
from importer.pipeline.masking.public import Public
from importer.pipeline.masking.saying import MASKED, Said
from importer.pipeline.masking.words import digits_of
from importer.report.figures import counted
from importer.verdict.details import FIXED

_QUOTES: Final = ("“”", '""')
_OTHER_QUOTES: Final = re.compile(r"(?<!\w)'[^']*+'(?!\w)|`[^`]*+`")
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
    said: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, mapping: MappingFile, binding: Binding, records: Iterable[ActionRecord]) -> Mask:
        """Make the mask of a run from all its records."""
        said: dict[str, set[str]] = {}
        bare = cls(mapping=mapping, binding=binding, said={})
        for record in records:
            said.setdefault(record.lead, set()).update(bare._hidden_of(record))
        return replace(bare, said={lead: frozenset(texts) for lead, texts in said.items()})

    def hides(self, column: str, value: str) -> bool:
        """Whether a value is hidden; one of a column that is not declared always is."""
        return not self._public.shows(column, value)

    def action(self, record: ActionRecord) -> ActionRecord:
        """An action without anything that is hidden."""
        said = self._said_of(record.lead)
        own_lead = self.mapping.via is None and self.hides(self.mapping.lead, record.lead)
        return replace(
            record,
            lead=MASKED if own_lead and record.lead else record.lead,
            remarks=tuple(self._remark(one, said) for one in record.remarks),
            problems=tuple(self._problem(one) for one in record.problems),
            # A word that a cell happens to share would change what is to be done about it.
            detail=record.detail if record.detail in FIXED else said.taken_from(record.detail),
            earlier=record.earlier and self._earlier(record.earlier),
            content={
                name: MASKED if self._is_hidden(record, name) else text
                for name, text in record.content.items()
            },
            decisions=tuple(map(_decision, record.decisions)),
        )

    def run(self, run: RunRecord) -> RunRecord:
        """A run of which names, notes and reason quote nothing but headers."""
        notes = (replace(note, message=self.sentence(note.message)) for note in run.notes)
        return replace(
            run,
            file=self._of_all.known_taken_from(run.file),
            tab=run.tab and self._of_all.known_taken_from(run.tab),
            notes=tuple(notes),
            reason=self.sentence(run.reason),
        )

    def sentence(self, text: str) -> str:
        """A sentence about the whole run, without what any of its rows says."""
        return self._of_all.taken_from(self._unquoted(text))

    def _hidden_of(self, record: ActionRecord) -> set[str]:
        """What is hidden of an action: values, and cells that could not be read."""
        values = {text for name, text in record.content.items() if self._is_hidden(record, name)}
        return values.union(one.seen for one in record.problems if not self._shows_seen(one))

    def _shows_seen(self, problem: Problem) -> bool:
        spec = self._specs.get(problem.column)
        return spec is not None and self._public.shows_seen(spec, problem.seen)

    def _is_hidden(self, record: ActionRecord, name: str) -> bool:
        text = record.content[name]
        return bool(text) and (self.hides(name, text) or self._is_phone(record, name, text))

    def _is_phone(self, record: ActionRecord, name: str, text: str) -> bool:
        """Whether an id is the row's own telephone number."""
        return self._public.is_id(name) and any(
            _number(text) == _number(record.content.get(phone, ""))
            for phone in self._public.phones
            if phone != name
        )

    def _problem(self, problem: Problem) -> Problem:
        if problem.column not in self._specs:  # of the whole row, or of a column no one declared
            return replace(problem, seen=_outline(problem.seen), message=_UNSAID, hint=MASKED)
        if self._shows_seen(problem):
            seen, said = problem.seen, self._of_all
        else:
            seen, said = _outline(problem.seen), Said({problem.seen}, self._everyone)
        return replace(
            problem,
            seen=seen,
            message=said.taken_from(self._unquoted(problem.message, problem.seen, seen)),
            hint=said.taken_from(self._unquoted(problem.hint, problem.seen, seen)),
        )

    def _remark(self, remark: Remark, said: Said) -> Remark:
        path = remark.path
        return replace(
            remark,
            path=path if path in self._public.paths else said.taken_from(path),
            text=said.taken_from(remark.text),
        )

    def _earlier(self, earlier: Earlier) -> Earlier:
        changes = tuple(
            (name, self._shown(name, old), self._shown(name, new))
            for name, old, new in earlier.changes
        )
        return replace(earlier, file=self._of_all.known_taken_from(earlier.file), changes=changes)

    def _shown(self, name: str, value: str) -> str:
        return MASKED if value.strip() and self.hides(name, value) else value

    def _unquoted(self, sentence: str, raw: str = "", seen: str = "") -> str:
        return _unquoted(sentence, self._headers, raw, seen)

    @cached_property
    def _said_of(self) -> Callable[[str], Said]:
        """What is hidden of a lead; those asked for last are kept."""

        @lru_cache(maxsize=512)
        def said_of(lead: str) -> Said:
            return Said(self.said.get(lead, ()), self._everyone, self._public.words)

        return said_of

    @cached_property
    def _everyone(self) -> Known:
        """What is hidden of any row."""
        return Known(frozenset[str]().union(*self.said.values()), self._public.words)

    @cached_property
    def _of_all(self) -> Said:
        return Said((), self._everyone)

    @cached_property
    def _public(self) -> Public:
        return Public(self.mapping)

    @cached_property
    def _specs(self) -> Mapping[str, ColumnSpec]:
        """Letter → declared column."""
        columns = self.binding.columns.items()
        return {column_letter(place): self.mapping.columns[name] for name, place in columns}

    @cached_property
    def _headers(self) -> frozenset[str]:
        declared = (header for spec in self.mapping.columns.values() for header in spec.headers)
        return frozenset(map(fold, (*self.binding.headers, *declared)))


def hushed(sentence: str, headers: Iterable[str] = ()) -> str:
    """A sentence for people who may not see the sheet: without what it quotes of it.

    Args:
        sentence: what a check, the CRM or a refusal says.
        headers: of the sheet; these may be quoted.
    """
    kept, rest = of_the_mapping(sentence)
    said = _NOTHING.taken_from(kept + _unquoted(rest, frozenset(map(fold, headers))))
    return said.replace("...", "…")  # which comparing letters takes apart


def _unquoted(sentence: str, headers: frozenset[str], raw: str = "", seen: str = "") -> str:
    """Hide what a sentence quotes, unless it is a header or a part of what is shown anyway.

    Args:
        sentence: what a check says.
        headers: folded.
        raw: the cell that it is about.
        seen: what is shown of it.
    """

    def is_known(text: str) -> bool:
        begun = text.removesuffix("…")
        # Nothing, or `…` in a command, is nobody's.
        return not begun or fold(text) in headers or fold(begun) in fold(seen)

    def other(found: re.Match[str]) -> str:
        text, mark = found[0][1:-1], found[0][0]
        ours = is_key(text) if mark == "`" else is_ours(text)
        ours = ours or (mark == "`" and is_command_line(found.string[: found.start()]))
        return found[0] if ours or is_known(text) else f"{mark}{MASKED}{mark}"

    parts: list[str] = []
    at = 0
    for begin, end in _quotations(sentence):
        text = sentence[begin + 1 : end]
        known = is_ours(text) or is_known(text)
        instead = seen if raw and fold(text) == fold(raw) else hidden(text)
        kept = sentence[begin : end + 1] if known else f"“{instead}”"
        parts += sentence[at:begin], kept
        at = end + 1
    # After those: a command between backticks has a quotation of its own, its reason.
    return _OTHER_QUOTES.sub(other, "".join((*parts, sentence[at:])))


def _outline(text: str) -> str:
    """What is hidden, by its length: `••• (11 characters)`."""
    if not text.strip():
        return text
    return f"{MASKED} ({counted(len(text.strip()), 'character')})"


def _number(text: str) -> str:
    """The digits of a telephone number without its country's; nothing where there are too few."""
    digits = digits_of(text)
    return digits[-NATIONAL:] if len(digits) >= NATIONAL else f"no number: {text}"


def _decision(decision: Decision) -> Decision:
    """A decision without its reason: free text may name somebody whom no row does.

    Who has decided stays. That is an account of the staff and no customer, and whoever audits a
    copy asks for it first.
    """
    return replace(decision, reason=MASKED)


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
