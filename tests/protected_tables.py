"""Estimates written by hand for the tests of protection: counts in, consistent rows out."""

import itertools
import math

import pandas as pd

from cbe_analysis.measure.estimates import AFTER, ALL, BEFORE, UNKNOWN, Estimates, Population
from cbe_analysis.policy import Policy

POLICY = Policy(factors=("group", "team"), minimum_n=10)
SHARE, POINTS, SD = "share of students, 0 to 1", "points", "standard deviations"
TEXTS = ("arm", "at", "reference", "note")


def estimates(rows, by=("group",), **more):
    """The rows (dicts; what is left out is empty, a group left out is everyone) as an indicator would hand them on."""
    columns = [*BEFORE, *by, *AFTER]
    frame = pd.DataFrame([{**dict.fromkeys(columns), **dict.fromkeys(by, ALL), **row} for row in rows], columns=columns)
    for name in AFTER:
        if name not in TEXTS:
            frame[name] = pd.to_numeric(frame[name]).astype("Int64" if name in ("n", "n_reference") else float)
    given = {
        "indicator": "chronic_absence",
        "question": "Are students here?",
        "unit": SHARE,
        "method": "counted",
        "source": "a book, page 1",
        "fingerprint": "f" * 64,
        "as_of": "2026-06-30",
        "minimum_n": 0,
        "parameters": {"by": list(by), "where": []},
        "warnings": (),
        "population": Population("students", (), ("2025-08-15", "2026-06-10"), pd.DataFrame()),
    }
    return Estimates(by=tuple(by), rows=frame, **{**given, **more})


def around(value, error):
    """A value with its error and limits of two errors."""
    return {"value": value, "std_error": error, "low": value - 2 * error, "high": value + 2 * error}


def share(n, count, **groups):
    """The share of `count` among `n`, with the limits of Wald: the protection must not depend on better ones."""
    value = count / n if n else math.nan
    error = math.sqrt(value * (1 - value) / n) if n else math.nan
    limits = {"low": max(0.0, value - 2 * error), "high": min(1.0, value + 2 * error)} if n else {}
    whole = {"n": n, "numerator": count, "denominator": n, "value": value, "std_error": error}
    return {"quantity": "share", "unit": SHARE, **whole, **limits, **groups}


def mean(n, value, sd=10.0, **groups):
    """A mean of students whose scores vary by `sd`."""
    return {
        "quantity": "mean",
        "unit": POINTS,
        "n": n,
        **around(value, sd / math.sqrt(n) if n > 1 else math.nan),
        **groups,
    }


def count(n, **groups):
    """A number of students."""
    return {"quantity": "count", "unit": "students", "n": n, "value": n, **groups}


def effect(n, value=5.0, error=1.0, **groups):
    """An effect on `n` students of both arms."""
    return {"quantity": "effect", "unit": POINTS, "n": n, "p": 0.02, **around(value, error), **groups}


def gap(n, value, error, n_reference, *, reference="others", unit=POINTS, quantity="gap", **groups):
    """A comparison of a group of `n` with what it is compared with."""
    against = {"reference": reference, "n_reference": n_reference}
    return {"quantity": quantity, "unit": unit, "n": n, "p": 0.03, **against, **around(value, error), **groups}


def shares(cells, *, by=("group",), compare=None):
    """Rows of shares for every group, every margin and the whole.

    Parameters
    ----------
    cells
        Values of the group columns (a text, or one for each column) -> (students, those who have the property).
    compare
        "others" for a gap and a ratio of every known group against all others that are split alike.
    """
    table = _summed({(key,) if isinstance(key, str) else key: pair for key, pair in cells.items()}, len(by))
    rows = [share(n, y, **dict(zip(by, key, strict=True))) for key, (n, y) in table.items()]
    for key, (n, y) in table.items() if compare else ():
        alike = [k for k in table if _split(k) == _split(key) and k != key and UNKNOWN not in k]
        n_other, y_other = sum(table[k][0] for k in alike), sum(table[k][1] for k in alike)
        if any(_split(key)) and UNKNOWN not in key and n and n_other:
            own, other, groups = y / n, y_other / n_other, dict(zip(by, key, strict=True))
            error = math.sqrt(own * (1 - own) / n + other * (1 - other) / n_other) or 0.001
            rows.append(gap(n, own - other, error, n_other, unit=SHARE, **groups))
            if other:
                rows.append(gap(n, own / other, error / other, n_other, unit="ratio", quantity="ratio", **groups))
    return estimates(rows, by)


def _summed(cells, width):
    """The cells with every margin and the whole; crossed groups without students are left out, as measured."""
    table = {}
    for key, (n, y) in cells.items():
        for shown in itertools.product(*((value, ALL) for value in key)):
            had = table.get(shown, (0, 0))
            table[shown] = (had[0] + n, had[1] + y)
    return {k: v for k, v in table.items() if v[0] or sum(_split(k)) < max(width, 2)}


def _split(key):
    return tuple(value != ALL for value in key)


def texts(release, quantity="share", column="shown"):
    """Group -> the text that is printed for it: one value, or one for each group column."""
    rows = release.rows[release.rows["quantity"] == quantity]
    keys = zip(*(rows[name] for name in release.by), strict=True) if release.by else [()] * len(rows)
    return {key[0] if len(key) == 1 else key: text for key, text in zip(keys, rows[column], strict=True)}
