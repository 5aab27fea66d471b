"""From a request to its estimates: form cases or fit the model, then groups, comparisons and what must be said."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.contrasts import ALL, groupings
from cbe_analysis.indicators.outcomes import LEVELS
from cbe_analysis.indicators.rows import Row
from cbe_analysis.load.where import Where
from cbe_analysis.measure.cases import CORE, Formed, form, tables, text
from cbe_analysis.measure.comparisons import compare as compared
from cbe_analysis.measure.estimates import AFTER, BEFORE, Estimates, Inside, Population
from cbe_analysis.measure.periods import mixed_trend, periods
from cbe_analysis.measure.population import population
from cbe_analysis.measure.remarks import remarks, uncompared
from cbe_analysis.measure.request import PLACES, Asked, Request, request
from cbe_analysis.measure.summaries import sample, summaries
from cbe_analysis.methods.multiplicity import benjamini_hochberg, said
from cbe_analysis.policy.clock import told_once
from cbe_analysis.tables.quoting import identifier

if TYPE_CHECKING:
    from cbe_analysis.indicators.progress.marks import Marks
    from cbe_analysis.load import District

NOISE = 1e-10  # an estimate nearer to zero is that of arithmetic where nothing varies; a chance may be as small
TEXTS = ("quantity", "unit", "arm", "at", "reference", "note")
COUNTS = ("n", "n_reference")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the indicator says, before it is put in the shape of Estimates."""

    rows: pd.DataFrame
    unit: str
    method: str
    warnings: tuple[str, ...]
    population: Population
    fingerprint: str
    marks: Marks | None = None


def measure(  # noqa: PLR0913 - the words of the command line, each with a meaning of its own
    id: str,
    district: District,
    *,
    by: Sequence[str] | str = (),
    compare: str | None = None,
    over: str | None = None,
    adjust: Sequence[str] | str = (),
    where: Where = None,
    allow_findings: bool = False,
    **options: Any,
) -> Estimates:
    """The indicator's estimates for the district: values by group, gaps, intervals, and all that must be said of them.

    Parameters
    ----------
    id
        An entry of the catalogue.
    district
        Validated: `cbe.validate(cbe.load(folder))`.
    by
        Factors to group by. Two or more give every factor alone and crossed, and the whole.
    compare
        "others": every group against all others; "reference": against the policy's reference group.
    over
        "month", "term" or "year": the same for every period, named in column `at`.
    adjust
        Columns to hold equal in the comparison.
    where
        Conditions on the rows of the main table: {"grade": 3}, ["grade>=3"].
    allow_findings
        Go on in spite of critical findings; every output then says so.
    options
        The indicator's own.

    Raises
    ------
    UsageError
        When the request is off: an unknown indicator, option, column or group, a missing table or choice.
    CriticalFindings
        When the data were not validated, or have faults that would distort the result.
    """
    asked = request(id, district, Asked(by, compare, over, adjust, where, allow_findings), options)
    return _estimates(asked, _modelled(asked) if asked.indicator.kind == "model" else _counted(asked))


def _estimates(asked: Request, answer: Answer) -> Estimates:
    """The answer with what was asked, and p adjusted over all comparisons."""
    rows, family = _shaped(answer.rows, asked)
    warnings = (*asked.warnings, *answer.warnings, *uncompared(asked, rows))
    if asked.compare and not rows["quantity"].eq("gap").any():
        warnings += (Inside("nothing to compare: fewer than two groups have students"),)
    return Estimates(
        indicator=asked.indicator.id,
        question=asked.indicator.question,
        unit=answer.unit,
        method="; ".join([answer.method + said(family), *_origins(asked)]),
        source=asked.indicator.source,
        by=asked.by,
        fingerprint=answer.fingerprint,
        as_of=str(asked.district.as_of((*asked.tables, *PLACES))),
        minimum_n=asked.minimum_n,
        parameters=asked.parameters,
        warnings=told_once(tuple(dict.fromkeys(warnings))),
        population=answer.population,
        rows=rows,
        marks=answer.marks,
    )


def _origins(asked: Request) -> list[str]:
    """How the tables behind the answer came to be, where there was a choice."""
    instrument, _, subject = str(asked.options.get("outcome") or "").partition(":")
    read = [t for t in asked.tables if t != LEVELS or not subject or instrument == LEVELS]
    return [origin for origin in map(asked.district.origin, read) if origin]


def _fingerprint(asked: Request) -> str:
    """What the tables that the answer rests on held."""
    reads = {t: tuple(asked.district.columns(t)) for t in dict.fromkeys((*asked.tables, *PLACES))}
    return asked.district.fingerprint(reads, () if "everyone" in asked.indicator.wants else asked.where)


def _counted(asked: Request) -> Answer:
    """Cases, summarised by group and compared, in every period."""
    named = periods(asked)
    found = [form(asked, period.condition) for period in named]
    if not any(len(f.rows) for f in found):
        raise _nobody(asked, found)
    with ThreadPoolExecutor(1) as beside:  # the database hashes while Python counts, which asks nothing of it
        mark = beside.submit(_fingerprint, asked)
        parts = [_summarised(asked, formed) for formed in found]
    frame = pd.DataFrame([_at(row, p.at) for p, rows in zip(named, parts, strict=True) for row in rows])
    trend = mixed_trend(frame.fillna(dict.fromkeys(asked.by, ALL)), asked.by, asked.minimum_n) if asked.over else ""
    windows = [f.window for f in found if f.window[0]]
    window = min(w[0] for w in windows), max(w[1] for w in windows)
    times = [f.times for f in found]
    people = replace(
        population(asked, pd.concat([f.placed for f in found]), window), times=max(times) if all(times) else 0
    )
    warnings = (*remarks(asked, found), *((trend,) if trend else ()))
    return Answer(frame, found[0].unit, _method(asked, found[0]), warnings, people, mark.result())


def _at(row: Row, period: str) -> Row:
    """The row with the name of its period, if it has one."""
    return row | {"at": period} if period else row


def _nobody(asked: Request, found: Sequence[Formed]) -> UsageError:
    """The error for an answer without a case, with the reasons that the indicator gives."""
    read = " or ".join(f"'{t}'" for t in asked.tables if t in asked.indicator.main)
    why = "; ".join(dict.fromkeys(w for f in found for w in f.warnings))
    return UsageError(
        f"no case of '{asked.indicator.id}' is left" + (f": {why}" if why else ""),
        f"table {read}",
        "its rows lack what is counted, or lie outside where and the options: check these",
    )


def _summarised(asked: Request, formed: Formed) -> list[Row]:
    """All rows of one period."""
    of, rows, comparisons = sample(formed), [], []
    held = formed.rows[list(asked.adjust)]
    for groups in groupings(formed.rows, asked.by) if len(formed.rows) else ():
        rows += summaries(of, groups)
        comparisons += compared(of, groups, asked.contrast, held)
    return rows + comparisons


def _method(asked: Request, formed: Formed) -> str:
    """How the numbers were made, in a sentence."""
    if formed.whole:
        interval = "95% intervals: Wilson on the effective number of students, Clopper-Pearson below 20"
    else:
        interval = "95% intervals: CR2 by school, HC3 below six schools"
    parts = [formed.method, interval]
    if formed.median:
        parts.append("those of medians between order statistics, wider where the students of a school are alike")
    if asked.compare:
        held = f", {', '.join(asked.adjust)} held equal" if asked.adjust else ""
        parts.append(f"gaps from one regression over the groups, CR2 by school with Satterthwaite df{held}")
    return "; ".join(p for p in parts if p)


def _modelled(asked: Request) -> Answer:
    """The rows of a model, and who they stand for."""
    fitted = asked.indicator.body(**tables(asked), **asked.options)
    dates = pd.to_datetime(fitted.cases["date"])
    window = str(dates.min())[:10], str(dates.max())[:10]
    people = population(asked, _places(asked, fitted.cases), window)
    warnings = (*asked.district.clock.warnings, *fitted.warnings)
    units = fitted.rows["unit"] if "unit" in fitted.rows else pd.Series([asked.indicator.unit])
    unit, fingerprint = str(units.iloc[0]), _fingerprint(asked)
    return Answer(fitted.rows, unit, fitted.method, warnings, people, fingerprint, fitted.marks)


def _places(asked: Request, cases: pd.DataFrame) -> pd.DataFrame:
    """The cases of a model with the population's dimensions as text."""
    if all(f"placed_{d}" in cases.columns for d in asked.dimensions):
        return cases[["student_id", *(f"placed_{d}" for d in asked.dimensions)]].rename(
            columns=lambda c: str(c).removeprefix("placed_")
        )
    placed = asked.district.place(cases, columns=tuple(d for d in asked.dimensions if d not in CORE))
    names = [f"{text(f'placed_{d}')} AS {identifier(d)}" for d in asked.dimensions]
    rows: pd.DataFrame = placed.select(", ".join(["student_id", *names])).df()
    return rows


def _shaped(rows: pd.DataFrame, asked: Request) -> tuple[pd.DataFrame, int]:
    """The rows with every column of Estimates, p adjusted over the whole family, and the size of that family."""
    shaped = rows.reindex(columns=[*BEFORE, *asked.by, *AFTER])
    for name in asked.by:
        shaped[name] = shaped[name].astype(object).where(shaped[name].notna(), ALL).astype(str)
    for name in TEXTS:
        shaped[name] = shaped[name].astype(object).where(shaped[name].notna() & shaped[name].ne(""), None)
    for name in AFTER:
        if name not in TEXTS:
            shaped[name] = pd.to_numeric(shaped[name]).astype("Int64" if name in COUNTS else float)
    for name in ("value", "std_error", "low", "high"):
        noise = shaped["quantity"].ne("probability") & shaped[name].abs().lt(NOISE)
        shaped[name] = shaped[name].mask(noise, 0.0)
    family = shaped["quantity"].isin(["gap", "effect"]) & shaped["p"].notna()
    shaped["p_adjusted"] = benjamini_hochberg(shaped["p"].where(family).to_numpy(float))
    return shaped, int(family.sum())
