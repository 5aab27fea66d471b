"""The schools: names, sizes, who feeds whom, and in what they truly differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.draws import Flags, Floats, Ints, stream
from cbe_analysis.simulate.rows import records, words

KINDS = ("elementary", "middle", "high")
LAST_GRADES = (5, 8, 12)
FEWEST = (4, 2, 1)
STUDENTS_PER_SCHOOL = (830, 3300, 4600)  # students of the whole district for each school of the kind
TITLES = ("Elementary School", "Middle School", "High School")
TREES = (
    *("Cedar", "Willow", "Maple", "Heron", "Juniper", "Alder", "Birch", "Aspen", "Otter", "Sycamore", "Linden"),
    *("Hawthorn", "Magnolia", "Osprey", "Cottonwood", "Hickory", "Laurel", "Spruce", "Poplar", "Meadowlark"),
)
LANDS = ("Creek", "Grove", "Ridge", "Landing", "Falls", "Prairie", "Hill", "Crossing", "Valley", "Springs")
NEVER = 99  # adopts the staggered program in none of the four years
FLOODED = 1  # the school by the river
LENIENT_BY = 0.40  # levels by which one school records students ahead of where they stand


@dataclass(frozen=True, slots=True)
class Schools:
    """The schools of the district; all arrays hold one value per school, elementary schools first.

    Parameters
    ----------
    kind
        0 elementary, 1 middle, 2 high.
    feeds
        The school of the next kind that its students go on to; -1 for high schools.
    draw
        Share of the district's students who live near an elementary school; 0 elsewhere.
    poverty
        Logit by which students near it are more often economically disadvantaged.
    pace, inflation
        Levels a year by which students learn faster, and levels by which local ratings run ahead.
    severity
        Score points by which its raters are stricter.
    adopts
        School year, 0 to 3, in which it takes up the staggered program; 99 never.
    changed
        Takes part in the change of the professional learning community.
    """

    names: tuple[str, ...]
    kind: Ints
    feeds: Ints
    draw: Floats
    poverty: Floats
    pace: Floats
    inflation: Floats
    severity: Floats
    adopts: Ints
    changed: Flags

    @property
    def ids(self) -> pa.Array:
        """The ids, S01, S02 ..."""
        return pa.array([f"S{i + 1:02d}" for i in range(len(self.names))])

    def id(self, codes: Ints) -> pa.Array:
        """The ids of the schools with the codes; empty where below 0."""
        return words(codes, self.ids)


def schools(seed: int, students: int) -> Schools:
    """The schools that a district of so many students needs."""
    rng = stream(seed, "schools")
    counts = [max(few, round(students / per)) for few, per in zip(FEWEST, STUDENTS_PER_SCHOOL, strict=True)]
    kind = np.repeat(np.arange(3), counts)
    size = len(kind)
    size_of = rng.lognormal(0.0, 0.35, size) * (kind == 0)
    inflation = np.clip(rng.normal(0.0, 0.10, size), -0.2, 0.2)
    inflation[1] = LENIENT_BY
    return Schools(
        _names(rng, kind),
        kind,
        _feeds(counts),
        size_of / size_of.sum(),
        rng.normal(0.0, 0.7, size),
        np.clip(rng.normal(0.0, 0.06, size), -0.15, 0.15),
        inflation,
        rng.normal(0.0, 0.08, size),
        np.array([1, 2, 3, NEVER])[rng.permutation(size) % 4],
        rng.permutation(size) % 2 == 0,
    )


def _names(rng: np.random.Generator, kind: Ints) -> tuple[str, ...]:
    """A name for each school; with more schools than names the rounds are numbered."""
    names = [f"{tree} {land}" for tree in TREES for land in LANDS]
    order = rng.permutation(len(names))
    found = []
    for i, k in enumerate(kind.tolist()):
        again = i // len(names)
        found.append(f"{names[order[i % len(names)]]} {TITLES[k]}" + (f" {again + 1}" if again else ""))
    return tuple(found)


def _feeds(counts: list[int]) -> Ints:
    lower, middle, upper = counts
    to_middle = lower + np.arange(lower) * middle // lower
    to_high = lower + middle + np.arange(middle) * upper // middle
    return np.concatenate([to_middle, to_high, np.full(upper, -1)]).astype(np.int64)


def attended(schools: Schools, home: Ints, grade: Ints) -> Ints:
    """The school of students who live near an elementary school and are in a grade; -1 outside K to 12."""
    middle = schools.feeds[home]
    high = schools.feeds[middle]
    found = np.select([grade < 0, grade <= LAST_GRADES[0], grade <= LAST_GRADES[1]], [-1, home, middle], high)
    return np.where(grade > LAST_GRADES[2], -1, found)


def school_table(schools: Schools) -> pa.Table:
    """The table `schools`. State 99 does not exist: nobody can take the ids for real schools."""
    rows = [
        {"school_id": id_, "name": name, "kind": KINDS[kind], "nces_id": f"9900001{i:05d}"}
        for i, (id_, name, kind) in enumerate(
            zip(schools.ids.to_pylist(), schools.names, schools.kind.tolist(), strict=True), start=1
        )
    ]
    return records("schools", rows)
