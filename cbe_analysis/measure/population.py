"""Who was counted: the population behind a set of estimates, by the dimensions that may be published.

With it goes who might have been: a group that nobody of a selection is in must look like a small one, so protection
needs the groups of the whole district.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cbe_analysis.load.where import UNKNOWN
from cbe_analysis.measure.cases import CORE, tables, text
from cbe_analysis.measure.estimates import Population
from cbe_analysis.measure.periods import periods
from cbe_analysis.measure.request import Request
from cbe_analysis.measure.selection import column_of
from cbe_analysis.tables.quoting import identifier


def population(request: Request, placed: pd.DataFrame, window: tuple[str, str]) -> Population:
    """The population: students per cell of the joint table over the published dimensions.

    Parameters
    ----------
    placed
        One row per case: `student_id`, then the dimensions as text.
    """
    dimensions = list(request.dimensions)
    once = placed if placed["student_id"].is_unique else placed.drop_duplicates()
    if dimensions:
        counts = once.groupby(dimensions, observed=True, sort=True).size().rename("n").reset_index()
        counts = counts.astype(dict.fromkeys(dimensions, "str"))  # they may be categories
    else:
        counts = pd.DataFrame({"n": [len(once)]})
    whoever = _of_any_group(request)
    selected = whoever is not request
    return Population(
        "students",
        tuple(str(c) for c in request.where),
        window,
        counts,
        levels={name: _levels(request, name) for name in _factors(request)},
        places=_places(whoever) if selected else None,
        periods=_periods(whoever) if selected else (),
    )


def _of_any_group(request: Request) -> Request:
    """The request for students of any group; the same one where its conditions name no factor."""
    kept = tuple(c for c in request.where if not _is_factor(request, column_of(c)))
    return request if len(kept) == len(request.where) else replace(request, where=kept)


def _is_factor(request: Request, column: str) -> bool:
    """Whether a column says who students are; not where, when or what they were asked."""
    policy = request.district.policy
    is_place = column in CORE or (column in policy.published_dimensions and column not in policy.factors)
    return column in request.district.placeable and not is_place


def _factors(request: Request) -> list[str]:
    """The factors of which all levels must be known: those of the groups, and those that arms are described by."""
    named = dict.fromkeys((*request.by, *request.district.policy.factors))
    return [name for name in named if _is_factor(request, name)]


def _levels(request: Request, name: str) -> tuple[str, ...]:
    """The values of a factor in the district; the unknown ones are one."""
    own = tuple(replace(c, column=name) for c in request.where if column_of(c) == name)
    return tuple(UNKNOWN if value is None else value for value in request.district.levels(name, own))


def _mains(request: Request) -> list[str]:
    """The main tables of the indicator that the district has."""
    return [name for name in request.tables if name in request.indicator.main]


def _places(request: Request) -> pd.DataFrame:
    """The places of all rows of the main tables that meet the conditions."""
    named = [d for d in request.dimensions if not _is_factor(request, d)]
    further = tuple(d for d in named if d not in CORE)
    told = ", ".join(f"{text(f'placed_{d}')} AS {identifier(d)}" for d in named) or "1 AS here"
    rows = (request.district.placed(name, request.where, further) for name in _mains(request))
    found: pd.DataFrame = pd.concat([of.select(told).distinct().df() for of in rows]).drop_duplicates()
    return found


def _periods(request: Request) -> tuple[str, ...]:
    """The periods in which a main table has rows that meet the conditions; none where time is not asked for."""
    asked = [period for period in periods(request) if period.at] if request.over else []
    return tuple(p.at for p in asked if any(len(tables(request, p.condition)[t].limit(1)) for t in _mains(request)))
