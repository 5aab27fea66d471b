"""Release -> figure, table, brief: the door to seaborn, matplotlib, Typst and pikepdf.

A notebook begins with `brief(...)` and shows blocks with its methods; `read_bundles` finds them again in the executed
notebook; `typeset` and `page` print them. The parts of a block are in `blocks`, charts are drawn on a `canvas.Canvas`,
numbers are put in words by `numbers`, and `readability.grade` tells how hard a text is.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cbe_analysis.render.bundles import read_bundles
    from cbe_analysis.render.compose import Brief, brief
    from cbe_analysis.render.pdf import typeset
    from cbe_analysis.render.webpage import page

__all__ = ["Brief", "brief", "page", "read_bundles", "typeset"]
_ROOM_OF = {"Brief": "compose", "brief": "compose", "page": "webpage", "read_bundles": "bundles", "typeset": "pdf"}


def __getattr__(name: str) -> Any:
    """The name from its module, loaded when first asked for."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'cbe_analysis.render' has no attribute '{name}'")
    found = getattr(importlib.import_module(f"cbe_analysis.render.{_ROOM_OF[name]}"), name)
    globals()[name] = found
    return found
