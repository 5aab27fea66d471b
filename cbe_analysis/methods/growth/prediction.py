"""Predicted intercepts and slopes of students and schools (BLUPs), with their covariances given the fixed effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.methods.arrays import FloatArray
from cbe_analysis.methods.growth.deviance import Entries, Point, shrink, symmetric
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
    along = np.empty((2, len(moments.school)))
    for block in moments.blocks:
        products = moments.by_student[:, :, block.students]
        for code, some in block.pieces():
            along[:, block.students][:, some] = np.einsum("c,acj->aj", residual[code], products[:, :, some])
    gain = symmetric(shrink(point.factors[0], moments.spread).gain)
    entries: Entries = (moments.spread[0], moments.spread[1], moments.spread[2])
    carried = gain @ symmetric(entries)
    covariances = gain + carried @ point.gain[moments.school] @ np.swapaxes(carried, 1, 2)
    return _as_given(moments, np.einsum("sab,bs->sa", gain, along), point.sigma2 * covariances)


def _as_given(moments: Moments, effects: FloatArray, covariances: FloatArray) -> Prediction:
    """From the orthogonal basis back to (1, years)."""
    back = np.linalg.inv(moments.basis.to_growth)
    return Prediction(effects @ back.T, back @ covariances @ back.T)
