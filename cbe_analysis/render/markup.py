"""Blocks as HTML: what JupyterLab shows, and the body of the web page."""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

from cbe_analysis.render import drawing
from cbe_analysis.render.blocks import WIDE

Bundle = Mapping[str, Any]


@functools.cache
def style_sheet() -> str:
    """The look of a brief on a screen; every rule holds inside the class `brief` alone."""
    return files("cbe_analysis.render").joinpath("page.css").read_text(encoding="utf-8")


def styled(block: Bundle) -> str:
    """The block as a notebook shows it: in the look of the brief, which the masthead brings for all."""
    style = f"<style>\n{style_sheet()}</style>\n" if block["kind"] == "masthead" else ""
    return f'{style}<div class="brief" lang="{escape(block.get("language", "en"))}">{html(block)}</div>'


def rich(text: str) -> str:
    """Escaped text with its `**bold**` parts; no other markup has a meaning."""
    parts = text.split("**")
    if len(parts) % 2 == 0:  # an odd star pair is text
        parts = [*parts[:-2], "**".join(parts[-2:])]
    return "".join(f"<strong>{escape(p)}</strong>" if i % 2 else escape(p) for i, p in enumerate(parts))


def paragraphs(texts: list[str] | tuple[str, ...]) -> str:
    """Each text as a paragraph."""
    return "".join(f"<p>{rich(t)}</p>" for t in texts)


def html(block: Bundle, name: str = "") -> str:
    """The block as HTML.

    Parameters
    ----------
    name
        Of the block in a page. With it a chart stands in the page itself, where it uses the page's fonts and its ids
        begin with the name; without it a chart is an image.
    """
    kind = str(block["kind"])
    if kind == "figure":
        return _figure(block, name)
    return _row(block, name) if kind == "row" else _WRITERS[kind](block)


def _row(b: Bundle, name: str) -> str:
    cells = (html(cell, f"{name}-{i}" if name else "") for i, cell in enumerate(b["cells"], start=1))
    columns = (f'<div style="--span: {int(n)}">{c}</div>' for n, c in zip(b["spans"], cells, strict=True))
    return f'<div class="row">{"".join(columns)}</div>'


def _masthead(b: Bundle) -> str:
    facts = "".join(f"<li>{rich(f)}</li>" for f in b["facts"])
    return (
        f'<header class="masthead"><div><p class="kicker">{escape(b["kicker"])}</p><h1>{escape(b["title"])}</h1></div>'
        f'<ul class="facts">{facts}</ul></header>'
    )


def _answer(b: Bundle) -> str:
    return (
        f'<section class="answer"><p class="says">{rich(b["text"])}</p><p class="sure">{rich(b["sure"])}</p></section>'
    )


def _figure(b: Bundle, name: str) -> str:
    wide = " wide" if b["width"] == WIDE else ""
    if name:
        svg = drawing.inline(b["svg"], name)
        image = f'<div class="chart{wide}" role="img" aria-label="{escape(b["alt"])}">{svg}</div>'
    else:
        data = base64.b64encode(b["svg"].encode()).decode("ascii")
        image = f'<img class="chart{wide}" alt="{escape(b["alt"])}" src="data:image/svg+xml;base64,{data}">'
    caption = f"<figcaption><b>{escape(b['title'])}</b><span>{rich(b['sub'])}</span></figcaption>"
    return f"<figure>{caption}{image}</figure>"


def _table(b: Bundle) -> str:
    side = ["num" if a == "r" else "txt" for a in b["align"]]
    head = "".join(f'<th scope="col" class="{s}">{rich(c)}</th>' for s, c in zip(side, b["columns"], strict=True))
    rows = []
    for y, row in enumerate(b["rows"], start=1):
        cells = [_cell(v, side[x], header=x == 0) for x, v in enumerate(row)]
        kind = ' class="rule"' if y + 1 in b["rules"] else ""
        rows.append(f"<tr{kind}>{''.join(cells)}</tr>")
    caption = f"<caption><b>{escape(b['title'])}</b> <span>{rich(b['sub'])}</span></caption>"
    kind = ' class="verdict"' if b["verdict"] else ""
    table = f"<table{kind}>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(b["title"])}">{table}</div>'


def _cell(value: str | None, side: str, *, header: bool) -> str:
    text = "<i>protected</i>" if value is None else rich(value)
    return f'<th scope="row" class="{side}">{text}</th>' if header else f'<td class="{side}">{text}</td>'


def _notes(b: Bundle) -> str:
    columns = []
    for item in b["items"]:
        steps = "".join(f"<li>{rich(s)}</li>" for s in item["steps"])
        body = paragraphs(item["text"]) + (f"<ol>{steps}</ol>" if steps else "")
        columns.append(f'<div style="--span: {int(item["span"])}"><h2>{escape(item["title"])}</h2>{body}</div>')
    return f'<section class="notes">{"".join(columns)}</section>'


def _callout(b: Bundle) -> str:
    big = "".join(f"<div><b>{escape(n['value'])}</b><span>{rich(n['label'])}</span></div>" for n in b["numbers"])
    big = f'<div class="big">{big}</div>' if big else ""
    return (
        f'<section class="callout"><h2>{escape(b["title"])}</h2>{paragraphs(b["text"])}{big}'
        f"{paragraphs(b['closing'])}</section>"
    )


def _receipt(b: Bundle) -> str:
    lines = "".join(f"<p><b>{escape(name)}.</b> {rich(text)}</p>" for name, text in b["lines"])
    return f'<footer class="receipt">{lines}</footer>'


def _page(b: Bundle) -> str:
    return '<div class="pagebreak"></div>'


_WRITERS = {
    "masthead": _masthead,
    "answer": _answer,
    "table": _table,
    "notes": _notes,
    "callout": _callout,
    "receipt": _receipt,
    "page": _page,
}
