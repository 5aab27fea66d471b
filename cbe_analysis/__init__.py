"""Research and continuous improvement for competency-based education.

Five verbs, in the one direction in which data flows: load, validate, measure, protect, render.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cbe_analysis.load import load
    from cbe_analysis.measure import measure
    from cbe_analysis.protect import protect
    from cbe_analysis.render import brief
    from cbe_analysis.run import run
    from cbe_analysis.validate import validate

__version__ = "0.1.0"
__all__ = ["brief", "load", "measure", "protect", "run", "validate"]


def __getattr__(name: str) -> Any:
    """The verb, from its room, loaded when first asked for: the heavy libraries wait behind it."""
    room = {"brief": "render"}.get(name, name)
    if name not in __all__:
        raise AttributeError(f"module 'cbe_analysis' has no attribute '{name}'")
    verb = getattr(importlib.import_module(f"cbe_analysis.{room}"), name)
    globals()[name] = verb  # a room is a package of the same name: the verb must win over the submodule
    return verb
