"""The CRM over HTTP: requests go out, and what came of each comes back as an `Exchange`."""

from importer.crm.client import Crm
from importer.crm.flight import Flight
from importer.crm.route import make_tls_context

__all__ = ["Crm", "Flight", "make_tls_context"]
