"""Where growth and status begin to be high, and how sure a kind must be to be named, as a method says it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SAID = re.compile(
    r"; high from (?P<growth>\S+) levels a year; .*; high from (?P<status>\S+); "
    r"a kind is named from a chance of (?P<certainty>\S+)%; errors of both correlated by (?P<together>\S+),"
)


@dataclass(frozen=True, slots=True)
class Marks:
    """Where high growth and high status begin, and the chance from which a kind is named."""

    growth: float
    status: float
    certainty: float

    def method(self, growth: str, together: float) -> str:
        """The method in words.

        Parameters
        ----------
        growth
            How growth is estimated, in words.
        together
            How the errors of growth and status are correlated.
        """
        return (
            f"growth: {growth}; high from {self.growth:g} levels a year; status: last level of students who had not "
            f"left, less that expected of grade and day, by the same model; high from {self.status:g}; a kind is named "
            f"from a chance of {100 * self.certainty:g}%; errors of both correlated by {together:.2f}, as over students"
        )

    @classmethod
    def of(cls, method: str) -> tuple[Marks, float] | None:
        """The marks that a method tells, and the correlation; None for the method of something else."""
        said = _SAID.search(method)
        if said is None:
            return None
        growth, status, percent, together = (
            float(said[name]) for name in ("growth", "status", "certainty", "together")
        )
        return cls(growth, status, percent / 100), together
