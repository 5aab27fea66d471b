"""The same question asked of every month, term or school year."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.contrasts import ALL
from cbe_analysis.load.where import UNKNOWN
from cbe_analysis.measure.cases import YEAR, tables
from cbe_analysis.measure.request import Request
from cbe_analysis.tables.quoting import identifier, literal


@dataclass(frozen=True, slots=True)
class Period:
    """A period as `at` prints it, and the condition on rows of the main table that lies in it, as SQL."""

    at: str
    condition: str


def periods(request: Request) -> list[Period]:
    """The periods that have rows, in order of time; one without a name where time is not asked for.

    Raises
    ------
    UsageError
        When the main table has no dates for months, or the district no terms.
    """
    if request.over is None:
        return [Period("", "")]
    main = next(m for m in request.indicator.main if m in request.tables)
    rows = tables(request)[main]
    if request.over == "year":
        return _by(rows, identifier(YEAR))
    date = next((c for c in ("date", "start_date", "entry_date") if c in rows.columns), None)
    if request.over == "month" and date:
        return _by(rows, f"strftime({date}, '%Y-%m')")
    if request.over == "term" and "term_id" in rows.columns:
        return _by(rows, "term_id")
    if request.over == "month" or not date:
        raise UsageError(f"the rows of '{main}' have no date", "over", "choose over=year")
    return _terms(request, date)


def _by(rows: object, expression: str) -> list[Period]:
    """One period per value of the expression."""
    found = rows.aggregate(f"{expression} AS at, count(*) AS n").df()["at"].dropna()  # type: ignore[attr-defined]  # a relation
    return [Period(str(at), f"{expression} = {literal(at)}") for at in sorted(set(found)) if at != UNKNOWN]


def _terms(request: Request, date: str) -> list[Period]:
    """The terms of the calendar, by their days; terms of the same name are one."""
    if "calendar" not in request.district.tables:
        raise UsageError("there are no terms", "over", "add calendar.csv, or choose over=year")
    calendar = request.district.table("calendar").df()
    spans = calendar.groupby("term_id").agg(first=("start_date", "min"), last=("end_date", "max")).sort_values("first")
    return [
        Period(str(term), f"{date} BETWEEN DATE '{str(span['first'])[:10]}' AND DATE '{str(span['last'])[:10]}'")
        for term, span in spans.iterrows()
    ]


def mixed_trend(rows: pd.DataFrame, by: tuple[str, ...], minimum: int) -> str:
    """A sentence where every group moves one way and the whole the other, because its mix changed; else nothing.

    Parameters
    ----------
    minimum
        Of smaller groups nothing is said: whether they are there, and which way they move, is theirs to know.
    """
    level = rows[rows["quantity"].isin(["mean", "share"]) & rows["n"].ge(minimum)]
    if len(by) != 1 or level["at"].nunique() < 2:
        return ""
    wide = level.pivot_table(index=by[0], columns="at", values="value", sort=True)
    change = (wide.iloc[:, -1] - wide.iloc[:, 0]).dropna()
    groups = change.drop([ALL, UNKNOWN], errors="ignore")
    if ALL not in change.index or len(groups) < 2 or not ((groups > 0).all() or (groups < 0).all()):
        return ""
    if groups.iloc[0] * change[ALL] >= 0:
        return ""
    words = ("rises", "falls") if groups.iloc[0] > 0 else ("falls", "rises")
    those = f"every group of {by[0]} with at least {minimum} students"
    return f"{those} {words[0]} and the whole {words[1]}: the mix of students changed"
