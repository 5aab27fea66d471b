"""The search for the variances of least deviance: scoring steps that may end on a variance of zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from cbe_analysis.methods.arrays import FloatArray, IntArray
from cbe_analysis.methods.pace.likelihood import Point, Sample, Slope, evaluate, slope

MOST_STEPS = 100
DECREASE = 1e-10  # stop where the deviance would fall by less
NEARLY = 1e-5  # a decrease below which a search that cannot go on has arrived as well
CLEAR = 1e-12  # least eigenvalue of the scaled information, over the largest


@dataclass(frozen=True, slots=True)
class Found:
    """The end of a search: the point, how the deviance changes there, steps, and whether it is a minimum."""

    point: Point
    slope: Slope
    iterations: int
    converged: bool


def search(sample: Sample, start: FloatArray, free: IntArray) -> Found:
    """The variances of least deviance, where only the free ones move and none is below zero."""
    point = evaluate(sample, start)
    for count in range(1, MOST_STEPS + 1):
        change = slope(sample, point)
        target = _target(point.theta, change, free)
        step = target - point.theta
        fall = -float(step @ change.gradient)
        if fall < DECREASE:
            return Found(point, change, count, True)
        moved = _move(sample, point, step, fall)
        if moved is None:
            return Found(point, change, count, fall < NEARLY)
        point = moved
    return Found(point, slope(sample, point), MOST_STEPS, False)


def _target(theta: FloatArray, change: Slope, free: IntArray) -> FloatArray:
    """The least of the quadratic that touches the deviance, among variances not below zero."""
    information = change.information[np.ix_(free, free)]
    size = np.sqrt(np.maximum(np.diag(information), CLEAR))
    values, vectors = np.linalg.eigh(information / np.outer(size, size))
    root = np.sqrt(np.maximum(values, CLEAR * values[-1]))
    triangle = (vectors * root).T * size  # its cross-products are the information
    wanted = triangle @ theta[free] - (vectors / root).T @ (change.gradient[free] / size)
    target = theta.copy()
    target[free] = nnls(triangle, wanted)[0]
    return target


def _move(sample: Sample, point: Point, step: FloatArray, fall: float) -> Point | None:
    """The first of ever shorter steps that lowers the deviance."""
    for length in 1 / 3.0 ** np.arange(20):
        trial = evaluate(sample, np.maximum(point.theta + length * step, 0))
        if trial.deviance <= point.deviance - 1e-4 * length * fall + 1e-13 * abs(point.deviance):
            return trial
    return None
