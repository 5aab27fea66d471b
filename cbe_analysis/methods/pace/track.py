"""Who reaches the exit level in time, if true paces stay as they are."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri, stdtrit

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray, IntArray, columns, numbers, sums
from cbe_analysis.methods.pace.fit import Model, PaceFit
from cbe_analysis.methods.pace.likelihood import Point, evaluate
from cbe_analysis.methods.pace.nested import ERROR, PARTS
from cbe_analysis.methods.pace.prediction import COVERAGE, posterior, shared_error
from cbe_analysis.methods.pace.shares import Share
from cbe_analysis.methods.proportions import share_interval

STEP = 1e-4  # of the variances together, for derivatives


@dataclass(frozen=True, slots=True)
class Track:
    """The chance of each student to reach the exit level in time, and the share of each group expected to.

    A student who left before the data end is not known to be on track or off it: such students inform the paces, and
    are in no share, whatever they had reached.

    Parameters
    ----------
    required
        Shape `(n,)`, levels a year: what is left over the years left; 0 at the exit level or above, infinite where no
        time is left; NaN for those who left.
    probability
        Shape `(n,)`: that the true pace is at least the required one; 1 at the exit level, 0 where no time is left
        below it, NaN for those who left or whose pace cannot be told.
    shares
        Per group: of those present, the expected share on track, with an interval for the true share of these very
        students.
    raw
        Shape `(g,)`: the share whose observed pace is enough, of those present who have one or need none.
    present, arrived, late, left
        Shape `(g,)` counts: in the share; of them at the exit level; of them below it without time; gone before.
    """

    required: FloatArray = field(repr=False)
    probability: FloatArray = field(repr=False)
    shares: tuple[Share, ...]
    raw: FloatArray
    present: IntArray
    arrived: IntArray
    late: IntArray
    left: IntArray


def on_track(
    fit: PaceFit, level: ArrayLike, years_left: ArrayLike, *, exit_level: float, present: ArrayLike | None = None
) -> Track:
    """The chance of each student of the fit to reach the exit level in the years left.

    The true pace of a student is known as a normal distribution, from the student's own pace, school and group. The
    chance is its part at or above the required pace. Its distribution counts in the error of the estimated variances;
    the interval of a share counts in besides that students of one school and group are judged by the same means.

    Parameters
    ----------
    level, years_left
        Shape `(n,)`, in the order of the students given to `fit_pace`: where a student stands, and school years until
        the end of the last grade. What is given for students who left has no part.
    exit_level
        The level to reach, such as 13.
    present
        Shape `(n,)`: False for students who left before the data end. All are present if not given.

    Raises
    ------
    UsageError
        Where a level or time of a present student is missing, or arrays are not as long as the students are many.
    """
    given = fit.model.given
    n = len(given.pace)
    here = np.ones(n, bool) if present is None else columns(present, n, "present")[:, 0] > 0
    stands, left = (_of_present(values, here, name) for values, name in ((level, "level"), (years_left, "years_left")))
    required = _required(stands, left, exit_level)
    chance = _chances(fit.students.pace, fit.students.std_error, required)
    chance[~here] = required[~here] = np.nan
    codes, kinds = given.groups.codes, len(fit.groups)
    counts = [np.bincount(codes[some], minlength=kinds) for some in (here, here & (required == 0), ~here)]
    late = np.bincount(codes[here & np.isposinf(required)], minlength=kinds)
    enough = (given.used & (given.pace >= required)) | (required == 0)
    judged = here & (given.used | ~np.isfinite(required) | (required == 0))
    raw = np.array(
        [enough[judged & (codes == g)].mean() if (judged & (codes == g)).any() else np.nan for g in range(kinds)]
    )
    shares = tuple(_share(fit, required, chance, here & (codes == g)) for g in range(kinds))
    return Track(required, chance, shares, raw, counts[0], counts[1], late, counts[2])


def _of_present(values: ArrayLike, here: NDArray[np.bool_], name: str) -> FloatArray:
    """The numbers, those of students who left replaced by zero."""
    array = np.asarray(values, np.float64)
    if array.shape != here.shape:
        raise UsageError(f"{array.size} numbers for {here.size} students", name, "give one for each student of the fit")
    return numbers(np.where(here, array, 0), name)


def _required(level: FloatArray, years_left: FloatArray, exit_level: float) -> FloatArray:
    """The pace that is needed."""
    missing = exit_level - level
    time = years_left > 0
    pace = np.divide(missing, years_left, out=np.full(missing.shape, np.inf), where=time)
    return np.where(missing <= 0, 0.0, pace)


def _chances(mean: FloatArray, error: FloatArray, required: FloatArray) -> FloatArray:
    """Chances that true paces are at least the required ones."""
    known = np.isfinite(mean) & np.isfinite(error)
    over = np.where(known & (error > 0), error, 1)
    height = np.where(np.isfinite(required), mean - required, 0)
    chance = np.where(error > 0, ndtr(height / over), height >= 0)
    chance = np.where(known, chance, np.nan)
    chance = np.where(np.isposinf(required), 0.0, chance)
    return np.where(required == 0, 1.0, chance)


def _share(fit: PaceFit, required: FloatArray, chance: FloatArray, some: NDArray[np.bool_]) -> Share:
    """The expected share of some students, with the interval of Wilson on the effective number."""
    n = int(some.sum())
    if n == 0 or not np.isfinite(chance[some]).all():
        return Share(float("nan"), float("nan"), float("nan"))
    value = float(chance[some].mean())
    open_ = some & (required > 0) & np.isfinite(required)
    error = _error(fit, required, chance, open_) / n**2
    if error <= 0 or not 0 < value < 1:
        return Share(value, value, value)
    interval = share_interval(value * n, n, design_effect=n * error / (value * (1 - value)))
    return Share(value, interval.low, interval.high)


def _error(fit: PaceFit, required: FloatArray, chance: FloatArray, some: NDArray[np.bool_]) -> float:
    """Error variance of the number on track among some students.

    Each student's own chance; what students have in common through fixed effects, schools and cells, widened as
    Student's t is wider than the normal with so few schools; the variances.
    """
    if not some.any():
        return 0.0
    model = fit.model
    found = posterior(model.everyone, model.sample, model.point)
    error = np.sqrt(np.maximum(found.variance, 1e-300))
    height = np.where(some, (found.mean - np.where(some, required, 0)) / error, 0)
    steep = np.where(some, np.exp(-(height**2) / 2) / np.sqrt(2 * np.pi) / error, 0)
    along = steep * found.left
    cells = sums(model.everyone.cell, along, len(model.cells.group))
    common = shared_error(model.sample, model.point, along @ model.everyone.X, cells) - along**2 @ found.base
    turned = _turned(fit, required, some)
    own = float((chance[some] * (1 - chance[some])).sum())
    return own + _few(model) * max(float(common), 0.0) + float(turned @ fit.variances.vcov @ turned)


def _few(model: Model) -> float:
    """The square of Student's t over the normal's, for the schools that have paces."""
    schools = len(np.unique(model.sample.nest.school[model.sample.nest.cell]))
    if schools < 2:
        return 1.0
    return float(stdtrit(schools - 1, 0.5 + COVERAGE / 2) / ndtri(0.5 + COVERAGE / 2)) ** 2


def _turned(fit: PaceFit, required: FloatArray, some: NDArray[np.bool_]) -> FloatArray:
    """Derivatives of the expected number on track in the variances, shape `(4,)`."""
    model, vcov = fit.model, fit.variances.vcov
    found = np.zeros(len(PARTS))
    mean = float(model.sample.nest.spread.mean())
    total = float(model.point.theta.sum() - model.point.theta[ERROR] * (1 - mean))
    for k in np.flatnonzero(np.diag(vcov) > 0).tolist():
        step = STEP * total / (mean if k == ERROR else 1)
        down = min(step, float(model.point.theta[k]))
        moved = [_expected(model, required, some, _moved(model.point, k, by)) for by in (step, -down)]
        found[k] = (moved[0] - moved[1]) / (step + down)
    return found


def _moved(point: Point, part: int, by: float) -> FloatArray:
    theta = point.theta.copy()
    theta[part] += by
    return theta


def _expected(model: Model, required: FloatArray, some: NDArray[np.bool_], theta: FloatArray) -> float:
    """The expected number on track at other variances."""
    found = posterior(model.everyone, model.sample, evaluate(model.sample, theta))
    return float(_chances(found.mean[some], np.sqrt(found.variance[some]), required[some]).sum())
