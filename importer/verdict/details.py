"""Sentences about an action by which others know what has become of it."""

from __future__ import annotations

from typing import Final

NOT_FOUND: Final = (
    "It was not found at two looks at the timeline; a person decides what became of it."
)
"""Of what is UNKNOWN, and was sought in vain."""
SEEN_THERE: Final = "Two looks at the timeline had not found it; a person has seen it there."
"""Of what a person says to be CREATED against the looks."""
SOUGHT_AGAIN: Final = (
    "It was not found on the timeline, and was not sent again since: it is looked for once more "
    "before it is sent."
)
"""Of what is UNKNOWN again, since an absence of some time ago proves nothing."""
REFUTED: Final = (
    "A person has seen on the timeline what two looks had not found of the same request, so that "
    "they did not find this one proves nothing; a person decides what became of it."
)
"""Of what is UNKNOWN, and was sought in vain like that."""
BEHIND_DOUBT: Final = "It waits behind an action of the same lead that is in doubt."
"""Of what is UNSENT, and is not sent before that doubt is settled."""

FIXED: Final = frozenset({NOT_FOUND, SEEN_THERE, SOUGHT_AGAIN, REFUTED, BEHIND_DOUBT})
"""Each of them as a whole: it says nothing of any row, and what is to be done hangs on it."""
