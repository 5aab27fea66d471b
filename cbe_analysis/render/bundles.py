"""The blocks that an executed notebook holds: the single record of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from cbe_analysis.errors import RunFailed
from cbe_analysis.render import blocks
from cbe_analysis.render.characters import one_line, visible

_RECORDS: dict[str, type[Any]] = {
    "masthead": blocks.Masthead,
    "answer": blocks.Answer,
    "figure": blocks.Picture,
    "table": blocks.Table,
    "notes": blocks.Notes,
    "callout": blocks.Callout,
    "receipt": blocks.Receipt,
    "row": blocks.Row,
    "page": blocks.PageBreak,
}
_INNER = {("notes", "items"): blocks.Note, ("callout", "numbers"): blocks.Big}


def read_bundles(notebook: Path | Mapping[str, Any]) -> list[dict[str, Any]]:
    """The blocks of an executed notebook, in order; the masthead first.

    Raises
    ------
    RunFailed
        When it holds no brief, or more than one, or a block that breaks the rules of its kind.
    """
    held = json.loads(Path(notebook).read_text(encoding="utf-8")) if isinstance(notebook, Path) else notebook
    found = [
        dict(output["data"][blocks.MIME])
        for cell in held["cells"]
        for output in cell.get("outputs", [])
        if blocks.MIME in output.get("data", {})
    ]
    heads = [b for b in found if b.get("kind") == "masthead"]
    if len(heads) != 1 or found[0] is not heads[0]:
        raise RunFailed(
            f"the notebook shows {len(heads)} briefs where one is needed",
            remedy="begin it with cbe.brief(...) and show the other blocks after it",
        )
    try:
        return [bundle(block(b)) for b in found]
    except ValueError as e:
        raise RunFailed(
            f"a block of the notebook is not fit to print: {e}", remedy="mend the cell that shows it"
        ) from None


def bundle(block: blocks.Block) -> dict[str, Any]:
    """The block as plain JSON data: what an executed notebook holds and the typesetter reads.

    Characters that draw nothing but change what is read (controls, marks of writing direction) become a visible
    replacement mark; line ends become spaces.
    """
    data: dict[str, Any] = _seen(asdict(block))
    return data


def block(data: Mapping[str, Any]) -> blocks.Block:
    """The record that a bundle was made from, with all its rules checked again.

    Raises
    ------
    ValueError
        When it is of no known kind, lacks a part, has one too many, or breaks a rule of its kind.
    """
    record = _RECORDS.get(str(data.get("kind")))
    if record is None:
        raise ValueError("a bundle is of no kind that a brief knows")
    made: blocks.Block = _record(record, str(data["kind"]), data)
    return made


def _record(record: type[Any], kind: str, data: Any) -> Any:
    try:
        return record(**{name: _thawed(kind, name, value) for name, value in data.items()})
    except (TypeError, AttributeError):
        told = ", ".join(f.name for f in fields(record))
        raise ValueError(f"a bundle of the kind {kind} has other parts than {told}") from None


def _thawed(kind: str, name: str, value: Any) -> Any:
    """A part as its record holds it: JSON's lists are tuples there, inner objects are records."""
    if not isinstance(value, (list, tuple)):
        return value
    inner = _INNER.get((kind, name))
    if inner is not None:
        return tuple(_record(inner, inner.__name__.lower(), v) for v in value)
    if (kind, name) == ("row", "cells"):
        return tuple(block(v) for v in value)
    return tuple(_thawed(kind, "", v) for v in value)


def _seen(value: Any, name: str = "") -> Any:
    """The same data, every character of its texts visible; a drawing keeps its line ends."""
    if isinstance(value, str):
        return visible(value) if name == "svg" else one_line(value)
    if isinstance(value, dict):
        return {k: _seen(v, k) for k, v in value.items()}
    return [_seen(v) for v in value] if isinstance(value, (list, tuple)) else value
