"""What all jobs of one night share, and when the night is over."""

from __future__ import annotations

import datetime as dt
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from importer.pipeline.bars import Bars
from importer.pipeline.sending import Orders
from importer.pipeline.workplace import Workplace
from importer.secret import Token
from importer.settings import Job

OUT_OF_TIME = "The time of this night was over."
INTERRUPTED = "The night was interrupted."
GOES_ON = "The next night goes on with it."
_A_MOMENT = 1e-6


class Terminated(KeyboardInterrupt):
    """SIGTERM, where it would otherwise end the process without a word."""


def code_of(error: KeyboardInterrupt) -> int:
    """The exit code of an interruption."""
    return 128 + (signal.SIGTERM if isinstance(error, Terminated) else signal.SIGINT)


@dataclass(slots=True, kw_only=True)
class Shift:
    """A night's work, as each job sees it."""

    workplace: Workplace
    token: Token
    bars: Bars
    clock: Callable[[], dt.datetime]
    """Aware times."""
    sleep: Callable[[float], None]
    minutes: float | None
    """For the whole night; None: as long as it takes."""
    dry_run: bool = False
    """Nothing is taken, sent or put away."""
    began_s: float = field(default_factory=time.monotonic)
    signal: int = 0
    """The exit code of an interruption; 0 where there was none."""

    @property
    def over(self) -> str:
        """Why nothing more is taken up; "" while the night goes on."""
        if self.signal:
            return INTERRUPTED
        left = self.minutes_left
        return OUT_OF_TIME if left is not None and left <= _A_MOMENT else ""

    def orders(self, job: Job) -> Orders:
        """How a run of a job is to be sent: nobody is there to be asked."""
        canary = self.workplace.settings.stop.canary if job.canary is None else job.canary
        return Orders(canary=canary, minutes=self.minutes_left)

    @property
    def minutes_left(self) -> float | None:
        """Until nothing more is sent, a moment at least; None: as long as it takes."""
        if self.minutes is None:
            return None
        return max(self.minutes - (time.monotonic() - self.began_s) / 60, _A_MOMENT)
