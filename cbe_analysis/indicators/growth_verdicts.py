"""How students and schools vary in a growth model, and what the fit itself warns of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.methods.growth import GrowthFit, Level

NOTHING = 1e-3  # of the SD of scores about the lines: what moves scores by less is estimated as zero
VAGUE = "not told apart from noise: one of many values that fit alike"


@dataclass(frozen=True, slots=True)
class Variation:
    """How intercepts and slopes vary between the units of a level.

    Parameters
    ----------
    name
        Students or schools, in the singular.
    intercept, slope
        Standard deviations; 0 where they move scores by next to nothing.
    correlation
        NaN where one of them is 0.
    singular
        Whether the estimate lies at an edge: a variation of zero, or a perfect correlation.
    """

    name: str
    intercept: float
    slope: float
    correlation: float
    singular: bool

    @classmethod
    def of(cls, level: Level, name: str, *, noise: float, span: float) -> Variation:
        """As fitted.

        Parameters
        ----------
        noise
            SD of scores about the lines.
        span
            Years from the first to the last score.
        """
        sd = np.sqrt(np.maximum(np.diag(level.covariance), 0))
        intercept, slope = np.where(sd * (1, span) > NOTHING * noise, sd, 0.0).tolist()
        known = intercept > 0 and slope > 0
        together = float(level.covariance[0, 1] / (intercept * slope)) if known else float("nan")
        return cls(name, intercept, slope, together, level.singular)

    def rows(self, unit: str, n: int, *, identified: bool) -> list[Row]:
        """Its numbers."""
        numbers = (
            (f"sd_{self.name}_slope", f"{unit} / year", self.slope),
            (f"sd_{self.name}_intercept", unit, self.intercept),
            (f"cor_{self.name}", "correlation", self.correlation),
        )
        note = "" if identified else VAGUE
        return [row(quantity, of, {}, value, n=n, note=note) for quantity, of, value in numbers]

    @property
    def verdict(self) -> str:
        """What is said of an estimate at an edge."""
        units, same = f"{self.name}s", "no more than the noise of scores explains: their variation is estimated as zero"
        if self.intercept == self.slope == 0:
            return f"{units} differ {same}"
        if self.slope == 0:
            return f"the slopes of {units} differ {same}"
        if self.intercept == 0:
            return f"the intercepts of {units} differ {same}"
        return (
            f"intercepts and slopes of {units} are estimated to go together perfectly ({self.correlation:+.0f}): "
            "the scores tell no more than one kind of variation"
        )


def verdicts(fit: GrowthFit, variations: list[Variation]) -> list[str]:
    """What a fit warns of."""
    if np.isnan(fit.loglik):
        return ["all scores lie on the line of the model: nothing varies, and no error can be told"]
    if not fit.identified:
        return [
            "the scores are too few to tell variation from noise: standard deviations and correlations are one choice "
            "of many that fit alike; slopes and gaps stand"
        ]
    found = [variation.verdict for variation in variations if variation.singular]
    if not fit.converged:
        found.append("the growth model did not converge; read its numbers with care")
    return found
