"""What the CRM takes for a PAYMENT, and where its parts may come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from importer.errors import Mistake
from importer.folding import fold, nearest, qualifies
from importer.mapping.constants import plain_decimal
from importer.mapping.nodes import Keyed, Scalar
from importer.mapping.rules.parts import (
    PAYMENT_PARTS,
    Part,
    column_type,
    columns,
    payments,
    sources,
)
from importer.model import Currency, PaymentStatus
from importer.values import CENTS

_CLOSED: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "currency": ("a currency", tuple(Currency)),
    "status": ("a status", tuple(PaymentStatus)),
}
"""Part of a PAYMENT → what it holds, and the words that the CRM takes for it."""
_READ_FROM: Final[Mapping[str, tuple[str, ...]]] = {
    "amount": ("amount",),
    "currency": ("currency", "text"),
    "status": ("text",),
}
"""Part of a PAYMENT → the types of column that it may come from."""
_ALIKE: Final = 0.8
"""How much alike a word and its misspelling are: money hangs on it, so `Paid` is not `FAILED`."""


def payment_is_whole(root: Keyed) -> Iterator[Mistake]:
    """A PAYMENT has amount, currency and status, and no place for anything else."""
    for action in payments(root):
        missing = [f"`{part}`" for part in PAYMENT_PARTS if not action.has(part)]
        if missing:
            yield Mistake(
                line=action.line("type"),
                message=f"{action.place}A PAYMENT needs {_listed(missing)}.",
                hint="The CRM takes type, status, currency and amount together or not at all.",
            )
        if "fields" in action.node.entries:
            yield Mistake(
                line=action.line("fields"),
                message=f"{action.place}A PAYMENT has no `fields`.",
                hint="Send them with a custom action of the same row.",
            )


def payment_words_are_the_crms(root: Keyed) -> Iterator[Mistake]:
    """Constants, defaults and map targets of currency and status are words that the CRM takes."""
    for action in payments(root):
        for path, source, line in sources(action):
            if path not in _CLOSED:
                continue
            noun, words = _CLOSED[path]
            for word, at in _words_sent(source, line):
                if word not in words:
                    message = f"{action.place}`{word}` is not {noun} of a PAYMENT."
                    yield Mistake(line=at, message=message, hint=_hint(word, words))


def payment_parts_fit(root: Keyed) -> Iterator[Mistake]:
    """The parts of a PAYMENT come from a constant or from a column that can hold them."""
    for action in payments(root):
        for path, source, line in sources(action):
            if path not in _READ_FROM:
                continue
            if isinstance(source, Part):
                yield from _column_fits(root, path, source, line)
            elif path == "amount":
                yield from _amount_fits(action, source, line)


def payment_currency_is_the_columns(root: Keyed) -> Iterator[Mistake]:
    """A constant currency is the one that the amount's column is declared in."""
    for action in payments(root):
        read = {path: source for path, source, _ in sources(action)}
        amount, currency = read.get("amount"), read.get("currency")
        if not isinstance(amount, Part) or not isinstance(currency, str):
            continue
        column = columns(root).get(amount.text("from") or "")
        declared = column.text("currency") if column else None
        if declared is not None and declared != currency and currency in tuple(Currency):
            yield Mistake(
                line=action.line("currency"),
                message=f"{action.place}The currency is {currency}, but the amount's column "
                f"is declared in {declared}.",
                hint="Make them the same.",
            )


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _words_sent(source: Part | str, line: int) -> Iterator[tuple[str, int]]:
    """(word, line) of everything that a value may send, other than a cell as it is."""
    if isinstance(source, str):
        yield source, line
        return
    match source.node.entries.get("map"):
        case Keyed(entries=entries, lines=lines):
            for key, target in entries.items():
                if isinstance(target, Scalar) and target.text.strip():
                    yield target.text, lines[key]
        case None:
            default = source.text("default")
            if default is not None:
                yield default, source.line("default")


def _hint(word: str, words: tuple[str, ...]) -> str:
    """All the words that are taken, and before them the one that was nearly written."""
    likely = [known for known in words if fold(known) == fold(word) or not qualifies(word, known)]
    meant = nearest(word, likely, cutoff=_ALIKE)
    return (f"Did you mean `{meant}`? " if meant else "") + f"It is one of {', '.join(words)}."


def _column_fits(root: Keyed, path: str, source: Part, line: int) -> Iterator[Mistake]:
    if "text" in source.node.entries:
        yield Mistake(
            line=line,
            message=f"{source.place}`{path}` cannot be put together from a text.",
            hint="Write a constant or `{from: column}`.",
        )
        return
    kind = column_type(root, source.text("from") or "")
    if kind is not None and kind not in _READ_FROM[path]:
        wanted = " or ".join(_READ_FROM[path])
        yield Mistake(
            line=line,
            message=f"{source.place}`{path}` cannot come from a column of type {kind}.",
            hint=f"Declare the column with the type {wanted}.",
        )


def _amount_fits(action: Part, text: str, line: int) -> Iterator[Mistake]:
    try:
        amount = plain_decimal(text)
    except ValueError as error:
        message = f"{action.place}`{text}` is not an amount."
        yield Mistake(line=line, message=message, hint=str(error))
        return
    decimals = _decimals(action)
    if amount <= 0:
        message = f"{action.place}The amount of a PAYMENT is greater than 0."
        yield Mistake(line=line, message=message, hint="Write how much it is.")
    elif amount != round(amount, decimals) or -int(amount.as_tuple().exponent) > CENTS:
        yield Mistake(
            line=line,
            message=f"{action.place}`{text}` has more decimals than its currency.",
            hint=f"Write {decimals} at most." if decimals else "Write it without decimals.",
        )


def _decimals(action: Part) -> int:
    currency = action.text("currency")
    return Currency(currency).decimals if currency in tuple(Currency) else CENTS
