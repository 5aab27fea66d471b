"""Estimates: one tidy shape for everything that is measured; not publishable.

How a curve of waiting stands in it: as rows of the quantity "survival", one for each day on which a group has an event
or loses somebody from sight, and one for the last day.

- `at`: whole days since the start, as text.
- `n`: students of the group, the same in each of its rows.
- `numerator`: students who have had the event by the end of that day; who has several cases counts with the first.
- `denominator`: students still followed after that day, without the event.
- `value`: share without the event after that day (Kaplan and Meier), with `std_error`, `low` and `high`.

"lower_quartile_time", "median_time" and "upper_quartile_time" tell in days when a quarter, half and three quarters have
the event; their `numerator` and `denominator` are those of that day. A share by some day is a point of the curve, and
never told as a "share" by day, or attempt: of these the public would see the single steps.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from cbe_analysis.indicators.progress.marks import Marks

ALL, UNKNOWN = "(all)", "(unknown)"
BEFORE = ("quantity", "unit")
AFTER = (
    *("arm", "at", "n", "numerator", "denominator", "value", "std_error", "low", "high", "p", "p_adjusted"),
    *("reference", "n_reference", "note"),
)
QUANTITIES = frozenset(
    [
        "mean",
        "share",
        "median",
        "count",
        "slope",
        "intercept",
        "percentile",
        "gap",
        "ratio",
        "depth",
        "expected_share",
        "hedges_g",
        "effect",
        "baseline",
        "attrition",
        "probability",
        "hazard_ratio",
        "survival",
        "lower_quartile_time",
        "median_time",
        "upper_quartile_time",
        "kappa",
        "alpha",
        "icc",
        "auc",
        "r2",
        "index",
        "loglik",
        "sd_student_slope",
        "sd_student_intercept",
        "cor_student",
        "sd_school_slope",
        "sd_school_intercept",
        "cor_school",
        "sd_residual",
    ]
)


class Inside(str):
    """A warning for staff alone: it tells which groups nobody is in."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Population:
    """What was counted.

    Parameters
    ----------
    entity
        What one count is: "students", "staff" ...
    where
        The canonical `--where` conditions, sorted text.
    window
        First and last date of the rows used, ISO text; empty when undated.
    counts
        One row per cell of the joint table over the policy's published dimensions: those columns as text, and `n`.
    levels
        Factor -> its values among all students of the district, whoever was counted; those that `where` leaves out of
        that factor are no part of it.
    places
        Where students of any group are counted, when `where` chooses a group: one row per place, columns as in
        `counts`. None where it chooses none, so that `counts` tells.
    periods
        The same of the periods of a trend.
    times
        How often a student may count in a share or a mean: once, or once for each of so many school years; 0 for any
        number of times. Group sizes count each student once in any case.
    """

    entity: str
    where: tuple[str, ...]
    window: tuple[str, str]
    counts: pd.DataFrame
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    places: pd.DataFrame | None = None
    periods: tuple[str, ...] = ()
    times: int = 1

    @property
    def id(self) -> str:
        """Twelve hexadecimal digits over entity, where and window."""
        return hashlib.sha256(json.dumps([self.entity, self.where, self.window]).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Estimates:
    """The answer of one indicator.

    Parameters
    ----------
    by
        Group columns of `rows`, in the order asked for.
    rows
        Columns BEFORE, the group columns (text; "(all)", "(unknown)"), then AFTER; one row per estimate.
    parameters
        by, compare, over, adjust, where and the options, as given after defaults.
    warnings
        What must be said beside the numbers; of those `Inside` nothing to the public.
    marks
        What chances of the kinds of growth beside status are made with, as the method says it; None without such. They
        are no parameters, for the correlation among them is measured, not asked for.
    """

    indicator: str
    question: str
    unit: str
    method: str
    source: str
    by: tuple[str, ...]
    fingerprint: str
    as_of: str
    minimum_n: int
    parameters: Mapping[str, Any]
    warnings: tuple[str, ...]
    population: Population
    rows: pd.DataFrame = field(repr=False)
    marks: Marks | None = None

    def __post_init__(self) -> None:
        expected = [*BEFORE, *self.by, *AFTER]
        if list(self.rows.columns) != expected:
            raise AssertionError(f"columns of estimates are {list(self.rows.columns)}, expected {expected}")
        if not set(self.rows["quantity"]) <= QUANTITIES:
            raise AssertionError(f"unknown quantity among {set(self.rows['quantity']) - QUANTITIES}")
