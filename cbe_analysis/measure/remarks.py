"""What must be said beside the numbers: what is missing, what cannot be told, what piles up at an end of the scale."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pandas as pd

from cbe_analysis.indicators.alike import two_values
from cbe_analysis.indicators.contrasts import ALL, SCHOOLS_AT_LEAST
from cbe_analysis.indicators.scale import piles
from cbe_analysis.indicators.words import counted
from cbe_analysis.load.where import UNKNOWN
from cbe_analysis.measure.cases import SCHOOL, Formed
from cbe_analysis.measure.estimates import Inside
from cbe_analysis.measure.request import Request


def remarks(asked: Request, found: Sequence[Formed]) -> tuple[str, ...]:
    """The warnings of the cases, over all periods."""
    said = [*asked.district.clock.warnings, *(w for f in found for w in f.warnings)]
    missing, unplaced = sum(f.missing for f in found), sum(f.unplaced for f in found)
    if missing:
        said.append(f"{counted(missing, 'cases', asked.minimum_n)} have no value and are left out")
    if unplaced:
        said.append(
            f"{counted(unplaced, 'cases', asked.minimum_n)} lie outside any enrollment: their school, grade and "
            "enrollment factors are unknown"
        )
    if any(len(f.rows) and _schools(f) < SCHOOLS_AT_LEAST for f in found):
        said.append(f"fewer than {SCHOOLS_AT_LEAST} schools: intervals speak of these students alone")
    cases = pd.concat([f.rows for f in found])
    if len(cases) > cases["student_id"].nunique() and not asked.over:
        said.append("some students count more than once (several years or terms); n counts each once")
    if found and found[0].kind == "mean":
        said += piles(cases["value"].to_numpy(float), asked.minimum_n)
        if two_values(cases["value"].to_numpy(float)):
            said.append("the scores have two values alone: for the public give the cut, and tell the share")
    return tuple(dict.fromkeys(said))


def _schools(formed: Formed) -> int:
    """Schools that are known."""
    there = formed.rows[SCHOOL].unique()
    return sum(school != UNKNOWN for school in there)


def uncompared(asked: Request, rows: pd.DataFrame) -> tuple[str, ...]:
    """Which crossed groups are not compared, because nobody is in the reference groups of their factors at once.

    Parameters
    ----------
    rows
        Those of the estimates.
    """
    if asked.compare != "reference":
        return ()
    said = []
    for columns in (c for size in range(2, len(asked.by) + 1) for c in combinations(asked.by, size)):
        split = rows[(rows[list(asked.by)] != ALL).eq([name in columns for name in asked.by]).all(axis=1)]
        for at, part in split.groupby("at") if asked.over else [("", split)]:
            wanted = [asked.contrast.references[name] for name in columns]
            if part["quantity"].eq("gap").any() or part[list(columns)].eq(wanted).all(axis=1).any():
                continue
            when = f" in {at!s}" if at else ""
            told = (
                f"no student is in the reference groups {' and '.join(wanted)} at once{when}: the groups of "
                f"{' and '.join(columns)} together are not compared"
            )
            said.append(Inside(told))
    return tuple(said)
