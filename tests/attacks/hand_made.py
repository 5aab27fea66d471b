"""Releases written by hand as they would be printed, careful or careless, to be attacked together."""

import pandas as pd

from cbe_analysis.measure.estimates import AFTER, BEFORE
from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.record import Recorded

ALL, SHARE, POINTS = "(all)", "share of students, 0 to 1", "points"
HIDDEN = "protected"


def share(size, shown, **groups):
    """A printed share; "protected" for a hidden one."""
    percent = shown.removeprefix("about ").removesuffix(" %")
    value = float(percent) / 100 if percent.isdigit() else None
    return {"quantity": "share", "unit": SHARE, "n_shown": size, "shown": shown, "value": value, **groups}


def mean(size, value, error=None, **groups):
    """A printed mean; None for a hidden one."""
    if value is None:
        return {"quantity": "mean", "unit": POINTS, "n_shown": HIDDEN, "shown": HIDDEN, **groups}
    limits = {} if error is None else {"std_error": error, "low": value - 2 * error, "high": value + 2 * error}
    return {
        "quantity": "mean",
        "unit": POINTS,
        "n_shown": size,
        "shown": f"{value}",
        "value": value,
        **limits,
        **groups,
    }


def gap(size, value, error, *, reference="others", **groups):
    """A printed gap of means."""
    return {**mean(size, value, error, **groups), "quantity": "gap", "reference": reference}


def release(rows, sizes, by=("group",), **more):
    """The rows as a release prints them; `sizes` are the true ones, row by row (None where nobody knows)."""
    columns = [*BEFORE, *by, *AFTER, "shown", "n_shown", "hidden"]
    full = [{**dict.fromkeys(columns), **dict.fromkeys(by, ALL), **row} for row in rows]
    for row in full:
        row["hidden"] = HIDDEN if row["shown"] == HIDDEN else None
        row["n_shown"] = HIDDEN if row["hidden"] else row["n_shown"]
    given = {
        "indicator": "chronic_absence",
        "unit": SHARE,
        "audience": "public",
        "minimum_n": 10,
        "profile": "suppressed",
        "fingerprint": "f",
        "policy_hash": "p",
        "as_of": "2026-06-30",
        "parameters": {"by": list(by)},
        "entity": "students",
        "where": (),
        "window": ("", ""),
        "official": (),
    }
    own = None if sizes is None else tuple(float(size) for size in sizes)
    return Recorded(
        **{**given, **more}, by=tuple(by), rows=pd.DataFrame(full, columns=columns, dtype=object), sizes=own
    )


def audited(*releases, published=()):
    """The audit of drafts, each in a brief of its own, beside what was published."""
    before = [Published(f"old {i}", 1, one) for i, one in enumerate(published)]
    return audit_together([*before, *(Published(f"brief {i}", None, one) for i, one in enumerate(releases))])


def fallen(audit, what):
    """The groups of which this comes out."""
    return {breach.group for breach in audit.breaches if breach.what == what}
