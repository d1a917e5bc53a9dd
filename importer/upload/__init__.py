"""The send: permit, claim, request, record. One request per lead at a time, in sheet order."""

from importer.upload.gate import Ending, EndKind, Gate
from importer.upload.loop import Sending

__all__ = ["EndKind", "Ending", "Gate", "Sending"]
