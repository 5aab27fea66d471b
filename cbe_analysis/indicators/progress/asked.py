"""What every measure of progress along the continuum reads and lets one choose."""

from __future__ import annotations

from dataclasses import dataclass, field

from cbe_analysis.indicators.declare import Contrast, Relation
from cbe_analysis.policy import Policy

EXIT_LEVEL = 13.0  # grade 12 completed


@dataclass(frozen=True, slots=True)
class Progress:
    """Levels, with what places them in time and school, and the groups to tell of.

    Parameters
    ----------
    subject
        One subject; without it the mean over all subjects that have levels.
    """

    levels: Relation
    policy: Policy
    contrast: Contrast
    calendar: Relation | None = None
    enrollments: Relation | None = None
    subject: str | None = field(default=None, kw_only=True)
