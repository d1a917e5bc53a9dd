"""Reading XML: the one place that sets a parser up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from xml.parsers import expat

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]


class AmbiguousError(Exception):
    """Two readers may see two things; half a sentence says where: `its cell A2 has two values`."""


def reader(
    start: Start,
    *,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    namespaces: bool = False,
) -> expat.XMLParserType:
    """Make a parser that refuses a document type, which is where entity bombs are declared.

    Args:
        start: is called at each element's start.
        end: is called at each element's end.
        text: is called with character data.
        namespaces: names come as `urn:… name`, whatever their prefix; else as they are written.
    """
    made = expat.ParserCreate(namespace_separator=" " if namespaces else None)
    made.buffer_text = True
    made.StartElementHandler = start
    made.EndElementHandler = end
    made.CharacterDataHandler = text
    made.StartDoctypeDeclHandler = _refuse
    return made


def proofreader() -> expat.XMLParserType:
    """Make a parser that only finds out whether XML is well-formed: 200 MB take a second."""
    made = expat.ParserCreate()
    made.StartDoctypeDeclHandler = _refuse
    return made


class Readable(Protocol):
    """What can be read in blocks."""

    def read(self, size: int, /) -> bytes:
        """Give at most so many bytes; none at the end."""


def _refuse(*_: object) -> None:
    raise expat.ExpatError("its XML declares a document type, which no workbook does")


def elements(xml: bytes) -> list[tuple[str, Attributes]]:
    """List the elements of a small part: names and attributes without their prefixes."""
    found: list[tuple[str, Attributes]] = []

    def start(name: str, attributes: Attributes) -> None:
        found.append((bare(name), {bare(key): value for key, value in attributes.items()}))

    reader(start).Parse(xml, True)
    return found


def bare(name: str) -> str:
    """Take the prefix off a name."""
    return name.rpartition(":")[2]


def character_data(xml: bytes) -> str:
    """Read a text that may have entities: `R&amp;D`."""
    if b"&" not in xml:
        return xml.decode()
    found: list[str] = []
    reader(lambda *_: None, text=found.append).Parse(b"<f>" + xml + b"</f>", True)
    return "".join(found)
