"""Files that are made to do harm, or that went wrong on their way: each for real, in seconds."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from archives import Entry, biff, entry, write_ole, write_zip

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>Lead</t></is></c></row>'
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("bcdefgh", "cdefghi", strict=True)
    )
    + "]>"
)
MB = 1 << 20

Maker = Callable[[Path], None]


def parts(rows: str = HEADER, *, type_: str = "sheet.main") -> dict[str, str]:
    """Give the parts of a sound workbook with one tab."""
    kind = f"application/vnd.openxmlformats-officedocument.spreadsheetml.{type_}+xml"
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1"'
        f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="Payments" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        STRINGS: f'<sst xmlns="{MAIN}"><si><t>Lead</t></si></sst>',
        SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }


def entries(rows: str = HEADER) -> list[Entry]:
    """Give the same, packed."""
    return [entry(name, xml) for name, xml in parts(rows).items()]


def book(path: Path, rows: str = HEADER) -> None:
    """Write a workbook of these rows."""
    write_zip(path, entries(rows))


def rows(xml: str) -> Maker:
    """Make a workbook of these rows."""
    return lambda path: book(path, xml)


def replaced(part: str, xml: str) -> Maker:
    """Make a workbook of which one part says something else."""
    return lambda path: write_zip(
        path, [entry(name, xml if name == part else was) for name, was in parts().items()]
    )


def changed(part: str, change: Callable[[Entry], Entry]) -> Maker:
    """Make a workbook of which one entry is changed."""

    def make(path: Path) -> None:
        write_zip(path, [change(one) if one.name == part else one for one in entries()])

    return make


def with_more(*names: str) -> Maker:
    """Make a workbook with further entries."""
    return lambda path: write_zip(path, [*entries(), *(entry(name, "<a/>") for name in names)])


def prefixed(part: str, text: str) -> Maker:
    """Make a workbook of which one part begins otherwise."""
    return replaced(part, text + parts()[part])


def archive(*names: str) -> Maker:
    """Make an archive of other files."""
    return lambda path: write_zip(path, [entry(name, "<a/>") for name in names])


def raw(data: bytes) -> Maker:
    """Make a file of these bytes."""

    def make(path: Path) -> None:
        path.write_bytes(data)

    return make


def spaces(size: int) -> Iterator[bytes]:
    """Yield many spaces."""
    for _ in range(size // MB):
        yield b" " * MB


def bomb(path: Path) -> None:
    """40 MB of spaces as the texts."""
    write_zip(path, [*entries(), entry("xl/media/a.xml", spaces(40 * MB))])


def many_bombs(path: Path) -> None:
    """Parts that are harmless one by one: 20 times 20 MB of spaces."""
    one = entry("xl/a.xml", spaces(20 * MB))
    write_zip(path, [*entries(), *(replace(one, name=f"xl/{at}.xml") for at in range(20))])


def overlapping(path: Path) -> None:
    """Many entries that are the same bytes."""
    one = entry("xl/a.xml", [hashlib.shake_128(b"noise").digest(20_000)])
    write_zip(path, [replace(one, name=f"xl/{at}.xml") for at in range(50)], overlap=True)


def lying(path: Path) -> None:
    """40 MB that say they are a kilobyte, with the checksum of that kilobyte."""
    honest = entry(STRINGS, spaces(40 * MB))
    small = entry(STRINGS, b" " * 1024)
    lie = replace(honest, size=small.size, check=small.check)
    write_zip(path, [one for one in entries() if one.name != STRINGS] + [lie])


def nested(path: Path) -> None:
    """An archive of archives."""
    bomb(path)
    inner = path.read_bytes()
    write_zip(path, [entry(f"{at}.zip", [inner]) for at in range(10)])


def texts_many_times(path: Path) -> None:
    """One long text that 200,000 cells share: 6.4 GB, as texts are handed out one by one."""
    text = f'<sst xmlns="{MAIN}"><si><t>{"a" * 32_000}</t></si></sst>'
    cells = "".join(f'<row r="{at}"><c t="s"><v>0</v></c></row>' for at in range(1, 200_001))
    write_zip(path, [entry(STRINGS, text) if e.name == STRINGS else e for e in entries(cells)])


def only_a_chart(path: Path) -> None:
    """A workbook whose one tab is a chart."""
    change = {"xl/_rels/workbook.xml.rels": ("worksheet", "chartsheet")}
    write_zip(
        path,
        [
            entry(name, xml.replace(*change.get(name, ("", "")), 1) if name in change else xml)
            for name, xml in parts().items()
        ],
    )


def ods(content: str = "", manifest: str = "", kind: str = "spreadsheet") -> Maker:
    """Make an OpenDocument file."""
    name = "urn:oasis:names:tc:opendocument:xmlns:"
    body = (
        f'<office:document-content xmlns:office="{name}office:1.0" xmlns:table="{name}table:1.0"'
        f' xmlns:text="{name}text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Tab1">{content}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    listed = f'<m:manifest xmlns:m="{name}manifest:1.0">{manifest}</m:manifest>'
    files = {"mimetype": mimetype, "content.xml": body, "META-INF/manifest.xml": listed}
    return lambda path: write_zip(path, [entry(*file) for file in files.items()])


def xls(*cells: tuple[int, int, str], extra: bytes = b"") -> Maker:
    """Make an old workbook."""
    return lambda path: write_ole(path, "Workbook", biff(*cells, extra=extra))


def ole(name: str) -> Maker:
    """Make a compound file of another program."""
    return lambda path: write_ole(path, name, b"\1" * 5000)


def cut(make: Maker, keep: float) -> Maker:
    """Cut a file off."""

    def shorten(path: Path) -> None:
        make(path)
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * keep)])

    return shorten


ODS_CELL = '<table:table-cell office:value-type="string"><text:p>Lead</text:p></table:table-cell>'
ODS_FAR = (
    f"<table:table-row>{ODS_CELL}</table:table-row>"
    '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    '<table:table-row><table:table-cell table:number-columns-repeated="16383"/>'
    f"{ODS_CELL}</table:table-row>"
)
ENCRYPTED_ENTRY = '<m:file-entry m:full-path="content.xml"><m:encryption-data/></m:file-entry>'
PASSWORD = "password"  # a word of the sentence
FAR = "is far from the rest"
BEYOND = "ends at XFD1048576"
DAMAGED = "is damaged"
ENTITIES = "declares XML entities"
ODD = "is not written as workbooks are"
OTHER = "is not a workbook: it seems to be"

HOSTILE: Sequence[tuple[str, str, Maker, str]] = (
    ("a zip bomb", ".xlsx", bomb, "KB of it would unpack to 42 MB"),
    ("many small zip bombs", ".xlsx", many_bombs, "would unpack to"),
    ("overlapping entries", ".xlsx", overlapping, "overlap each other"),
    ("a size that is a lie", ".xlsx", lying, "is larger than it says"),
    ("an archive of archives", ".xlsx", nested, f"{OTHER} a zip archive of other files"),
    ("one text many times", ".xlsx", texts_many_times, "takes far more memory"),
    ("entities in the texts", ".xlsx", prefixed(STRINGS, LAUGHS), ENTITIES),
    ("entities in a tab", ".xlsx", prefixed(SHEET, LAUGHS), ENTITIES),
    ("entities in the list", ".xlsx", prefixed("_rels/.rels", LAUGHS), ENTITIES),
    ("the last cell alone", ".xlsx", rows('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
     "The cell XFD1048576 of"),
    ("the last cell", ".xlsx",
     rows(HEADER + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), FAR),
    ("the last row", ".xlsx", rows(HEADER + '<row r="1048576"><c r="C1048576"><v>1</v></c></row>'),
     "far from the rest"),
    ("twenty million rows", ".xlsx", rows(f'{HEADER}<row r="20000000"><c><v>1</v></c></row>'),
     BEYOND),
    ("a column beyond", ".xlsx", rows(f'{HEADER}<row r="2"><c r="ZZZ2"><v>1</v></c></row>'),
     BEYOND),
    ("a row beyond all", ".xlsx", rows(f'{HEADER}<row r="99999999999"><c><v>1</v></c></row>'),
     BEYOND),
    ("a row of minus one", ".xlsx", rows(f'{HEADER}<row r="-1"><c><v>1</v></c></row>'), DAMAGED),
    ("one text of 30 MB", ".xlsx",
     rows(f'<row r="1"><c t="inlineStr"><is><t>{"a" * 30 * MB}</t></is></c></row>'),
     "a text of more than 4 MB"),
    ("the last cell", ".ods", ods(ODS_FAR), FAR),
    ("rows that repeat", ".ods",
     ods(f'<table:table-row table:number-rows-repeated="20000000">{ODS_CELL}</table:table-row>'),
     BEYOND),
    ("columns that repeat", ".ods",
     ods("<table:table-row>"
         + ODS_CELL.replace(" ", ' table:number-columns-repeated="999999999" ', 1)
         + "</table:table-row>"), BEYOND),
    ("a million rows that repeat one", ".ods",
     ods(f'<table:table-row table:number-rows-repeated="1000000">{ODS_CELL * 12}'
         "</table:table-row>"), FAR),
    ("the last cell", ".xls", xls((0, 0, "Lead"), (65535, 255, "x")), FAR),
    ("a wrong checksum", ".xlsx", changed(SHEET, lambda one: replace(one, check=one.check ^ 1)),
     "not what its checksum says"),
    ("broken packing", ".xlsx",
     changed(SHEET, lambda one: replace(one, packed=b"\xff" * len(one.packed))),
     "cannot be unpacked"),
    ("an entry twice", ".xlsx", with_more(SHEET), "2 times"),
    ("an entry twice, but for capitals", ".xlsx", with_more(SHEET.upper()), "2 times"),
    ("an entry twice, but for slashes", ".xlsx", with_more(SHEET.replace("/", "\\")), "2 times"),
    ("an absolute entry", ".xlsx", with_more("/etc/passwd"), "points out of the file"),
    ("an entry above", ".xlsx", with_more("xl/../../up.xml"), "points out of the file"),
    ("an entry on a drive", ".xlsx", with_more("C:\\up.xml"), "points out of the file"),
    ("an unknown packing", ".xlsx", changed(SHEET, lambda one: replace(one, method=93)),
     "compressed in a way that Excel never uses"),
    ("a locked entry", ".xlsx", changed(SHEET, lambda one: replace(one, flags=1)), PASSWORD),
    ("too many entries", ".xlsx",
     with_more(*(f"xl/{at}" for at in range(20_000))), "consists of 20,006 parts"),
    ("a locked workbook", ".xlsx", ole("EncryptedPackage"), PASSWORD),
    ("a locked workbook", ".xls",
     xls((0, 0, "Lead"), extra=struct.pack("<2H3H", 0x2F, 6, 0, 1, 2)), PASSWORD),
    ("a locked workbook", ".ods", ods(manifest=ENCRYPTED_ENTRY), PASSWORD),
    ("a web page", ".xls", raw(b"<html><table><tr><td>Lead</td></tr></table></html>"), "web page"),
    ("XML of 2003", ".xls", raw(b'<?xml version="1.0"?><Workbook/>'), "web page or XML"),
    ("a web page", ".xlsx", raw(b"<!DOCTYPE html><html></html>"), "web page"),
    ("an old workbook", ".xlsx", xls((0, 0, "Lead")), "old workbook (.xls)"),
    ("a new workbook", ".xls", book, "newer workbook"),
    ("a new workbook", ".csv", book, "newer workbook"),
    ("a new workbook", ".xlsb", book, "an .xlsx workbook, but its name ends in .xlsb"),
    ("a new workbook", ".ods", book, "an .xlsx workbook, but its name ends in .ods"),
    ("an .ods", ".xlsx", ods(), "an .ods workbook, but its name ends in .xlsx"),
    ("cut off", ".xlsx", cut(book, 0.8), "its end is missing"),
    ("cut off", ".xls", cut(xls((0, 0, "Lead")), 0.7), "its end is missing"),
    ("nothing", ".xlsx", raw(b""), "is empty"),
    ("zeros", ".xlsx", raw(bytes(5000)), "is not a workbook"),
    ("zeros after a start", ".xls", raw(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)),
     "another program's file"),
    ("a Word document", ".xlsx", archive("word/document.xml"), "a Word document"),
    ("a presentation", ".xlsx", archive("ppt/presentation.xml"), "a PowerPoint presentation"),
    ("a Java program", ".xlsx", archive("META-INF/MANIFEST.MF", "A.class"), "a Java program"),
    ("an Apple file", ".xlsx", archive("Index/Document.iwa"), "Apple Numbers"),
    ("a text document", ".ods", ods(kind="text"), "a LibreOffice text document"),
    ("a Word document", ".xls", ole("WordDocument"), "a Word document"),
    ("an Outlook message", ".xls", ole("__substg1.0_001A001F"), "an Outlook message"),
    ("a PDF", ".xlsx", raw(b"%PDF-1.7"), "a PDF document"),
    ("an archive", ".xlsx", archive("readme.txt"), "zip archive of other files (readme.txt)"),
    ("an empty archive", ".xlsx", archive(), "an empty zip archive"),
    ("only a chart", ".xlsx", only_a_chart, "no visible tab with cells"),
    ("no list of tabs", ".xlsx", archive("[Content_Types].xml", "xl/styles.xml"), DAMAGED),
    ("tab that is no XML", ".xlsx", replaced(SHEET, "<worksheet><row"), DAMAGED),
)  # fmt: skip
"""What it is, its extension, who makes it, and words that the sentence must have."""
