"""What Great Expectations judges of a table: the distinct values of each column, and counts of offending rows.

A check on single values holds for every row when it holds for every distinct value, so a table of ten million rows is
judged by as few values as it has. Values that are only judged to be there or not (ids, names) are replaced by a mark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cbe_analysis.load.cells import PATTERNS
from cbe_analysis.tables import Table
from cbe_analysis.tables.quoting import identifier, literal
from cbe_analysis.validate.checks import Check
from cbe_analysis.validate.values import NUMBER

FILLED = "(filled)"
SLICES = (1_000, 50_000, 1_000_000)  # ends of the first frames, so that few long columns do not stretch all others
SAMPLE, MANY = 200_000, 50_000  # a column with more distinct values among its first rows is not judged by values
Values = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """A table in short.

    Parameters
    ----------
    rows
        Number of rows.
    values
        Column -> its distinct values as text, None where empty.
    orphans
        Column -> rows whose filled value has no row in the parent table.
    """

    rows: int
    values: Mapping[str, Values] = field(repr=False)
    orphans: Mapping[str, int]


def wide(checks: Sequence[Check], sql: Callable[..., Any], raw: Any) -> frozenset[str]:
    """The columns judged by their values that have so many of them that they would fill the memory.

    Parameters
    ----------
    checks
        The table's checks.
    sql
        Runs a query over named relations: `district.sql`.
    raw
        The table as text.
    """
    judged, _ = _judged(checks)
    if not judged:
        return frozenset()
    counts = ", ".join(f"count(DISTINCT {identifier(name)})" for name in judged)
    [found] = sql(f"SELECT {counts} FROM (SELECT * FROM raw LIMIT {SAMPLE})", raw=raw).fetchall()
    return frozenset(name for name, count in zip(judged, found, strict=True) if count > MANY)


def profile(table: Table, checks: Sequence[Check], sql: Callable[..., Any], **relations: Any) -> Profile:
    """The number of rows, the distinct values of each judged column, and the orphans, in one pass over the file.

    Parameters
    ----------
    checks
        The table's checks.
    sql
        Runs a query over named relations: `district.sql`.
    relations
        `raw`, the table as text, and the parent tables as text.
    """
    judged, marked = _judged(checks)
    parents = {c.columns[0]: c.reads[0] for c in checks if c.id == "parent" and c.columns[0] not in judged}
    columns = [*judged, *parents, *(name for name in marked if name not in parents)]
    plain = {*judged, *parents}
    told = [
        "1 AS _one",
        *(identifier(c) if c in plain else f"{_mark(identifier(c))} AS {identifier(c)}" for c in columns),
    ]
    sets = ["()", *(f"({identifier(c)})" for c in columns)]
    which = " ".join(f"WHEN GROUPING({identifier(c)}) = 0 THEN {at}" for at, c in enumerate(columns))
    orphaned = [
        f"coalesce(NOT (_which = {columns.index(c)} AND _value IN ({_known(table, c, parent)})), true)"
        for c, parent in parents.items()
    ]
    hidden = ", ".join(str(columns.index(c)) for c in parents) or "-1"
    query = f"""
        SELECT _which, CASE WHEN _which IN ({hidden}) THEN {_mark("_value")} ELSE _value END AS _value,
               sum(_times) AS _times
        FROM (
            SELECT CASE {which} WHEN true THEN -1 END AS _which,
                   coalesce({", ".join(["NULL", *(identifier(c) for c in columns)])}) AS _value, count(*) AS _times
            FROM (SELECT {", ".join(told)} FROM raw) GROUP BY GROUPING SETS ({", ".join(sets)})
        ) WHERE {" AND ".join(["true", *orphaned])} GROUP BY ALL"""
    return _read(sql(query, **relations).fetchnumpy(), columns, tuple(parents))


def _read(answer: Mapping[str, Any], columns: Sequence[str], parents: Sequence[str]) -> Profile:
    which, times = np.asarray(answer["_which"]), np.asarray(answer["_times"])
    filled = ~np.ma.getmaskarray(answer["_value"])
    value = np.array(np.ma.getdata(answer["_value"]), dtype=object)
    value[~filled] = None
    return Profile(
        rows=int(times[which == -1].sum()),
        values={name: value[which == i] for i, name in enumerate(columns)},
        orphans={name: int(times[(which == columns.index(name)) & filled].sum()) for name in parents},
    )


def _mark(sql: str) -> str:
    return f"CASE WHEN {sql} IS NOT NULL THEN {literal(FILLED)} END"


def _known(table: Table, column: str, parent: str) -> str:
    """SQL for the ids that the parent holds."""
    name = identifier(table[column].references.split(".")[1])
    return f"SELECT {name} FROM {identifier(parent)} WHERE {name} IS NOT NULL"


def _judged(checks: Sequence[Check]) -> tuple[list[str], list[str]]:
    """The columns judged by their values, and those of which only being there matters."""
    kinds: dict[str, set[str]] = {}
    for check in checks:
        if not check.counted:
            kinds.setdefault(check.columns[0], set()).update(e.kind for e in check.expectations)
    marked = [column for column, used in kinds.items() if used == {"ExpectColumnValuesToNotBeNull"}]
    return [column for column in kinds if column not in marked], marked


def frames(short: Profile, checks: Sequence[Check], counts: Mapping[str, int]) -> Iterator[pd.DataFrame]:
    """The frames to be judged: one column per judged column and per count, at most a million rows each.

    Parameters
    ----------
    checks
        The table's checks.
    counts
        Key of a counted check -> rows that break it. They stand in the first frame only.
    """
    numbers = {e.column for check in checks for e in check.expectations if e.column.endswith(NUMBER)}
    start = 0
    for end in _ends(max((len(v) for v in short.values.values()), default=0)):
        held = {name: values[start:end] for name, values in short.values.items() if len(values) > start}
        height = max([len(v) for v in held.values()] + [1])
        columns = {name: np.resize(values, height) for name, values in held.items()}  # short ones repeat themselves
        columns |= {name + NUMBER: _numbers(v) for name, v in columns.items() if name + NUMBER in numbers}
        if start == 0:
            columns |= {key: np.full(height, count) for key, count in counts.items()}
        if columns:
            yield pd.DataFrame({name: pd.Series(v, dtype=v.dtype) for name, v in columns.items()})
        start = end


def _numbers(values: Values) -> Values:
    text = pd.Series(values, dtype=object)
    return pd.to_numeric(text.where(text.str.fullmatch(PATTERNS["number"]).eq(True))).to_numpy(dtype=float)


def _ends(length: int) -> Iterator[int]:
    """Where each frame ends, up to the length of the longest column; at least one frame."""
    steps = iter(SLICES)
    last = next(steps)
    yield last
    while last < length:
        last = next(steps, last + SLICES[-1])
        yield last
