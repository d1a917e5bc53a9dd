"""The rules of money: an amount fits its currency, and a PAYMENT's is more than nothing."""

from __future__ import annotations

from decimal import Context, Decimal

from importer.model import Currency, Flaw
from importer.values import as_source_text

NO_PAYMENT = "give the row up, or add a `skip` rule for such rows to the mapping"
"""What to do about a row that is no payment, whatever stands in its cell."""
_EXCEL = Context(prec=15)
"""Excel keeps fifteen digits; what a formula leaves behind them is noise."""


def positive_flaw(amount: Decimal) -> Flaw | None:
    """Refuse zero and less (docs.telecrm.in, sync-api/actions/create: greater than 0)."""
    if amount > 0:
        return None
    return Flaw(
        code="amount-not-positive",
        message=f"The amount is {as_source_text(amount)}; a payment must be more than 0.",
        hint="Correct the amount. A refund is a positive amount with the status REFUNDED. Where "
        f"nothing was paid, {NO_PAYMENT}.",
    )


def decimals_flaw(amount: Decimal, currency: Currency) -> Flaw | None:
    """Refuse an amount that cannot be paid in its currency, such as 1200.505 rupees."""
    allowed = currency.decimals
    if _decimals(amount) <= allowed:
        return None
    rounded = _EXCEL.plus(amount)
    if _decimals(rounded) <= allowed:
        hint = (
            "A formula has left a rounding error in the cell, which Excel does not show: round it "
            f"with =ROUND(…, {allowed}), which should give {as_source_text(rounded)}."
        )
    else:
        hint = "Correct the amount in the sheet; it is never rounded on the way."
    return Flaw(
        code="amount-too-many-decimals",
        message=f"The amount is {as_source_text(amount)}, and {currency} has "
        f"{f'{allowed} decimals' if allowed else 'no decimals'}.",
        hint=hint,
    )


def _decimals(amount: Decimal) -> int:
    """Count the decimals that matter: 1200.500 has one."""
    return len(as_source_text(amount).partition(".")[2])
