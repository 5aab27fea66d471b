"""Findings about the folder as a whole: tables without rows, and names in district.toml that no table has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cbe_analysis.errors import choices, meant
from cbe_analysis.load.cells import plain
from cbe_analysis.load.findings import Finding
from cbe_analysis.load.folder import look
from cbe_analysis.policy.settings import FACTORS, FILE
from cbe_analysis.tables.quoting import identifier, literal
from cbe_analysis.validate.checks import Words

if TYPE_CHECKING:
    from cbe_analysis.load import District

PERSONS = ("students", "enrollments")  # whose columns can be factors
SCORES = "assessments"


@dataclass(frozen=True, slots=True)
class Look:
    """What was looked for in a folder, and what was found; the findings count no rows."""

    checks: int
    findings: tuple[Finding, ...]


def look_over(district: District) -> Look:
    """The tables without rows, and the names of the policy that no table has."""
    made = [*_empty_tables(district), _factors(district), *_references(district), *_units(district)]
    return Look(len(made), tuple(finding for finding in made if finding is not None))


def _finding(check: str, place: str, names: Iterable[str], words: Words) -> Finding:
    told = words.says, words.distorts, words.remedy
    return Finding(check, "warning", place, tuple(names), 0, 0, (), *told)


def _empty_tables(district: District) -> Iterator[Finding | None]:
    for files in look(district.folder).tables:
        words = Words(
            f"the file {files.shown} has a header and no rows",
            "what reads the table finds nothing, as if it were not there",
            f"export {files.table} again with its rows, or take {files.shown} out of the folder",
        )
        yield None if files.table in district.filled else _finding("no_rows", files.table, (), words)


def _factors(district: District) -> Finding | None:
    """Factors and published dimensions that no row can be grouped by; usual factors only where they were chosen."""
    policy = district.policy
    usual = FACTORS if policy.factors == FACTORS else ()
    there = {*district.placeable, *(name for table in district.tables for name in district.columns(table))}
    lacking = [name for name in policy.factors if name not in district.placeable and name not in usual]
    lacking += [name for name in policy.published_dimensions if name not in {*policy.factors, *usual, *there}]
    words = Words(
        f"no column of students or enrollments is called {choices(lacking)}",
        "no brief shows these groups",
        f"{_meant(lacking, {*there, *FACTORS})}correct factors and published_dimensions in {FILE}, or the export",
    )
    return _finding("unknown_factor", FILE, lacking, words) if lacking else None


def _references(district: District) -> Iterator[Finding | None]:
    for column, value in district.policy.references.items():
        homes = [table for table in PERSONS if column in district.columns(table)]
        words = Words(
            f"{column} has no group called {value!r}, which is its reference",
            "no group can be compared with its reference",
            f"correct [references] in {FILE}, or the export",
        )
        if homes:
            known = any(_holds(district, table, column, value) for table in homes)
            yield None if known else _finding("unknown_reference", FILE, (column,), words)


def _holds(district: District, table: str, column: str, value: str) -> bool:
    cell = plain(identifier(column), district.columns(table)[column])
    return bool(district.table(table, [column]).filter(f"{cell} = {literal(value)}").limit(1).fetchall())


def _units(district: District) -> Iterator[Finding | None]:
    if not district.policy.units or SCORES not in district.filled:
        return
    rows = district.table(SCORES, ["instrument"]).filter("instrument IS NOT NULL").distinct().fetchall()
    there = [str(name) for (name,) in rows]
    lacking = [name for name in district.policy.units if name not in there]
    words = Words(
        f"no score of {SCORES} is of {choices(lacking)}",
        "scores are printed without the unit that is meant for them",
        f"{_meant(lacking, there)}correct [units] in {FILE}, or the export",
    )
    yield _finding("unknown_instrument", FILE, lacking, words) if lacking else None


def _meant(names: Sequence[str], offered: Iterable[str]) -> str:
    return meant(names[0], offered) if names else ""
