"""The restricted deviance of observed paces, its gradient and its expected information.

The means of groups are swept out of the covariance (`sweep`); covariates, few as they are, stand as columns.

References
----------
Patterson, H. D. & Thompson, R. (1971), Biometrika 58, 545-554. Searle, S. R., Casella, G. & McCulloch, C. E. (1992),
Variance Components, section 6.6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.methods.arrays import FloatArray
from cbe_analysis.methods.pace.nested import ERROR, PARTS, Nest, covariance
from cbe_analysis.methods.pace.sweep import Swept, sweep
from cbe_analysis.methods.pace.traces import moments, swept_squared_traces, traces


@dataclass(frozen=True, slots=True)
class Sample:
    """Paces to be explained.

    Parameters
    ----------
    y, held
        Shapes `(n,)` and `(n, q)`: paces and covariates.
    columns
        Groups with a pace, and covariates.
    degrees, squares
        What scores about the students' own lines say of sigma2: their degrees of freedom and sum of squares.
    """

    nest: Nest
    y: FloatArray
    held: FloatArray
    columns: int
    degrees: int
    squares: float

    @property
    def spare(self) -> int:
        """Paces beyond the columns."""
        return len(self.y) - self.columns


@dataclass(frozen=True, slots=True)
class Point:
    """The deviance at some variances, minimised over fixed effects.

    Parameters
    ----------
    means, coef
        Shapes `(g,)` and `(q,)`: of groups, where the covariates are zero, and of the covariates.
    vcov
        Shape `(q, q)`, of the covariates.
    design
        Shape `(n, q)`: the swept inverse covariance times the covariates.
    pull
        Shape `(n,)`: the inverse covariance times the residuals.
    """

    swept: Swept
    deviance: float
    means: FloatArray
    coef: FloatArray
    vcov: FloatArray
    design: FloatArray
    pull: FloatArray

    @property
    def theta(self) -> FloatArray:
        """The variances, shape `(4,)`."""
        return self.swept.between.theta


@dataclass(frozen=True, slots=True)
class Slope:
    """How the deviance changes with the variances: shapes `(4,)` and `(4, 4)`."""

    gradient: FloatArray
    information: FloatArray


def evaluate(sample: Sample, theta: FloatArray) -> Point:
    """The deviance at these variances."""
    nest, swept = sample.nest, sweep(covariance(sample.nest, theta))
    design = swept.solve(sample.held)
    precision = sample.held.T @ design
    vcov: FloatArray = np.linalg.inv(precision).astype(np.float64)
    coef: FloatArray = vcov @ (design.T @ sample.y)
    about = sample.y - sample.held @ coef
    means = swept.means(about)
    residual = about - means[nest.group][nest.cell]
    pull = swept.between.solve(residual)
    deviance = sample.spare * np.log(2 * np.pi) + swept.log_det + np.linalg.slogdet(precision)[1] + residual @ pull
    if sample.degrees:
        if theta[ERROR] <= 0:
            return Point(swept, np.inf, means, coef, vcov, design, pull)
        deviance += sample.degrees * np.log(2 * np.pi * theta[ERROR]) + sample.squares / theta[ERROR]
    return Point(swept, float(deviance), means, coef, vcov, design, pull)


def slope(sample: Sample, point: Point) -> Slope:
    """The gradient and the expected information of the deviance at a point."""
    nest, swept = sample.nest, point.swept
    cells = moments(swept.between)
    moved = [nest.part(k, point.design) for k in range(len(PARTS))]
    inner = np.stack([point.design.T @ some for some in moved])
    gradient = traces(swept, cells) - np.einsum("ij,kji->k", point.vcov, inner)
    gradient -= [point.pull @ nest.part(k, point.pull) for k in range(len(PARTS))]
    information = swept_squared_traces(swept, cells)
    shrunk = point.vcov @ inner
    information += np.einsum("kij,lji->kl", shrunk, shrunk)
    turned = [some @ point.vcov for some in moved]
    for k, some in enumerate(moved if point.vcov.size else ()):
        divided = swept.solve(some)
        information[k] -= 2 * np.array([np.vdot(other, divided) for other in turned])
    if sample.degrees:
        error = point.theta[ERROR]
        gradient[ERROR] += sample.degrees / error - sample.squares / error**2
        information[ERROR, ERROR] += sample.degrees / error**2
    return Slope(gradient, (information + information.T) / 2)
