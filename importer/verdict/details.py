"""Sentences about an action by which others know what has become of it."""

from __future__ import annotations

from typing import Final

NOT_FOUND: Final = (
    "It was not found at two looks at the timeline; a person decides what became of it."
)
"""Of what is UNKNOWN, and was sought in vain."""
BEHIND_DOUBT: Final = "It waits behind an action of the same lead that is in doubt."
"""Of what is UNSENT, and is not sent before that doubt is settled."""
