"""Whether an entry of a create-actions request can be stored, and what the CRM remarks about it.

Pure: it reads definitions and toggles, and stores nothing. The rules are those of docs.telecrm.in
(sync-api/actions/create, concepts/actions); where these are silent, a toggle decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from importer.model import PAYMENT, Currency, PaymentStatus
from importer.sandbox.fields import fit, is_numeric, misfit
from importer.sandbox.moments import read_moment
from importer.sandbox.records import PREFIX, Definition
from importer.sandbox.toggles import (
    BadField,
    CreatedOn,
    PaymentId,
    PrefixedType,
    Toggles,
    UnknownCode,
    UnknownKey,
)

Entry = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What the CRM says about one place of an entry."""

    path: str
    """Inside the entry: `amount`, `fields.email`."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One entry, judged by itself."""

    type: str
    body: Entry | None
    """What is to be stored; None: the entry is IGNORED."""
    remarks: Sequence[Remark] = ()
    created_on: int | None = None
    """A creation time that the workspace honours, epoch milliseconds."""


class Judge:
    """Judges the entries of one request.

    Args:
        definitions: bare code → custom action.
        toggles: how open questions are read.
        paymentids: those that are taken; more are added as entries claim them.
    """

    def __init__(
        self, definitions: Mapping[str, Definition], toggles: Toggles, paymentids: set[str]
    ) -> None:
        self._definitions = definitions
        self._toggles = toggles
        self._paymentids = paymentids

    def allows(self, entry: object) -> bool:
        """Whether the request may hold this entry; else all of it answers 400."""
        kind = entry.get("type") if isinstance(entry, Mapping) else None
        if not isinstance(kind, str):
            return False
        if self._dropped(kind) or kind == PAYMENT:
            return True
        known = kind in self._definitions or self._toggles.unknown_code is UnknownCode.IGNORE_ACTION
        return _is_code(kind) and known

    def judge(self, entry: Entry) -> Judged:
        """Judge an entry that the request may hold."""
        kind = str(entry["type"])
        if self._dropped(kind):
            return Judged(type=kind, body=None)
        if kind == PAYMENT:
            return self._payment(entry)
        definition = self._definitions.get(kind)
        if definition is None:
            remark = f"Custom action with code {PREFIX}{kind} was not found."
            return Judged(type=kind, body=None, remarks=[Remark(path="type", text=remark)])
        return self._custom(entry, definition)

    def _dropped(self, kind: str) -> bool:
        silently = self._toggles.prefixed_type is PrefixedType.DROP_SILENTLY
        return silently and kind.startswith(PREFIX) and _is_code(kind.removeprefix(PREFIX))

    def _payment(self, entry: Entry) -> Judged:
        wrong = [
            *_enum_remarks("status", entry.get("status"), PaymentStatus),
            *_enum_remarks("currency", entry.get("currency"), Currency),
            *self._amount_remarks(entry.get("amount")),
        ]
        values = ("status", "currency", "amount")
        extra, stop = self._extra_keys(entry, {"type", "paymentid", *values})
        if not (wrong or stop):
            wrong += self._paymentid_remarks(entry)
        if wrong or stop:
            return Judged(type=PAYMENT, body=None, remarks=[*wrong, *extra])
        body = {key: entry[key] for key in (*values, "paymentid") if key in entry}
        body["amount"] = str(entry["amount"])
        return Judged(type=PAYMENT, body=body, remarks=extra)

    def _amount_remarks(self, amount: object) -> Sequence[Remark]:
        if self._toggles.amount_may_be_number and type(amount) in {int, float}:
            amount = str(amount)
        if amount is None:
            return [Remark(path="amount", text="Amount is required")]
        if not is_numeric(amount):
            return [Remark(path="amount", text="Amount must be a numeric string")]
        if not str(amount).strip("0."):
            return [Remark(path="amount", text="Amount must be greater than 0")]
        return []

    def _paymentid_remarks(self, entry: Entry) -> Sequence[Remark]:
        """Judge a paymentid, and claim it."""
        if "paymentid" not in entry:
            return []
        claimed = entry["paymentid"]
        if not isinstance(claimed, str) or self._toggles.paymentid is PaymentId.REJECT:
            return [Remark(path="paymentid", text="Paymentid is not allowed")]
        if self._toggles.paymentid is PaymentId.UNIQUE and claimed in self._paymentids:
            return [Remark(path="paymentid", text="Paymentid exists already")]
        self._paymentids.add(claimed)
        return []

    def _custom(self, entry: Entry, definition: Definition) -> Judged:
        fields = entry.get("fields", {})
        if not isinstance(fields, Mapping):
            remark = Remark(path="fields", text="Fields must be an object")
            return Judged(type=definition.code, body=None, remarks=[remark])
        kept, bad = _fit_fields(fields, definition)
        unknown, stop_field = self._unknown_keys(fields, definition.fields, "fields.")
        extra, stop_key = self._extra_keys(entry, {"type", "fields", "created_on"})
        created_on, when = self._created_on(entry, definition)
        remarks = [*bad, *unknown, *extra, *when]
        ignored = bool(bad) and self._toggles.bad_field is BadField.IGNORE_ACTION
        if ignored or stop_field or stop_key:
            return Judged(type=definition.code, body=None, remarks=remarks)
        body = {"fields": kept}
        return Judged(type=definition.code, body=body, remarks=remarks, created_on=created_on)

    def _created_on(
        self, entry: Entry, definition: Definition
    ) -> tuple[int | None, Sequence[Remark]]:
        if "created_on" not in entry or self._toggles.created_on is CreatedOn.IGNORE:
            return None, []
        if not definition.allow_predated:
            remark = "Predated activity is not allowed for this action"
            return None, [Remark(path="created_on", text=remark)]
        moment = read_moment(entry["created_on"])
        if moment is None:
            return None, [Remark(path="created_on", text="Created on is invalid")]
        return moment, []

    def _extra_keys(self, entry: Entry, known: set[str]) -> tuple[Sequence[Remark], bool]:
        return self._unknown_keys(entry, dict.fromkeys(known), "")

    def _unknown_keys(
        self, given: Entry, known: Mapping[str, object], prefix: str
    ) -> tuple[Sequence[Remark], bool]:
        """Remarks about unknown keys, and whether they cost the whole action."""
        unknown = [key for key in given if key not in known]
        remarks = [Remark(path=prefix + key, text=f"{key} is not defined") for key in unknown]
        match self._toggles.unknown_key:
            case UnknownKey.DROP_SILENTLY:
                return [], False
            case UnknownKey.DROP_WITH_REMARK:
                return remarks, False
            case UnknownKey.IGNORE_ACTION:
                return remarks, bool(remarks)


def _is_code(kind: str) -> bool:
    return kind.isascii() and kind.isdigit()


def _enum_remarks(
    name: str, value: object, choices: type[PaymentStatus | Currency]
) -> Sequence[Remark]:
    """Exact values only: `paid` and `inr` are refused."""
    label = name.capitalize()
    if value is None:
        return [Remark(path=name, text=f"{label} is required")]
    fits = isinstance(value, str) and any(value == choice for choice in choices)
    return [] if fits else [Remark(path=name, text=f"{label} is invalid")]


def _fit_fields(
    fields: Entry, definition: Definition
) -> tuple[Mapping[str, object], Sequence[Remark]]:
    """Values as they are stored, and a remark for each that does not fit."""
    known = {name: fields[name] for name in fields if name in definition.fields}
    stored = {name: fit(value, definition.fields[name]) for name, value in known.items()}
    bad = [
        Remark(path=f"fields.{name}", text=misfit(name, definition.fields[name].type))
        for name, value in stored.items()
        if value is None
    ]
    return {name: value for name, value in stored.items() if value is not None}, bad
