"""What truth.json says of how groups differ: over all students, and between students of the same school."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cbe_analysis.simulate.district_file import REFERENCES
from cbe_analysis.simulate.draws import Floats, Ints
from cbe_analysis.simulate.people import ENGLISH, GENDERS, RACES

ROUNDING = 1e-9  # a group that is all or nothing of every school differs less within them
FACTORS = {
    "race_ethnicity": RACES,
    "gender": GENDERS,
    "economically_disadvantaged": ("false", "true"),
    "english_learner": ENGLISH,
    "disability": ("false", "true"),
}


@dataclass(frozen=True, slots=True)
class Lines:
    """What means are taken of: one value per student, or one per student and school.

    Parameters
    ----------
    values
        Shape (n,); NaN where not known.
    weight
        Shape (n,): for how much each counts.
    school
        Shape (n,).
    groups
        Shape (n, 5): as Truths has them.
    """

    values: Floats
    weight: Floats
    school: Ints
    groups: Floats

    def crude(self, factor: str) -> dict[str, float]:
        """By group, its mean less that of the reference group."""
        known, names, member = self._members(factor)
        found = apart(self.values[known], member, self.weight[known])
        return dict(zip(names, found.tolist(), strict=True))

    def same_schools(self, factor: str) -> dict[str, float]:
        """The same between those of one school; nothing for a group that shares its schools with none of the others."""
        known, names, member = self._members(factor)
        school, weight = np.unique(self.school[known], return_inverse=True)[1], self.weight[known]
        around = within(member, school, weight)
        found = apart(within(self.values[known], school, weight), around, weight)
        shared = np.abs(around).max(axis=0, initial=0.0) > ROUNDING
        return {name: float(found[at]) for at, name in enumerate(names) if shared[at]}

    def _members(self, factor: str) -> tuple[np.ndarray, list[str], Floats]:
        """Whose values are known, the groups there are beside the reference group, and a column for each of them."""
        names, place = FACTORS[factor], list(FACTORS).index(factor)
        known = np.isfinite(self.values)
        codes, reference = self.groups[known, place].astype(int), names.index(REFERENCES[factor])
        there = np.unique(codes).tolist()
        here = [code for code in there if code >= 0 and code != reference] if reference in there else []
        return known, [names[code] for code in here], (codes[:, None] == np.array(here, int)[None, :]).astype(float)


def gaps(lines: Lines, there: Lines) -> dict[str, Any]:
    """By factor and group, how the mean differs from that of the reference group: crude, and in the same schools.

    Parameters
    ----------
    there
        The values to compare within schools.
    """
    told: dict[str, dict[str, Any]] = {}
    for factor in FACTORS:
        crude, same = lines.crude(factor), there.same_schools(factor)
        told[factor] = {"reference": REFERENCES[factor]}
        told[factor] |= {name: {"crude": gap, "same_schools": same.get(name)} for name, gap in crude.items()}
    return told


def within(values: Floats, school: Ints, weight: Floats) -> Floats:
    """Values less the mean of their school."""
    sizes, columns = np.bincount(school, weight), values.reshape(len(values), -1)
    means = np.stack([np.bincount(school, weight * column, len(sizes)) / sizes for column in columns.T], axis=1)
    return np.asarray((columns - means[school]).reshape(values.shape), dtype=np.float64)


def apart(values: Floats, member: Floats, weight: Floats) -> Floats:
    """What each group differs from those in none of them, by least squares."""
    if not member.shape[1]:
        return np.empty(0)
    root, columns = np.sqrt(weight), member - np.average(member, axis=0, weights=weight)
    centred = values - np.average(values, weights=weight)
    return np.asarray(np.linalg.lstsq(root[:, None] * columns, root * centred, rcond=None)[0], dtype=np.float64)
