"""How long an audit of everything published takes, and whether it misses anything that trying everything finds.

    python benchmarks/audit.py [SEQUENCES]

First more than 100 briefs of a district of 30 schools: every school's by each factor, the district's by each factor
and by each pair, all schools side by side; attacked together in one process, on one core. Then random sequences of
overlapping releases about few students, against an attacker who tries all whole numbers.
"""

import dataclasses
import itertools
import random
import sys
import time
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
SECONDS_AT_MOST = 120.0
SEQUENCES = 500


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


def speed():
    """Seconds that the audit of a district takes."""
    published = [Published(name, 1, release) for name, release in briefs(district(np.random.default_rng(20261122)))]
    rows = sum(len(one.release.rows) for one in published)
    started = time.process_time()
    audit = audit_together(published)
    seconds = time.process_time() - started
    print(f"{len(published)} briefs, {rows} rows, {audit.cells} hidden or coded numbers attacked: {seconds:.1f} s")
    print(f"numbers that come out: {len(audit.breaches)}")
    return seconds


def lenient(wanted):
    """How many sequences give away more than the audit finds."""
    tried, giving, wrong = 0, 0, 0
    for cells, releases, countable in sequences(random.Random(7), wanted):
        for counts in (False, True) if countable else (False,):
            left, found = missed(cells, releases, counts=counts)
            tried, giving, wrong = tried + 1, giving + bool(found), wrong + bool(left)
    print(f"{wanted} sequences, {tried} attacks: {giving} give something away; missed by the audit: {wrong}")
    return wrong


def main():
    seconds = speed()
    wrong = lenient(int(sys.argv[1]) if len(sys.argv) > 1 else SEQUENCES)
    if seconds > SECONDS_AT_MOST or wrong:
        sys.exit("slower than wanted, or too lenient")


if __name__ == "__main__":
    main()
