"""An effect and its error as three chances, for a decision whose rule was written beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr

from cbe_analysis.errors import UsageError

PRIOR_SD = 0.1  # spread of effects around zero, in standard deviations of the outcome


@dataclass(frozen=True, slots=True)
class Chances:
    """Probabilities that add to one; NaN where the effect has no standard error.

    Parameters
    ----------
    better
        The effect is at least the minimum that matters.
    little
        It lies between.
    worse
        It is at least as far in the other direction.
    """

    better: float
    little: float
    worse: float

    def verdict(self, certainty: float) -> Literal["yes", "no", "unsure"]:
        """Whether the program does enough, at the certainty wanted beforehand, between one half and 1.

        Raises
        ------
        UsageError
            Where the certainty is not between one half and 1.
        """
        if not 0.5 < certainty < 1:
            raise UsageError(f"a certainty of {certainty}", "programs, column 'certainty'", "give one from .5 to 1")
        if self.better >= certainty:
            return "yes"
        return "no" if self.little + self.worse >= certainty else "unsure"


def chances(effect: float, std_error: float, minimum: float, *, prior_sd: float | None = None) -> Chances:
    """The chances that an effect is at least the minimum, of no meaning, or as bad as the minimum is good.

    The posterior is normal; with a flat prior it stands at the estimate, with an informative one between it and zero.

    Parameters
    ----------
    effect, std_error
        In the unit of `minimum`, more being better.
    minimum
        The smallest effect that would matter, positive.
    prior_sd
        Spread of effects around zero that is expected beforehand, in the same unit; None for a flat prior.

    Raises
    ------
    UsageError
        Where the minimum or the prior's spread is not positive.

    References
    ----------
    Gelman, A. et al. (2013), Bayesian Data Analysis, 3rd ed., pp. 39-41.
    """
    if not minimum > 0 or (prior_sd is not None and not prior_sd > 0):
        raise UsageError(
            f"minimum {minimum}, prior spread {prior_sd}", "programs, column 'minimum_effect'", "give positive numbers"
        )
    if not np.isfinite([effect, std_error]).all():
        return Chances(float("nan"), float("nan"), float("nan"))
    pull = 1.0 if prior_sd is None else prior_sd**2 / (prior_sd**2 + std_error**2)
    centre, spread = pull * effect, float(np.sqrt(pull)) * std_error
    if spread == 0:
        better, worse = float(centre >= minimum), float(centre <= -minimum)
    else:
        better, worse = float(ndtr((centre - minimum) / spread)), float(ndtr((-minimum - centre) / spread))
    return Chances(better, max(1 - better - worse, 0.0), worse)
