"""A practice CRM: the TeleCRM Sync API on loopback, for demos, training and tests.

It shares nothing with the importer but the enumerations of a PAYMENT, so that a mistake in one of
the two is not made twice.
"""

from importer.sandbox.app import API_PATH
from importer.sandbox.faults import Fault, Operation, Rule
from importer.sandbox.perform import perform
from importer.sandbox.seed import ENTERPRISE_ID, LEAD_COUNT, TOKEN, lead_id
from importer.sandbox.server import HOST, PORT, running, serve
from importer.sandbox.state import PracticeCrm
from importer.sandbox.toggles import (
    AmountEcho,
    BadField,
    CreatedOn,
    PaymentId,
    PrefixedType,
    ReadType,
    Shape,
    Toggles,
    UnknownCode,
    UnknownKey,
    WrongEnterprise,
)

__all__ = [
    "API_PATH",
    "ENTERPRISE_ID",
    "HOST",
    "LEAD_COUNT",
    "PORT",
    "TOKEN",
    "AmountEcho",
    "BadField",
    "CreatedOn",
    "Fault",
    "Operation",
    "PaymentId",
    "PracticeCrm",
    "PrefixedType",
    "ReadType",
    "Rule",
    "Shape",
    "Toggles",
    "UnknownCode",
    "UnknownKey",
    "WrongEnterprise",
    "lead_id",
    "perform",
    "running",
    "serve",
]
