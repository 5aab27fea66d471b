"""Text in the cells of a spreadsheet: what one would take for a formula gets a quote mark, and stays text."""

from __future__ import annotations

import re

# what a spreadsheet may overlook at the beginning of a cell: spaces of all kinds, marks of direction and of no width
_OVERLOOKED = " \x85\u00a0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u2069\u3000\ufeff"
_SIGN = "[=+@\uff1d\uff0b\uff0d\uff20-]"  # the wide forms count where a keyboard writes them
FORMULA = f"[\t\r\n]|[\t\r\n{_OVERLOOKED}]*{_SIGN}"  # at the beginning; the same for Python and for DuckDB
_FORMULA = re.compile(FORMULA)
# a spreadsheet that divides cells elsewhere than at commas begins a cell here
_DIVIDED = re.compile(f"([;\t\r\n][\t\r\n{_OVERLOOKED}]*)(?={_SIGN})")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # what a workbook cannot hold


def harmless(text: str) -> str:
    """The text as a spreadsheet may have it; its lines end with LF, for one that ends with CR would end the row."""
    inner = _DIVIDED.sub(r"\1'", _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return f"'{inner}" if _FORMULA.match(inner) else inner
