"""Tables of three and four factors, and long ones of two, against an attacker who knows every printed number."""

import numpy as np
import pytest
from crossed_tables import FACTORS, POLICY, crossed
from linear_attacker import FAR, Outsider, attacked, careless, true_sizes
from protected_tables import shares

import cbe_analysis as cbe

MINIMUM = POLICY.minimum_n
SHARES = {  # of a district of 3,000 students
    "group": (0.55, 0.2, 0.12, 0.06, 0.04, 0.02, 0.01),
    "team": (0.5, 0.5),
    "house": (0.87, 0.13),
    "club": (0.9, 0.1),
}


def district(seed):
    """Race, gender, disability and English learners crossed, under other names."""
    chances = np.einsum("i,j,k,l->ijkl", *SHARES.values())
    drawn = np.random.default_rng(seed).multinomial(3000, chances.ravel() / chances.sum()).reshape(chances.shape)
    cells = {}
    for at in np.ndindex(*drawn.shape):
        key = tuple(f"{name[0]}{i}" for name, i in zip(FACTORS, at, strict=True))
        cells[key] = (int(drawn[at]), int(drawn[at]) // 4)
    return cells


def test_a_careless_table_of_four_factors_gives_every_small_group_away():
    """Where only small groups are hidden, and sizes printed as they are, all 42 of 42 come out."""
    given = shares(district(10), by=FACTORS)
    true = true_sizes(given)
    small = [cell for cell, n in true.items() if 0 < n < MINIMUM]
    outsider = Outsider({cell: (0, FAR) if cell in small else (n, n) for cell, n in true.items()})
    found = [outsider.range(cell) for cell in small]
    assert sum(abs(high - low) < 1e-6 for low, high in found) == len(small) == 42
    hidden, fallen = attacked(given, cbe.protect(given, POLICY), MINIMUM)
    assert set(small) <= set(hidden)
    assert fallen == {}
    assert len(hidden) < len(true) / 2
    assert careless(given, MINIMUM)[1]


@pytest.mark.parametrize("seed", range(14))
def test_no_size_follows_in_tables_of_three_and_four_factors(seed):
    dims, typical = [((4, 3, 2), 15), ((3, 2, 2, 2), 20), ((5, 2, 2), 40), ((8, 2, 2), 60)][seed % 4]
    given = crossed(np.random.default_rng(seed), dims, typical, empty=0.05)
    assert attacked(given, cbe.protect(given, POLICY), MINIMUM)[1] == {}


@pytest.mark.parametrize(("dims", "typical"), [((8, 2, 2, 2), 30), ((30, 8), 12), ((30, 8), 100)], ids=str)
def test_no_size_follows_in_the_largest_tables(dims, typical):
    given = crossed(np.random.default_rng(1), dims, typical, by=FACTORS)
    hidden, fallen = attacked(given, cbe.protect(given, POLICY), MINIMUM)
    assert hidden
    assert fallen == {}
