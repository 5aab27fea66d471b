"""Curves of waiting written for the tests of protection: students with their days in, consistent rows out."""

import itertools
import math

import numpy as np
from protected_tables import ALL, estimates

WAITING = "share of students, 0 to 1"
LEVELS = {"lower_quartile_time": 0.75, "median_time": 0.5, "upper_quartile_time": 0.25}
Z = 1.96


def kaplan_meier(days, events):
    """Day, had, left, share, error for every day on which something happens."""
    days, events = np.asarray(days), np.asarray(events, bool)
    found, share, spread = [], 1.0, 0.0
    for day in np.unique(days):
        at_risk, now = int((days >= day).sum()), int(((days == day) & events).sum())
        share *= 1 - now / at_risk
        spread += now / (at_risk * (at_risk - now)) if at_risk > now else 0.0
        had, left = int((events & (days <= day)).sum()), int((days > day).sum())
        found.append((int(day), had, left, share, share * math.sqrt(spread)))
    return found


def curve(days, events, *, times=True, **groups):
    """The rows of one group: its curve, and when a quarter, half and three quarters have the event."""
    n, table = len(days), kaplan_meier(days, events)
    rows = [
        {"quantity": "survival", "unit": WAITING, "at": str(day), **_counts(n, had, left, share, error), **groups}
        for day, had, left, share, error in table
    ]
    for name, level in LEVELS.items() if times else ():
        reached = next((row for row in table if row[3] <= level + 1e-9), None)
        if reached:
            told = {"value": float(reached[0]), "std_error": 3.5, "low": reached[0] - 7.0, "high": reached[0] + 7.0}
            rows.append({"quantity": name, "unit": "days", **_counts(n, *reached[1:]), **told, **groups})
    return rows


def _counts(n, had, left, share, error):
    limits = {"low": max(0.0, share - Z * error), "high": min(1.0, share + Z * error)}
    return {"n": n, "numerator": had, "denominator": left, "value": share, "std_error": error, **limits}


def waiting(cells, by=("group",), *, times=True):
    """Estimates of every group, every margin and the whole.

    Parameters
    ----------
    cells
        Values of the group columns -> (days, whether each has the event).
    """
    table = {}
    for key, (days, events) in cells.items():
        names = (key,) if isinstance(key, str) else key
        for shown in itertools.product(*((value, ALL) for value in names)):
            had = table.setdefault(shown, ([], []))
            had[0].extend(days)
            had[1].extend(events)
    named = [(own, dict(zip(by, key, strict=True))) for key, own in table.items() if own[0]]
    rows = [row for own, groups in named for row in curve(*own, times=times, **groups)]
    return estimates(rows, by, indicator="support_delay")


def drawn(random, n, typical, followed, share_lost=0.1):
    """Days of students who wait about so long, followed for some days, a few lost from sight before."""
    waited = np.ceil(random.exponential(typical, n))
    until = np.where(random.random(n) < share_lost, np.ceil(random.uniform(1, followed, n)), followed)
    return np.minimum(waited, until).astype(int).tolist(), (waited <= until).tolist()
