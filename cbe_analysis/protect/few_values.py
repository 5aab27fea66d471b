"""Means of scores that are few: with an exact error, they count who has which score."""

from __future__ import annotations

import math
from dataclasses import replace

from cbe_analysis.indicators.alike import FEW_VALUES
from cbe_analysis.protect.entries import Entry
from cbe_analysis.protect.percents import TELLING_BELOW
from cbe_analysis.protect.rounding import step_below, to_step

STEPWISE = 2.5  # from a step of 1, 2 or 5 to the next


def told_by_step(entry: Entry) -> bool:
    """True for the mean of few scores, or a gap of such means, with an error that would tell who has which score."""
    fewest = min(n for n in (entry.n, entry.n_reference, math.inf) if not math.isnan(n))
    return FEW_VALUES in entry.note and fewest < TELLING_BELOW


def of_few_values(entry: Entry, step: float) -> Entry:
    """The record with an error that says no more than its step: the largest that a mean rounded like it may have.

    Of ten to nineteen students with scores of 1 to 4, a mean of 1.8 with an error of .48 is that of seven scores of 1
    and three of 4, and of no other. Limits are those of the value as it is rounded.

    Parameters
    ----------
    step
        What the value is rounded to.
    """
    if not entry.std_error > 0 or not told_by_step(entry):
        return entry
    value, error = to_step(entry.value, step), 2 * step_below(STEPWISE * step)
    reach = (entry.high - entry.low) / 2 / entry.std_error * error
    return replace(entry, value=value, std_error=error, low=value - reach, high=value + reach)
