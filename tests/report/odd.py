"""Runs with whatever a report may meet: currencies, signs, sizes, hostile words, decisions."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

from importer.created import record_of
from importer.model import (
    REPLACED,
    ActionRecord,
    Currency,
    Decision,
    Earlier,
    EarlierReason,
    Money,
    Outcome,
    Remark,
    Ruling,
    Skipped,
)
from importer.report.source import ReportSource

from .books import action, every_outcome, inr, lead_id, problem, refused_row, source_of

HOSTILE = (
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x")',
    "\tTab",
    "a\r\nb",
    'quo"te, comma; semi',
    "</script><b>",
    "bell\x07 \x1b[31mred\x1b[0m \x85",
    "\ud800 half",
    "_x0041_",
    "लीड 🏠 ₹",
    "None.",
    "given up",
    "taken up",
    "CREATED",
    "x" * 4_000,
)

WAIVED = Decision(
    ruling=Ruling.WAIVED,
    by="asha",
    at=dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC),
    reason="=Paid in cash",
)

TAKEN_UP = "20261123-b2c3/6"
"""Where a later run has read a row again."""

EARLIER = Earlier(
    run="20261101-a2b3",
    file="=october.xlsx",
    row=12,
    action_id=lead_id(1),
    reason=EarlierReason.CHANGED,
    changes=(("amount", "", "@8000"),),
    money=inr("7000"),
    incomplete=True,
)


def mixed() -> ReportSource:
    """Return `every_outcome` with a second currency, crores, minus signs and what is given up."""
    source = every_outcome()
    actions = [
        *map(record_of, source.actions()),
        action(40, Outcome.CREATED, inr("1234567890.50")),
        action(41, Outcome.IGNORED, inr("-12345678.25")),
        action(42, Outcome.UNSENT, Money(amount=Decimal("1500.75"), currency=Currency.AED)),
    ]
    actions[-1] = replace(actions[-1], given_up=True, decisions=(WAIVED,))
    actions.append(action(43, Outcome.REFUSED, inr("60"), taken_up=TAKEN_UP))
    return source_of(actions, skipped=list(source.skipped_rows()))


def beyond_excel() -> ReportSource:
    """Return a run with an amount of 16 digits in rupees, and a sum of 16 digits in dirhams."""
    dirhams = Money(amount=Decimal("9000000000000.99"), currency=Currency.AED)
    return source_of(
        [
            action(5, Outcome.CREATED, inr("12345678901234.56")),
            action(6, Outcome.CREATED, inr("0.01")),
            action(7, Outcome.CREATED, dirhams),
            action(8, Outcome.UNKNOWN, dirhams),
            action(9, Outcome.CREATED, Money(amount=Decimal("12.50"), currency=Currency.USD)),
        ]
    )


def odd(count: int, seed: int = 1) -> ReportSource:
    """Return a run of so many rows with whatever chance brings, the same for the same seed."""
    random = Random(seed)  # noqa: S311 - chance, not a secret
    actions = [one for row in range(5, count + 5) for one in _row(row, random)]
    skipped = [Skipped(row=count + 5 + n, reason=text) for n, text in enumerate(HOSTILE[:-1])]
    return source_of(actions, skipped=skipped)


def _row(row: int, random: Random) -> Iterator[ActionRecord]:
    if random.random() < 0.1:
        seen = random.choice(HOSTILE)
        yield refused_row(row, problem(row, "D", seen, "The amount is not above 0.", seen))
        return
    for position in range(random.choice((1, 1, 2, 3))):
        outcome = random.choice([one for one in Outcome if one is not Outcome.INVALID])
        text = random.choice(HOSTILE)
        yield action(
            row,
            outcome,
            _money(random),
            position=position,
            lead=text if random.random() < 0.2 else lead_id(row),
            remarks=(Remark(path="fields.note", text=text, column="E"),)
            if outcome in {Outcome.IGNORED, Outcome.CREATED} and random.random() < 0.5
            else (),
            detail=text if outcome is Outcome.REFUSED else "",
            earlier=EARLIER if outcome is Outcome.DUPLICATE else None,
            content={"receipt": text, "note": random.choice(HOSTILE)},
            **_over(outcome, random),
        )


def _over(outcome: Outcome, random: Random) -> dict[str, object]:
    """Some is given up and some is taken up by a later run, where it can be."""
    chance = random.random()
    given_up = outcome in (*REPLACED, Outcome.UNSENT) and chance < 0.2
    taken_up = outcome in REPLACED and 0.2 <= chance < 0.4
    return {"given_up": given_up, "taken_up": TAKEN_UP if taken_up else ""}


def _money(random: Random) -> Money | None:
    if random.random() < 0.2:
        return None
    currency = random.choice(tuple(Currency))
    digits = random.randint(0, 10 ** random.randint(1, 10))
    amount = Decimal(digits).scaleb(-currency.decimals) * random.choice((1, 1, 1, -1))
    return Money(amount=amount, currency=currency)


def sums_of(actions: Sequence[ActionRecord]) -> dict[tuple[str, str], Decimal]:
    """Add up the money by outcome and currency, from the records alone."""
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in actions:
        if one.money:
            sums[str(one.outcome), str(one.money.currency)] += one.money.amount
    return dict(sums)
