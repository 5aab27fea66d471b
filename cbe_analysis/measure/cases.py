"""Cases: an indicator's rows, each put into the groups that its student was in at its date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.indicators import Cases
from cbe_analysis.indicators.outcomes import only
from cbe_analysis.indicators.relation import ASKED
from cbe_analysis.load.where import UNKNOWN, UNPLACED
from cbe_analysis.measure.request import Request
from cbe_analysis.measure.told import in_order, tells_all, words
from cbe_analysis.tables.quoting import identifier

SCHOOL, YEAR = "placed_school_id", "placed_school_year"
WEIGHT, WHEN = "placed_weight", "placed_when_"  # no column of the data begins with placed_
CORE = ("school_id", "grade", "school_year")  # every placed row has these
FURTHER = ("middle", "low", "high")  # what an indicator may tell of its cases besides their values
LONG = ("DECIMAL", "HUGEINT", "UHUGEINT")
SHAPES = (("value",), ("numerator", "denominator"))
DATES = (("date",), ("first_date", "last_date"), ("school_year",))


@dataclass(frozen=True, slots=True)
class Formed:
    """The cases of one request, in memory.

    Parameters
    ----------
    rows
        One row per case: `student_id`; `value` (a share's numerator over its denominator), `placed_weight` (its
        denominator; 1 where all cases weigh the same), `placed_school_id`; the group columns and those to adjust for;
        `middle`, `low` and `high` where the indicator gives them.
    placed
        One row per case: `student_id`, then the population's dimensions as text.
    kind
        "mean" or "share".
    unit, method, median
        As the indicator states them.
    missing, unplaced
        Cases without a value, left out; cases outside any enrollment.
    window
        First and last date, ISO text; empty when there is no case.
    times
        As in `estimates.Population`.
    """

    rows: pd.DataFrame
    placed: pd.DataFrame
    kind: str
    unit: str
    method: str
    median: str
    warnings: tuple[str, ...]
    missing: int
    unplaced: int
    window: tuple[str, str]
    times: int

    @property
    def whole(self) -> bool:
        """True when every case is one student who has the property or has it not."""
        return self.kind == "share" and bool(self.rows[WEIGHT].eq(1).all() and self.rows["value"].isin([0, 1]).all())


def tables(request: Request, period: str = "") -> dict[str, Any]:
    """The relations that the body is given, the main ones filtered and placed, and what it wants besides.

    Parameters
    ----------
    period
        A further condition on the rows of the main tables, as SQL.
    """
    entry, district = request.indicator, request.district
    given: dict[str, Any] = dict.fromkeys(entry.optional_tables)
    for name in request.tables:
        given[name] = _placed(request, name, period) if name in entry.main else district.table(name)
    offered = {"policy": district.policy, "contrast": request.contrast}
    given |= {name: offered[name] for name in entry.wants if name in offered}
    if "everyone" in entry.wants:
        main = next(name for name in request.tables if name in entry.main)
        everyone = given["everyone"] = _placed(request, main, period, marked=True)
        all_asked = not (request.where or period)
        given[main] = everyone if all_asked else everyone.filter(ASKED).select(f"* EXCLUDE ({ASKED})")
    return given


def _placed(request: Request, table: str, period: str = "", *, marked: bool = False) -> Any:
    """The rows of a main table, each with where its student was, every place as text.

    Parameters
    ----------
    period
        A further condition, as SQL.
    marked
        Keep those that do not meet the conditions; `placed_asked` says which do.
    """
    district = request.district
    factors = dict.fromkeys((*request.by, *request.adjust, *district.policy.factors))
    further = tuple(f for f in factors if f in district.placeable and f not in CORE)
    rows = district.placed(table, where=request.where, factors=further, marked=marked)
    texts = [f"{text(c)} AS {identifier(c)}" for c in rows.columns if c.startswith("placed_") and c != ASKED]
    words = rows.select(f"* REPLACE ({', '.join(texts)})")
    if period and marked:
        return words.select(f"* REPLACE ({ASKED} AND coalesce({period}, false) AS {ASKED})")
    return words.filter(period) if period else words


def _options(request: Request) -> dict[str, Any]:
    """The options as the body takes them: of everyone's scores, the only test there is need not be looked for."""
    asks = "everyone" in request.indicator.wants and not request.options.get("outcome", "none")
    return {**request.options, "outcome": only(request.district.table("assessments"))} if asks else {**request.options}


def text(column: str) -> str:
    """SQL for a place as text: what is missing, or lies outside any enrollment, is unknown."""
    plain = f"CAST({identifier(column)} AS VARCHAR)"
    return f"coalesce(nullif({plain}, '{UNPLACED}'), '{UNKNOWN}')"


def form(request: Request, period: str = "") -> Formed:
    """The cases of the request, with their groups.

    Raises
    ------
    UsageError
        When a group column belongs to neither the cases nor the students.
    """
    entry = request.indicator
    found = entry.body(**tables(request, period), **_options(request))
    cases = found if isinstance(found, Cases) else Cases(found)
    names = list(cases.rows.columns)
    shape = next((s for s in SHAPES if set(s) <= set(names)), None)
    dates = next((d for d in DATES if set(d) <= set(names)), None)
    if shape is None or dates is None:
        raise TypeError(f"the body of {entry.id} returns {names}: a value and a date are needed")
    wanted = _Wanted(shape, dates, _sources(request, names), tuple(c for c in FURTHER if c in names), names)
    if tells_all(cases.rows, wanted.places):
        rows = wanted.told(cases.rows)
    else:
        rows = wanted.asked(_told(request, cases, wanted))
    return _formed(rows, request, cases, "mean" if len(shape) == 1 else "share")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is read of the cases.

    Parameters
    ----------
    shape, dates
        One of SHAPES and one of DATES.
    columns
        Every further column: True where it says where the student was.
    more
        Those of FURTHER that there are.
    names
        All columns of the cases.
    """

    shape: tuple[str, ...]
    dates: tuple[str, ...]
    columns: dict[str, bool]
    more: tuple[str, ...]
    names: list[str]

    @property
    def places(self) -> tuple[str, ...]:
        """The columns that say where each was."""
        return SCHOOL, *(f"placed_{name}" for name, place in self.columns.items() if place)

    @property
    def given(self) -> str:
        """The column of weights; none where all weigh the same."""
        return "denominator" if len(self.shape) == 2 else "weight" if "weight" in self.names else ""

    def asked(self, placed: Any) -> pd.DataFrame:
        """The columns of a relation with all places, sorted."""
        value = "value" if len(self.shape) == 1 else "numerator / denominator AS value"
        own = [f"{identifier(c)} AS {identifier(c)}" for c, place in self.columns.items() if not place]
        place = [f"{text(f'placed_{c}')} AS {identifier(c)}" for c, place in self.columns.items() if place]
        when = [f"{d} AS {identifier(WHEN + d)}" for d in self.dates]
        start = f"student_id, {value}, {self.given or '1.0'} AS {WEIGHT}, {text(SCHOOL)} AS {SCHOOL}"
        chosen = ", ".join([start, *when, *own, *place, *map(identifier, self.more)])
        sorted_by = ", ".join(["student_id", *(identifier(WHEN + d) for d in self.dates), "value"])
        return _frame(placed.select(chosen).order(sorted_by))

    def told(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The same of a frame that says them itself."""
        value = rows["value"] if len(self.shape) == 1 else rows["numerator"] / rows["denominator"]
        found: dict[str, Any] = {
            "student_id": rows["student_id"],
            "value": value,
            WEIGHT: rows[self.given] if self.given else 1.0,
        }
        found |= {SCHOOL: words(rows[SCHOOL])} | {WHEN + d: rows[d] for d in self.dates}
        found |= {c: words(rows[f"placed_{c}"]) if place else rows[c] for c, place in self.columns.items()}
        found |= {c: rows[c] for c in self.more}
        return in_order(pd.DataFrame(found), ["student_id", *(WHEN + d for d in self.dates)], "value")


def _frame(rows: Any) -> pd.DataFrame:
    """The rows in memory, by way of Arrow, which brings texts in a fraction of the time; long numbers as floats."""
    kinds = zip(rows.columns, map(str, rows.types), strict=True)
    longs = [f"CAST({identifier(c)} AS DOUBLE) AS {identifier(c)}" for c, kind in kinds if kind.startswith(LONG)]
    short = rows.select(f"* REPLACE ({', '.join(longs)})") if longs else rows
    frame: pd.DataFrame = short.to_arrow_table().to_pandas(date_as_object=False)
    return frame


def _told(request: Request, cases: Cases, wanted: _Wanted) -> Any:
    """The cases with where each was: as they say themselves, or else looked up."""
    rows = cases.rows
    if set(wanted.places) <= set(rows.columns):
        return request.district.sql("SELECT * FROM cases", cases=rows)
    return request.district.place(rows, columns=tuple(c for c, p in wanted.columns.items() if p and c not in CORE))


def _sources(request: Request, own: list[str]) -> dict[str, bool]:
    """Every column that is needed besides the values: True when it comes from where the student was."""
    placeable, needed = request.district.placeable, {}
    for name in dict.fromkeys((*request.by, *request.adjust, *request.dimensions)):
        if name == "student_id":
            continue
        if name not in placeable and name not in own:
            kind = "by" if name in request.by else "adjust"
            offered = sorted({*placeable, *own} - {"student_id", "value", "weight", "numerator", "denominator"})
            raise UsageError(
                f"the cases of '{request.indicator.id}' have no column '{name}'",
                kind,
                f"choose one row's value with where, or use one of: {choices(offered, 40)}",
            )
        needed[name] = name in placeable
    return needed


def _formed(rows: pd.DataFrame, request: Request, cases: Cases, kind: str) -> Formed:
    """The cases in memory, those without a value counted and left out."""
    have = rows["value"].notna() & rows[WEIGHT].gt(0)
    rows, missing = rows[have].reset_index(drop=True), int((~have).sum())
    for name in request.by:
        if name not in request.district.placeable:  # places are words, and none is missing
            rows[name] = rows[name].astype(str).where(rows[name].notna(), UNKNOWN)
    for name in request.adjust:
        if isinstance(rows[name].dtype, pd.CategoricalDtype):
            rows[name] = rows[name].astype("str")
    rows["value"], rows[WEIGHT] = rows["value"].astype(float), rows[WEIGHT].astype(float)
    when = rows[[c for c in rows.columns if str(c).startswith(WHEN)]]
    window = (str(when.min().min())[:10], str(when.max().max())[:10]) if len(rows) else ("", "")
    more = [name for name in FURTHER if name in rows]
    kept = list(dict.fromkeys(("student_id", "value", WEIGHT, SCHOOL, *request.by, *request.adjust, *more)))
    unit = cases.unit or request.indicator.unit
    unplaced = int(rows[SCHOOL].eq(UNKNOWN).sum())
    placed = rows[["student_id", *request.dimensions]]
    told = (unit, cases.method, cases.median, cases.warnings)
    return Formed(rows[kept], placed, kind, *told, missing, unplaced, window, _times(rows))


def _times(rows: pd.DataFrame) -> int:
    """How often a student may count, as everybody may know: once, or once a school year; else 0 for any number."""
    if not rows[WEIGHT].eq(1).all():
        return 0
    if rows["student_id"].is_unique:
        return 1
    year = f"{WHEN}school_year"
    yearly = year in rows and not rows.duplicated(["student_id", year]).any()
    return int(rows[year].nunique()) if yearly else 0
