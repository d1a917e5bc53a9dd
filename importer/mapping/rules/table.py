"""All rules, in no order that matters: mistakes are sorted by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from importer.errors import Mistake
from importer.mapping.nodes import Keyed
from importer.mapping.rules import columns, identity, names, payments, types, values

Rule = Callable[[Keyed], Iterator[Mistake]]

RULES: Final[tuple[Rule, ...]] = (
    names.names_are_plain,
    names.named_columns_are_declared,
    names.lead_is_a_lead_id,
    columns.column_keys_fit_the_type,
    columns.header_has_one_place,
    columns.amounts_have_a_currency,
    identity.identity_is_said,
    identity.identity_is_clear,
    types.type_can_be_written,
    payments.payment_is_whole,
    types.custom_action_has_fields,
    payments.payment_words_are_the_crms,
    payments.payment_parts_fit,
    payments.payment_currency_is_the_columns,
    values.patterns_compile,
    values.limits_can_be_measured,
    values.defaults_fit,
    values.maps_are_clear,
    values.templates_are_closed,
)
