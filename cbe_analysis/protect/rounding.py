"""Numbers with an error, rounded so far that a single student does not show."""

from __future__ import annotations

import math
from functools import lru_cache

MINUS = "−"
STEPS = (5.0, 2.0, 1.0)
FIGURES = 2
SMALL_P = 0.01


def step_below(limit: float) -> float:
    """The largest of 1, 2 or 5 times a power of ten that is no more than the limit."""
    power = math.floor(math.log10(limit) + 1e-12)
    for part in STEPS:
        if part * 10.0**power <= limit * (1 + 1e-12):
            return _clean(part, power)
    return _clean(5.0, power - 1)


def _clean(part: float, power: int) -> float:
    return part * float(10**power) if power >= 0 else part / float(10**-power)


def step_of_figures(value: float, figures: int = FIGURES) -> float:
    """The power of ten to which the value is rounded to so many figures; 1 for zero."""
    if value == 0:
        return 1.0
    return _clean(1.0, math.floor(math.log10(abs(value)) + 1e-12) - figures + 1)


def to_step(value: float, step: float) -> float:
    """The multiple of the step nearest to the value; never a negative zero; NaN stays NaN."""
    if math.isnan(value):
        return value
    return round(round(value / step) * step, decimals(step)) + 0.0


def decimals(step: float) -> int:
    """Decimal places that a multiple of the step needs."""
    return max(0, -math.floor(math.log10(step) + 1e-12))


def in_figures(value: float, figures: int = FIGURES) -> float:
    """The value to so many figures; NaN stays NaN."""
    return value if math.isnan(value) else to_step(value, step_of_figures(value, figures))


@lru_cache(maxsize=64)
def reach_of_fewest(n: int) -> float:
    """How many standard errors Student's 95 % interval of a mean of `n` reaches, two or more."""
    from cbe_analysis.methods.robust import bounded

    return bounded(0.0, 1.0, max(n - 1, 1)).high


def public_p(p: float) -> float:
    """The p-value to two decimals; 0 for one below .01; NaN stays NaN."""
    return 0.0 if p < SMALL_P else round(p, 2)


def spoken(value: float, step: float) -> str:
    """The number as text: thousands apart, a real minus sign, the decimals of its step."""
    text = f"{to_step(value, step):,.{decimals(step)}f}"
    return text.replace("-", MINUS)
