"""Pure statistics: arrays in, frozen answers out; no district is known here (the door to scipy and statsmodels)."""

from __future__ import annotations

import importlib
from types import ModuleType

__all__ = [
    "decision",
    "growth",
    "multiplicity",
    "pace",
    "percentiles",
    "proportions",
    "robust",
    "standardized",
    "standards",
]


def __getattr__(name: str) -> ModuleType:
    """The module of that name, loaded when first asked for: numpy and scipy wait behind it."""
    if name not in __all__:
        raise AttributeError(f"module 'cbe_analysis.methods' has no attribute '{name}'")
    return importlib.import_module(f"{__name__}.{name}")
