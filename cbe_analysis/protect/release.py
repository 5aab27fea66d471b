"""A Release: the only thing that renders; only `protect` makes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

Audience = Literal["public", "staff"]
PROTECTED = "protected"
_PERMIT = object()  # held by this room: a Release made elsewhere is refused


@dataclass(frozen=True, slots=True)
class Release:
    """Estimates as one audience may see them.

    Parameters
    ----------
    rows
        The columns of Estimates.rows, then `shown` (the text to print), `n_shown` (the group size as printed) and
        `hidden` ("protected" or null). A hidden row holds no number at all.
    policy
        The words and limits it was made under.
    """

    indicator: str
    question: str
    unit: str
    method: str
    source: str
    by: tuple[str, ...]
    audience: Audience
    fingerprint: str
    policy_hash: str
    as_of: str
    minimum_n: int
    parameters: Mapping[str, Any]
    warnings: tuple[str, ...]
    population_id: str
    rows: pd.DataFrame = field(repr=False)
    permit: object = field(repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        if self.permit is not _PERMIT:
            raise TypeError("a Release is made by protect() alone")
