"""An attacker who knows every printed size of a table, that parts add up to totals, and linear programmes."""

import itertools

import numpy as np
from brute_force import WHOLE, sizes
from protected_tables import texts
from scipy.optimize import linprog
from scipy.sparse import csr_array

FAR = 1e5  # no group is larger
SLACK = 1e-6


class Outsider:
    """All sizes that fit what is known of a table.

    Parameters
    ----------
    known
        Cell -> smallest and largest size, for all cells of the table.
    """

    def __init__(self, known):
        self.cells, self.bounds = list(known), list(known.values())
        self.at = {cell: i for i, cell in enumerate(self.cells)}
        self.sums = _sums(self.cells, self.at)
        self.low, self.high = np.full(len(known), np.inf), np.full(len(known), -np.inf)

    def range(self, cell):
        """The smallest and the largest size of a cell."""
        return tuple(self._push([cell], sign)[self.at[cell]] for sign in (1, -1))

    def placed_too_well(self, true, minimum):
        """The cells that are placed better than the rule allows, each with its smallest and largest size.

        Parameters
        ----------
        true
            Hidden cell -> its size: one below the minimum must be able to be anything from 0 to it, another one to
            have two sizes.
        """
        for sign in (1, -1):
            left, before = self._open(true, minimum), None
            while left and len(left) != before:
                self._push(left, sign)
                left, before = self._open(true, minimum), len(left)
        found = {cell: self.range(cell) for cell in self._open(true, minimum)}
        return {cell: found[cell] for cell in self._open(true, minimum)}

    def _open(self, true, minimum):
        """Cells that were not seen at all sizes yet that they must be able to have."""
        found = []
        for cell, n in true.items():
            low, high = self.low[self.at[cell]], self.high[self.at[cell]]
            met = (low < SLACK and high > minimum - SLACK) if n < minimum else high - low > 1 - SLACK
            found += [] if met else [cell]
        return found

    def _push(self, cells, sign):
        """Sizes where these cells together are smallest (1) or largest (-1)."""
        goal = np.zeros(len(self.cells))
        goal[[self.at[cell] for cell in cells]] = sign
        answer = linprog(goal, A_eq=self.sums, b_eq=np.zeros(self.sums.shape[0]), bounds=self.bounds)
        assert answer.status == 0, "the truth fits what is printed"
        self.low, self.high = np.minimum(self.low, answer.x), np.maximum(self.high, answer.x)
        return answer.x


def _sums(cells, at):
    """A row for every total that has parts."""
    parts = []
    for cell, column in itertools.product(cells, range(len(cells[0]))):
        if cell[column] != WHOLE:
            parts.append(((*cell[:column], WHOLE, *cell[column + 1 :]), column, cell))
    rows = {pair: i for i, pair in enumerate(dict.fromkeys((whole, column) for whole, column, _ in parts))}
    values = [1.0] * len(parts) + [-1.0] * len(rows)
    lines = [rows[whole, column] for whole, column, _ in parts] + list(rows.values())
    columns = [at[cell] for _, _, cell in parts] + [at[whole] for whole, _ in rows]
    return csr_array((values, (lines, columns)), shape=(len(rows), len(cells)))


def true_sizes(given):
    """Cell -> its size."""
    return {key: int(n) for key, n in keyed(texts(given, column="n")).items()}


def keyed(found):
    """Cells as tuples, also where there is one factor."""
    return {key if isinstance(key, tuple) else (key,): text for key, text in found.items()}


def attacked(given, release, minimum):
    """What comes of the attack on a release: its hidden cells with their sizes; those that are placed too well."""
    true, printed = true_sizes(given), keyed(texts(release, column="n_shown"))
    known = {
        cell: (0, FAR) if text == "protected" else (sizes(text)[0], sizes(text)[-1]) for cell, text in printed.items()
    }
    hidden = {cell: true.get(cell, 0) for cell, text in printed.items() if text == "protected"}
    return hidden, Outsider(known).placed_too_well(hidden, minimum)


def printed_alike(n):
    """The smallest and the largest size that are printed like this one."""
    bands = ("10-19", "20-39", "40-99")
    text = next((band for band in bands if n in sizes(band)), f"{(n + 5) // 10 * 10}")
    return sizes(text)[0], sizes(text)[-1]


def careless(given, minimum):
    """What comes of the attack where small groups alone are hidden: these; those that are placed too well."""
    true = true_sizes(given)
    small = {cell: n for cell, n in true.items() if n < minimum}
    known = {cell: (0, FAR) if cell in small else printed_alike(n) for cell, n in true.items()}
    return small, Outsider(known).placed_too_well(small, minimum)
