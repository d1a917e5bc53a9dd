"""The routes: the Sync API under its own prefix, the practice pages beside it, 404 for the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from importer.sandbox import control, endpoints
from importer.sandbox.faults import Operation
from importer.sandbox.loopback import names_loopback
from importer.sandbox.page import show_page
from importer.sandbox.perform import CREATE, Deed, log, perform
from importer.sandbox.records import JSON, Call, Delivery, Reply, error_reply, html_reply
from importer.sandbox.spoil import NOTHING
from importer.sandbox.state import PracticeCrm
from importer.sandbox.wire import Delivered

API_PATH = "/autoupdate/v2"
"""Where the Sync API begins, below the address: the rest of a base URL."""

PREFIX = API_PATH + "/enterprise/{enterprise}"
"""The path under which the real API lives (docs.telecrm.in, sync-api/overview)."""

MAX_BODY = 1_000_000
"""Bytes; a larger body answers 413 (what the real API takes is unknown)."""


def _reads(endpoint: endpoints.Endpoint) -> Deed:
    return Deed(operation=Operation.READ, endpoint=endpoint)


API: Mapping[tuple[str, str], Deed] = {
    ("POST", "/lead/search"): _reads(endpoints.search_leads),
    ("GET", "/lead/{lead}"): _reads(endpoints.get_lead),
    ("POST", "/lead/{lead}/action"): CREATE,
    ("POST", "/lead/{lead}/action/search"): _reads(endpoints.search_actions),
    ("GET", "/lead/{lead}/action/{action}"): _reads(endpoints.get_action),
    ("POST", "/lead/{lead}/action/{action}"): Deed(
        operation=Operation.UPDATE, endpoint=endpoints.update_action
    ),
    ("GET", "/custom-actions"): _reads(endpoints.list_definitions),
    ("GET", "/custom-actions/{code}"): _reads(endpoints.get_definition),
    ("GET", "/custom-fields"): _reads(endpoints.list_lead_fields),
    ("GET", "/metadata"): _reads(endpoints.get_metadata),
}
"""Method and path below the prefix → what it does; the first that fits counts."""

View = Callable[[PracticeCrm, Mapping[str, str]], Reply]
Switch = Callable[[PracticeCrm, bytes], Reply]

VIEWS: Mapping[str, View] = {
    "/": lambda crm, query: show_page(crm, query.get("from", "0")),
    "/_practice/state": lambda crm, _query: control.show_state(crm),
    "/_practice/requests": lambda crm, _query: control.show_requests(crm),
    "/_practice/faults": lambda crm, _query: control.show_faults(crm),
}
"""For people, and for tests in another process; neither logged nor limited."""

SWITCHES: Mapping[str, Switch] = {
    "/_practice/faults": control.set_faults,
    "/_practice/toggles": control.set_toggles,
}
"""As `application/json` only, which a page of another site cannot send unasked."""


def make_app(crm: PracticeCrm) -> Starlette:
    """The practice CRM as an ASGI application; it needs `PracticeProtocol` below it."""
    routes = [_api_route(crm, method, path, deed) for (method, path), deed in API.items()]
    routes += [_view_route(crm, path, view) for path, view in VIEWS.items()]
    routes += [_switch_route(crm, path, switch) for path, switch in SWITCHES.items()]

    def not_found(request: Request, _error: Exception) -> Response:
        reply = html_reply(404, "404 Not Found")
        log(crm, _call(request), reply)
        return Delivered(reply, crm.now())

    app = Starlette(routes=routes, exception_handlers={404: not_found, 405: not_found})
    app.router.redirect_slashes = False
    return app


def _route(
    crm: PracticeCrm, method: str, path: str, answer: Callable[[Request], Awaitable[Reply]]
) -> Route:
    async def deliver(request: Request) -> Response:
        if names_loopback(request.headers.get("host")):
            reply = await answer(request)
        else:
            reply = error_reply(421, "MISDIRECTED", "The practice CRM serves this machine only")
        return Delivered(reply, crm.now())

    return Route(path, deliver, methods=[method])


def _api_route(crm: PracticeCrm, method: str, path: str, deed: Deed) -> Route:
    async def answer(request: Request) -> Reply:
        body = await _read(request)
        if isinstance(body, Reply):
            log(crm, _call(request), body)
            return body
        reply = perform(crm, deed, _call(request, body))
        await asyncio.sleep(crm.toggles.latency_seconds)
        return reply

    return _route(crm, method, PREFIX + path, answer)


def _view_route(crm: PracticeCrm, path: str, view: View) -> Route:
    async def answer(request: Request) -> Reply:
        return view(crm, request.query_params)

    return _route(crm, "GET", path, answer)


def _switch_route(crm: PracticeCrm, path: str, switch: Switch) -> Route:
    async def answer(request: Request) -> Reply:
        if not request.headers.get("content-type", "").startswith(JSON):
            return error_reply(415, "UNSUPPORTED_MEDIA_TYPE", f"Send {JSON}")
        body = await _read(request)
        return body if isinstance(body, Reply) else switch(crm, body)

    return _route(crm, "POST", path, answer)


def _call(request: Request, body: bytes = b"") -> Call:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return Call(
        method=request.method,
        path=request.scope["path"],
        params=request.path_params,
        query=request.query_params,
        body=body,
        token=token.strip() if scheme.lower() == "bearer" else None,
    )


async def _read(request: Request) -> bytes | Reply:
    """The body; an answer where it is too large, or where the client left before its end."""
    body = bytearray()
    try:
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BODY:
                return error_reply(413, "PAYLOAD_TOO_LARGE", f"At most {MAX_BODY} bytes are taken")
    except ClientDisconnect:
        return replace(NOTHING, delivery=Delivery.HANGING)
    return bytes(body)
