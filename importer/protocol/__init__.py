"""What travels: the body of a request, and what an answer says. Pure: nothing is sent."""

from importer.protocol.answer import (
    Answer,
    ErrorAnswer,
    ItemAnswer,
    Items,
    Part,
    Unreadable,
    encode,
    part_of,
    read_answer,
)
from importer.protocol.body import clean
from importer.protocol.headers import clock_offset, seconds_to_wait
from importer.protocol.plain import says_all_created
from importer.protocol.timeline import Seen, Timeline, as_seen, read_timeline, search_body

__all__ = [
    "Answer",
    "ErrorAnswer",
    "ItemAnswer",
    "Items",
    "Part",
    "Seen",
    "Timeline",
    "Unreadable",
    "as_seen",
    "clean",
    "clock_offset",
    "encode",
    "part_of",
    "read_answer",
    "read_timeline",
    "says_all_created",
    "search_body",
    "seconds_to_wait",
]
