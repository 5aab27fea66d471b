"""The auditor: reads a Release as an outsider would, attacks it, and refuses it when anything hidden comes out.

Written apart from the protector: it shares no rule, no table and no model with it, only the solver.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.measure.estimates import Estimates
from cbe_analysis.protect.attack.reading import WHOLE, Cell, Row, Series, read
from cbe_analysis.protect.attack.together import Joint
from cbe_analysis.protect.attack.verdict import Published
from cbe_analysis.protect.record import Recorded
from cbe_analysis.protect.release import Release

NAMED_AT_MOST = 12


def audit(release: Release, estimates: Estimates) -> None:
    """Nothing, when an attack on the printed texts finds out nothing that is hidden.

    Parameters
    ----------
    estimates
        What the release was made from. The attack does not see its numbers; it is told which hidden groups are small,
        and which rows count the same people.

    Raises
    ------
    ReleaseRefused
        When a hidden cell falls, or a number stands where none may; the message names the groups, and no number.
    """
    printed, measured = Recorded.of(release), Measured(estimates)
    sizes = tuple(measured.size(row) for row in read(printed))
    breaches = Joint([Published("", None, replace(printed, sizes=sizes))], thorough=False).breaches()
    if breaches:
        names = dict.fromkeys(f"{breach.group}: {breach.says}" for breach in breaches)
        told = "; ".join(list(names)[:NAMED_AT_MOST]) + ("; and more" if len(names) > NAMED_AT_MOST else "")
        raise ReleaseRefused("the release would give away what it hides", told, "use --audience staff or fewer factors")


class Measured:
    """The true sizes of groups: only to tell which hidden ones are small, and which rows count the same people.

    Parameters
    ----------
    estimates
        A crossed group without a row has no one in it.
    """

    def __init__(self, estimates: Estimates) -> None:
        self._sizes: dict[Series, dict[Cell, float]] = {}
        columns = ["quantity", "unit", "at", "arm", "n", "value", *estimates.by]
        for row in estimates.rows[columns].to_dict("records"):
            text = {str(name): "" if pd.isna(value) else str(value) for name, value in row.items()}
            arm = text["arm"] if text["arm"] not in ("", "difference") else WHOLE
            n = row["value"] if row["quantity"] == "count" and not pd.isna(row["value"]) else row["n"]
            size, cell = 0.0 if pd.isna(n) else float(n), (*(text[name] for name in estimates.by), arm)
            sizes = self._sizes.setdefault((text["quantity"], text["unit"], text["at"]), {})
            sizes[cell] = min(size, sizes.get(cell, size))

    def size(self, row: Row) -> float:
        """How many are in the row's group; a group that was not measured has nobody in it."""
        return self._sizes.get(row.series, {}).get(row.cell, 0.0)
