"""How much is measured: at full size, at one for a coffee break, and at one for a test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Rows of the sheets, and how they are sent."""

    csv: int = 1_000_000
    csv_more: int = 5_000_000
    """Against `csv`, for the memory."""
    xlsx: int = 100_000
    frictionless: int = 100_000
    """It takes half a minute for a million."""
    growth_csv: tuple[int, ...] = (10_000, 100_000, 1_000_000, 5_000_000)
    growth_xlsx: tuple[int, ...] = (10_000, 100_000, 500_000)
    concurrency: int = 32
    uploads: tuple[tuple[float, int], ...] = ((0.2, 5_400), (0.05, 21_600))
    """Latency in seconds and rows: 10 s and more of sending."""
    limited: int = 600
    """Rows sent under a limit: 10 s at 20 requests a second."""
    restarted: int = 390
    """Rows sent under a limit with a burst, in two parts."""
    again: int = 6_000
    """Rows of the sheet that is run three times."""
    end: int = 100_000
    end_concurrency: int = 64
    """More than the senders of the lines above: what a request takes here is shared by more."""
    end_latency_s: float = 0.05
    sampled: int = 1_000
    """Leads after which the sequential scripts are taken at their word."""
    report: int = 100_000
    starts: int = 7
    """Starts of a program in one round; their median counts."""


FULL = Sizes()
MODERATE = Sizes(
    csv=50_000,
    csv_more=250_000,
    xlsx=10_000,
    frictionless=50_000,
    growth_csv=(5_000, 50_000, 250_000),
    growth_xlsx=(1_000, 10_000),
    uploads=((0.2, 2_700), (0.05, 5_400)),
    limited=300,
    again=1_500,
    end=10_000,
    sampled=300,
    report=10_000,
)
TINY = Sizes(
    csv=300,
    csv_more=600,
    xlsx=200,
    frictionless=300,
    growth_csv=(300, 600),
    growth_xlsx=(200,),
    concurrency=4,
    uploads=((0.01, 120),),
    limited=60,
    restarted=270,
    again=60,
    end=90,
    end_concurrency=4,
    end_latency_s=0.01,
    sampled=10,
    report=200,
    starts=1,
)
