"""Telling people about a night, and the dead man's switch: never the end of a night's work."""

from importer.notify.message import Message, one_line
from importer.notify.ping import START, ping
from importer.notify.send import is_installed, send
from importer.notify.words import INSTALL, NOBODY

__all__ = ["INSTALL", "NOBODY", "START", "Message", "is_installed", "one_line", "ping", "send"]
