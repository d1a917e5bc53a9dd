"""A page for people: the leads, and what arrived on their timelines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape

from importer.sandbox.moments import shown
from importer.sandbox.records import HTML, Lead, Origin, Reply, StoredAction
from importer.sandbox.state import PracticeCrm

LEADS_SHOWN = 100
ACTIONS_SHOWN = 50
HEADERS = (("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"),)

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
section { border-top: 1px solid #8886; padding: 1rem 0; }
h2 { font-size: 1.1rem; margin: 0; } p { margin: .25rem 0; }
table { border-collapse: collapse; width: 100%; }
td { padding: .2rem .75rem .2rem 0; vertical-align: top; white-space: nowrap; }
td:nth-child(3) { width: 100%; white-space: normal; overflow-wrap: anywhere; }
.quiet { opacity: .65; font-size: .9rem; } .api td:nth-child(2) { font-weight: 600; }
"""


def show_page(crm: PracticeCrm, start: str) -> Reply:
    """Leads with what arrived last in front, `LEADS_SHOWN` from the given place on."""
    first = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 0
    leads = _in_order(crm)
    sections = "".join(_section(crm, lead) for lead in leads[first : first + LEADS_SHOWN])
    after = first + LEADS_SHOWN
    more = f'<p><a href="/?from={after}">More leads</a></p>' if after < len(leads) else ""
    body = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Practice CRM</title><style>{_STYLE}</style></head><body>"
        f"<h1>Practice CRM</h1>{_summary(crm)}{sections}{more}</body></html>\n"
    )
    return Reply(status=200, body=body.encode(errors="replace"), media=HTML, headers=HEADERS)


def _summary(crm: PracticeCrm) -> str:
    return (
        f"<p>{len(crm.actions)} actions arrived in {crm.counts.creates} create requests "
        f"({crm.counts.total} requests in all); {len(crm.leads)} leads.</p>"
        f'<p class="quiet">Enterprise {escape(crm.enterprise_id)}: '
        "a practice workspace on this machine.</p>"
    )


def _in_order(crm: PracticeCrm) -> Sequence[Lead]:
    """Leads by their latest arrival, then the others as they are."""
    latest = {action.lead: action.id for action in crm.actions}
    return sorted(crm.leads.values(), key=lambda lead: latest.get(lead.id, ""), reverse=True)


def _section(crm: PracticeCrm, lead: Lead) -> str:
    timeline = crm.timeline(lead.id)
    rows = "".join(map(_row, timeline[:ACTIONS_SHOWN]))
    hidden = len(timeline) - ACTIONS_SHOWN
    more = f'<p class="quiet">and {hidden} older ones</p>' if hidden > 0 else ""
    about = escape(f"{lead.phone}, {lead.email}, {lead.city}")
    return (
        f"<section><h2>{escape(lead.name)}</h2>"
        f'<p class="quiet"><code>{escape(lead.id)}</code> {about}</p>'
        f"<table>{rows}</table>{more}</section>"
    )


def _row(action: StoredAction) -> str:
    kind = "api" if action.origin is Origin.API else "other"
    cells = (shown(action.at), action.type, _words(action), action.performer)
    return f'<tr class="{kind}">{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'


def _words(action: StoredAction) -> str:
    """What was stored, for a person: `status: PENDING, amount: 5000`."""
    values = action.body.get("fields", action.body)
    pairs = values.items() if isinstance(values, Mapping) else ()
    return ", ".join(f"{key}: {_plain(value)}" for key, value in pairs)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
