"""What a release was made from, as far as the attack on it is told."""

from __future__ import annotations

import math

from cbe_analysis.measure.estimates import Estimates
from cbe_analysis.protect.attack.reading import FOLLOWED, WHOLE, Cell, Row, Series


class Measured:
    """What was truly measured of groups: it tells which hidden ones are small, and which rows count the same people.

    Parameters
    ----------
    estimates
        A crossed group without a row has no one in it, unless other rows about the same people count some.
    """

    def __init__(self, estimates: Estimates) -> None:
        self._sizes: dict[Series, dict[Cell, float]] = {}
        self._sums: dict[Series, dict[Cell, float]] = {}
        self._trend = bool(estimates.parameters.get("over"))
        columns = ["quantity", "unit", "at", "arm", "reference", "n", "value", *estimates.by]
        rows = estimates.rows[columns].astype(object)
        for row in rows.where(rows.notna(), None).to_dict("records"):
            text = {str(name): "" if value is None else str(value) for name, value in row.items()}
            arm = text["arm"] if text["arm"] not in ("", "difference") else WHOLE
            n = row["value"] if row["quantity"] == "count" and row["value"] is not None else row["n"]
            size, cell = float(n or 0), (*(text[name] for name in estimates.by), arm)
            at = "" if text["quantity"] in FOLLOWED else text["at"]
            sizes = self._sizes.setdefault((text["quantity"], text["unit"], at), {})
            sizes[cell] = min(size, sizes.get(cell, size))
            if row["value"] is not None and text["reference"] == "" and text["arm"] != "difference":
                self._sums.setdefault((text["quantity"], text["unit"], text["at"]), {})[cell] = size * row["value"]

    def size(self, row: Row) -> float:
        """How many are in the row's group; one that nothing tells of, among the same people, has nobody in it.

        That it has a row says nothing: small groups and those that nobody is in are told of alike.
        """
        own = self._sizes.get((row.quantity, row.unit, "" if row.quantity in FOLLOWED else row.at), {})
        if row.cell in own:
            return own[row.cell]
        others = (s for (_, _, at), s in self._sizes.items() if at == row.at or not self._trend)
        same = (s for s in others if row.cell in s and all(s.get(cell, n) == n for cell, n in own.items()))
        return next(same, {}).get(row.cell, 0.0)

    def sum(self, row: Row) -> float:
        """The values of a row's group added up, of a share those who have the property; NaN where there is none."""
        size = self.size(row)
        return self._sums.get(row.series, {}).get(row.cell, math.nan) if size else 0.0
