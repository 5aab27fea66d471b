"""Random tables with several series about the same students: two or three shares, and a mean."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
from brute_force import WHOLE
from crossed_tables import FACTORS
from protected_tables import estimates, mean, share

KINDS = (  # name, shares, whether they make up a whole, whether there is a mean
    ("two shares", 2, False, False),
    ("three shares", 3, False, False),
    ("three levels of a whole", 3, True, False),
    ("two shares and a mean", 2, False, True),
    ("three levels and a mean", 3, True, True),
)
SHAPES = ((4,), (8,), (12,), (20,), (3, 2), (3, 3), (5, 3), (6, 4), (9, 3), (2, 2, 2), (3, 2, 2), (4, 3, 2), (3, 3, 3))
TYPICAL, EMPTY = (8, 60), 0.05  # mean size of finest groups; how many of them nobody is in
SCORES, SPREAD, APART = 200.0, 10.0, 4.0  # their mean, how they vary within groups, and between them


@dataclass(frozen=True)
class Drawn:
    """One random table.

    Parameters
    ----------
    units
        What its shares are of.
    whole
        Whether these add up to all students.
    averaged
        Whether there is a mean beside them.
    counts
        Finest cell -> its size, then how many have each property.
    scores
        Finest cell -> what its students score.
    """

    by: tuple
    units: tuple
    whole: bool
    averaged: bool
    counts: dict
    scores: dict

    def estimates(self):
        """All cells and their totals, as an indicator would hand them on."""
        levels = [[*dict.fromkeys(names), WHOLE] for names in zip(*self.counts, strict=True)]
        return estimates([row for cell in itertools.product(*levels) for row in self._rows(cell)], self.by)

    def true(self, cell, units):
        """Size, counts by some units, and sum of scores of a finest cell; of one that is told of nowhere, nothing."""
        if cell not in self.counts:
            return [0] * (len(units) + 2)
        n, *counts = self.counts[cell]
        return [n, *(counts[self.units.index(unit)] for unit in units), self.scores[cell].sum()]

    def _rows(self, of):
        """The rows of one cell; none of a crossed one that nobody is in, as measured."""
        within = [cell for cell in self.counts if all(a in (WHOLE, b) for a, b in zip(of, cell, strict=True))]
        n, *counts = (int(sum(own)) for own in zip(*(self.counts[cell] for cell in within), strict=True))
        groups = dict(zip(self.by, of, strict=True))
        if not n and sum(level != WHOLE for level in of) > 1:
            return
        for unit, count in zip(self.units, counts, strict=True):
            yield {**share(n, count, **groups), "unit": unit}
        if self.averaged:
            points = np.concatenate([self.scores[cell] for cell in within])
            spread = float(points.std(ddof=1)) if n > 1 else math.nan
            yield {**mean(max(n, 1), float(points.mean()) if n else math.nan, spread, **groups), "n": n}


def drawn(seed, kind):
    """One random table of a kind, by its place among the kinds."""
    random = np.random.default_rng(seed)
    _, shares, whole, averaged = KINDS[kind]
    dims = SHAPES[random.integers(len(SHAPES))]
    typical = float(np.exp(random.uniform(*np.log(TYPICAL))))
    students = random.poisson(random.gamma(1.2, typical / 1.2, dims)) * (random.random(dims) >= EMPTY)
    by, units = FACTORS[: len(dims)], tuple(f"share of students {i}, 0 to 1" for i in range(shares))
    chances = random.dirichlet([6, 2, 1]) * 8
    counts, scores = {}, {}
    for place in np.ndindex(*dims):
        cell = tuple(f"{name[0]}{i}" for name, i in zip(by, place, strict=True))
        n = int(students[place])
        having = (
            random.multinomial(n, random.dirichlet(chances)) if whole else random.binomial(n, random.beta(2, 4, shares))
        )
        counts[cell] = n, *map(int, having)
        scores[cell] = random.normal(random.normal(SCORES, APART), SPREAD, n)
        scores[cell] = scores[cell].clip(SCORES - 3 * SPREAD, SCORES + 3 * SPREAD)
    return Drawn(by, units, whole, averaged, counts, scores)
