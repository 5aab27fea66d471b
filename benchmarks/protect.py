"""How long protection and its attack take, what patterns cost beside the cheapest, and what an attack finds out.

    python benchmarks/protect.py [RELEASES]

Random tables of shares; the time of a process, median of several tables. Then random releases (500 unless said
otherwise), each attacked from its printed texts by the linear programs of tests/attacks, and, for comparison, with the
small groups alone hidden. The program ends with an error where a time, a cost or an attack is beyond its limit.
"""

import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import cbe_analysis as cbe
from cbe_analysis.protect.cells import bases
from cbe_analysis.protect.completion import Known, completed
from cbe_analysis.protect.cutting import NO_LIMIT, USUAL, cheapest
from cbe_analysis.protect.entries import entries
from cbe_analysis.protect.greedy import cheap, costs

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / part) for part in ("", "attacks")]
from crossed_tables import POLICY, crossed  # noqa: E402 - found by the line above
from protected_tables import shares  # noqa: E402 - as above
from test_attacks_crossed import attacked, fallen, ranges, sizes, true_sizes  # noqa: E402 - as above

TABLES, RELEASES = 5, 500
TIMES = (  # name, groups along each factor, typical size of a cell, comparisons, seconds at most
    ("10 groups", (10,), 100, "others", 0.05),
    ("30 schools x 8 groups", (30, 8), 20, None, 2.0),
    ("80 schools x 6 groups", (80, 6), 15, None, 2.0),
    ("80 schools x 6 groups, compared", (80, 6), 15, "others", 5.0),
    ("8 x 2 x 2 x 2", (8, 2, 2, 2), 30, None, 3.0),
    ("8 x 2 x 2 x 2, large cells", (8, 2, 2, 2), 100, None, 3.0),
)
COSTS = (  # groups along each factor, and a minimum so high that patterns are dear
    *(((4, 3), 30), ((6, 5), 40), ((10, 4), 40), ((12, 6), 60), ((20, 8), 90), ((30, 8), 100)),
)
DEARER_AT_MOST = 1.05
FEW = 0.12  # of the cells are below the minimum
KINDS = (((2, 2), 15), ((4, 3), 20), ((6, 4), 60), ((4, 3, 2), 20), ((3, 2, 2, 2), 25), ((10, 4), 200), ((5,), 15))


def times():
    """Print seconds for every kind of table; the kinds that are too slow."""
    random, slow = np.random.default_rng(20261122), []
    cbe.protect(crossed(random, (3,), 100), POLICY)  # the libraries are loaded
    for name, dims, typical, compare, limit in TIMES:
        seconds, small, hidden = [], 0, 0
        for _ in range(TABLES):
            given = crossed(random, dims, typical, compare=compare)
            started = time.process_time()
            shown = cbe.protect(given, POLICY).rows
            seconds.append(time.process_time() - started)
            own = shown["quantity"].eq("share")
            hidden += int(shown.loc[own, "hidden"].notna().sum())
            small += int(own.sum() - (given.rows.query("quantity == 'share'")["n"] >= POLICY.minimum_n).sum())
        median = statistics.median(seconds)
        print(f"{name:<34} {median:5.2f} s; shares hidden: {hidden}, of these small themselves: {small}", flush=True)
        slow += [f"{name}: slower than {limit} s"] if median > limit else []
    return slow


@dataclass
class Compared:
    """What patterns cost beside the cheapest, and how long they took."""

    quick: list[float] = field(default_factory=list)
    usual: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    exact: list[float] = field(default_factory=list)


def problem(random, dims, minimum):
    """The inner cells of a table of two factors with large sizes and a few small ones, which margins cannot cover."""
    large = random.integers(100, 900, dims)
    drawn = np.where(random.random(dims) < FEW, random.integers(0, minimum, dims), large)
    given = shares({(f"g{i}", f"t{j}"): (int(drawn[i, j]), 0) for i, j in np.ndindex(*dims)}, by=("group", "team"))
    (base,) = bases(completed(entries(given), Known(given.by)), given.by)
    small = base.small(minimum)
    inner = {key for key in base.sizes if "(all)" not in key[:2]}
    return base, small, {key: price for key, price in costs(base).items() if key in inner - small}


def prices():
    """Print what patterns cost beside the cheapest, which are found without a limit; whether that is too much."""
    random, dear = np.random.default_rng(20261122), []
    for dims, minimum in COSTS:
        found, tried = Compared(), 0
        while len(found.usual) < 10 and tried < 60:
            tried += 1
            base, small, price = problem(random, dims, minimum)
            quick = cheap(base, small, price, minimum)
            if quick is None or quick == small:
                continue
            patterns = []
            for budget, taken in ((USUAL, found.seconds), (NO_LIMIT, found.exact)):
                started = time.process_time()
                patterns.append(cheapest(base, small, price, minimum, budget))
                taken.append(time.process_time() - started)
            usual, exact = (sum(price[key] for key in pattern - small) for pattern in patterns)
            found.quick.append(sum(price[key] for key in quick - small) / exact)
            found.usual.append(usual / exact)
        if found.usual:
            print(
                f"{dims[0]:>3} x {dims[1]}, {len(found.usual)} tables: ours {_spread(found.usual)} of the cheapest "
                f"({max(found.seconds):.2f} s at most; without a limit {max(found.exact):.2f} s), "
                f"greedy {_spread(found.quick)}",
                flush=True,
            )
            dear += [f"{dims}: dearer than {DEARER_AT_MOST}"] if max(found.usual) > DEARER_AT_MOST else []
    return dear


def _spread(ratios):
    return f"mean {statistics.mean(ratios):.3f}, worst {max(ratios):.3f}"


def attacks(releases):
    """Print how many hidden groups an attacker places too well, ours and with small groups alone hidden."""
    random, count, ours, careless, exact = np.random.default_rng(20261122), 0, 0, 0, 0
    for at in range(releases):
        dims, typical = KINDS[at % len(KINDS)]
        given = crossed(random, dims, typical, empty=0.03)
        found = attacked(given, cbe.protect(given, POLICY))
        count += len(found)
        ours += len(fallen(found))
        exact += sum(high - low < 1 - 1e-6 for _, low, high in found.values())
        true = true_sizes(given)
        small = [cell for cell, n in true.items() if n < POLICY.minimum_n]
        known = {cell: (0, 1e5) if n < POLICY.minimum_n else _printed(n) for cell, n in true.items()}
        careless += len(fallen({cell: (true[cell], *span) for cell, span in ranges(known, small).items()}))
    print(f"{releases} random releases, {count:,} hidden groups: {ours} placed better than the rule, {exact} exactly")
    print(f"the same with small groups alone hidden: {careless:,} placed better than the rule", flush=True)
    return [f"{ours} hidden groups are given away"] if ours else []


def _printed(n):
    """The sizes that are printed like this one."""
    bands = ("10-19", "20-39", "40-99")
    text = next((band for band in bands if n in sizes(band)), f"{(n + 5) // 10 * 10}")
    return sizes(text)[0], sizes(text)[-1]


def main():
    releases = int(sys.argv[1]) if len(sys.argv) > 1 else RELEASES
    beyond = times() + prices() + attacks(releases)
    if beyond:
        sys.exit("; ".join(beyond))


if __name__ == "__main__":
    main()
