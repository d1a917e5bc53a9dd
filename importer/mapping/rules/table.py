"""All rules, in no order that matters: mistakes are sorted by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from importer.errors import Mistake
from importer.mapping.nodes import Keyed
from importer.mapping.rules import (
    columns,
    fields,
    identity,
    leads,
    names,
    payments,
    trailer,
    types,
    values,
)

Rule = Callable[[Keyed], Iterator[Mistake]]

RULES: Final[tuple[Rule, ...]] = (
    names.names_are_plain,
    names.named_columns_are_declared,
    leads.lead_is_a_lead_id,
    leads.match_can_be_looked_up,
    leads.country_is_of_phones,
    columns.column_keys_fit_the_type,
    columns.header_has_one_place,
    columns.amounts_have_a_currency,
    trailer.trailer_says_something,
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
    fields.field_keys_fit_the_type,
    fields.field_types_fit_the_column,
    fields.field_options_are_clear,
    fields.field_constants_fit,
)
