"""The catalogue as a page of documentation: `python -m cbe_analysis.indicators.page docs/indicators.md` writes it."""

from __future__ import annotations

import sys
from pathlib import Path

from cbe_analysis.indicators import CATALOGUE
from cbe_analysis.indicators.declare import Indicator, Option

HEAD = """\
# Indicators

What the kit measures. This page is made from the declarations in `cbe_analysis/indicators`; change those, then run
`python -m cbe_analysis.indicators.page docs/indicators.md`.

Every indicator can be grouped (`--by`), filtered (`--where`) and compared (`--compare`); options are set with `--set`.
An indicator of kind *cases* gives one value per case, which is then averaged by group; one of kind *model* fits all
groups together. Principles are the sixteen of Sturgis & Casey 2018, *Quality Principles for Competency-Based
Education*.
"""


def catalogue_page() -> str:
    """The page in Markdown: one section per indicator, in alphabetical order."""
    return "\n".join([HEAD, *(_section(CATALOGUE[name]) for name in sorted(CATALOGUE))])


def _section(entry: Indicator) -> str:
    tables = [f"`{t}`" for t in entry.tables] + [f"`{t}` (optional)" for t in entry.optional_tables]
    if not entry.tables:
        tables = [" or ".join(f"`{t}`" for t in entry.optional_tables)]
    facts = {
        "Unit": entry.unit,
        "Kind": entry.kind,
        "Tables": ", ".join(tables),
        "Principles": ", ".join(str(p) for p in entry.principles),
        "Source": entry.source,
    }
    lines = [f"## {entry.id}", "", f"*{entry.question}*", "", entry.definition, ""]
    lines += [f"- {name}: {fact}" for name, fact in facts.items()]
    if entry.options:
        lines += ["", "| option | type | default | meaning |", "|---|---|---|---|"]
        lines += [_option(option) for option in entry.options.values()]
    return "\n".join([*lines, ""])


def _option(option: Option) -> str:
    words = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    default = "" if option.default is None else f"`{option.default}`"
    return f"| `{option.name}` | {words[option.kind]} | {default} | {option.meaning} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(catalogue_page(), encoding="utf-8", newline="\n")
