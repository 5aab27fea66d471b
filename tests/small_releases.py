"""Estimates of one or two factors from a few rows, for the tests of briefs."""

from types import MappingProxyType

import pandas as pd

from cbe_analysis.measure.estimates import AFTER, ALL, BEFORE, Estimates, Population
from cbe_analysis.policy import Policy

POLICY = Policy(
    name="Hill District",
    factors=("support", "team"),
    references={"support": "no", "team": "blue"},
    labels={
        "support": {"": "Reading support", "yes": "In reading support", "no": "Not in reading support"},
        "team": {"": "Team", "blue": "Blue students", "red": "Red students", "green": "Green students"},
        "grade": {"3": "Grade 3", "4": "Grade 4"},
        "subject": {"reading": "Reading", "math": "Mathematics"},
    },
)


def estimates(indicator, by, rows, *, unit="points", marks=None, **parameters):
    """The rows (quantity, groups, n, value, std_error and what more there is) as measured; intervals are two errors."""
    frame = pd.DataFrame([_row(by, unit, *row) for row in rows]).reindex(columns=[*BEFORE, *by, *AFTER])
    for name in ("arm", "at", "reference", "note"):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    for name in ("n", "n_reference"):
        frame[name] = frame[name].astype("Int64")
    numbers = ["numerator", "denominator", "value", "std_error", "low", "high", "p", "p_adjusted"]
    frame[numbers] = frame[numbers].astype(float)
    given = {"by": list(by), "compare": "reference", "where": [], "outcome": "map:reading", **parameters}
    counts = pd.DataFrame({**{name: [] for name in by}, "n": []})
    return Estimates(
        indicator=indicator,
        question="What is seen?",
        unit=unit,
        method=f"what was done with {given['outcome']}",
        source="",
        by=tuple(by),
        fingerprint="f" * 64,
        as_of="2025-05-01",
        minimum_n=10,
        parameters=MappingProxyType(given),
        warnings=(),
        population=Population("students", (), ("2024-05-01", "2025-05-01"), counts),
        rows=frame,
        marks=marks,
    )


def _row(by, unit, quantity, groups, n, value, error, more=MappingProxyType({})):
    """One row; a quantity about growth is per year, and a standardised one in standard deviations."""
    own = {"slope": f"{unit} / year", "hedges_g": "standard deviations"}.get(quantity, unit)
    groups = (groups,) if isinstance(groups, str) else groups
    limits = {"low": value - 2 * error, "high": value + 2 * error}
    numbers = {"n": n, "value": value, "std_error": error, **limits}
    return {"quantity": quantity, "unit": own, **dict(zip(by, groups, strict=True)), **numbers, **more}


def compared(p, reference, n_reference=400):
    """What a row of a comparison holds besides its value."""
    return {"p": p, "p_adjusted": p, "reference": reference, "n_reference": n_reference}


__all__ = ["ALL", "POLICY", "compared", "estimates"]
