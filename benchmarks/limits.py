"""How a limit was kept, as whoever receives the requests can tell."""

from __future__ import annotations

from collections.abc import Sequence


def excess(arrivals: Sequence[float], *, rate: float, burst: int) -> float:
    """By how many requests the worst window of all broke `burst + rate · t`.

    Every window that begins and ends with an arrival is looked at, which is every window that
    matters. A request that the machine held up on its way arrives closer to the next one than it
    left: what is below 1 is such jitter, and no request too many.

    Args:
        arrivals: when each request arrived, in seconds, ascending.
        rate: requests a second.
        burst: requests that may come at once after a rest.

    Returns:
        0 or less where no window had more.
    """
    worst, lowest = float("-inf"), float("inf")
    for index, moment in enumerate(arrivals):
        ahead = index - rate * moment
        # Where the count was least ahead of the pace, the fullest window that ends here begins.
        lowest = min(lowest, ahead)
        worst = max(worst, ahead - lowest + 1 - burst)
    return worst


def ideal_s(requests: int, *, rate: float, burst: int) -> float:
    """Seconds from the first request to the last, where a limit is used up and never broken."""
    return max(0, requests - burst) / rate
