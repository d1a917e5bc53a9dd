"""What `trace --json` prints: all that `stories` tells, and each answer of the CRM as a whole."""

from __future__ import annotations

from typing import Any

from importer.cli.answering import address, sentences
from importer.journal.tracing import Sent, Traced
from importer.model import Outcome, RunRecord
from importer.pipeline.tracing import Story, Trace
from importer.report.advice import Advice
from importer.report.figures import plain
from importer.report.inert import visible
from importer.report.lines import action_line
from importer.report.moments import iso


def trace_object(trace: Trace) -> dict[str, Any]:
    """What `trace --json` prints."""
    return {
        "trace": 1,
        "what": visible(trace.what),
        "found_as": trace.kind,
        "searched": list(trace.searched),
        "stories": [_story_object(trace, story) for story in trace.stories],
        "more": trace.more,
        "skipped": [
            {"reference": f"{run}/{row}", "reason": visible(reason)}
            for (run, row), reason in trace.skipped.items()
        ],
        "without": list(trace.without),
        "runs": {run: _run_object(one) for run, one in trace.runs.items()},
    }


def _story_object(trace: Trace, story: Story) -> dict[str, Any]:
    return {
        "answers": [
            {
                "fate": one.fate,
                "says": " ".join(sentences(trace, one, "")),
                "asked": one.asked.action.reference,
                "number": _attempt_object(trace, one.number) if one.number else None,
                "by": _attempt_object(trace, one.by),
            }
            for one in story.answers
        ],
        "attempts": [_attempt_object(trace, one) for one in story.attempts],
        "held": [_attempt_object(trace, one) for one in story.held],
        "of_number": [_attempt_object(trace, one) for one in story.of_number],
    }


def _attempt_object(trace: Trace, one: Traced) -> dict[str, Any]:
    run, action = trace.runs[one.run], one.action
    money = action.money
    return {
        "reference": action.reference,
        "cell": address(run, action.row),
        "run": one.run,
        "row": action.row,
        "action": visible(action.name),
        "type": visible(action.type),
        "lead": visible(action.lead),
        "amount": plain(money.amount, money.currency) if money else None,
        "currency": money.currency if money else None,
        "status": visible(action.status),
        "outcome": action.outcome,
        "incomplete": action.outcome is Outcome.CREATED and action.incomplete,
        "given_up": action.given_up,
        "action_id": visible(action.action_id),
        "said": action_line(run, action, Advice.of(run)).why.splitlines(),
        "decisions": [
            {
                "ruling": each.ruling,
                "by": visible(each.by),
                "at": iso(each.at),
                "reason": visible(each.reason),
            }
            for each in action.decisions
        ],
        "requests": [_request_object(each) for each in one.requests],
    }


def _request_object(sent: Sent) -> dict[str, Any]:
    return {
        "attempt": sent.attempt,
        "sent_at": iso(sent.sent_at),
        "answered_at": iso(sent.answered_at) if sent.answered_at else None,
        "status": sent.status,
        "verdict": sent.verdict,
        "answer": visible(sent.answer),
        "item": None if sent.item is None else sent.item + 1,
    }


def _run_object(run: RunRecord) -> dict[str, Any]:
    return {
        "file": visible(run.file),
        "file_sha256": run.file_sha256,
        "tab": None if run.tab is None else visible(run.tab),
        "mapping": visible(run.mapping),
        "mapping_sha256": run.mapping_sha256,
        "parent": run.parent,
        "root": run.root,
        "state": run.state,
        "reason": visible(run.reason),
        "started_at": iso(run.started_at),
    }
