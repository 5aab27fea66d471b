"""The restricted deviance of observed paces, its gradient and its expected information.

References
----------
Patterson, H. D. & Thompson, R. (1971), Biometrika 58, 545-554. Searle, S. R., Casella, G. & McCulloch, C. E. (1992),
Variance Components, section 6.6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.methods.arrays import FloatArray
from cbe_analysis.methods.pace.nested import ERROR, PARTS, Covariance, Nest, covariance


@dataclass(frozen=True, slots=True)
class Sample:
    """Paces to be explained.

    Parameters
    ----------
    y, X
        Shapes `(n,)` and `(n, p)`.
    degrees, squares
        What scores about the students' own lines say of sigma2: their degrees of freedom and sum of squares.
    """

    nest: Nest
    y: FloatArray
    X: FloatArray
    degrees: int
    squares: float


@dataclass(frozen=True, slots=True)
class Point:
    """The deviance at some variances, minimised over fixed effects.

    Parameters
    ----------
    beta, vcov
        Shapes `(p,)` and `(p, p)`.
    design
        Shape `(n, p)`: the inverse covariance times `X`.
    pull
        Shape `(n,)`: the inverse covariance times the residuals.
    """

    covariance: Covariance
    deviance: float
    beta: FloatArray
    vcov: FloatArray
    design: FloatArray
    pull: FloatArray

    @property
    def theta(self) -> FloatArray:
        """The variances, shape `(4,)`."""
        return self.covariance.theta


@dataclass(frozen=True, slots=True)
class Slope:
    """How the deviance changes with the variances: shapes `(4,)` and `(4, 4)`."""

    gradient: FloatArray
    information: FloatArray


def evaluate(sample: Sample, theta: FloatArray) -> Point:
    """The deviance at these variances."""
    between = covariance(sample.nest, theta)
    design = between.solve(sample.X)
    precision = sample.X.T @ design
    vcov: FloatArray = np.linalg.inv(precision).astype(np.float64)
    beta: FloatArray = vcov @ (design.T @ sample.y)
    residual = sample.y - sample.X @ beta
    pull = between.solve(residual)
    n, p = sample.X.shape
    deviance = (n - p) * np.log(2 * np.pi) + between.log_det + np.linalg.slogdet(precision)[1] + residual @ pull
    if sample.degrees:
        if theta[ERROR] <= 0:
            return Point(between, np.inf, beta, vcov, design, pull)
        deviance += sample.degrees * np.log(2 * np.pi * theta[ERROR]) + sample.squares / theta[ERROR]
    return Point(between, float(deviance), beta, vcov, design, pull)


def slope(sample: Sample, point: Point) -> Slope:
    """The gradient and the expected information of the deviance at a point."""
    nest, between = sample.nest, point.covariance
    moved = [nest.part(k, point.design) for k in range(len(PARTS))]
    inner = np.stack([point.design.T @ some for some in moved])
    gradient = between.traces() - np.einsum("ij,kji->k", point.vcov, inner)
    gradient -= [point.pull @ nest.part(k, point.pull) for k in range(len(PARTS))]
    information = between.squared_traces()
    shrunk = point.vcov @ inner
    information += np.einsum("kij,lji->kl", shrunk, shrunk)
    turned = [some @ point.vcov for some in moved]
    for k, some in enumerate(moved):
        divided = between.solve(some)
        information[k] -= 2 * np.array([np.vdot(other, divided) for other in turned])
    if sample.degrees:
        error = point.theta[ERROR]
        gradient[ERROR] += sample.degrees / error - sample.squares / error**2
        information[ERROR, ERROR] += sample.degrees / error**2
    return Slope(gradient, (information + information.T) / 2)
