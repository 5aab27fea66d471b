"""What must stay possible of a hidden or a coded number, whatever an outsider computes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cbe_analysis.protect.pattern.cells import Range
from cbe_analysis.protect.pattern.polytope import TOLERANCE, Weights
from cbe_analysis.protect.pattern.reach import Goal, between


@dataclass(frozen=True, slots=True)
class Demand:
    """How uncertain a size or a count must stay.

    Parameters
    ----------
    width
        Its largest and its smallest value lie at least so far apart; 0: more than one whole number is left.
    least
        It may be anything from 0 to this, where this is not 0.
    """

    weights: Weights
    width: float = 0.0
    least: float = 0.0

    def met(self, low: float, high: float) -> bool:
        """Whether a number that may lie between these is uncertain enough."""
        if self.least:
            return low <= TOLERANCE and high >= self.least - TOLERANCE
        if self.width:
            return high - low >= self.width - TOLERANCE
        return math.ceil(low - TOLERANCE) < math.floor(high + TOLERANCE)

    def goals(self) -> list[Goal]:
        """Values to look for first: if both are possible, the demand is met."""
        return between(self.weights, 0.0, self.least or self.width or 1.0)

    def ways(self, low: float, high: float) -> list[list[Range]]:
        """Ranges to bring a number into that may only lie between these: one of each list is enough."""
        if self.least:
            needs = [[(-math.inf, 0.0)]] * (low > TOLERANCE)
            return needs + [[(self.least, math.inf)]] * (high < self.least - TOLERANCE)
        if self.width:
            above, below = low + self.width, high - self.width
        else:
            above, below = math.ceil(low - TOLERANCE) + 1.0, math.floor(high + TOLERANCE) - 1.0
        return [[(above, math.inf), *([(-math.inf, below)] if below >= 0 else [])]]
