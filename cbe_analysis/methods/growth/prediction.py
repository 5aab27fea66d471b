"""Predicted intercepts and slopes of students and schools (BLUPs), with their covariances given the fixed effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.methods.arrays import FloatArray
from cbe_analysis.methods.growth.deviance import Point, shrink, symmetric
from cbe_analysis.methods.growth.moments import Moments


@dataclass(frozen=True, slots=True)
class Prediction:
    """Effects `(k, 2)` on intercept and slope, and their covariances `(k, 2, 2)` given the fixed effects."""

    effects: FloatArray
    covariances: FloatArray


def predict_schools(moments: Moments, point: Point) -> Prediction:
    """The schools' effects."""
    effects = np.einsum("sab,sb->sa", point.gain, point.growth @ point.residual)
    return _as_given(moments, effects, point.sigma2 * point.gain)


def predict_students(moments: Moments, point: Point) -> Prediction:
    """The students' effects within their school; the uncertainty of the school's own effect is counted in."""
    school = np.einsum("sab,sb->sa", point.gain, point.growth @ point.residual)
    residual = np.tile(point.residual, (len(school), 1))
    residual[:, :2] -= school
    line = np.empty((len(moments.school), 2))
    for block in moments.blocks:
        lines = moments.lines[:, :, block.students]
        for code, some in block.pieces():
            line[block.students][some] = np.einsum("c,acj->ja", residual[code], lines[:, :, some])
    shrunk = shrink(point.factors[0], moments.spread)
    kept = point.factors[0] @ point.factors[0].T @ symmetric(shrunk.loss)  # the share of a student's line that is kept
    covariances = symmetric(shrunk.gain)
    if point.gain.any():
        covariances = covariances + kept @ point.gain[moments.school] @ np.swapaxes(kept, 1, 2)
    return _as_given(moments, np.einsum("sab,sb->sa", kept, line), point.sigma2 * covariances)


def _as_given(moments: Moments, effects: FloatArray, covariances: FloatArray) -> Prediction:
    """From the orthogonal basis back to (1, years)."""
    back = np.linalg.inv(moments.basis.to_growth)
    turned = covariances.reshape(-1, 4) @ np.kron(back, back).T  # back @ covariance @ back' for all at once
    return Prediction(effects @ back.T, turned.reshape(-1, 2, 2))
