"""How long an audit of everything published takes, and whether it misses anything that trying everything finds.

    python benchmarks/audit.py [--sequences 500] [--jobs 2] [--write]

First more than 100 briefs of a district of 30 schools: every school's by each factor, the district's by each factor
and by each pair, all schools side by side; attacked together in one process, on one core. Then random sequences of
overlapping releases about few students, against an attacker who tries all whole numbers: no size that comes out, or
that is known better than the rule allows, and no count may be missed by the audit. With --write also puts this into
benchmarks/results/audit.md. Fails where the audit is slower than two minutes, where anything comes out of the briefs
of the district, or where anything is missed.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

import cbe_analysis as cbe
from cbe_analysis.measure.estimates import Population
from cbe_analysis.policy import Policy
from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.record import Recorded

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "attacks")]
from overlapping import missed, sequences  # noqa: E402 - the tests' own attacker
from protected_tables import shares  # noqa: E402 - the tests' own tables

SCHOOLS, STUDENTS = 30, 12_000
FACTORS = {"race": "ABCDEFG", "gender": "fm", "poor": "ty", "learner": "ty", "disabled": "ty"}
SEED, SECONDS_AT_MOST = 20261122, 120.0
TOGETHER = 10  # sequences that one process draws
RESULTS = Path(__file__).parent / "results" / "audit.md"
Lines = list[str]  # of Markdown


def district(rng):
    """One row per student: school, factors, and whether they have the property."""
    school = rng.choice(SCHOOLS, STUDENTS, p=rng.dirichlet(np.full(SCHOOLS, 4.0)))
    mix = rng.dirichlet([6, 3, 2, 1, 0.5, 0.3, 0.2], SCHOOLS)
    found = {"school_id": school.astype(str), "race": [FACTORS["race"][rng.choice(7, p=mix[s])] for s in school]}
    for factor, share in zip(list(FACTORS)[1:], (0.5, 0.4, 0.12, 0.15), strict=True):
        found[factor] = np.array(list(FACTORS[factor]))[(rng.random(STUDENTS) < share).astype(int)]
    return pd.DataFrame(found | {"having": rng.random(STUDENTS) < 0.3})


def released(students, by, school=None):
    """A release of the share of students, by columns, of all schools or of one."""
    own = students if school is None else students[students["school_id"] == school]
    counts = own.groupby(list(by))["having"].agg(["size", "sum"])
    cells = {key if isinstance(key, tuple) else (key,): (int(n), int(y)) for key, n, y in counts.itertuples()}
    where = () if school is None else (f"school_id={school}",)
    given = dataclasses.replace(
        shares(cells, by=by), population=Population("students", where, ("", ""), pd.DataFrame())
    )
    return Recorded.of(cbe.protect(given, Policy(factors=tuple(FACTORS))))


def briefs(students):
    """Every brief of the district: its name and its release."""
    for school, factor in itertools.product(sorted(students["school_id"].unique()), FACTORS):
        yield f"school {school} by {factor}", released(students, (factor,), school)
    for by in (*((f,) for f in FACTORS), *itertools.combinations(FACTORS, 2), *(("school_id", f) for f in FACTORS)):
        yield f"district by {', '.join(by)}", released(students, by)


def speed() -> tuple[Lines, list[str]]:
    """How long the audit of a district takes, and what comes out."""
    published = [Published(name, 1, release) for name, release in briefs(district(np.random.default_rng(SEED)))]
    rows = sum(len(one.release.rows) for one in published)
    started = time.process_time()
    audit = audit_together(published)
    seconds, out = time.process_time() - started, len(audit.breaches)
    lines = [
        "All briefs of a district of 30 schools and 12,000 students, attacked together on one core.",
        "",
        "| briefs | rows | hidden or coded numbers | come out | processor s | at most s |",
        "|---:|---:|---:|---:|---:|---:|",
        f"| {len(published)} | {rows:,} | {audit.cells} | {out} | {seconds:.1f} | {SECONDS_AT_MOST:.0f} |",
        "",
    ]
    beyond = [f"the audit takes {seconds:.0f} s"] if seconds > SECONDS_AT_MOST else []
    return lines, beyond + ([f"{out} numbers of the district come out"] if out else [])


@dataclass(frozen=True, slots=True)
class Tried:
    """One sequence of releases, attacked by trying everything.

    Parameters
    ----------
    releases
        How many.
    counts
        Whether counts were tried as well as sizes.
    sizes_out, counts_out
        Groups whose size, and whose count, comes out.
    missed
        Those of them that the audit does not find.
    """

    releases: int
    counts: bool
    sizes_out: int
    counts_out: int
    missed: int


def tried(part: int, wanted: int) -> list[Tried]:
    """Some random sequences."""
    found = []
    for cells, releases, countable in sequences(random.Random(SEED + part), min(TOGETHER, wanted - part * TOGETHER)):
        left, sizes = missed(cells, releases, counts=False)
        more, counts = missed(cells, releases, counts=True) if countable else (set(), set())
        found.append(Tried(len(releases), countable, len(sizes), len(counts), len(left) + len(more)))
    return found


def lenient(wanted: int, jobs: int) -> tuple[Lines, list[str]]:
    """What sequences give away, and what of it the audit misses."""
    found = [*_all_tried(wanted, jobs)]
    lines = [
        "Random sequences of overlapping releases about up to 38 students, against an attacker who tries everything.",
        "",
        "| releases | sequences | counts tried of | sizes that come out | counts that come out | missed by the audit |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for size in sorted({one.releases for one in found}):
        own = [one for one in found if one.releases == size]
        numbers = ("counts", "sizes_out", "counts_out", "missed")
        lines.append(
            f"| {size} | {len(own)} | " + " | ".join(str(sum(getattr(o, n) for o in own)) for n in numbers) + " |"
        )
    wrong = sum(one.missed for one in found)
    return [*lines, ""], [f"{wrong} numbers come out that the audit misses"] if wrong else []


def _all_tried(wanted: int, jobs: int) -> Iterator[Tried]:
    done = wrong = 0
    with ProcessPoolExecutor(jobs) as pool:
        for own in pool.map(partial(tried, wanted=wanted), range((wanted + TOGETHER - 1) // TOGETHER)):
            done, wrong = done + len(own), wrong + sum(one.missed for one in own)
            print(f"{done} of {wanted} sequences tried; missed by the audit: {wrong}", file=sys.stderr, flush=True)
            yield from own


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequences", type=int, default=500, help="random sequences of overlapping releases")
    parser.add_argument("--jobs", type=int, default=2, help="processes for these")
    parser.add_argument("--write", action="store_true", help="keep the tables in benchmarks/results/audit.md")
    asked = parser.parse_args()
    began, text, beyond = time.perf_counter(), list[str](), list[str]()
    for part in (speed, partial(lenient, asked.sequences, asked.jobs)):
        lines, faults = part()
        print("\n".join(lines), flush=True)
        text += lines
        beyond += faults
    print(f"{time.perf_counter() - began:.0f} s")
    if asked.write:
        made = f"python benchmarks/audit.py --sequences {asked.sequences} --write"
        lines = ["# The audit of everything published: time, and what it misses", "", *text, f"Made by `{made}`.", ""]
        RESULTS.write_text("\n".join(lines), encoding="utf-8")
    if beyond:
        print("beyond the limits: " + "; ".join(beyond))
    return int(bool(beyond))


if __name__ == "__main__":
    sys.exit(main())
