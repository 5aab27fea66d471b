"""Research and continuous improvement for competency-based education.

Five verbs, in the one direction in which data flows: load, validate, measure, protect, render.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
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
_ROOMS = {verb: f"{__name__}.{'render' if verb == 'brief' else verb}" for verb in __all__}


class _House(ModuleType):
    """The package, whose verbs share their names with rooms: `cbe.load` is always the verb, never the folder."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _ROOMS and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        """The verb, loaded from its room when first asked for: the heavy libraries wait behind it."""
        if name not in _ROOMS:
            raise AttributeError(f"module 'cbe_analysis' has no attribute '{name}'")
        verb = getattr(importlib.import_module(_ROOMS[name]), name)
        super().__setattr__(name, verb)
        return verb


sys.modules[__name__].__class__ = _House
