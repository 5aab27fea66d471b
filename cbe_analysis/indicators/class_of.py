"""The class with which each student moves up: those who finish the last grade in the same school year.

Scores rise with grade. Of a school's students, those of higher grades were there in earlier years, those of lower
grades come in later ones: taken together, they do not grow at all. A growth model that knows nothing of grades takes
this for evidence of slow growth, the more the more it trusts what differs between students of one school. Students of
one class have been through the same grades in the same years, and are compared with each other. The same holds of how
groups differ: where slow growth of a group has put its older classes further behind than its younger ones, one distance
between groups for all classes would make the gap seem to close, for older classes were tested in earlier years.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.methods.weighing import independent

LAST_GRADE = 12
FEWEST = 10  # students; a smaller class is taken together with the next


def class_of(student: NDArray[np.int64], grade: pd.Series, school_year: pd.Series) -> NDArray[np.float64]:
    """The year in which each student would finish, by the first score whose grade is known; NaN where none is.

    Parameters
    ----------
    student, grade, school_year
        Shape `(n,)`, one row per score, by student and date.
    """
    at_score = pd.to_numeric(school_year, errors="coerce") + LAST_GRADE - pd.to_numeric(grade, errors="coerce")
    first = at_score.astype(float).groupby(student).transform("first")
    return np.asarray(first.to_numpy(np.float64))


def intercepts(classes: NDArray[np.float64], beside: NDArray[np.float64]) -> NDArray[np.float64]:
    """A column for each class but the first, about its mean, which says how far the class stands from the average.

    Parameters
    ----------
    classes
        Shape `(n,)`, one per student: as `class_of` has them. A student whose class is unknown stands at the average.
    beside
        Shape `(n, q)`: the other columns of the model, one row per student. What they determine is left out.
    """
    known = np.isfinite(classes)
    codes = _joined(classes[known])
    held = np.zeros((len(classes), max(int(codes.max(initial=0)), 0)))
    held[known] = np.eye(held.shape[1] + 1)[codes][:, 1:]
    held[known] -= held[known].mean(axis=0) if known.any() else 0.0
    return _new(held, beside)


def bends(
    classes: NDArray[np.float64], groups: NDArray[np.float64], beside: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Columns for each group that say how its distance from the others changes over the classes: a line, and a curve.

    A curve, for older classes have drifted apart since they came to school, those to come not yet.

    Parameters
    ----------
    classes
        Shape `(n,)`, as for `intercepts`.
    groups
        Shape `(n, g)`: the columns that tell groups apart, or that are to be held equal.
    beside
        Shape `(n, q)`: the other columns of the model. What they determine is left out.
    """
    known = np.isfinite(classes)
    place = np.zeros(len(classes))
    if known.any():
        codes = _joined(classes[known])
        place[known] = (codes - codes.mean()) / max(codes.max(), 1)
    found = np.hstack([groups * place[:, None], groups * place[:, None] ** 2])
    return _new(found - found.mean(axis=0), beside)


def _new(columns: NDArray[np.float64], beside: NDArray[np.float64]) -> NDArray[np.float64]:
    """The columns that are not determined by those beside them or before them."""
    both = np.column_stack([beside, columns])
    kept = independent(both, np.linalg.norm(both, axis=0))[0] - beside.shape[1]
    return columns[:, kept[kept >= 0]]


def _joined(classes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Codes of the classes, the youngest first; one of few students has that of the next, the last that before it."""
    names, codes, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    place, filled = np.zeros(len(names), np.int64), 0
    for at, size in enumerate(sizes.tolist()):
        place[at] = place[at - 1] + (filled >= FEWEST) if at else 0
        filled = size + (filled if at and place[at] == place[at - 1] else 0)
    if len(names) and 0 < filled < FEWEST:
        place[place == place[-1]] = max(int(place[-1]) - 1, 0)
    return place[codes]
