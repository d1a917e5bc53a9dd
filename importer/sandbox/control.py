"""`/_practice/…`: what arrived, and the switches, for tests in another process and for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from importer.sandbox.faults import Rule, read_rules
from importer.sandbox.records import Reply, error_reply, json_reply
from importer.sandbox.state import PracticeCrm
from importer.sandbox.switches import read_values
from importer.sandbox.toggles import Toggles


def show_state(crm: PracticeCrm) -> Reply:
    """All that was stored since the start (or since the state file began), and request counts."""
    state = {
        "enterprise_id": crm.enterprise_id,
        "leads": len(crm.leads),
        "actions": [asdict(action) for action in crm.actions],
        "foreign": [asdict(action) for action in crm.foreign],
        "requests": crm.counts.as_json(),
        "toggles": asdict(crm.toggles),
    }
    return json_reply(200, state)


def show_requests(crm: PracticeCrm) -> Reply:
    """The log of requests."""
    return json_reply(200, {"requests": [asdict(request) for request in crm.requests]})


def show_faults(crm: PracticeCrm) -> Reply:
    """The rules in force."""
    return json_reply(200, crm.faults.as_json())


def set_faults(crm: PracticeCrm, body: bytes) -> Reply:
    """Put rules in force: `{"rules": [{"fault": "drop-after", "lead": …}, …], "seed": 7}`."""
    try:
        rules, seed = _rules_and_seed(_object(body))
    except (ValueError, RecursionError) as error:
        return error_reply(400, "BAD_REQUEST", str(error))
    crm.faults.set(rules, seed)
    return show_faults(crm)


def _rules_and_seed(given: Mapping[str, object]) -> tuple[Sequence[Rule], int]:
    seed = given.get("seed", 0)
    if set(given) - {"rules", "seed"} or type(seed) is not int:
        raise ValueError("rules and a whole-number seed are what can be set")
    return read_rules(given.get("rules")), seed


def set_toggles(crm: PracticeCrm, body: bytes) -> Reply:
    """Switch the toggles that the object names; the others stay."""
    try:
        crm.toggles = replace(crm.toggles, **read_values(Toggles, _object(body)))
    except (ValueError, RecursionError) as error:
        return error_reply(400, "BAD_REQUEST", str(error))
    return json_reply(200, asdict(crm.toggles))


def _object(body: bytes) -> Mapping[str, object]:
    content = json.loads(body)
    if not isinstance(content, dict):
        raise ValueError("the body must be an object")  # noqa: TRY004 - callers catch one kind
    return content
