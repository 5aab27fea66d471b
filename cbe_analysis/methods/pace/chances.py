"""Chances of students to keep a required pace, and how uncertain the number is who will.

Students of one school and group are judged by the same estimated means, so that their chances err together. So do the
chances of those whose levels are rounded alike, and of those without a pace.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtrit

from cbe_analysis.methods.arrays import FloatArray, IntArray, sums
from cbe_analysis.methods.pace.fit import Model
from cbe_analysis.methods.pace.likelihood import Point, evaluate
from cbe_analysis.methods.pace.nested import CELL, ERROR, PARTS, SCHOOL
from cbe_analysis.methods.pace.prediction import COVERAGE, posterior, shared_errors

STEP = 1e-4  # of the variances together: the least step by which one is varied


def chances(mean: FloatArray, error: FloatArray, required: FloatArray) -> FloatArray:
    """Chances that true paces are at least the required ones."""
    known = np.isfinite(mean) & np.isfinite(error)
    over = np.where(known & (error > 0), error, 1)
    height = np.where(np.isfinite(required), mean - required, 0)
    chance = np.where(error > 0, ndtr(height / over), height >= 0)
    chance = np.where(known, chance, np.nan)
    chance = np.where(np.isposinf(required), 0.0, chance)
    return np.where(required == 0, 1.0, chance)


@dataclass(frozen=True, slots=True)
class Alike:
    """Whose observed paces err together, which the model takes to err each alone.

    Levels that add up rise in steps. Who began at one point is rounded alike, which no number of students averages out.

    Parameters
    ----------
    begun
        Shape `(n,)`: codes of where and when students began.
    error
        Shape `(n,)`, levels a year: the error of a pace that those who began alike have in common; 0 for none.
    """

    begun: IntArray
    error: FloatArray


@dataclass(frozen=True, slots=True)
class Judged:
    """How uncertain it is of each student who keeps the required pace.

    Parameters
    ----------
    some
        Shape `(n,)`: those whose chance is known and not certain; the others have no part.
    own
        Shape `(n,)`: error variance of who each student is, the pace of the cell being known.
    along
        Shape `(n,)`: how the chance goes with the pace of the cell.
    toward
        Shape `(n,)`: how the chance goes with the student's own pace; 0 without one.
    base
        Shape `(n,)`: error variance of the pace of the cell.
    point
        The fit at the variances that are likely.
    """

    some: NDArray[np.bool_]
    own: FloatArray
    along: FloatArray
    toward: FloatArray
    base: FloatArray
    point: Point

    @classmethod
    def of(cls, model: Model, vcov: FloatArray, required: FloatArray, chance: FloatArray) -> Judged:
        """All students of a fit."""
        some = np.isfinite(chance) & np.isfinite(required) & (required > 0)
        point = evaluate(model.sample, _likely(model, vcov))
        found = posterior(model.everyone, model.sample, point)
        seen = np.where(some, chances(found.mean, np.sqrt(found.variance), required), 0)
        own = np.maximum(np.where(some, chance * (1 - chance), 0), seen * (1 - seen))
        error = np.sqrt(np.maximum(found.variance, 1e-300))
        height = np.where(some, (found.mean - np.where(some, required, 0)) / error, 0)
        turn = np.where(some, np.exp(-(height**2) / 2) / np.sqrt(2 * np.pi) / error, 0)
        return cls(some, own, turn * found.left, turn * (1 - found.left), found.base, point)


def errors_of_counts(
    model: Model, vcov: FloatArray, required: FloatArray, chance: FloatArray, alike: Alike | None = None
) -> FloatArray:
    """Error variance of the number in each group who keep their required pace, shape `(g,)`.

    Each student's own chance; what students have in common through fixed effects, schools and cells, widened as
    Student's t is wider than the normal with so few schools; the estimated variances. Students whose chance is certain
    or unknown have no part.

    Parameters
    ----------
    vcov
        Covariance of the estimated variances.
    alike
        Whose observed paces err together. Given these, students without a pace may also differ from the others, as much
        as schools differ.
    """
    codes, kinds = model.given.groups.codes, len(model.given.groups.labels)
    judged = Judged.of(model, vcov, required, chance)
    if not judged.some.any():
        return np.zeros(kinds)
    along = judged.along
    cells = sums(model.everyone.cell, along, len(model.sample.nest.school))
    held = sums(codes, along[:, None] * model.everyone.held, kinds)
    together = shared_errors(model.sample, judged.point, cells, held) - sums(codes, along**2 * judged.base, kinds)
    found = _added(model, vcov, required, judged, (codes, kinds), together)
    return found if alike is None else found + _beyond(model, judged, (codes, kinds), alike)


def errors_in_units(  # noqa: PLR0913 - as of counts, and the units
    model: Model,
    vcov: FloatArray,
    required: FloatArray,
    chance: FloatArray,
    units: tuple[IntArray, int],
    alike: Alike | None = None,
) -> FloatArray:
    """The same for the number in each unit, such as a school, whose students are judged by one prediction.

    Where students of a unit are of several cells, these are taken to err alike, which is the most that they can.

    Parameters
    ----------
    units
        Shape `(n,)` codes, and how many units there are.
    """
    judged = Judged.of(model, vcov, required, chance)
    one_way = judged.along * np.sqrt(judged.base)
    together = sums(units[0], one_way, units[1]) ** 2 - sums(units[0], one_way**2, units[1])
    found = _added(model, vcov, required, judged, units, together)
    return found if alike is None else found + _beyond(model, judged, units, alike)


def _added(  # noqa: PLR0913 - the parts of one sum
    model: Model,
    vcov: FloatArray,
    required: FloatArray,
    judged: Judged,
    units: tuple[IntArray, int],
    together: FloatArray,
) -> FloatArray:
    """What students err by alone, together, and through the estimated variances, unit by unit."""
    own = np.bincount(units[0], weights=judged.own, minlength=units[1])
    turned = _turned(model, vcov, required, judged.some, units)
    result: FloatArray = own + few(model) * np.maximum(together, 0) + np.einsum("ku,kl,lu->u", turned, vcov, turned)
    return result


def _beyond(model: Model, judged: Judged, units: tuple[IntArray, int], alike: Alike) -> FloatArray:
    """What the model does not know: errors of who is rounded alike, and how students without a pace differ."""
    off = judged.toward * alike.error
    key, at = np.unique(alike.begun * units[1] + units[0], return_inverse=True)
    found: FloatArray = sums(key % units[1], sums(at, off, len(key)) ** 2, units[1]) - sums(units[0], off**2, units[1])
    unseen = np.where(np.isfinite(model.everyone.spread), 0, judged.along)
    apart = sums(units[0], unseen, units[1]) ** 2 - sums(units[0], unseen**2, units[1])
    return found + np.maximum(apart, 0) * float(judged.point.theta[[SCHOOL, CELL]].sum())


def _likely(model: Model, vcov: FloatArray) -> FloatArray:
    """The variances, that of errors as it is to be expected: one that is estimated as zero is hardly so.

    The mean of a normal distribution about the estimate, with its standard error, that lies above zero. Where the
    estimate is many standard errors from zero, nothing changes.
    """
    theta, error = model.point.theta.copy(), float(np.sqrt(max(vcov[ERROR, ERROR], 0.0)))
    if error > 0:
        height = float(theta[ERROR]) / error
        theta[ERROR] += error * np.exp(-(height**2) / 2) / np.sqrt(2 * np.pi) / ndtr(height)
    return theta


def few(model: Model) -> float:
    """The square of Student's t over the normal's, for the schools that have paces."""
    schools = len(np.unique(model.sample.nest.school[model.sample.nest.cell]))
    if schools < 2:
        return 1.0
    return float(stdtrit(schools - 1, 0.5 + COVERAGE / 2) / ndtri(0.5 + COVERAGE / 2)) ** 2


def _turned(
    model: Model, vcov: FloatArray, required: FloatArray, some: NDArray[np.bool_], units: tuple[IntArray, int]
) -> FloatArray:
    """How the expected numbers go with the variances, shape `(4, u)`: over a standard error to either side.

    Chances turn with the root of a variance, whose derivative near zero is no guide to what its error would change.
    """
    found = np.zeros((len(PARTS), units[1]))
    mean, theta = float(model.sample.nest.spread.mean()), model.point.theta
    total = float(theta.sum() - theta[ERROR] * (1 - mean))
    for k in np.flatnonzero(np.diag(vcov) > 0).tolist():
        step = max(STEP * total / (mean if k == ERROR else 1), float(np.sqrt(vcov[k, k])))
        down = min(step, float(theta[k]))
        unit = np.eye(len(PARTS))[k]
        above, below = (_expected(model, required, some, theta + by * unit) for by in (step, -down))
        found[k] = sums(units[0], above - below, units[1]) / (step + down)
    return found


def _expected(model: Model, required: FloatArray, some: NDArray[np.bool_], theta: FloatArray) -> FloatArray:
    """The chances at other variances, shape `(n,)`; 0 for those who have no part."""
    found = posterior(model.everyone, model.sample, evaluate(model.sample, theta))
    return np.where(some, chances(found.mean, np.sqrt(found.variance), required), 0)
