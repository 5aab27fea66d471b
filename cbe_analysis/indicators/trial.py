"""The effect of a program that was assigned by lot, and how the arms compare before and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.alike import ALIKE, NOISE, Scores
from cbe_analysis.indicators.arms import attrition, baselines, counts
from cbe_analysis.indicators.contrasts import Grouping, comparisons, groupings
from cbe_analysis.indicators.declare import Contrast, Fitted
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.indicators.scale import piles
from cbe_analysis.indicators.study import Study
from cbe_analysis.indicators.words import counted, minimum_note
from cbe_analysis.methods.decision import chances
from cbe_analysis.methods.robust import Contrasted, RobustFit, cluster_fit
from cbe_analysis.methods.standardized import improvement_index, pooled_sd, standardize

CLUSTERS_AT_LEAST, ARM_AT_LEAST = 6, 3  # fewer clusters, or in an arm, are described and not tested


@dataclass(frozen=True, slots=True)
class Trial:
    """Students with an outcome, ready to be compared.

    Parameters
    ----------
    y, treated
        Outcome; True in the treatment arm. Shape `(n,)`, as are the following.
    covariates
        Shape `(n, k)`.
    cluster, block
        Labels, or None where students were assigned one by one, or without blocks.
    factors
        Group columns as text, one row per student.
    """

    y: NDArray[np.float64]
    treated: NDArray[np.bool_]
    covariates: NDArray[np.float64]
    cluster: NDArray[np.str_] | None
    block: NDArray[np.str_] | None
    factors: pd.DataFrame
    unit: str

    def only(self, rows: NDArray[np.bool_]) -> Trial:
        """The trial with these students alone."""
        parts = (None if part is None else part[rows] for part in (self.cluster, self.block))
        cluster, block = parts
        factors = self.factors[rows].reset_index(drop=True)
        return Trial(self.y[rows], self.treated[rows], self.covariates[rows], cluster, block, factors, self.unit)

    def units(self, rows: NDArray[np.bool_]) -> int:
        """Classes, schools or students that were assigned, among these rows."""
        return int(rows.sum()) if self.cluster is None else len(np.unique(self.cluster[rows]))

    def testable(self, rows: NDArray[np.bool_]) -> bool:
        """True when enough units were assigned to test what they differ by."""
        arms = [self.units(rows & self.treated), self.units(rows & ~self.treated)]
        return self.units(rows) >= CLUSTERS_AT_LEAST and min(arms) >= ARM_AT_LEAST

    def fit(self, groups: NDArray[np.int64]) -> RobustFit:
        """The regression with an effect, then a mean, for every group."""
        own = np.eye(groups.max() + 1)[groups]
        X = np.hstack([own * self.treated[:, None], own, self.covariates])
        return cluster_fit(self.y, X, cluster=self.cluster, absorb=self.block)

    def sd(self, rows: NDArray[np.bool_]) -> float:
        """Standard deviation of the outcome within the arms."""
        arms = [self.y[rows & arm] for arm in (self.treated, ~self.treated)]
        return pooled_sd(*(float(a.std(ddof=1)) if len(a) > 1 else 0.0 for a in arms), *(len(a) for a in arms))


def trial(study: Study, contrast: Contrast) -> Fitted:
    """Effect, standardized effect, gaps between groups, chances, and the arms at entry and at the end.

    Raises
    ------
    UsageError
        When no student of an arm has an outcome.
    """
    used = study.rows["outcome"].notna() & study.covariates.notna().all(axis=1)
    lacking = study.rows["outcome"].notna() & ~used
    found = _trial(study, used.to_numpy())
    if found.treated.all() or not found.treated.any():
        raise UsageError(
            f"no student of one arm has an outcome {study.outcome} after {study.start} and until {study.end}",
            "assessments",
            "check the program's dates, or set until",
        )
    rows, split = [], groupings(found.factors, contrast.by)
    for groups in split:
        rows += _effects(found, groups, contrast)
    rows += _chances(study, rows[0])
    described, differences = baselines(study, used)
    rows += described + attrition(study, differences) + counts(study, used, split)
    places = study.factors[used].add_prefix("placed_")
    cases = pd.concat([study.rows.loc[used, ["student_id", "date"]], places], axis=1).reset_index(drop=True)
    return Fitted(pd.DataFrame(rows), _method(study, found), _warnings(study, found, int(lacking.sum())), cases)


def _trial(study: Study, used: NDArray[np.bool_]) -> Trial:
    rows = study.rows[used]
    return Trial(
        rows["outcome"].to_numpy(float),
        rows["treated"].to_numpy(bool),
        study.covariates[used].to_numpy(float),
        _labels(rows["cluster"], rows["student_id"]),
        _labels(rows["block"], pd.Series("(none)", rows.index)),
        study.factors[used].reset_index(drop=True),
        study.unit,
    )


def _labels(column: pd.Series, instead: pd.Series) -> NDArray[np.str_] | None:
    """The labels, with something of its own where one is missing; None where all are."""
    return None if column.isna().all() else column.fillna("single " + instead).to_numpy(str)


def _effects(found: Trial, groups: Grouping, contrast: Contrast) -> list[Row]:
    """The effect in every group from one regression, and the differences between effects."""
    shape = (len(groups.values), 2)
    arms = np.zeros(shape, int)
    np.add.at(arms, (groups.codes, found.treated.astype(int)), 1)
    able, rows = arms.min(axis=1) > 0, []
    for g in np.flatnonzero(~able).tolist():
        note = "students in one arm only"
        rows.append(row("effect", found.unit, groups.labels(g), float("nan"), n=int(arms[g].sum()), note=note))
    if not able.any():
        return rows
    kept, place = able[groups.codes], np.cumsum(able) - 1
    part, codes = found.only(kept), place[groups.codes[kept]]
    fit, sizes = part.fit(codes), arms.sum(axis=1) * able
    for g in np.flatnonzero(able).tolist():
        inside = codes == place[g]
        effect = _tell(part, fit, np.eye(len(fit.coef))[place[g]], [inside])
        rows += _two_units(part, inside, effect, groups, g)
    for pair in comparisons(groups, sizes, contrast):
        weights = np.zeros(len(fit.coef))
        weights[: able.sum()] = pair.weights[able]
        sides = [codes == place[pair.group], np.isin(codes, place[pair.others])]
        gap = _tell(part, fit, weights, sides)
        note = _note(gap) or Scores.of(part.y).close(part.y[sides[0]])
        more = {"n": int(sizes[pair.group]), "p": gap.p, "note": note}
        more |= {"reference": pair.reference, "n_reference": pair.n_reference}
        rows.append(row("gap", found.unit, groups.labels(pair.group), gap, **more))
    return rows


def _tell(part: Trial, fit: RobustFit, weights: NDArray[np.float64], sides: list[NDArray[np.bool_]]) -> Contrasted:
    """The contrast, without its interval where too few units were assigned on a side."""
    found = fit.contrast(weights)
    return found if all(part.testable(side) for side in sides) else Contrasted(found.value)


def _note(found: Contrasted) -> str:
    """Why an estimate has no interval."""
    return "" if np.isfinite(found.std_error) else "described, not tested: too few classes or schools were assigned"


def _two_units(part: Trial, inside: NDArray[np.bool_], effect: Contrasted, groups: Grouping, group: int) -> list[Row]:
    """The effect in points, in standard deviations and as an improvement index; the unknown group is not tested."""
    n, sd, labels = int(inside.sum()), part.sd(inside), groups.labels(group)
    p = effect.p if groups.known(group) else float("nan")
    alike = sd <= NOISE * max(1.0, float(np.abs(part.y[inside]).max()))
    g = standardize(effect.value, effect.std_error, 0.0 if alike else sd, n)
    size = Contrasted(g.value, g.std_error, effect.df, g.low, g.high)
    note = ALIKE if alike else _note(effect) or Scores.of(part.y).close(part.y[inside])
    return [
        row("effect", part.unit, labels, effect, n=n, p=p, note=note),
        row("hedges_g", "standard deviations", labels, size, n=n, note=note),
        row("index", "percentile points of an average comparison student", labels, improvement_index(g.value), n=n),
    ]


def _chances(study: Study, effect: Row) -> list[Row]:
    """How likely the effect reaches the minimum written beforehand, means nothing, or is a loss."""
    if not (study.minimum_effect > 0 and np.isfinite(effect["std_error"])):
        return []
    found = chances(effect["value"], effect["std_error"], study.minimum_effect)
    note = minimum_note(study.minimum_effect, study.unit)
    return [
        row("probability", "probability, 0 to 1", {}, value, at=at, n=effect["n"], note=note)
        for at, value in (("better", found.better), ("little", found.little), ("worse", found.worse))
    ]


def _method(study: Study, found: Trial) -> str:
    """The estimator in a sentence."""
    within = "with an effect for every block" if found.block is not None else "without blocks"
    held = f", {', '.join(study.covariates.columns)} held equal" if len(study.covariates.columns) else ""
    units = found.units(np.ones(len(found.y), bool))
    errors = "HC3 errors" if found.cluster is None else f"CR2 errors by the {units} clusters as assigned, Satterthwaite"
    return (
        f"{study.name}: randomized, treatment against all comparison students, intent to treat, {within}{held}; "
        f"{errors}; outcome: last {study.outcome} score after {study.start} and until {study.end}; WWC handbook 4.1"
    )


def _warnings(study: Study, found: Trial, lacking: int) -> tuple[str, ...]:
    rows, said = study.rows, []
    everyone = np.ones(len(found.y), bool)
    if not found.testable(everyone):
        said.append(
            f"{found.units(everyone)} units were assigned, fewer than {CLUSTERS_AT_LEAST} or fewer than {ARM_AT_LEAST} "
            "in an arm: the difference is described, not tested"
        )
    for column in ("cluster", "block"):
        missing = int(rows[column].isna().sum())
        if 0 < missing < len(rows):
            said.append(f"{counted(missing, 'students', study.minimum_n)} have no {column} in participation")
    if lacking:
        said.append(
            f"{counted(lacking, 'students', study.minimum_n)} with an outcome lack a covariate and are left out"
        )
    arms = pd.Series(found.treated).groupby(found.block).nunique() if found.block is not None else pd.Series([2])
    if (arms == 1).any():
        said.append(f"{(arms == 1).sum()} of {len(arms)} blocks have one arm only and say nothing of the effect")
    later = int((~rows["entrant"]).sum())
    if later:
        said.append(
            f"{counted(later, 'students', study.minimum_n)} entered the study before this program began: "
            "they are no part of the comparison at entry"
        )
    return (*said, *piles(found.y, study.minimum_n))
