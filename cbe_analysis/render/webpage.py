"""Blocks -> one self-contained web page: no outside hosts, readable by a screen reader, printable."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from cbe_analysis.render import fonts
from cbe_analysis.render.markup import html


def page(bundles: Sequence[Mapping[str, Any]]) -> str:
    """The brief as an HTML page that holds its charts, style and letters itself.

    Parameters
    ----------
    bundles
        The blocks of one brief, the masthead first, as `read_bundles` gives them.
    """
    head = bundles[0]
    body = "\n".join(html(b, inline=True) for b in bundles)
    mark = '<p class="mark">internal: staff only</p>' if head["staff"] else ""
    style = files("cbe_analysis.render").joinpath("page.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{escape(head["language"])}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="description" content="{escape(head["description"])}">\n<title>{escape(head["title"])}</title>\n'
        f"<style>\n{_letters(body)}\n{style}</style>\n</head>\n<body>\n<main>\n{mark}\n{body}\n"
        f'<p class="foot">{escape(head["footer"])}</p>\n</main>\n</body>\n</html>\n'
    )


def _letters(body: str) -> str:
    """The brief's own font, cut down to the characters in use."""
    used = "".join(sorted(set(re.sub(r"<[^>]*>", "", body)) | set("protected0123456789 ")))
    face = '@font-face {{ font-family: "{}"; font-weight: {}; src: url(data:font/woff;base64,{}) format("woff"); }}'
    return "\n".join(face.format(fonts.FAMILY, weight, fonts.subset(weight, used)) for weight in (300, 400, 600))
