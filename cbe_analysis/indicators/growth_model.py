"""The growth model over students and schools, and what it says of groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.alike import ALIKE, NOISE, on_one_course
from cbe_analysis.indicators.contrasts import (
    DESCRIBED,
    SCHOOLS_AT_LEAST,
    UNKNOWN,
    Comparison,
    Grouping,
    comparisons,
    described,
    groupings,
)
from cbe_analysis.indicators.declare import Contrast, Fitted
from cbe_analysis.indicators.growth_design import design
from cbe_analysis.indicators.growth_verdicts import VAGUE, Variation, verdicts
from cbe_analysis.indicators.occasions import Occasions
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.indicators.scale import piles
from cbe_analysis.indicators.words import counted
from cbe_analysis.methods.growth import GrowthFit, Level, fit_growth
from cbe_analysis.methods.robust import Contrasted, bounded


@dataclass(frozen=True, slots=True)
class Model:
    """What the person chose.

    Parameters
    ----------
    levels
        2, 3, or 0: three wherever there are six schools.
    reml
        False estimates by maximum likelihood.
    minimum_n
        Smallest count that a warning may state.
    """

    levels: int
    reml: bool
    minimum_n: int


@dataclass(frozen=True, slots=True)
class Growth:
    """Scores, the model to fit to them, and the words that go with it.

    Parameters
    ----------
    student, school
        Shape `(n,)`: codes of each score's student and school; a school of -1 is unknown.
    starts
        Position of each student's first score.
    groups
        One row per score: the group columns.
    names
        The schools, by code.
    nested
        True when schools vary too.
    """

    seen: Occasions
    model: Model
    student: NDArray[np.int64]
    school: NDArray[np.int64]
    starts: NDArray[np.int64]
    groups: pd.DataFrame
    names: tuple[str, ...]
    nested: bool
    warnings: tuple[str, ...]

    @property
    def students(self) -> int:
        """Students with a score in use."""
        return len(self.starts)

    @property
    def schools(self) -> int:
        """Schools with a score in use."""
        return len(self.names)

    @property
    def df(self) -> int:
        """Units at the highest level, less one: the degrees of freedom of the intervals."""
        return max((self.schools if self.nested else self.students) - 1, 1)

    def fit(self, rows: NDArray[np.bool_] | None = None, X: NDArray[np.float64] | None = None) -> GrowthFit:
        """The fit to these rows with this design; to all rows with intercept and slope alone."""
        every = slice(None) if rows is None else rows
        y, years = (self.seen.rows[c].to_numpy(float)[every] for c in ("value", "years"))
        school = self.school[every] if self.nested else None
        return fit_growth(y, years, self.student[every], school=school, X=X, reml=self.model.reml)

    def told(self, fit: GrowthFit, column: int) -> Contrasted:
        """Intercept or slope of the whole; of a single student without an error, which one student cannot tell."""
        value, error = float(fit.coef[column]), float(fit.std_error[column])
        if np.isnan(fit.loglik):  # all on one line: what differs from zero by arithmetic alone is zero
            value = 0.0 if abs(value) <= NOISE * float(np.abs(fit.coef).max()) else value
        return bounded(value, error, self.df) if self.students > 1 else Contrasted(value)

    def variations(self, fit: GrowthFit) -> list[Variation]:
        """How students vary, and schools where they are in the model."""
        noise, span = float(np.sqrt(fit.sigma2)), float(np.ptp(self.seen.rows["years"].to_numpy(float)))
        levels = [("student", fit.student), ("school", fit.school)]
        return [Variation.of(level, name, noise=noise, span=span) for name, level in levels if level is not None]

    @property
    def several_classes(self) -> bool:
        """Whether students of several classes are told apart."""
        return design(self.seen, None, ()).classes > 0

    def note(self, rows: NDArray[np.bool_]) -> str:
        """What must be said of the line of these rows: that it is the course of every student, where it is."""
        y, years = (self.seen.rows[c].to_numpy(float)[rows] for c in ("value", "years"))
        return ALIKE if on_one_course(y, years) else ""


def grow(seen: Occasions, model: Model, contrast: Contrast) -> Fitted:
    """Intercepts, slopes, their variation and the gaps between groups.

    Raises
    ------
    UsageError
        When school slopes are asked for together with a factor or a comparison, or without six schools.
    """
    if "school_id" in contrast.by and (len(contrast.by) > 1 or contrast.compare):
        raise UsageError(
            "school slopes stand alone", "by school_id", "leave out the other factors and the comparison: no ranks"
        )
    growth = _growth(seen, model)
    whole = growth.fit(X=design(growth.seen, None, contrast.adjust).X)
    rows = _whole(growth, whole)
    for groups in groupings(growth.groups, contrast.by)[1:]:
        rows += _schools(growth, whole, groups) if "school_id" in groups.columns else _joint(growth, groups, contrast)
    first = growth.seen.rows.iloc[growth.starts][["student_id", "date"]]
    warnings = (*growth.warnings, *verdicts(whole, growth.variations(whole)))
    return Fitted(pd.DataFrame(rows), _method(growth, contrast), warnings, first.reset_index(drop=True))


def _growth(seen: Occasions, model: Model) -> Growth:
    """Two levels or three, and the rows that can be used."""
    known = int(seen.rows.loc[seen.rows["school"] != UNKNOWN, "school"].nunique())
    nested = model.levels == 3 or (model.levels == 0 and known >= SCHOOLS_AT_LEAST)
    if model.levels == 3 and known < 2:
        raise UsageError("three levels need two schools or more", "option 'levels'", "choose 2 or leave it out")
    warnings = list(seen.warnings)
    lost = int((seen.rows["school"] == UNKNOWN).sum()) if nested else 0
    if lost:
        seen = seen.only((seen.rows["school"] != UNKNOWN).to_numpy())
        warnings.append(f"{counted(lost, 'scores', model.minimum_n)} lie outside any enrollment and are left out")
    if not nested and known < SCHOOLS_AT_LEAST:
        warnings.append(f"fewer than {SCHOOLS_AT_LEAST} schools: the estimates speak of these students alone")
    student = seen.student
    once = int((np.bincount(student) == 1).sum())
    if once:
        warnings.append(
            f"{counted(once, 'students', model.minimum_n)} have one score, which informs the intercept alone"
        )
    warnings += piles(seen.rows["value"].to_numpy(float), model.minimum_n)
    place, names = pd.factorize(seen.rows["school"].where(seen.rows["school"] != UNKNOWN))
    school, schools = place.astype(np.int64), tuple(map(str, names))
    return Growth(seen, model, student, school, seen.starts, seen.groups, schools, nested, tuple(warnings))


def _whole(growth: Growth, fit: GrowthFit) -> list[Row]:
    """Intercept and slope of the whole, how both vary, and the fit's likelihood."""
    unit, rate, n = growth.seen.unit, f"{growth.seen.unit} / year", growth.students
    note = growth.note(np.ones(len(growth.student), bool))
    rows = [
        row("slope", rate, {}, growth.told(fit, 1), n=n, note=note),
        row("intercept", unit, {}, growth.told(fit, 0), n=n, note=note),
    ]
    for variation in growth.variations(fit):
        rows += variation.rows(unit, n, identified=fit.identified or np.isnan(fit.loglik))
    vague = "" if fit.identified or np.isnan(fit.loglik) else VAGUE
    rows.append(row("sd_residual", unit, {}, float(np.sqrt(fit.sigma2)), n=n, note=vague))
    return [*rows, row("loglik", "log-likelihood", {}, fit.loglik, n=n)]


def _joint(growth: Growth, groups: Grouping, contrast: Contrast) -> list[Row]:
    """Slope and intercept of every group from one fit with common variances, and the gaps between slopes."""
    years, starts = growth.seen.rows["years"], growth.starts
    span = years.groupby(groups.codes).agg(["min", "max"])
    able = (span["max"] > span["min"]).to_numpy()
    sizes = np.bincount(groups.codes[starts], minlength=len(groups.values))
    rate, unit, rows = f"{growth.seen.unit} / year", growth.seen.unit, []
    for g in np.flatnonzero(~able).tolist():
        empty, note = Contrasted(float("nan")), "one date only: no slope"
        rows.append(row("slope", rate, groups.labels(g), empty, n=int(sizes[g]), note=note))
    if not able.any():
        return rows
    used, place = able[groups.codes], np.cumsum(able) - 1
    some, codes = growth.seen.only(used), place[groups.codes[used]]
    columns = design(some, codes, contrast.adjust)
    fit, k = growth.fit(used, columns.X), int(able.sum())
    for g in np.flatnonzero(able).tolist():
        at, note = int(place[g]), growth.note(groups.codes == g)
        starts_at = columns.intercept(at, some.starts[codes[some.starts] == at])
        for quantity, of, weights in (("slope", rate, np.eye(len(fit.coef))[k + at]), ("intercept", unit, starts_at)):
            found = bounded(*_contrast(fit, weights), growth.df)
            rows.append(row(quantity, of, groups.labels(g), found, n=int(sizes[g]), note=note))
    for pair in comparisons(groups, sizes * able, contrast):
        weights = np.zeros(len(fit.coef))
        weights[k : 2 * k] = pair.weights[able]
        rows.append(_gap(growth, groups, pair, _contrast(fit, weights)) | {"n": int(sizes[pair.group])})
    return rows


def _contrast(fit: GrowthFit, weights: NDArray[np.float64]) -> tuple[float, float]:
    """A weighted sum of the fixed effects and its standard error."""
    return float(weights @ fit.coef), float(np.sqrt(weights @ fit.vcov @ weights))


def _gap(growth: Growth, groups: Grouping, pair: Comparison, found: tuple[float, float]) -> Row:
    """The difference between two slopes; its degrees of freedom are those of the schools that have both sides."""
    own, against = (growth.school[np.isin(groups.codes, g)] for g in ([pair.group], pair.others))
    both = len(np.intersect1d(own, against)) if growth.nested else 0
    df = both - 1 if both > 1 else growth.df + 1 - len(groups.values)
    gap, note = bounded(*found, max(df, 1)), ""
    if described(own, against, growth.schools):
        gap, note = Contrasted(found[0]), DESCRIBED
    more = {"p": gap.p, "reference": pair.reference, "n_reference": pair.n_reference, "note": note}
    return row("gap", f"{growth.seen.unit} / year", groups.labels(pair.group), gap, **more)


def _schools(growth: Growth, fit: GrowthFit, groups: Grouping) -> list[Row]:
    """Slope and intercept of every school: the district's plus the school's predicted difference."""
    if fit.school is None:
        raise UsageError(
            f"school slopes need {SCHOOLS_AT_LEAST} schools or more", "by school_id", "leave out school_id, or levels=2"
        )
    seen, rows = growth.seen, []
    n = seen.rows.iloc[growth.starts].groupby("school").size()
    place = {growth.names[school]: at for at, school in enumerate(fit.school.ids)}
    for (school,) in groups.values:
        at, note = place[school], growth.note((seen.rows["school"] == school).to_numpy())
        for quantity, unit, column in (("slope", f"{seen.unit} / year", 1), ("intercept", seen.unit, 0)):
            found = _predicted(fit, fit.school, at, column, growth.df)
            rows.append(row(quantity, unit, {"school_id": school}, found, n=int(n.get(school, 0)), note=note))
    return rows


def _predicted(fit: GrowthFit, level: Level, at: int, column: int, df: int) -> Contrasted:
    """The value of one unit, with the error of its prediction and that of the whole.

    References
    ----------
    Henderson, C. R. (1975), Biometrics 31, 423-447: of the whole's error, the share 1 - reliability remains.
    """
    own, between = float(level.std_errors[at, column]) ** 2, float(level.covariance[column, column])
    reliability = 1 - own / between if between > 0 else 0.0
    error = np.sqrt(own + (1 - reliability) ** 2 * float(fit.vcov[column, column]))
    return bounded(float(fit.coef[column] + level.effects[at, column]), float(error), df)


def _method(growth: Growth, contrast: Contrast) -> str:
    """The model in a sentence."""
    seen, model = growth.seen, growth.model
    levels = "three-level growth model (scores, students, schools)" if growth.nested else "two-level growth model"
    how = "REML" if model.reml else "maximum likelihood"
    held = f"; {', '.join(contrast.adjust)} held equal" if contrast.adjust else ""
    apart = ", which may differ by group" if {*contrast.by, *contrast.adjust} - {"school_id"} else ""
    held = (f"; every class with an intercept of its own{apart}" if growth.several_classes else "") + held
    units = "schools" if growth.nested else "students"
    whom = "" if growth.schools >= SCHOOLS_AT_LEAST else "; these students alone"
    return (
        f"{levels} of {seen.name}, {how}, correlated random intercepts and slopes; {seen.clock}; "
        f"intercept at {seen.origin}{held}; 95% intervals from Student's t, degrees of freedom by {units}{whom}"
    )
