"""Leads without ids: a sheet's phone number, e-mail address or customer number → the lead's id."""

from importer.leads.directory import Directory, Source
from importer.leads.keys import key_for
from importer.leads.reader import WRONG_FILE, leads_mapping

__all__ = ["WRONG_FILE", "Directory", "Source", "key_for", "leads_mapping"]
