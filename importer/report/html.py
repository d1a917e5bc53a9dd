"""`reconciliation.html`: one file that asks nobody for anything, and opens from disk.

Its policy forbids every request, and every script and style but its own two, which it names by
their hashes (CSP Level 3, 2.3.1). Texts reach the page by Jinja's escaping, or as JSON that the
script puts into text nodes; never as markup.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from codecs import iterdecode
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import DictLoader, Environment, StrictUndefined, Template

from importer.report.figures import counted, shown_count, shown_sums
from importer.report.inert import visible
from importer.report.page import page_of
from importer.report.rows_data import PageRows
from importer.report.source import Report

_TEMPLATE: Final = "template.html.j2"


def page_file(report: Report, rows: PageRows) -> Iterator[bytes]:
    """Yield the content of `reconciliation.html` in pieces."""
    style, script = _asset("style.css"), _asset("script.js")
    pieces = _template().generate(
        page=page_of(report),
        names=report.names,
        masked=report.masked,
        data=iterdecode(rows.pieces(), "utf-8"),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )
    return (piece.encode() for piece in pieces)


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _showable(value: object) -> object:
    """Make control characters visible in whatever the template prints; markup is ours already."""
    return visible(value) if type(value) is str else value


@cache
def _template() -> Template:
    environment = Environment(
        loader=DictLoader({_TEMPLATE: _asset(_TEMPLATE)}),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_showable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": shown_count,
        "counted": counted,
        "sums": shown_sums,
    }
    return environment.get_template(_TEMPLATE)
