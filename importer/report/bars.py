"""The outcomes as bars: how much of the whole each of them is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from importer.model import Currency, Outcome
from importer.reconcile import Reconciliation
from importer.report.figures import counted, shown

_NARROWEST: Final = Decimal("0.6")
"""Per cent: one UNKNOWN among 100,000 must still be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One outcome's part of a bar."""

    outcome: Outcome
    figure: str
    start: str
    """Per cent of the bar's width, like `width`."""
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar; it is not drawn where the whole is nothing."""

    name: str
    whole: str
    segments: tuple[Segment, ...]

    @property
    def words(self) -> str:
        """The bar for who does not see it."""
        parts = ", ".join(f"{one.outcome} {one.figure}" for one in self.segments)
        return f"{self.name}: {parts}"


def bars_of(books: Reconciliation) -> Iterator[Bar]:
    """Yield a bar of the actions by count, then one of the money of each currency."""
    counts = {outcome: Decimal(line.count) for outcome, line in books.outcomes.items()}
    if any(counts.values()):
        figures = {
            outcome: counted(line.count, "action") for outcome, line in books.outcomes.items()
        }
        whole = counted(books.run.planned_actions, "action")
        yield Bar(name="By count", whole=whole, segments=_segments(counts, figures))
    for currency in Currency:
        sums = {key: line.money.get(currency, Decimal(0)) for key, line in books.outcomes.items()}
        if any(sums.values()):
            shown_sums = {outcome: shown(amount, currency) for outcome, amount in sums.items()}
            yield Bar(
                name=f"By money, {currency}",
                whole=shown(books.run.planned_money.get(currency, Decimal(0)), currency),
                segments=_segments(sums, shown_sums),
            )


def _segments(
    amounts: Mapping[Outcome, Decimal], figures: Mapping[Outcome, str]
) -> tuple[Segment, ...]:
    """Lay the amounts side by side; tiny ones are widened, and the others give way a little."""
    present = {outcome: abs(amount) for outcome, amount in amounts.items() if amount}
    whole = sum(present.values())
    wide = {key: max(amount * 100 / whole, _NARROWEST) for key, amount in present.items()}
    drawn = sum(wide.values())
    segments, start = [], Decimal(0)
    for outcome, share in wide.items():
        width = share * 100 / drawn
        segments.append(
            Segment(
                outcome=outcome,
                figure=figures[outcome],
                start=_per_cent(start),
                width=_per_cent(width),
            )
        )
        start += width
    return tuple(segments)


def _per_cent(share: Decimal) -> str:
    return f"{share:.3f}%"
