"""How much one person may send alone."""

from __future__ import annotations

from pydantic import Field

from importer.settings.jobs import Limits
from importer.settings.section import Section


class Approve(Section):
    """Approval by amount: a second person looks at a plan that is large."""

    above: Limits = Field(default_factory=dict)
    """A run of more than this, in any of the currencies, waits for approval."""
    enforce: bool = True
    """With `false`, nothing waits for these; the limits of `[[jobs]]` hold all the same."""
