"""What is searched for in a tab of an .xlsx, written as Excel and most programs write it."""

from __future__ import annotations

import re

from importer.sheets.scan.format import Right

HEAD = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?<worksheet[\s>]")
"""The start of a tab without a prefix: `<?xml version="1.0"?>\\n<worksheet xmlns="…">`."""
ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["'](?!utf-8["'])""", re.IGNORECASE)
"""An XML declaration of an encoding that is not plain bytes here: `<?xml … encoding="UTF-16"`."""
START = re.compile(rb"<sheetData\s*(/?)>")
"""Where the rows begin; with `/` there are none."""
END = b"</sheetData>"
ROW = re.compile(rb'<row(?: r="([1-9][0-9]{0,6})"([^>]*))?')
"""Row number, if it is given, and the other attributes: `<row r="2" spans="1:3" hidden="1"`."""
STYLE = rb"(?:0|[1-9][0-9]{0,5})"
"""The number of a style as it is always written; `01` would be looked for in vain."""
_REST = rb'(?: (?![rst]=)[a-z]++="[0-9]++")*+'
"""Other attributes of a cell. Its style and type stand before them, or are not found."""
CELL = re.compile(
    rb'<c(?: r="([A-Z]{1,3}+[0-9]{1,7}+)"(?: s="%b")?+(?: t="(?:s|n|b|e|str|inlineStr)")?+'
    rb"%b\s?+/?+>|[\s/>])" % (STYLE, _REST)
)
"""A cell's address, or nothing where the cell is not written in this very way: Excel puts the style
before the type, Apache POI does not always."""
CONTENT = rb'<c r="(%s)([0-9]{1,7})"[^>]*(?<!/)>\s*(?!</c|<v[^>]*/>|<v[^>]*>\s*</v>)<'
"""Column and row of a cell that holds something: `<c r="B2" s="1"><v>5</v>`, but not
`<c r="B2" s="1"/>`, `<c r="B2"></c>`, `<c r="B2"><v/></c>`."""
ANY_CONTENT = re.compile(CONTENT % b"[A-Z]{1,3}")
BLANK = re.compile(rb"<c [^>]*(?<!/)>\s*+(?:<v[^>]*/>|<v[^>]*>\s*</v>)?+\s*</c>")
"""A cell that is closed and holds nothing: `<c r="B2"><v></v></c>`."""
DOUBTFUL = [
    re.compile(rb"</v>\s*+(?!</c>)"),
    re.compile(rb"</is>\s*+(?!</c>)"),
    re.compile(rb"<v\s*/>\s*+(?!</c>)"),
    re.compile(rb"<v>[^<]*+<(?!/v>)"),
    re.compile(rb"(?:</f>|<f(?:\s[^>]*)?/>)\s*+(?!<v[\s/>]|</c>)"),
]
"""More behind a value: `<v>1</v><v>2</v>`; something else than a value behind a formula."""
STRANGE = re.compile(
    rb"<(?!/?(?:row|c|v|f|is|t|r|rPr|rFont|b|i|u|sz|color|family|charset|scheme|vertAlign|strike"
    rb"|outline|shadow|condense|extend|rPh|phoneticPr)[\s/>])"
)
"""A tag that does not belong among rows, or has a prefix; a comment, an instruction:
`<x:c r="B2">`, `<mergeCell ref="B2:B3"/>`, `<!--`."""
NO_INDEX = re.compile(rb' t="s"[^>]*+(?<!/)>\s*+(?!<v>[0-9]++</v>|</c>|<v\s*/>|<v></v>)')
"""The number of a text that is none: `<c r="B2" t="s"><v>one</v>`."""
REFERENCE = re.compile(
    rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]++")?+(?! t="(?:str|inlineStr)")[^>]*+(?<!/)>\s*+'
    rb"(?:<f[^>]*/>\s*+|<f(?:\s[^>]*)?>[^<]*</f>\s*+)?+<v[^>]*+>[^<&]*+&"
)
"""A reference in a value that is no text: `<c r="B2"><v>1&#50;</v>`."""
ERROR = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]* t="e"[^>]*(?<!/)>\s*'
    rb"(?:<v[^>]*>([^<]*)</v>|(?:<f[^>]*/>|<f(?:\s[^>]*)?>[^<]*</f>)\s*"
    rb"(?:</c>|<v[^>]*/>|<v[^>]*>([^<]*)</v>))"
)
"""Column, row and text of an error, which stands in one of two places:
`<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v>`."""
FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"([^>]*)(?<!/)>\s*'
    rb"(?:<f[^>]*/>|<f(?:\s[^>]*)?>([^<]*)</f>)\s*(<v[^>]*/>|<v[^>]*>\s*</v>)?\s*</c>"
)
"""Column, row, attributes, formula and blank value of a formula without a stored result:
`<c r="B2"><f>A1*2</f></c>`, `<c r="B2" t="str"><f>A1</f><v></v></c>`."""
AROUND = re.compile(rb"<(?:[^\s<>/:]+:)?(?:mergeCell|col)\s[^>]*>")
"""What is of interest before and behind the rows, whatever the prefix:
`<col min="2" max="2" hidden="1"/>`."""
STYLED = rb'<c r="([A-Z]{1,3})([0-9]{1,7})" s="(%s)"(?! t="[^n])'
"""Column, row and style of a number in one of the styles `%s`: `<c r="B2" s="3"`."""
NUMBER = STYLED + (
    rb"[^>]*>\s*(?:<f[^>]*/>\s*|<f(?:\s[^>]*)?>[^<]*</f>\s*)?<v[^>]*>(?!%s</v>)([^<]+)"
)
"""The same with its value, unless that is one of those `%s` that need no second look:
`<c r="B2" s="3"><v>46115.5</v>`."""
WORN = re.compile(rb'<c r="([A-Z]{1,3})[0-9]++"(?: s="(%b)")?+(?: t="n")?+%b\s?+>' % (STYLE, _REST))
"""Column and style of a number, if it has one: `<c r="B2" s="3"><v>5</v></c>`."""
RIGHT = {
    Right.NONE: b"[?]",
    Right.DAYS: b"[1-9][0-9]{2,4}",
    Right.DAYS_AND_TIMES: rb"[1-9][0-9]{2,4}(?:\.[0-9]+)?",
}
"""Values that need no second look: which of them calamine shows as Excel does."""


def has_odd_value(xml: bytes) -> bool:
    """Whether a value is written in a way that readers may take for another one."""
    if NO_INDEX.search(xml):
        return True
    return b"&" in xml and REFERENCE.search(xml) is not None
