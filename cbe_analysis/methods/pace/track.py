"""Who reaches the exit level in time, if true paces stay as they are."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray, IntArray, coded, columns, numbers
from cbe_analysis.methods.pace.chances import Alike, chances, errors_in_units, errors_of_counts
from cbe_analysis.methods.pace.fit import PaceFit
from cbe_analysis.methods.pace.shares import COVERAGE, Share

CERTAIN = 1e-9  # a share this near to none or all, or with so small an error, is told without an interval


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
    alike
        Whose observed paces err together, where that was given.
    """

    required: FloatArray = field(repr=False)
    probability: FloatArray = field(repr=False)
    shares: tuple[Share, ...]
    raw: FloatArray
    present: IntArray
    arrived: IntArray
    late: IntArray
    left: IntArray
    alike: Alike | None = field(default=None, repr=False)


def on_track(  # noqa: PLR0913 - what is known of each student
    fit: PaceFit,
    level: ArrayLike,
    years_left: ArrayLike,
    *,
    exit_level: float,
    present: ArrayLike | None = None,
    alike: Alike | None = None,
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
    alike
        Whose observed paces err together; intervals then leave room for that, and for students without a pace who
        differ from the others as schools do.

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
    chance = chances(fit.students.pace, fit.students.std_error, required)
    chance[~here] = required[~here] = np.nan
    codes, kinds = given.groups.codes, len(fit.groups)
    counts = [np.bincount(codes[some], minlength=kinds) for some in (here, here & (required == 0), ~here)]
    late = np.bincount(codes[here & np.isposinf(required)], minlength=kinds)
    enough = (given.used & (given.pace >= required)) | (required == 0)
    judged = here & (given.used | ~np.isfinite(required) | (required == 0))
    raw = np.array(
        [enough[judged & (codes == g)].mean() if (judged & (codes == g)).any() else np.nan for g in range(kinds)]
    )
    errors = errors_of_counts(fit.model, fit.variances.vcov, required, chance, alike)
    totals = np.bincount(codes[here], weights=chance[here], minlength=kinds)
    shares = tuple(_share(float(totals[g]), int(counts[0][g]), float(errors[g])) for g in range(kinds))
    return Track(required, chance, shares, raw, counts[0], counts[1], late, counts[2], alike)


def shares_in_units(fit: PaceFit, track: Track, unit: ArrayLike, present: ArrayLike) -> tuple[Share, ...]:
    """The expected share of each unit, such as a school, with an interval for the true share of these very students.

    Parameters
    ----------
    unit
        Shape `(n,)`: labels, in the order of the students given to `fit_pace`; shares come in their sorted order.
    present
        Shape `(n,)`: who is in a share.
    """
    n = len(track.probability)
    codes, here = coded(unit, n, "unit"), columns(present, n, "present")[:, 0] > 0
    units = len(codes.labels)
    chance = np.where(here, track.probability, np.nan)
    errors = errors_in_units(fit.model, fit.variances.vcov, track.required, chance, (codes.codes, units), track.alike)
    totals = np.bincount(codes.codes[here], weights=chance[here], minlength=units)
    counts = np.bincount(codes.codes[here], minlength=units)
    return tuple(_share(float(totals[u]), int(counts[u]), float(errors[u])) for u in range(units))


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


def _share(total: float, n: int, error: float) -> Share:
    """The expected share of n students, with the interval of the beta distribution of its mean and error.

    Not Wilson's interval, which is for the share of a population from which students were drawn, and is narrower than
    the error where students are few.
    """
    if n == 0 or not np.isfinite(total):
        return Share(float("nan"), float("nan"), float("nan"))
    value = min(total / n, 1.0)
    if not error > CERTAIN or not CERTAIN < value < 1 - CERTAIN:
        return Share(value, value, value)
    size = value * (1 - value) * n**2 / error - 1  # as many students drawn would have this error
    if not size > 0:
        return Share(value, 0.0, 1.0)
    low, high = (float(betaincinv(size * value, size * (1 - value), 0.5 + side * COVERAGE / 2)) for side in (-1, 1))
    return Share(value, min(low, value), max(high, value))
