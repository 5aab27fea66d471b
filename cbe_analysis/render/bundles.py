"""The blocks that an executed notebook holds: the single record of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cbe_analysis.errors import RunFailed
from cbe_analysis.render.blocks import KINDS, MIME


def read_bundles(notebook: Path | Mapping[str, Any]) -> list[dict[str, Any]]:
    """The blocks of an executed notebook, in order; the masthead first.

    Raises
    ------
    RunFailed
        When it holds no brief, or more than one.
    """
    held = json.loads(Path(notebook).read_text(encoding="utf-8")) if isinstance(notebook, Path) else notebook
    found = [
        dict(output["data"][MIME])
        for cell in held["cells"]
        for output in cell.get("outputs", [])
        if MIME in output.get("data", {})
    ]
    heads = [b for b in found if b.get("kind") == "masthead"]
    if len(heads) != 1 or found[0] is not heads[0] or not {b.get("kind") for b in found} <= KINDS:
        raise RunFailed(
            f"the notebook shows {len(heads)} briefs where one is needed",
            remedy="begin it with cbe.brief(...) and show the other blocks after it",
        )
    return found
