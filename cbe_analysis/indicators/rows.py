"""Rows of estimates as models hand them on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cbe_analysis.methods.robust import Contrasted

Row = dict[str, Any]  # a row of Fitted.rows in the making; absent columns are empty


def row(quantity: str, unit: str, groups: Mapping[str, str], found: Contrasted | float, **more: Any) -> Row:
    """One estimate: its groups, its value with what is known of its uncertainty, and further columns."""
    start: Row = {"quantity": quantity, "unit": unit, **groups}
    if isinstance(found, Contrasted):
        start |= {"value": found.value, "std_error": found.std_error, "low": found.low, "high": found.high}
    else:
        start["value"] = found
    return start | more


def tested(found: Contrasted) -> Row:
    """The p of a row that states a comparison."""
    return {"p": found.p}
