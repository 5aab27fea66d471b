"""A Release: the only thing that renders; only `protect` makes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

Audience = Literal["public", "staff"]
AUDIENCES: tuple[Audience, ...] = ("public", "staff")
PROTECTED = "protected"
PRINTED = ("shown", "n_shown", "hidden")
_PERMIT = object()  # held by this room: a Release made elsewhere is refused
_made_for: set[Audience] = set()


def made_for() -> frozenset[Audience]:
    """The audiences that this process has made releases for: a run tells by it what its notebook did."""
    return frozenset(_made_for)


@dataclass(frozen=True, slots=True)
class Release:
    """Estimates as one audience may see them.

    Parameters
    ----------
    _rows
        What `rows` hands out: the columns of Estimates.rows, then `shown` (the text to print), `n_shown`
        (the group size as printed) and `hidden` ("protected" or null). A hidden row holds no number at all. In public a
        `p` of 0 stands for "below .01".
    _sizes
        How many were truly counted in each row: for the record inside, never printed.
    policy_hash
        Of the words and limits that it was made under.
    profile
        How small groups are protected: see Policy.
    entity, where, window, times
        Who was counted, and how often: see Population.
    official
        School, grade (null for all of them) and number of students, as officials published them.
    permit
        Proof that `protect` is at work; not kept, so that a copy with other rows cannot be made either.
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
    profile: str
    entity: str
    where: tuple[str, ...]
    window: tuple[str, str]
    official: tuple[tuple[str | None, int | None, int], ...] = field(repr=False)
    _rows: pd.DataFrame = field(repr=False)
    _sizes: tuple[float, ...] = field(repr=False)
    times: int = 1
    permit: InitVar[object] = None

    def __post_init__(self, permit: object) -> None:
        if permit is not _PERMIT:
            raise TypeError("a Release is made by protect() alone")
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))
        _made_for.add(self.audience)

    @property
    def rows(self) -> pd.DataFrame:
        """A fresh copy of the rows: what a reader does to it changes no release."""
        return self._rows.copy()
