"""The model of paces fitted to groups of students, and what it says of groups and schools."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.contrasts import (
    DESCRIBED,
    SCHOOLS_AT_LEAST,
    UNKNOWN,
    Comparison,
    Grouping,
    comparisons,
    described,
    grouping,
    groupings,
)
from cbe_analysis.indicators.declare import Contrast, Fitted
from cbe_analysis.indicators.progress.paces import Paces
from cbe_analysis.indicators.progress.told import Told
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.indicators.words import DRAWN, counted
from cbe_analysis.methods.pace import PaceFit, fit_pace
from cbe_analysis.methods.robust import Contrasted, cluster_mean

RATE = "levels / year"
SCHOOL = "school_id"
AT_ZERO = {
    "student": "paces vary no more between students than errors explain: their variance is estimated as zero",
    "error": "paces vary no more where students were observed for less time: the error is estimated as zero",
    "school": "paces vary no more between schools than errors explain: their variance is estimated as zero",
    "cell": "schools differ no more in one group than in another: that variance is estimated as zero",
}
THESE = f"these students: fewer than {SCHOOLS_AT_LEAST} schools"


@dataclass(frozen=True, slots=True)
class Model:
    """Paces and how they are to be fitted.

    Parameters
    ----------
    school
        Shape `(n,)`: codes of the students' schools, -1 unknown.
    schools
        How many have a pace.
    nested
        True when schools vary too: where there are six or more.
    """

    paces: Paces
    groups: pd.DataFrame
    school: NDArray[np.int64]
    schools: int
    nested: bool
    adjust: tuple[str, ...]
    minimum_n: int
    warnings: tuple[str, ...]

    @property
    def unit_of_schools(self) -> NDArray[np.int64]:
        """Shape `(n,)`: what students share: their school; a student of unknown school shares nothing."""
        alone = self.schools + 1 + np.arange(len(self.school))
        return np.where(self.school >= 0, self.school, alone)

    def fit(self, groups: Grouping) -> PaceFit:
        """The fit with a mean for each group.

        Raises
        ------
        UsageError
            When students are too few for the groups.
        """
        students, used = self.paces.students, self.paces.used
        if used.sum() <= len(np.unique(groups.codes[used])):
            remedy = "ask for fewer groups, or for more students"
            raise UsageError("too few students have a pace: one more than groups are needed", "table 'levels'", remedy)
        found: PaceFit = fit_pace(
            students["value"].to_numpy(float),
            students["spread"].to_numpy(float),
            group=groups.codes,
            school=self.unit_of_schools if self.nested else None,
            X=self.held,
            about=self.paces.about,
            sigma2=self.paces.sigma2,
        )
        return found

    @property
    def held(self) -> NDArray[np.float64] | None:
        """What is to be held equal, one column for each word but the first; None for nothing."""
        parts = [pd.get_dummies(self.groups[c], drop_first=True, dtype=float) for c in self.adjust]
        return pd.concat(parts, axis=1).to_numpy() if parts else None

    def cases(self, date: str) -> pd.DataFrame:
        """One case per student, at a date."""
        return self.paces.students[["student_id", date]].rename(columns={date: "date"})

    def mean(self, values: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> Contrasted:
        """The mean over the students with a value, with a robust interval."""
        some = np.isfinite(values)
        cluster = self.unit_of_schools[some] if self.nested else None
        weights = None if weights is None else weights[some]
        return cluster_mean(values[some], cluster=cluster, weights=weights)

    @property
    def note(self) -> str:
        """What every row says where schools are few."""
        return "" if self.nested else THESE


def model(paces: Paces, contrast: Contrast, minimum_n: int) -> Model:
    """The model for these paces.

    Raises
    ------
    UsageError
        When schools are asked for together with another factor or a comparison.
    """
    listed = "student_id" in contrast.by
    if not listed and SCHOOL in contrast.by and (len(contrast.by) > 1 or contrast.compare):
        raise UsageError(
            "schools stand alone", f"by {SCHOOL}", "leave out the other factors and the comparison: no ranks"
        )
    names = paces.students["school"].where(paces.students["school"] != UNKNOWN)
    school = pd.factorize(names)[0].astype(np.int64)
    schools = len(np.unique(school[(school >= 0) & paces.used]))
    warnings = list(paces.warnings)
    if schools < SCHOOLS_AT_LEAST:
        warnings.append(f"fewer than {SCHOOLS_AT_LEAST} schools: the estimates speak of these students alone")
    unknown = int((school < 0).sum())
    if unknown:
        warnings.append(
            f"{counted(unknown, 'students', minimum_n)} lie outside any enrollment: their school is unknown"
        )
    nested = schools >= SCHOOLS_AT_LEAST
    return Model(paces, paces.groups, school, schools, nested, contrast.adjust, minimum_n, tuple(warnings))


@dataclass(frozen=True, slots=True)
class Split:
    """The groups of one split of the students.

    Parameters
    ----------
    sizes
        Shape `(groups,)`: students who count.
    by_school
        True where the groups are schools, and there are enough of them to be drawn toward the mean of all.
    told
        Of what means are told.
    """

    model: Model
    groups: Grouping
    sizes: NDArray[np.int64]
    by_school: bool
    told: Told

    def members(self, group: int) -> NDArray[np.bool_]:
        """Shape `(n,)`: the students of a group."""
        found: NDArray[np.bool_] = self.groups.codes == group
        return found

    def note(self, group: int) -> str:
        """What must be said of a group: that schools are few, or values."""
        return joined(self.model.note, self.told.note(self.members(group)))

    def gaps(self, contrast: Contrast, unit: str, gap: Callable[[NDArray[np.float64]], Contrasted]) -> list[Row]:
        """A row for every comparison; described alone where too few schools are on a side."""
        rows, school = [], np.where(self.model.paces.used, self.model.school, -1)
        for pair in comparisons(self.groups, self.sizes, contrast):
            own, against = (school[np.isin(self.groups.codes, g)] for g in ([pair.group], pair.others))
            found, note = gap(pair.weights), self.model.note
            if described(own, against, self.model.schools):
                found, note = Contrasted(found.value), DESCRIBED
            elif unit == self.told.unit:
                note = joined(note, self.told.close(self.members(pair.group)))
            rows.append(self._gap(pair, unit, found, note))
        return rows

    def _gap(self, pair: Comparison, unit: str, found: Contrasted, note: str) -> Row:
        more = {"n": int(self.sizes[pair.group]), "reference": pair.reference, "n_reference": pair.n_reference}
        return row("gap", unit, self.groups.labels(pair.group), found, p=found.p, note=note, **more)


@dataclass(frozen=True, slots=True)
class Part(Split):
    """The groups of one split of the students, with their fit.

    Parameters
    ----------
    fit
        One mean per group; where schools are the groups and are drawn toward the district, one mean for all.
    """

    fit: PaceFit

    def of_school(self, group: int) -> int:
        """Where the fit has the school of a group; -1 where nobody of it has a pace or it is unknown."""
        codes = self.model.unit_of_schools[self.members(group)]
        at = np.flatnonzero(self.fit.schools.school == codes[0]) if self.groups.known(group) else np.empty(0, np.int64)
        return int(at[0]) if len(at) and self.fit.schools.n[at[0]] else -1

    def mean(self, group: int) -> Contrasted:
        """The mean pace of a group; of a school the prediction, which is drawn toward the district."""
        if not self.by_school:
            told: Contrasted = self.fit.mean(group)
            return told
        at, known = self.of_school(group), self.fit.schools.predicted
        if at < 0:
            return Contrasted(float("nan"))
        value, error = float(known.pace[at]), float(known.std_error[at])
        return Contrasted(value, error, low=float(known.low[at]), high=float(known.high[at]))


def parts(of: Model, contrast: Contrast, unit: str = RATE) -> list[Part]:
    """The whole, every factor alone, and the factors crossed, each with its fit."""
    whole = grouping(of.groups, ())
    first, found = of.fit(whole), []
    told = Told.of(unit, of.paces.students["value"].to_numpy(float))
    for groups in groupings(of.groups, contrast.by):
        by_school = groups.columns == (SCHOOL,) and of.nested
        fit = first if by_school or not groups.columns else of.fit(groups)
        sizes = np.bincount(groups.codes[of.paces.used], minlength=len(groups.values))
        found.append(Part(of, groups, sizes, by_school, told, fit))
    return found


def answer(of: Model, rows: list[Row], first: PaceFit, method: str, more: tuple[str, ...] = ()) -> Fitted:
    """The rows with the words that go with the fit to the whole."""
    held = f"; {', '.join(of.adjust)} held equal" if of.adjust else ""
    warnings = (*of.warnings, *verdicts(first), *more)
    return Fitted(pd.DataFrame(rows), f"{method}{held}", warnings, of.cases("first_date"))


def verdicts(fit: PaceFit) -> list[str]:
    """What a fit itself warns of."""
    found = [AT_ZERO[part] for part in fit.variances.boundary]
    if fit.exact:
        return [
            "paces are all alike within groups: nothing varies, no error can be told, shares and chances are unknown"
        ]
    if not fit.identified:
        found.append(
            "true differences between students cannot be told from errors of observation: means and gaps stand, shares "
            "and chances are unknown"
        )
    if not fit.converged:
        found.append("the model of paces did not converge; read its numbers with care")
    return found


def joined(*notes: str) -> str:
    """The notes as one."""
    return "; ".join(filter(None, notes))


def words(of: Model) -> str:
    """The model in a sentence."""
    nesting = DRAWN if of.nested else "no schools in the model"
    errors = "CR2 by school with Satterthwaite df" if of.nested else "HC3: these students alone"
    return (
        f"{of.paces.estimator}; {of.paces.subject}; model of observed paces by REML, groups with means of their own, "
        f"{nesting}; 95% intervals: {errors}"
    )
