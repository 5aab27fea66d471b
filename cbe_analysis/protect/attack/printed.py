"""What releases print of one number: an interval, and which of them say so."""

from __future__ import annotations

from dataclasses import dataclass

from cbe_analysis.protect.attack.reading import Interval


@dataclass(frozen=True, slots=True)
class Printed:
    """An interval that releases print, and which of them.

    Parameters
    ----------
    sources
        Positions of the releases; none for what officials published.
    """

    low: float
    high: float
    sources: tuple[int, ...]

    def narrowed(self, interval: Interval, source: int) -> Printed:
        """With what one more release says: only a release that says more is named."""
        low, high = max(self.low, interval[0]), min(self.high, interval[1])
        if (low, high) == (self.low, self.high):
            return self
        sources = (source,) if (low, high) == interval else (*self.sources, source)
        return Printed(low, high, tuple(sorted(set(sources))))
