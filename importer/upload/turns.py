"""What one sender serves: the batches of a lead in order, then those of the next lead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from importer.crm import Flight
from importer.journal.sending import BatchToSend
from importer.upload.waits import Patience

BACK_OFF_S: Sequence[float] = (0.5, 1.0, 2.0)
"""Pauses before a request that never left is tried again; after the last one the run stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A batch whose intent is on disk: about to leave, or on its way."""

    batch: BatchToSend
    body: bytes
    request: int
    flight: Flight = field(default_factory=Flight)
    """How far it has got."""


class Turns:
    """Whose turn it is with one sender.

    Args:
        leads: with their batches; shared by all senders, each of which takes the next one.
        patience: makes that of one batch.
    """

    claimed: Claimed | None = None
    """What has its intent on disk and not its end: whoever stops the sender sees to it."""

    def __init__(
        self, leads: Iterator[tuple[str, list[int]]], patience: Callable[[], Patience]
    ) -> None:
        self._leads = leads
        self._make_patience = patience
        self.next_lead()

    def has_more(self) -> bool:
        """There is a batch whose turn it is."""
        return self.batch is not None

    def go_on(self) -> None:
        """The lead's next batch; behind its last one, the next lead's first."""
        batch = next(self._batches, None)
        if batch is None:
            self.next_lead()
        else:
            self._begin(batch)

    def next_lead(self) -> None:
        """Leave this lead, whatever is left of it."""
        _, batches = next(self._leads, ("", []))
        self._batches = iter(batches)
        self._begin(next(self._batches, None))

    def _begin(self, batch: int | None) -> None:
        self.batch = batch
        """Whose turn it is; None: nobody's, there are no more leads."""
        self.pauses = iter(BACK_OFF_S)
        self.patience = self._make_patience()
