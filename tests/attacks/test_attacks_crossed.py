"""Tables of three and four factors, and long ones of two, against an attacker who knows every printed number."""

import itertools

import numpy as np
import pytest
from brute_force import WHOLE, sizes
from crossed_tables import FACTORS, POLICY, crossed
from protected_tables import shares, texts
from scipy.optimize import linprog
from scipy.sparse import csr_array

import cbe_analysis as cbe

MINIMUM = POLICY.minimum_n
FAR = 1e5  # no group is larger
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


def ranges(known, wanted):
    """For every wanted cell, the smallest and the largest size that fit all that is known, by linear programmes.

    Parameters
    ----------
    known
        Cell -> smallest and largest size, for all cells of the table.
    """
    cells = list(known)
    at, sums = {cell: i for i, cell in enumerate(cells)}, []
    for cell, column in itertools.product(cells, range(len(cells[0]))):
        if cell[column] != WHOLE:
            whole = (*cell[:column], WHOLE, *cell[column + 1 :])
            sums.append((whole, column, cell))
    rows = {pair: i for i, pair in enumerate(dict.fromkeys((whole, column) for whole, column, _ in sums))}
    values = [1.0] * len(sums) + [-1.0] * len(rows)
    lines = [rows[whole, column] for whole, column, _ in sums] + list(rows.values())
    columns = [at[cell] for _, _, cell in sums] + [at[whole] for whole, _ in rows]
    matrix = csr_array((values, (lines, columns)), shape=(len(rows), len(cells)))
    found = {}
    for cell in wanted:
        goal, ends = np.zeros(len(cells)), []
        for sign in (1, -1):
            goal[at[cell]] = sign
            answer = linprog(goal, A_eq=matrix, b_eq=np.zeros(len(rows)), bounds=list(known.values()))
            assert answer.status == 0, "the truth fits what is printed"
            ends.append(answer.fun * sign)
        found[cell] = (ends[0], ends[1])
    return found


def true_sizes(given):
    return {key: int(n) for key, n in keyed(texts(given, column="n")).items()}


def keyed(found):
    """Cells as tuples, also where there is one factor."""
    return {key if isinstance(key, tuple) else (key,): text for key, text in found.items()}


def attacked(given, release):
    """The small groups with what is left of them, and how many there are; hidden ones that are not small as well."""
    true, printed = true_sizes(given), keyed(texts(release, column="n_shown"))
    known = {
        cell: (0, FAR) if text == "protected" else (sizes(text)[0], sizes(text)[-1]) for cell, text in printed.items()
    }
    closed = [cell for cell, text in printed.items() if text == "protected"]
    return {cell: (true.get(cell, 0), *span) for cell, span in ranges(known, closed).items()}


def fallen(found):
    """The hidden groups that an attacker places better than the rule allows."""
    return [
        cell
        for cell, (n, low, high) in found.items()
        if (n < MINIMUM and not (low < 1e-6 and high > MINIMUM - 1e-6)) or (n >= MINIMUM and high - low < 1 - 1e-6)
    ]


def test_a_careless_table_of_four_factors_gives_every_small_group_away():
    """Where only small groups are hidden, and sizes printed as they are, all 42 of 42 come out."""
    given = shares(district(10), by=FACTORS)
    true = true_sizes(given)
    small = [cell for cell, n in true.items() if 0 < n < MINIMUM]
    found = ranges({cell: (0, FAR) if cell in small else (n, n) for cell, n in true.items()}, small)
    assert sum(abs(high - low) < 1e-6 for low, high in found.values()) == len(small) == 42
    release = cbe.protect(given, POLICY)
    left = attacked(given, release)
    assert set(small) <= set(left)
    assert fallen(left) == []
    assert len(left) < len(true) / 2


@pytest.mark.parametrize("seed", range(14))
def test_no_size_follows_in_tables_of_three_and_four_factors(seed):
    dims, typical = [((4, 3, 2), 15), ((3, 2, 2, 2), 20), ((5, 2, 2), 40), ((8, 2, 2), 60)][seed % 4]
    given = crossed(np.random.default_rng(seed), dims, typical, empty=0.05)
    assert fallen(attacked(given, cbe.protect(given, POLICY))) == []


@pytest.mark.parametrize(("dims", "typical"), [((8, 2, 2, 2), 30), ((30, 8), 12), ((30, 8), 100)], ids=str)
def test_no_size_follows_in_the_largest_tables(dims, typical):
    given = crossed(np.random.default_rng(1), dims, typical, by=FACTORS)
    found = attacked(given, cbe.protect(given, POLICY))
    assert found
    assert fallen(found) == []
