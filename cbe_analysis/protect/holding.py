"""The records as the public may see them, as more and more of them is withheld."""

from __future__ import annotations

import math
from dataclasses import replace

from cbe_analysis.protect.curves.waiting import printed_percent
from cbe_analysis.protect.grounds import Grounds, hidden_entries
from cbe_analysis.protect.pattern.coarse_to_fine import reopened
from cbe_analysis.protect.percents import Percent
from cbe_analysis.protect.printing import Printed, as_protected
from cbe_analysis.protect.shares.compositions import left_over
from cbe_analysis.protect.shares.remedy import NOTHING, remedy


class Holding:
    """Some records, held back so far that what is hidden follows from nothing that is shown.

    Parameters
    ----------
    grounds
        The records, with the cells that are hidden in any case.
    """

    def __init__(self, grounds: Grounds) -> None:
        self._grounds, self._percents, self._last = grounds, _percents(grounds), NOTHING

    def printed(self, withheld: frozenset[int]) -> list[Printed]:
        """The records as they may be printed, safe also with the sizes that are hidden together with their shares.

        Parameters
        ----------
        withheld
            Positions of records to hide for another reason.
        """
        grounds = self._grounds
        while True:
            printed = self._public(grounds, withheld)
            shown = [entry for entry, p in zip(grounds.entries, printed, strict=True) if not p.hidden]
            closed = [cells | grounds.unsaid(at, shown) for at, cells in enumerate(grounds.hidden)]
            more = [reopened(b, cells, grounds.minimum) for b, cells in zip(grounds.bases, closed, strict=True)]
            if not any(more):
                return printed
            hidden = (new or old for new, old in zip(more, grounds.hidden, strict=True))
            grounds = replace(grounds, hidden=tuple(hidden))

    def _public(self, grounds: Grounds, withheld: frozenset[int]) -> list[Printed]:
        """The records as the public may see them: hidden, coded, banded, rounded."""
        percents = self._percents if grounds is self._grounds else _percents(grounds)
        while True:
            hidden = hidden_entries(grounds, percents, withheld)
            self._last = more = remedy(grounds, percents, hidden, self._last)
            wanted = withheld | more.withheld | left_over(grounds.entries, percents, hidden, grounds.minimum)
            if wanted == withheld and not more.percents:
                if grounds is self._grounds:
                    self._percents = percents  # found before: need not be sought again
                return as_protected(grounds, percents, hidden)
            withheld, percents = wanted, {**percents, **more.percents}


def _percents(grounds: Grounds) -> dict[int, Percent | None]:
    """Every share that may be spoken of, as it is printed."""
    return {
        i: printed_percent(entry, grounds.minimum, grounds.officially)
        for i, entry in enumerate(grounds.entries)
        if entry.is_share and not math.isnan(entry.value) and not grounds.cell_hidden(entry)
    }
