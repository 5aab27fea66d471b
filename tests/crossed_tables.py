"""Random tables of several factors for the tests of protection: sizes as uneven as in schools."""

import numpy as np
from protected_tables import shares

from cbe_analysis.policy import Policy

FACTORS = ("group", "team", "house", "club")
POLICY = Policy(factors=FACTORS, minimum_n=10)


def crossed(random, dims, typical, *, empty=0.0, by=FACTORS, compare=None):
    """Shares of a table with so many groups along each factor.

    Parameters
    ----------
    random
        A numpy generator.
    typical
        Mean size of the finest cells.
    empty
        Probability that a finest cell has no one in it.
    """
    sizes = random.poisson(random.gamma(1.2, typical / 1.2, dims)) * (random.random(dims) >= empty)
    having = random.binomial(sizes, random.beta(2, 8, dims))
    by = by[: len(dims)]
    cells = {}
    for at in np.ndindex(*dims):
        key = tuple(f"{name[0]}{i}" for name, i in zip(by, at, strict=True))
        cells[key if len(key) > 1 else key[0]] = (int(sizes[at]), int(having[at]))
    return shares(cells, by=by, compare=compare)
