"""A running practice CRM, and a client that talks to it as a person with a token would."""

from __future__ import annotations

import http.client
import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from importer.sandbox import ENTERPRISE_ID, TOKEN, PracticeCrm, Rule, lead_id, running

PATIENCE = 10.0
"""After so long a test is broken; nothing ever waits for it to pass."""

DEMO = {"type": "1001", "fields": {"note": "Demo scheduled"}}
PAYMENT = {"type": "PAYMENT", "status": "PENDING", "currency": "INR", "amount": "10000"}

Json = dict[str, Any]


def payment(**changes: object) -> Json:
    """A PAYMENT with some values changed; None leaves one out."""
    return {key: value for key, value in {**PAYMENT, **changes}.items() if value is not None}


class Practice:
    """A practice CRM that is being served, and ways to ask it."""

    def __init__(self, crm: PracticeCrm, url: str) -> None:
        self.crm = crm
        self.url = url
        self._fresh = itertools.count(201)
        self.path = f"/autoupdate/v2/enterprise/{ENTERPRISE_ID}"
        self.http = httpx.Client(
            base_url=url + self.path,
            headers={"authorization": f"Bearer {TOKEN}"},
            timeout=PATIENCE,
            trust_env=False,
        )

    def fresh(self) -> int:
        """The number of a lead that no other test has: from 201 on."""
        return next(self._fresh)

    def await_requests(self, count: int) -> None:
        """Wait until so many requests have arrived since the start."""
        patience = time.monotonic() + PATIENCE
        while self.crm.counts.total < count:
            assert time.monotonic() < patience
            time.sleep(0)

    def post(self, lead: int, entries: Sequence[object]) -> httpx.Response:
        """Create actions on the nth lead."""
        return self.http.post(f"/lead/{lead_id(lead)}/action", json={"actions": entries})

    def create(self, lead: int, *entries: object) -> Json:
        """Create actions on the nth lead; the answer of a request that was taken."""
        return taken(self.post(lead, entries))

    def search(self, lead: int, given: object | None = None, **page: int) -> Json:
        """Search the nth lead's actions."""
        found = self.http.post(f"/lead/{lead_id(lead)}/action/search", json=given, params=page)
        return taken(found)

    def get(self, path: str, **query: str | int) -> httpx.Response:
        """GET a path below the enterprise."""
        return self.http.get(path, params=query)

    def practice(self, path: str) -> Json:
        """GET one of the pages for tests in another process."""
        return taken(httpx.get(f"{self.url}/_practice/{path}", trust_env=False))

    def stored(self, lead: int) -> list[Mapping[str, object]]:
        """What requests stored on the nth lead, oldest first, each as it would be sent."""
        mine = [action for action in self.crm.actions if action.lead == lead_id(lead)]
        return [{"type": action.type, **action.body} for action in mine]

    def foreign(self, lead: int) -> list[Mapping[str, object]]:
        """What somebody else stored on the nth lead."""
        mine = [action for action in self.crm.foreign if action.lead == lead_id(lead)]
        return [{"type": action.type, **action.body} for action in mine]

    @contextmanager
    def toggled(self, **values: Any) -> Iterator[None]:  # noqa: ANN401 - any toggle's value
        """Switch toggles for a while."""
        before = self.crm.toggles
        self.crm.toggles = replace(before, **values)
        try:
            yield
        finally:
            self.crm.toggles = before

    @contextmanager
    def struck(self, *rules: Rule, seed: int = 0) -> Iterator[None]:
        """Put faults in force for a while."""
        self.crm.faults.set(rules, seed)
        try:
            yield
        finally:
            self.crm.faults.set(())

    @contextmanager
    def connection(self) -> Iterator[http.client.HTTPConnection]:
        """A connection of the standard library, which shows every byte's fate."""
        address = urlsplit(self.url)
        assert address.hostname
        with closing(
            http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)
        ) as connection:
            yield connection

    def ask(self, connection: http.client.HTTPConnection, lead: int, *entries: object) -> None:
        """Send a create request on a connection, without looking at its answer."""
        connection.request(
            "POST",
            f"{self.path}/lead/{lead_id(lead)}/action",
            json.dumps({"actions": entries}),
            {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"},
        )


def taken(response: httpx.Response) -> Json:
    """The content of a 200."""
    assert response.status_code == 200, response.text
    content: Json = response.json()
    return content


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and code of an error."""
    return response.status_code, response.json()["error"]["code"]


def statuses(answer: Json) -> list[str]:
    """The status of every item of a create's answer; ids and statuses agree."""
    for item in answer["actions"]:
        assert (item["action_id"] is None) == (item["status"] == "IGNORED")
    return [item["status"] for item in answer["actions"]]


def remarks(answer: Json) -> dict[str, str]:
    """Path → text of a create's remarks."""
    assert {remark["status"] for remark in answer["remarks"]} <= {"IGNORED"}
    return {remark["field"]: remark["remark"] for remark in answer["remarks"]}


@contextmanager
def practised(crm: PracticeCrm | None = None) -> Iterator[Practice]:
    """Serve a practice CRM: the given one, or a fresh one."""
    served = crm or PracticeCrm()
    with running(served) as url:
        practice = Practice(served, url)
        with practice.http:
            yield practice
