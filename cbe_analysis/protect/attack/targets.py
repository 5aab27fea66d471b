"""Counts that must not come out of printed shares."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from cbe_analysis.protect.attack.claims import Share
from cbe_analysis.protect.attack.facts import SLACK
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.printed import Printed
from cbe_analysis.protect.attack.reading import Interval
from cbe_analysis.protect.attack.told import Property


@dataclass(frozen=True, slots=True)
class Target:
    """A count that must not come out: the share of one group that one property says."""

    name: Property
    kind: int
    group: Group
    share: Share | None = field(compare=False)

    @property
    def printed(self) -> Printed | None:
        """The interval of the share; None where it is hidden."""
        return self.share.printed if self.share else None

    @property
    def plain(self) -> bool:
        """True when it is printed and not coded: no such count is near 0."""
        return self.share is not None and self.printed is not None and not self.share.code

    @property
    def few_have(self) -> bool:
        """Whether those who have the property are the few of a coded share; else those who have it not."""
        return self.share is not None and self.share.code == "<="

    def unsure(self, minimum: int) -> float:
        """How far apart the numbers of those who are few in a coded group must be."""
        if self.share is None or self.printed is None:
            return 1.0
        limit = self.printed.high if self.few_have else 1 - self.printed.low
        size: Interval = self.share.size or (0.0, 0.0)
        return max(1.0, min(float(minimum), math.floor((limit - 0.005) * size[0] + 1e-9)))


def counts(share: Interval, size: Interval, having: Interval) -> set[int]:
    """The counts that fit a share, a range of the size and one of the count."""
    return {
        y
        for n in range(math.ceil(size[0] - SLACK), math.floor(size[1] + SLACK) + 1)
        for y in range(math.ceil(share[0] * n - 1e-9), math.floor(share[1] * n + 1e-9) + 1)
        if having[0] - SLACK <= y <= having[1] + SLACK
    }
