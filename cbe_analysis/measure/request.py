"""What was asked of a district, checked at the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.indicators import CATALOGUE, Contrast, Indicator
from cbe_analysis.indicators.outcomes import LEVELS
from cbe_analysis.load.where import Condition, Where
from cbe_analysis.measure.estimates import AFTER, BEFORE
from cbe_analysis.measure.selection import check, column_of, strays
from cbe_analysis.validate.gate import require

if TYPE_CHECKING:
    from cbe_analysis.load import District

COMPARES, PERIODS = ("others", "reference"), ("month", "term", "year")
PLACES = ("students", "enrollments")  # read for every indicator: who and where, at a date


@dataclass(frozen=True, slots=True)
class Request:
    """One indicator of one district, with all that was chosen.

    Parameters
    ----------
    tables
        Those of the indicator that the district has.
    options
        Every option of the indicator with its value.
    warnings
        What every output of this request must say.
    """

    indicator: Indicator
    district: District
    tables: tuple[str, ...]
    by: tuple[str, ...]
    compare: str | None
    over: str | None
    adjust: tuple[str, ...]
    where: tuple[Condition, ...]
    options: Mapping[str, Any]
    warnings: tuple[str, ...]

    @property
    def contrast(self) -> Contrast:
        """The groups and what they are compared with."""
        references = {c: v for c, v in self.district.policy.references.items() if c in self.by}
        return Contrast(self.by, self.compare, references, self.adjust)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What the population is counted by: the policy's published dimensions that the district has."""
        return tuple(d for d in self.district.policy.published_dimensions if d in self.district.placeable)

    @property
    def minimum_n(self) -> int:
        """The smallest group that may be published."""
        least: int = self.district.policy.minimum_n
        return max(least, self.indicator.minimum_n)

    @property
    def parameters(self) -> dict[str, Any]:
        """Everything chosen, defaults included, in plain values."""
        chosen = {"by": list(self.by), "compare": self.compare, "over": self.over, "adjust": list(self.adjust)}
        return {**chosen, "where": [str(c) for c in self.where], **self.options}


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of the request as they were given."""

    by: Sequence[str] | str
    compare: str | None
    over: str | None
    adjust: Sequence[str] | str
    where: Where
    allow_findings: bool


def request(id: str, district: District, asked: Asked, options: Mapping[str, Any]) -> Request:
    """The request, if the district can answer it.

    Raises
    ------
    UsageError
        For an unknown indicator, option, column, comparison or period, and for a table that was not loaded.
    CriticalFindings
        When a table that it reads has critical findings, or nobody looked for any.
    """
    entry = _entry(id)
    by, adjust = _names(asked.by), _names(asked.adjust)
    _check_words(entry, by, adjust, asked)
    read = entry.read_options(options)
    missing = entry.missing(district.filled)
    if missing:
        raise _without(entry, missing[0], district)
    tables = tuple(t for t in (*entry.tables, *entry.optional_tables) if t in district.tables)
    warnings = require(district.findings, district.rests_on((*tables, *PLACES)), reader=id, allow=asked.allow_findings)
    _check_columns(entry, district, tables, by=by, adjust=adjust)
    where, tables = _conditions(entry, district, tables, asked.where)
    by = (entry.lists, *by) if entry.lists and entry.lists not in by else by
    check(district, [t for t in tables if t in entry.main], where)
    warnings += strays(district, (*by, *adjust, *map(column_of, where)))
    return Request(entry, district, tables, by, asked.compare, asked.over, adjust, where, read, warnings)


def _entry(id: str) -> Indicator:
    """The entry of the catalogue."""
    if id not in CATALOGUE:
        raise UsageError(f"indicator '{id}' is unknown", remedy=_near(id, CATALOGUE))
    return CATALOGUE[id]


def _without(entry: Indicator, table: str, district: District) -> UsageError:
    """The error for a table that is not there, or has a header alone."""
    if table in district.tables:
        return UsageError(
            f"'{entry.id}' needs table '{table}', which has no rows", remedy=f"export {table} again with its rows"
        )
    wanted = (table,) if entry.tables else entry.optional_tables
    named, files = " or ".join(f"'{name}'" for name in wanted), " or ".join(f"{name}.csv" for name in wanted)
    more = ", or evidence.csv and targets.csv, from which levels are derived" if LEVELS in wanted else ""
    return UsageError(
        f"'{entry.id}' needs table {named}, which was not loaded", remedy=f"add {files} to the data folder{more}"
    )


def _near(name: str, offered: Mapping[str, Any] | Sequence[str]) -> str:
    """What may have been meant, or all that there is."""
    start = name[:3].casefold()
    close = [o for o in offered if start and o.casefold().startswith(start)]
    close = list(dict.fromkeys([*close, *get_close_matches(name, list(offered), cutoff=0.7)]))[:3]
    meant = f"did you mean {' or '.join(close)}? " if close else ""
    return f"{meant}there are: {choices(offered, 40)}"


def _names(given: Sequence[str] | str) -> tuple[str, ...]:
    """The columns, from a list or from text with commas."""
    parts = given.split(",") if isinstance(given, str) else given
    return tuple(p.strip() for p in parts if p.strip())


def _check_words(entry: Indicator, by: tuple[str, ...], adjust: tuple[str, ...], asked: Asked) -> None:
    """Refuse what contradicts itself."""
    for option, value, allowed in (("compare", asked.compare, COMPARES), ("over", asked.over, PERIODS)):
        if value is not None and value not in allowed:
            raise UsageError(f"'{option}' does not take this value", remedy=f"choose one of: {', '.join(allowed)}")
    if asked.compare and not by:
        raise UsageError("a comparison needs groups", "compare", "name a factor in by")
    if asked.compare and entry.lists:
        raise UsageError(f"'{entry.id}' is a list of single people", "compare", "leave it out: there are no groups")
    if asked.over and entry.kind == "model":
        raise UsageError(f"'{entry.id}' is one model of all dates", "over", "leave it out")
    if adjust and not asked.compare and entry.kind == "cases":
        raise UsageError("only a comparison can be adjusted", "adjust", "set compare as well, or leave adjust out")
    for name in (*by, *adjust):
        if (*by, *adjust).count(name) > 1:
            raise UsageError(f"column '{name}' is named twice", "by and adjust", "name it once")
        if name in (*BEFORE, *AFTER):
            raise UsageError(f"column '{name}' is called like a column of results", "by", "rename it in the data")


def _conditions(
    entry: Indicator, district: District, tables: tuple[str, ...], where: Where
) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
    """The conditions in their one spelling, and the tables without those main ones that cannot meet them."""
    refused: dict[str, UsageError] = {}
    found: tuple[Condition, ...] = ()
    mains = [t for t in tables if t in entry.main]
    for table in reversed(mains):
        try:
            found = district.conditions(table, where)
        except UsageError as error:
            refused[table] = error
    if len(refused) == len(mains):
        raise refused[mains[0]]
    return found, tuple(t for t in tables if t not in refused)


def _check_columns(
    entry: Indicator, district: District, tables: tuple[str, ...], *, by: tuple[str, ...], adjust: tuple[str, ...]
) -> None:
    """Refuse a group column that no row can have."""
    own = {c for t in tables if t in entry.main for c in district.columns(t)} if entry.kind == "cases" else set()
    for name in by:
        if name not in district.placeable and name not in own:
            raise UsageError(f"there is no column '{name}' to group by", "by", _near(name, sorted(district.placeable)))
    for name in adjust:
        if name not in district.placeable and entry.kind == "model":
            raise UsageError(f"there is no column '{name}'", "adjust", _near(name, sorted(district.placeable)))
