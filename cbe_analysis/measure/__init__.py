"""District x Indicator -> Estimates: cases, groups, intervals, comparisons; not publishable."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cbe_analysis.measure.conduct import measure
    from cbe_analysis.measure.estimates import Estimates, Population
    from cbe_analysis.measure.offer import Offer, availability

__all__ = ["Estimates", "Offer", "Population", "availability", "measure"]
_HOMES = {
    "measure": "conduct",
    "Estimates": "estimates",
    "Population": "estimates",
    "Offer": "offer",
    "availability": "offer",
}


def __getattr__(name: str) -> Any:
    """The public name, loaded when first asked for: pandas and the statistics wait behind it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cbe_analysis.measure' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
