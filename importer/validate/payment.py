"""PAYMENT: status, currency and amount, all three or nothing.

Rules: docs.telecrm.in, sync-api/actions/create and concepts/actions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from importer.mapping import Source
from importer.model import PAYMENT, Currency, Flaw, Kind, Money, PaymentStatus, Table, Value
from importer.resolve import Columns, Flawed, Skip
from importer.validate.entry import Build, Entry, amount_text
from importer.validate.money import NO_PAYMENT, decimals_flaw, positive_flaw
from importer.validate.source import Part, column_of, compile_part, merge, place_of
from importer.values import as_source_text, parse_amount, parse_currency


def compile_payment(amount: Source, currency: Source, status: Source, columns: Columns) -> Build:
    """Make the function that gives a row's PAYMENT from its three values."""
    read = (
        status_part(status, columns),
        currency_part(currency, columns),
        amount_part(amount, columns),
    )
    judge = _money_rules(amount, currency, columns)

    def build(table: Table, index: int) -> Entry | Flawed | Skip:
        parts = read[0](table, index), read[1](table, index), read[2](table, index)
        match parts:
            case PaymentStatus() as state, Currency() as unit, Decimal() as number:
                money = Money(amount=number, currency=unit)
                flawed = judge(money)
                return Entry(_text(state, money), money) if flawed is None else flawed
            case _, Currency() as unit, Decimal() as number:
                merged, readable = merge(parts), Money(amount=number, currency=unit)
                return replace(merged, money=readable) if isinstance(merged, Flawed) else merged
            case _:
                return merge(parts)

    return build


def status_part(source: Source, columns: Columns) -> Part[PaymentStatus]:
    """Make the function that gives the status of a row's payment."""
    return compile_part(source, columns, _read_status)


def currency_part(source: Source, columns: Columns) -> Part[Currency]:
    """Make the function that gives the currency of a row's payment."""
    return compile_part(source, columns, _read_currency)


def amount_part(source: Source, columns: Columns) -> Part[Decimal]:
    """Make the function that gives the amount of a row's payment."""
    return compile_part(source, columns, _read_amount)


def _money_rules(
    amount: Source, currency: Source, columns: Columns
) -> Callable[[Money], Flawed | None]:
    """Make the function that judges an amount and its currency together."""
    column = column_of(amount, columns)
    declared = column.currency if column else None

    def judge(money: Money) -> Flawed | None:
        if declared not in {None, money.currency}:
            return Flawed(((place_of(currency), _differs(money.currency, declared)),))
        flaw = decimals_flaw(money.amount, money.currency)
        return Flawed(((place_of(amount), flaw),)) if flaw else None

    return judge


def _text(status: PaymentStatus, money: Money) -> str:
    amount = amount_text(money.amount, money.currency)
    return (
        f'{{"type":"{PAYMENT}","status":"{status}",'
        f'"currency":"{money.currency}","amount":"{amount}"}}'
    )


def _read_status(value: Value) -> PaymentStatus | Flaw:
    text = as_source_text(value)
    if not text:
        return _blank("status")
    try:
        return PaymentStatus(text.upper())
    except ValueError:
        return Flaw(
            code="status-unknown",
            message="This is not a status that a payment can have.",
            hint=f"Use one of {', '.join(PaymentStatus)}, or give the mapping's status a `map`.",
        )


def _read_currency(value: Value) -> Currency | Flaw:
    """The currency that a typed value names, or why it is none."""
    if isinstance(value, Currency):
        return value
    return parse_currency(as_source_text(value), Kind.TEXT) or _blank("currency")


def _read_amount(value: Value) -> Decimal | Flaw:
    if not isinstance(value, Decimal):
        read = parse_amount(as_source_text(value), Kind.TEXT, locale=None, currency=None)
        if not isinstance(read, Decimal):
            return read or _blank("amount")
        value = read
    return positive_flaw(value) or value


def _blank(part: str) -> Flaw:
    return Flaw(
        code=f"{part}-blank",
        message=f"The payment's {part} is missing.",
        hint=f"Fill in the {part}; a payment needs its amount, currency and status. If the row is "
        f"none, {NO_PAYMENT}.",
    )


def _differs(found: Currency, declared: Currency | None) -> Flaw:
    return Flaw(
        code="currency-differs",
        message=f"The row is in {found}, but the mapping says that its amounts are in {declared}.",
        hint="Correct the row's currency, or take `currency` out of the amount's column in the "
        "mapping.",
    )
