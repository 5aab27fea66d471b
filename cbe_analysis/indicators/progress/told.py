"""Values of students of which means are told, and what must be said of these."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.indicators.alike import Scores


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of students.

    Parameters
    ----------
    values
        Shape `(n,)`, NaN for who does not count; 1 or 0 for a share.
    """

    unit: str
    values: NDArray[np.float64]
    scores: Scores

    @classmethod
    def of(cls, unit: str, values: NDArray[np.float64]) -> Told:
        """Values, with how few or how close together they are."""
        return cls(unit, values, Scores.of(values[np.isfinite(values)]))

    def note(self, members: NDArray[np.bool_]) -> str:
        """What must be said of the mean of a group."""
        return self.scores.note(self._own(members))

    def close(self, members: NDArray[np.bool_]) -> str:
        """What must be said of the error of a gap between a group and others."""
        return self.scores.close(self._own(members))

    def _own(self, members: NDArray[np.bool_]) -> NDArray[np.float64]:
        own = self.values[members]
        return own[np.isfinite(own)]
