"""Blocks as HTML: what JupyterLab shows, and the body of the web page."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from html import escape
from typing import Any

Bundle = Mapping[str, Any]


def rich(text: str) -> str:
    """Escaped text with its `**bold**` parts; no other markup has a meaning."""
    parts = text.split("**")
    if len(parts) % 2 == 0:  # an odd star pair is text
        parts = [*parts[:-2], "**".join(parts[-2:])]
    return "".join(f"<strong>{escape(p)}</strong>" if i % 2 else escape(p) for i, p in enumerate(parts))


def paragraphs(texts: list[str] | tuple[str, ...]) -> str:
    """Each text as a paragraph."""
    return "".join(f"<p>{rich(t)}</p>" for t in texts)


def html(block: Bundle, *, inline: bool = False) -> str:
    """The block as HTML; `inline` puts a chart into the page itself, so that it uses the page's fonts."""
    kind = str(block["kind"])
    if kind == "figure":
        return _figure(block, inline=inline)
    return _WRITERS[kind](block)


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


def _figure(b: Bundle, *, inline: bool) -> str:
    if inline:
        svg = re.sub(r"^.*?(?=<svg)", "", b["svg"], flags=re.DOTALL)
        image = f'<div class="chart" role="img" aria-label="{escape(b["alt"])}">{svg}</div>'
    else:
        data = base64.b64encode(b["svg"].encode()).decode("ascii")
        image = f'<img alt="{escape(b["alt"])}" src="data:image/svg+xml;base64,{data}">'
    caption = f"<figcaption><b>{escape(b['title'])}</b><span>{rich(b['sub'])}</span></figcaption>"
    return f"<figure>{caption}{image}</figure>"


def _table(b: Bundle) -> str:
    side = ["num" if a == "r" else "txt" for a in b["align"]]
    head = "".join(f'<th scope="col" class="{s}">{rich(c)}</th>' for s, c in zip(side, b["columns"], strict=True))
    rows = []
    for y, row in enumerate(b["rows"], start=1):
        cells = [_cell(v, side[x], header=x == 0) for x, v in enumerate(row)]
        rows.append(f"<tr{' class=rule' if y + 1 in b['rules'] else ''}>{''.join(cells)}</tr>")
    caption = f"<caption><b>{escape(b['title'])}</b> <span>{rich(b['sub'])}</span></caption>"
    kind = ' class="verdict"' if b["verdict"] else ""
    return f"<table{kind}>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _cell(value: str | None, side: str, *, header: bool) -> str:
    text = "<i>protected</i>" if value is None else rich(value)
    return f'<th scope="row" class="{side}">{text}</th>' if header else f'<td class="{side}">{text}</td>'


def _notes(b: Bundle) -> str:
    columns = []
    for item in b["items"]:
        steps = "".join(f"<li>{rich(s)}</li>" for s in item["steps"])
        body = paragraphs(item["text"]) + (f"<ol>{steps}</ol>" if steps else "")
        columns.append(f'<div style="--span:{int(item["span"])}"><h2>{escape(item["title"])}</h2>{body}</div>')
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
    return '<div class="page"></div>'


_WRITERS = {
    "masthead": _masthead,
    "answer": _answer,
    "table": _table,
    "notes": _notes,
    "callout": _callout,
    "receipt": _receipt,
    "page": _page,
}
