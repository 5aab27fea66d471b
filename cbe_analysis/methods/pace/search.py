"""The search for the variances of least deviance: scoring steps that may end on a variance of zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from cbe_analysis.methods.arrays import FloatArray, IntArray
from cbe_analysis.methods.pace.likelihood import Point, Sample, Slope, evaluate, slope

MOST_STEPS = 100
DECREASE = 1e-10  # stop where the deviance would fall by less
LEARN_AFTER = 8  # steps after which curvature is learnt from the last steps, as few students bend the deviance
REMEMBER = 4
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
    point, learnt = evaluate(sample, start), list[tuple[FloatArray, FloatArray]]()
    change = slope(sample, point)
    for count in range(1, MOST_STEPS + 1):
        bent = _curvature(change.information, learnt)
        step = _target(point.theta, change.gradient[free], bent, free) - point.theta
        fall = -float(step @ change.gradient)
        if fall < DECREASE:
            return Found(point, change, count, True)
        moved = _move(sample, point, step, fall)
        if moved is None:
            return Found(point, change, count, fall < NEARLY)
        after = slope(sample, moved)
        if count > LEARN_AFTER:
            learnt = [*learnt, (moved.theta - point.theta, after.gradient - change.gradient)][-REMEMBER:]
        point, change = moved, after
    return Found(point, change, MOST_STEPS, False)


def _curvature(information: FloatArray, learnt: list[tuple[FloatArray, FloatArray]]) -> FloatArray:
    """The expected information, bent by the curvature met on the last steps (BFGS)."""
    bent = information
    for step, change in learnt:
        pushed = bent @ step
        if step @ change > 1e-3 * (step @ pushed):
            bent = bent + np.outer(change, change) / (step @ change) - np.outer(pushed, pushed) / (step @ pushed)
    return bent


def _target(theta: FloatArray, gradient: FloatArray, bent: FloatArray, free: IntArray) -> FloatArray:
    """The least of the quadratic that touches the deviance, among variances not below zero."""
    information = bent[np.ix_(free, free)]
    size = np.sqrt(np.maximum(np.diag(information), CLEAR))
    values, vectors = np.linalg.eigh(information / np.outer(size, size))
    root = np.sqrt(np.maximum(values, CLEAR * values[-1]))
    triangle = (vectors * root).T * size  # its cross-products are the information
    wanted = triangle @ theta[free] - (vectors / root).T @ (gradient / size)
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
