"""A call from its arrival to its answer: rate limit, token, faults, endpoint, log.

No HTTP and no waiting in here: a simulator can call `perform` in place of a server, and read off
`Reply.delivery` what a client would meet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from importer.sandbox.create import create_actions, store_twins
from importer.sandbox.endpoints import Endpoint
from importer.sandbox.faults import Operation
from importer.sandbox.records import Call, LoggedRequest, RefusedError, Reply, error_reply
from importer.sandbox.spoil import NOTHING, failure, spoil
from importer.sandbox.state import PracticeCrm
from importer.sandbox.strikes import Plan
from importer.sandbox.toggles import WrongEnterprise


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a route does."""

    operation: Operation
    endpoint: Endpoint | None
    """None: create actions, the one endpoint that the plan of faults reaches into."""


CREATE = Deed(operation=Operation.CREATE, endpoint=None)


def perform(crm: PracticeCrm, deed: Deed, call: Call) -> Reply:
    """Answer a call, and log it."""
    plan, reply = Plan(), admit(crm, call)
    if reply is None:
        plan = crm.faults.choose(deed.operation, call.params.get("lead", ""))
        reply = _struck(crm, deed, call, plan)
    log(crm, call, reply, fault=str(plan), creates=deed is CREATE)
    return reply


def log(
    crm: PracticeCrm, call: Call, reply: Reply, *, fault: str = "", creates: bool = False
) -> None:
    """Remember a call and its answer; of an endless path, its beginning."""
    request = LoggedRequest(
        method=call.method,
        path=call.path[:500],
        status=reply.status if reply.delivery.begins else None,
        at=int(crm.now() * 1000),
        fault=fault,
    )
    crm.log(request, creates=creates)


def admit(crm: PracticeCrm, call: Call) -> Reply | None:
    """Why a call does not get in, or None."""
    wait = crm.wait_for_budget()
    if wait > 0:
        after = math.ceil(wait) if crm.toggles.rate_retry_after else None
        html = crm.toggles.rate_html
        return failure(429, retry_after=after, html=html, message="Too many requests")
    enterprise = call.params["enterprise"]
    wrong = enterprise != crm.enterprise_id
    not_found = crm.toggles.wrong_enterprise is WrongEnterprise.NOT_FOUND
    if not crm.opens(call.token) or (wrong and not not_found):
        message = f'Enterprise with id "{enterprise}" not found or invalid access token.'
        return error_reply(401, "NOT_AUTHORIZED", message)
    if wrong:
        message = f"The enterprise with ID {enterprise} was not found."
        return error_reply(404, "ENTERPRISE_NOT_FOUND", message)
    if crm.toggles.licence_expired:
        return error_reply(403, "ENTERPRISE_LICENSE_EXPIRED", "The enterprise license has expired.")
    return None


def _struck(crm: PracticeCrm, deed: Deed, call: Call, plan: Plan) -> Reply:
    if plan.twin and deed is CREATE:
        store_twins(crm, call, plan.twin.count)
    reply = NOTHING if plan.strikes_before else _answered(crm, deed, call, plan)
    return spoil(reply, plan.ending) if plan.ending else reply


def _answered(crm: PracticeCrm, deed: Deed, call: Call, plan: Plan) -> Reply:
    try:
        if deed.endpoint is None:
            return create_actions(crm, call, plan)
        return deed.endpoint(crm, call)
    except RefusedError as refused:
        return refused.reply
    except OSError:
        return failure(500, retry_after=None, html=False, message="The state file is not writable")
