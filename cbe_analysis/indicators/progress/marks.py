"""Where growth and status begin to be high, and what else chances of their kinds are made with."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Marks:
    """What the chances of the kinds are made with, besides growth, status and their errors.

    Parameters
    ----------
    growth, status
        Where high growth and high status begin.
    certainty
        The chance from which a kind is named.
    together
        How the errors of growth and status are correlated.
    """

    growth: float
    status: float
    certainty: float
    together: float

    @property
    def told(self) -> Marks:
        """The same as the method says them: the correlation, which is measured, to hundredths."""
        return replace(self, together=round(self.together, 2))

    def method(self, growth: str) -> str:
        """The method in words.

        Parameters
        ----------
        growth
            How growth is estimated, in words.
        """
        return (
            f"growth: {growth}; high from {self.growth:g} levels a year; status: last level of students who had not "
            f"left, less that expected of grade and day, by the same model; high from {self.status:g}; a kind is named "
            f"from a chance of {100 * self.certainty:g}%; errors of both correlated by {self.together:.2f}, as over "
            "students"
        )
