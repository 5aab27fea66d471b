"""Means of groups with robust errors, from few rows that stand for the many.

Errors by school ask only for the cross-products of each school's rows. Students of a cell share their group's column:
one row stands for what they have in common, and as many as there are covariates for how they differ in these.
"""

from __future__ import annotations

import numpy as np

from cbe_analysis.methods.arrays import FloatArray, IntArray
from cbe_analysis.methods.pace.nested import Covariance, Nest, times
from cbe_analysis.methods.robust import RobustFit, cluster_fit


def plain_means(nest: Nest, rows: FloatArray, cluster: IntArray | None) -> RobustFit:
    """The regression of paces on groups and covariates, as they are.

    Parameters
    ----------
    rows
        Shape `(n, 1 + q)`: paces, then covariates.
    cluster
        Shape `(n,)`: the schools; None for errors of these students alone.
    """
    groups = np.eye(nest.groups)[nest.group]
    return _fit(nest, rows, np.ones(len(rows)), groups, cluster)


def weighed_means(between: Covariance, rows: FloatArray, cluster: IntArray | None) -> RobustFit:
    """The same by generalised least squares."""
    white = between.whiten(rows)
    return _fit(between.nest, white, np.sqrt(between.weight), between.white_groups(), cluster)


def _fit(nest: Nest, rows: FloatArray, root: FloatArray, groups: FloatArray, cluster: IntArray | None) -> RobustFit:
    """The regression in which a student's columns of groups are the cell's, times the student's root."""
    if cluster is None:
        whole = np.hstack([root[:, None] * groups[nest.cell], rows[:, 1:]])
        return cluster_fit(rows[:, 0], whole)
    y, design, school = _folded(nest, rows, root, groups)
    return cluster_fit(y, design, cluster=school)


def _folded(
    nest: Nest, rows: FloatArray, root: FloatArray, groups: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Outcome, columns and school of the rows that stand for all."""
    seen = np.flatnonzero(nest.size)
    mass = nest.by_cell(root**2)[seen]
    common = times(1 / np.sqrt(mass), nest.by_cell(times(root, rows))[seen])
    y, school = [common[:, 0]], [nest.school[seen]]
    design = [np.hstack([times(np.sqrt(mass), groups[seen]), common[:, 1:]])]
    if rows.shape[1] > 1:
        place = np.empty(len(nest.school), np.int64)
        place[seen] = np.arange(len(seen))
        at = place[nest.cell]
        rest = rows - times(root, times(1 / np.sqrt(mass), common)[at])
        some, codes = _triangles(rest, nest.school[nest.cell])
        y, school = [*y, some[:, 0]], [*school, codes]
        design.append(np.hstack([np.zeros((len(some), groups.shape[1])), some[:, 1:]]))
    return np.concatenate(y), np.vstack(design), np.concatenate(school)


def _triangles(rows: FloatArray, school: IntArray) -> tuple[FloatArray, IntArray]:
    """For each school, as many rows as columns with the same cross-products, and the schools of these."""
    order = np.argsort(school, kind="stable")
    names, first = np.unique(school[order], return_index=True)
    parts = [np.linalg.qr(own, mode="r") for own in np.split(rows[order], first[1:])]
    return np.vstack(parts), np.repeat(names, [len(part) for part in parts])
