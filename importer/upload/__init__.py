"""The send: permit, claim, request, record. One request per lead at a time, in sheet order."""

from importer.upload.loop import Ending, EndKind, Sending, Wire

__all__ = ["EndKind", "Ending", "Sending", "Wire"]
