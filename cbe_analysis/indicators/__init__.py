"""The indicator catalogue: what can be measured, each measure declared once.

Importing this room registers every entry; the bodies load their statistics when they are called.
"""

from cbe_analysis.indicators import attendance, growth, growth_percentile, interventions, pace, standing
from cbe_analysis.indicators.declare import CATALOGUE, Cases, Contrast, Fitted, Indicator, Option, indicator

__all__ = [
    "CATALOGUE",
    "Cases",
    "Contrast",
    "Fitted",
    "Indicator",
    "Option",
    "attendance",
    "growth",
    "growth_percentile",
    "indicator",
    "interventions",
    "pace",
    "standing",
]
