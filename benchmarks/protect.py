"""How long protection and its attack take, and how much is hidden beside the small groups themselves.

    python benchmarks/protect.py

Random tables of shares with gaps and ratios; the time of a process, median of several tables.
"""

import statistics
import sys
import time
from pathlib import Path

import numpy as np

import cbe_analysis as cbe

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from protected_tables import POLICY, shares

TABLES = 5
SHAPES = (  # schools or groups, teams, typical size of a cell, comparisons, seconds at most
    ("10 groups", 10, 1, 100, "others", 0.05),
    ("30 schools x 8 groups", 30, 8, 20, None, 2.0),
    ("80 schools x 6 groups", 80, 6, 15, None, 2.0),
    ("80 schools x 6 groups, compared", 80, 6, 15, "others", 5.0),
)


def table(random, rows, columns, typical, compare):
    """A table of shares with sizes as uneven as in schools."""
    sizes = random.poisson(random.gamma(1.2, typical, (rows, columns)))
    having = random.binomial(sizes, random.beta(2, 8, (rows, columns)))
    if columns == 1:
        cells = {f"g{i}": (int(sizes[i, 0]), int(having[i, 0])) for i in range(rows)}
        return shares(cells, compare=compare)
    places = [(i, j) for i in range(rows) for j in range(columns)]
    cells = {(f"g{i}", f"t{j}"): (int(sizes[i, j]), int(having[i, j])) for i, j in places}
    return shares(cells, by=("group", "team"), compare=compare)


def main():
    random, slow = np.random.default_rng(20261122), []
    cbe.protect(table(random, 3, 1, 100, None), POLICY)  # the libraries are loaded
    for name, rows, columns, typical, compare, limit in SHAPES:
        seconds, small, hidden = [], 0, 0
        for _ in range(TABLES):
            given = table(random, rows, columns, typical, compare)
            started = time.process_time()
            shown = cbe.protect(given, POLICY).rows
            seconds.append(time.process_time() - started)
            own = shown["quantity"].eq("share")
            hidden += int(shown.loc[own, "hidden"].notna().sum())
            small += int(own.sum() - (given.rows.query("quantity == 'share'")["n"] >= POLICY.minimum_n).sum())
        median = statistics.median(seconds)
        print(f"{name:<34} {median:5.2f} s; shares hidden: {hidden}, of these small themselves: {small}")
        slow += [name] if median > limit else []
    if slow:
        sys.exit(f"slower than wanted: {', '.join(slow)}")


if __name__ == "__main__":
    main()
