"""Blocks -> one self-contained web page: no outside hosts, readable by a screen reader, printable."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape, unescape
from typing import Any

from cbe_analysis.render import fonts
from cbe_analysis.render.markup import html, style_sheet

STAFF = "internal: staff only"
# a browser that honours this loads nothing from anywhere and runs nothing, whatever a text may hold
POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'"
PAPER = {"us-letter": "letter", "a4": "A4"}
WEIGHTS = (300, 400, 600)


def page(bundles: Sequence[Mapping[str, Any]]) -> str:
    """The brief as an HTML page that holds its charts, style and letters itself.

    Parameters
    ----------
    bundles
        The blocks of one brief, the masthead first, as `read_bundles` gives them.
    """
    head = bundles[0]
    masthead = html(head)
    rest = "\n".join(html(b, f"block-{i}") for i, b in enumerate(bundles[1:], start=1))
    mark = f'<p class="mark">{STAFF}</p>\n' if head["staff"] else ""
    body = f'{mark}{masthead}\n<main>\n{rest}\n</main>\n<p class="foot">{escape(head["footer"])}</p>'
    return (
        f'<!doctype html>\n<html lang="{escape(head["language"])}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="description" content="{escape(head["description"])}">\n<title>{escape(head["title"])}</title>\n'
        f"<style>\nbody {{ margin: 36px 0 48px; background: #fff; }}\n{_letters(body)}\n{style_sheet()}{_paper(head)}"
        f'</style>\n</head>\n<body>\n<div class="brief">\n{body}\n</div>\n</body>\n</html>\n'
    )


def _letters(body: str) -> str:
    """The brief's own font, cut down to the characters in use."""
    used = "".join(sorted(set(unescape(re.sub(r"<[^>]*>", "", body))) - set("\n\t")))
    face = '@font-face {{ font-family: "{}"; font-weight: {}; src: url(data:font/woff;base64,{}) format("woff"); }}'
    return "\n".join(face.format(fonts.FAMILY, weight, fonts.subset(weight, used)) for weight in WEIGHTS)


def _paper(head: Mapping[str, Any]) -> str:
    """The rules of a printed page: its size, the footer and the mark of a staff brief on each."""
    mark = f' @top-right {{ content: "{STAFF}"; font: 600 8pt sans-serif; }}' if head["staff"] else ""
    return (
        f"@media print {{ @page {{ size: {PAPER[head['paper']]}; margin: 16mm 16mm 18mm;{mark}"
        f" @bottom-left {{ content: {_quoted(head['footer'])}; font: 8pt sans-serif; }}"
        ' @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 8pt sans-serif; } }'
        " body { margin: 0; } }\n"
    )


def _quoted(text: str) -> str:
    """A text as a string of a style sheet: all but letters, digits and spaces by their number."""
    return '"' + "".join(c if c.isalnum() or c == " " else f"\\{ord(c):06x}" for c in text) + '"'
