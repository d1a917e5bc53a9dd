"""The laws of the books as sentences, each with a tick or a cross.

`reconcile` judges whether the books balance. Here the printed sides are merely added up once more,
so that a page whose own figures disagree can never show a tick.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from importer.model import Currency
from importer.reconcile import Chain, Reconciliation, Sums
from importer.report.figures import MINUS, shown, shown_count

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One figure of a side."""

    figure: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """One side equals the other."""

    name: str
    left: tuple[Term, ...]
    right: tuple[Term, ...]
    holds: bool

    def __str__(self) -> str:
        return f"{_side(self.left)} = {_side(self.right)}"


def laws_of(books: Reconciliation) -> Iterator[Law]:
    """Yield the laws of one run: its rows, its actions, its money per currency."""
    skipped = sum(books.run.skipped.values())
    yield Law(
        name="Rows",
        left=(_number(books.run.rows_read, "read"),),
        right=(_number(skipped, "skipped"), _number(books.rows_with_actions, "with actions")),
        holds=books.run.rows_read == skipped + books.rows_with_actions,
    )
    counts = {outcome: line.count for outcome, line in books.outcomes.items()}
    yield Law(
        name="Actions",
        left=(_number(books.run.planned_actions, "planned"),),
        right=tuple(_number(count, outcome) for outcome, count in counts.items() if count),
        holds=books.run.planned_actions == sum(counts.values()),
    )
    planned = books.run.planned_money
    for currency in _currencies([planned, *(line.money for line in books.outcomes.values())]):
        whole = planned.get(currency, _NONE)
        sums = {name: line.money.get(currency, _NONE) for name, line in books.outcomes.items()}
        yield Law(
            name=f"Money, {currency}",
            left=(_money(whole, currency, "planned"),),
            right=tuple(_money(amount, currency, name) for name, amount in sums.items() if amount),
            holds=whole == sum(sums.values(), _NONE),
        )


def bridge_of(chain: Chain) -> Iterator[Law]:
    """Yield the money bridge of a chain, a law per currency, of the terms that are there."""
    left, right = sides_of(chain)
    for currency in _currencies([*left.values(), *right.values()]):
        before, after = _terms(left, currency), _terms(right, currency)
        yield Law(
            name=f"Money so far, {currency}",
            left=tuple(_money(amount, currency, name) for name, amount in before.items()),
            right=tuple(_money(amount, currency, name) for name, amount in after.items()),
            holds=sum(before.values(), _NONE) == sum(after.values(), _NONE),
        )


def sides_of(chain: Chain) -> tuple[Mapping[str, Sums], Mapping[str, Sums]]:
    """Return the two sides of the bridge: the name of each term → money per currency."""
    left = {
        "planned": chain.planned,
        "in rows repaired": chain.repaired,
        "corrected": chain.corrected,
        "added": chain.added,
    }
    right = {
        "created": chain.created,
        "already": chain.already,
        "given up": chain.waived,
        "open": chain.open,
    }
    return left, right


def _terms(side: Mapping[str, Sums], currency: Currency) -> dict[str, Decimal]:
    found = {name: sums.get(currency, _NONE) for name, sums in side.items()}
    return {name: amount for name, amount in found.items() if amount}


def _side(terms: Sequence[Term]) -> str:
    words = " + ".join(f"{term.figure} {term.name}" for term in terms)
    return words.replace(f"+ {MINUS}", f"{MINUS} ") or "nothing"


def _number(count: int, name: str) -> Term:
    return Term(figure=shown_count(count), name=name)


def _money(amount: Decimal, currency: Currency, name: str) -> Term:
    return Term(figure=shown(amount, currency), name=name)


def _currencies(sides: Iterable[Sums]) -> list[Currency]:
    present = {currency for side in sides for currency in side}
    return [currency for currency in Currency if currency in present]
