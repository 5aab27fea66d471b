"""What an attack finds in releases that hold several series about the same students: two or three shares, and a mean.

    python benchmarks/series.py [--releases 200] [--jobs 2] [--write]

Random releases of one to three factors, up to 27 finest groups, of which some are small or empty: shares that have
nothing to do with each other, and shares that make up a whole, as three levels of attendance do; in half of them a mean
beside these. Each is attacked by integer programmes that share nothing with the kit. All that is printed is held
against each other:

- hidden sizes, from all shares together, and from all shares and the mean together. A group below the minimum must be
  able to be empty and to have the minimum, another hidden one must have two possible sizes.
- counts, from each share and those that make up a whole with it. Those who have a property, and those who have it not,
  must be of more than one number where the share is hidden, also for one of the group, who knows what they themselves
  have; behind a plain percentage there must be two counts, and behind a code as many as it says.

A question that takes longer than its limit stays undecided; how many do is told. With --write also puts this into
benchmarks/results/series.md. Fails where anything comes out.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / part) for part in ("", "attacks")]
from crossed_tables import POLICY  # noqa: E402 - found by the line above
from drawn_series import KINDS, drawn  # noqa: E402 - as above
from several_series import HIDDEN, Model, counts_out, sizes_out, told_by  # noqa: E402 - as above

SEED = 20261122
RESULTS = Path(__file__).parent / "results" / "series.md"


@dataclass(frozen=True, slots=True)
class Attacked:
    """What the attack on one release finds.

    Parameters
    ----------
    at, kind
        Its place and its name.
    refused
        1 where there is none, as no hiding was enough.
    hidden, small
        Hidden groups, and those of them that are small.
    counts
        Counts behind shares that were sought.
    by_shares, by_mean, by_whole
        What comes out: sizes from all shares, sizes with the mean, counts.
    undecided
        Questions that took too long.
    """

    at: int
    kind: str
    refused: int = 0
    hidden: int = 0
    small: int = 0
    counts: int = 0
    by_shares: tuple[object, ...] = ()
    by_mean: tuple[object, ...] = ()
    by_whole: tuple[object, ...] = ()
    undecided: int = 0


def one(at: int) -> Attacked:
    """The attack on one random release."""
    kind = at % len(KINDS)
    table, minimum = drawn([SEED, at], kind), POLICY.minimum_n
    try:
        told = told_by(cbe.protect(table.estimates(), POLICY), [table.units] if table.whole else [])
    except ReleaseRefused:
        return Attacked(at, KINDS[kind][0], refused=1)
    everything, averaged = Model(told.of(table.units), table.true), []
    by_shares, by_mean, counts = sizes_out(everything, minimum), [], []
    if told.means:
        averaged.append(Model(told, table.true))
        by_mean = sizes_out(averaged[0], minimum)
    wholes = [everything] if table.whole else [Model(told.of([unit]), table.true) for unit in table.units]
    for model in wholes:
        counts += [(cell, unit) for unit in model.units for cell in counts_out(model, unit, minimum)]
    hidden = [everything.truth @ everything.size(cell) for cell, text in told.sizes.items() if text == HIDDEN]
    return Attacked(
        *(at, KINDS[kind][0], 0, len(hidden), sum(n < minimum for n in hidden)),
        sum(len(shown) for shown in told.shares.values()),
        *(tuple(by_shares), tuple(by_mean), tuple(counts)),
        sum(model.undecided for model in {id(model): model for model in (everything, *averaged, *wholes)}.values()),
    )


HEAD = (
    "| series | releases | refused | hidden groups | small | sizes out by shares | by shares and mean | "
    "counts sought | counts out | undecided |"
)
ABOUT = (
    "Random releases with several series about the same students, attacked by integer programmes. Small: below the "
    "minimum. Out: known better than the rule allows. Undecided: questions that took too long."
)


def table_of(found: list[Attacked]) -> list[str]:
    """The lines of the table."""
    lines = [ABOUT, "", HEAD, "|---" + "|---:" * (HEAD.count("|") - 2) + "|"]
    for name, *_ in KINDS:
        own = [each for each in found if each.kind == name]
        sums = {of: sum(getattr(each, of) for each in own) for of in ("refused", "hidden", "small", "counts")}
        out = {of: sum(len(getattr(each, of)) for each in own) for of in ("by_shares", "by_mean", "by_whole")}
        numbers = (
            *(len(own), sums["refused"], sums["hidden"], sums["small"], out["by_shares"], out["by_mean"]),
            *(sums["counts"], out["by_whole"], sum(each.undecided for each in own)),
        )
        lines.append(f"| {name} | " + " | ".join(f"{number:,}" for number in numbers) + " |")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--releases", type=int, default=200, help="random releases to attack")
    parser.add_argument("--jobs", type=int, default=2, help="processes for these")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/results/series.md")
    asked = parser.parse_args()
    began, found = time.perf_counter(), list[Attacked]()
    with ProcessPoolExecutor(asked.jobs) as pool:
        for done, each in enumerate(pool.map(one, range(asked.releases)), 1):
            found.append(each)
            if each.by_shares or each.by_mean or each.by_whole:
                print(f"release {each.at}, {each.kind}: {each.by_shares} {each.by_mean} {each.by_whole}", flush=True)
            if done % 10 == 0:
                print(f"{done} of {asked.releases} releases attacked", file=sys.stderr, flush=True)
    lines = table_of(found)
    print("\n".join(lines))
    print(f"{time.perf_counter() - began:.0f} s")
    if asked.write:
        made = f"python benchmarks/series.py --releases {asked.releases} --write"
        text = "\n".join(["# Several series about the same students: what an attack finds", "", *lines, ""])
        RESULTS.write_text(f"{text}\nMade by `{made}`.\n", encoding="utf-8")
    out = sum(len(each.by_shares) + len(each.by_mean) + len(each.by_whole) for each in found)
    if out:
        print(f"{out} numbers come out")
    return int(bool(out))


if __name__ == "__main__":
    sys.exit(main())
