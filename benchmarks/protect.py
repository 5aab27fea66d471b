"""How long protection and its attack take, what patterns cost beside the cheapest, and what an attack finds out.

    python benchmarks/protect.py [--releases 500] [--jobs 2] [--write]

First random tables of shares: processor seconds to protect them, the attack on everything that is printed among it,
median of several tables. Then what patterns of two-way tables cost beside the cheapest, which are sought without a
limit. Sizes beside hidden ones are told to fifties, which leaves a small group room enough in nearly every table of a
usual minimum: these would cost nothing. So the minimum is that of a table whose groups are as many times larger: 25 to
200 for each of the groups on its longer side. A cell is small with the chance in the table below, of any size from 0 to
the minimum, and else has the minimum to four times as many, evenly on a logarithmic scale; margins may not be hidden.
Of the tables that are drawn, those count that need more hidden than their small cells; both numbers are told.

Last random releases of one to four factors, up to 30 x 8 and 8 x 2 x 2 x 2 groups, each attacked from its printed sizes
by linear programmes that share nothing with the kit: how many hidden groups are placed better than the rule allows (a
small one must be able to have any size from 0 to the minimum, another one two sizes), and for comparison where small
groups alone are hidden. Releases of few groups are attacked from their printed shares as well, by whole numbers: sizes
and counts together.

With --write also puts this into benchmarks/results/protect.md. Fails where a time or a mean cost is beyond its limit,
or where anything at all is placed too well.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.protect.completion import Known, completed
from cbe_analysis.protect.entries import entries
from cbe_analysis.protect.pattern.cells import bases
from cbe_analysis.protect.pattern.cutting import NO_LIMIT, USUAL, cheapest
from cbe_analysis.protect.pattern.greedy import cheap, costs

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / part) for part in ("", "attacks")]
from brute_force import sizes_left  # noqa: E402 - found by the line above
from crossed_tables import POLICY, crossed  # noqa: E402 - as above
from linear_attacker import attacked, careless, keyed  # noqa: E402 - as above
from protected_tables import shares, texts  # noqa: E402 - as above

SEED, TABLES = 20261122, 5
TIMES = (  # name, groups along each factor, typical size of a cell, comparisons, seconds at most
    ("10 groups", (10,), 100, "others", 0.1),
    ("30 schools x 8 groups", (30, 8), 20, None, 2.0),
    ("80 schools x 6 groups", (80, 6), 15, None, 2.0),
    ("80 schools x 6 groups, compared", (80, 6), 15, "others", 5.0),
    ("8 x 2 x 2 x 2", (8, 2, 2, 2), 30, None, 3.0),
    ("8 x 2 x 2 x 2, large cells", (8, 2, 2, 2), 100, None, 3.0),
)
COSTS = (  # groups along each factor, a minimum so high that patterns are dear, and how many cells are below it
    *(((4, 3), 200, 0.12), ((6, 5), 300, 0.12), ((10, 4), 500, 0.12), ((10, 6), 500, 0.12), ((12, 6), 600, 0.06)),
    *(((20, 8), 500, 0.06), ((20, 8), 1000, 0.06), ((20, 8), 1000, 0.12), ((20, 8), 4000, 0.03)),
    *(((30, 8), 1500, 0.06), ((30, 8), 1500, 0.12), ((30, 8), 3000, 0.03)),
)
DEARER_AT_MOST = 1.05  # on average
NEEDING, DRAWN_AT_MOST, LARGEST = 20, 60, 4
KINDS = (  # name, fewest and most groups along each factor
    ("one factor", (3,), (12,)),
    ("two factors", (2, 2), (12, 8)),
    ("schools x groups", (8, 3), (30, 8)),
    ("three factors", (2, 2, 2), (6, 4, 3)),
    ("four factors", (2, 2, 2, 2), (8, 2, 2, 2)),
)
FINEST_AT_MOST = 16  # groups of a release whose shares are held against its sizes, by whole numbers
TYPICAL = (8, 200)  # mean sizes of finest cells lie between
RESULTS = Path(__file__).parent / "results" / "protect.md"
Lines = list[str]  # of Markdown


def times() -> Iterator[tuple[Lines, list[str]]]:
    """Seconds for every kind of table, and what is too slow."""
    random = np.random.default_rng(SEED)
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
        line = f"| {name} | {median:.2f} | {max(seconds):.2f} | {limit} | {hidden} | {small} |"
        yield [line], [f"{name}: slower than {limit} s"] if median > limit else []


@dataclass
class Compared:
    """What patterns cost beside the cheapest, how long they took, and how many tables were drawn for that."""

    drawn: int = 0
    quick: list[float] = field(default_factory=list)
    usual: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    exact: list[float] = field(default_factory=list)


def problem(random, dims, minimum, few):
    """The inner cells of a table of two factors with large sizes and a few small ones."""
    large = np.exp(random.uniform(np.log(minimum), np.log(LARGEST * minimum), dims)).astype(int)
    drawn = np.where(random.random(dims) < few, random.integers(0, minimum, dims), large)
    given = shares({(f"g{i}", f"t{j}"): (int(drawn[i, j]), 0) for i, j in np.ndindex(*dims)}, by=("group", "team"))
    (base,) = bases(completed(entries(given), Known(given.by)), given.by)
    small = base.small(minimum)
    inner = {key for key in base.sizes if "(all)" not in key[:2]}
    return base, small, {key: price for key, price in costs(base).items() if key in inner - small}


def prices() -> Iterator[tuple[Lines, list[str]]]:
    """What patterns cost beside the cheapest, which are found without a limit, and what is too dear."""
    for at, (dims, minimum, few) in enumerate(COSTS):
        found = compared(np.random.default_rng([SEED, at]), dims, minimum, few)
        name = f"{' x '.join(map(str, dims))}, minimum {minimum:,}, {few:.0%} small"
        line = (
            f"| {name} | {found.drawn} | {len(found.usual)} | {_spread(found.usual)} | "
            f"{sum(ratio > DEARER_AT_MOST for ratio in found.usual)} | {max(found.seconds):.2f} | "
            f"{max(found.exact):.2f} | {_spread(found.quick)} |"
        )
        yield [line], [f"{name}: dearer than {DEARER_AT_MOST}"] * (statistics.mean(found.usual) > DEARER_AT_MOST)


def compared(random, dims, minimum, few) -> Compared:
    """Tables that need more than their small cells hidden."""
    found = Compared()
    while len(found.usual) < NEEDING and found.drawn < DRAWN_AT_MOST:
        found.drawn += 1
        base, small, price = problem(random, dims, minimum, few)
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
    return found


def _spread(ratios: list[float]) -> str:
    return f"{statistics.mean(ratios):.3f} | {max(ratios):.3f}"


@dataclass(frozen=True, slots=True)
class Attacked:
    """What the attack on one release finds.

    Parameters
    ----------
    kind
        Its name.
    hidden, small
        Hidden groups, and those of them that are small.
    placed, exactly
        Those that are placed better than the rule allows, and those of which the size comes out.
    refused
        1 where there is none, as no hiding was enough.
    held, by_shares
        Hidden groups that were held against shares, and those that are placed too well so.
    alone, careless
        Groups, and what is placed too well, where small groups alone are hidden.
    """

    kind: str
    hidden: int = 0
    small: int = 0
    placed: int = 0
    exactly: int = 0
    held: int = 0
    by_shares: int = 0
    alone: int = 0
    careless: int = 0
    refused: int = 0


def one(at: int) -> Attacked:
    """The attack on one random release."""
    random = np.random.default_rng([SEED, at])
    name, fewest, most = KINDS[at % len(KINDS)]
    dims = tuple(int(random.integers(low, high + 1)) for low, high in zip(fewest, most, strict=True))
    typical = float(np.exp(random.uniform(*np.log(TYPICAL))))
    given = crossed(random, dims, typical, empty=0.03, compare="others" if random.random() < 0.3 else None)
    try:
        release = cbe.protect(given, POLICY)
    except ReleaseRefused:
        return Attacked(name, refused=1)
    hidden, placed = attacked(given, release, POLICY.minimum_n)
    small, fallen = careless(given, POLICY.minimum_n)
    exactly = sum(high - low < 1 - 1e-6 for low, high in placed.values())
    few = sum(n < POLICY.minimum_n for n in hidden.values())
    held, by_shares = beside_shares(release, hidden) if math.prod(dims) <= FINEST_AT_MOST else (0, 0)
    return Attacked(name, len(hidden), few, len(placed), exactly, held, by_shares, len(small), len(fallen))


def beside_shares(release, hidden) -> tuple[int, int]:
    """Hidden groups, and those of which the size comes out of sizes and shares together."""
    shown, sizes = keyed(texts(release)), keyed(texts(release, column="n_shown"))
    printed = {cell: (size, shown[cell]) for cell, size in sizes.items()}
    return len(hidden), len(sizes_left(printed, hidden, POLICY.minimum_n))


def attacks(releases: int, jobs: int) -> Iterator[tuple[Lines, list[str]]]:
    """What attackers find in random releases, ours and with small groups alone hidden."""
    found = []
    with ProcessPoolExecutor(jobs) as pool:
        for done, each in enumerate(pool.map(one, range(releases)), 1):
            found.append(each)
            if each.placed or each.by_shares or done % 25 == 0:
                placed = sum(own.placed + own.by_shares for own in found)
                print(f"{done} of {releases} releases attacked; placed too well: {placed}", file=sys.stderr, flush=True)
    for name, fewest, most in KINDS:
        own = [each for each in found if each.kind == name]
        numbers = ("refused", "hidden", "small", "placed", "exactly", "held", "by_shares", "alone", "careless")
        sums = {number: sum(getattr(each, number) for each in own) for number in numbers}
        size = f"{' x '.join(map(str, fewest))} to {' x '.join(map(str, most))}"
        line = f"| {name}, {size} | {len(own)} | " + " | ".join(f"{sums[n]:,}" for n in numbers) + " |"
        out = sums["placed"] + sums["by_shares"]
        yield [line], [f"{name}: {out} hidden groups are given away"] if out else []


PARTS = (
    (
        f"Processor seconds to protect a table, its attack among them, of {TABLES} tables each; hidden shares of all.",
        "| table | median s | worst s | at most s | hidden | small themselves |",
    ),
    (
        f"Cost of patterns of two-way tables, as a multiple of the cheapest; mean and worst of up to {NEEDING} tables "
        "that need more than their small cells hidden.",
        f"| table | drawn | need more | ours | worst | above {DEARER_AT_MOST} | s at most | s without a limit | "
        "greedy | worst |",
    ),
    (
        "Random releases, attacked by linear programmes, and hidden groups held against shares by whole numbers. Last: "
        "where small groups alone are hidden.",
        "| groups | releases | refused | hidden | small | placed too well | exactly | held against shares | "
        "placed too well | small alone | placed too well |",
    ),
)


def said(part: Iterable[tuple[Lines, list[str]]], about: str, head: str, beyond: list[str]) -> Lines:
    """The lines of one part, printed as they come; what is beyond its limit is added."""
    lines = [about, "", head, "|---" + "|---:" * (head.count("|") - 2) + "|"]
    print("\n".join(lines), flush=True)
    for more, faults in part:
        print("\n".join(more), flush=True)
        lines += more
        beyond += faults
    print()
    return [*lines, ""]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--releases", type=int, default=500, help="random releases to attack")
    parser.add_argument("--jobs", type=int, default=2, help="processes for these")
    parser.add_argument("--write", action="store_true", help="keep the tables in benchmarks/results/protect.md")
    asked = parser.parse_args()
    began, beyond = time.perf_counter(), list[str]()
    parts = (times(), prices(), attacks(asked.releases, asked.jobs))
    lines = [line for part, words in zip(parts, PARTS, strict=True) for line in said(part, *words, beyond)]
    print(f"{time.perf_counter() - began:.0f} s")
    if asked.write:
        made = f"python benchmarks/protect.py --releases {asked.releases} --write"
        text = "\n".join(["# Protection: time, cost, and what an attack finds", "", *lines, f"Made by `{made}`.", ""])
        RESULTS.write_text(text, encoding="utf-8")
    if beyond:
        print("beyond the limits: " + "; ".join(beyond))
    return int(bool(beyond))


if __name__ == "__main__":
    sys.exit(main())
