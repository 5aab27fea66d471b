"""The verb: a district -> the district with its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cbe_analysis.load.findings import Finding, Findings
from cbe_analysis.tables import TABLES, Table
from cbe_analysis.validate import judge, keep
from cbe_analysis.validate.checks import Check, Known, counted
from cbe_analysis.validate.folder import look_over
from cbe_analysis.validate.profile import Profile, frames, profile, wide
from cbe_analysis.validate.sources import Offence, Sources
from cbe_analysis.validate.suites import has_parent, suite_of

if TYPE_CHECKING:
    from cbe_analysis.load import District

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Examined:
    """A table as it is to be judged: its checks, what it is in short, and what breaks the checks that are counted."""

    table: Table
    checks: Sequence[Check]
    short: Profile
    offences: Mapping[str, Offence]


def validate(district: District, *, progress: Progress | None = None) -> District:
    """The district with its findings: computed, or taken from an earlier validation of the same bytes.

    Parameters
    ----------
    progress
        Called with tables done, tables in all, and the table at work, with the check where one takes its time.
    """
    fingerprint = keep.fingerprint(district)
    findings = keep.read(fingerprint)
    if findings is None:
        findings = inspect(district, fingerprint, progress=progress)
        keep.write(findings)
    elif progress:
        progress(len(district.tables), len(district.tables), "kept from before")
    return district.with_findings(findings)


def inspect(district: District, fingerprint: str, *, progress: Progress | None = None) -> Findings:
    """The findings on every table that is there.

    Parameters
    ----------
    fingerprint
        Under which they will be kept.
    """
    sources = Sources(district)
    examined, tables = [], [TABLES[name] for name in TABLES if name in district.files]
    with judge.arriving():
        for done, table in enumerate(tables):
            tell = partial(progress, done, len(tables)) if progress else _silent
            examined.append(_examine(table, checks_of(table, district), sources, tell))
        whole = look_over(district)
    found = [finding for one in examined for finding in _judge(one, sources)]
    found += whole.findings
    checked = whole.checks + sum(len(one.checks) for one in examined)
    if progress:
        progress(len(tables), len(tables), "done")
    return Findings(tuple(found), checked, checked - len(found), not_checked(district), fingerprint)


def checks_of(table: Table, district: District) -> list[Check]:
    """Every check that the declaration and the policy ask for and the district's tables and columns allow."""
    return list(suite_of(table, known(district)))


def known(district: District) -> Known:
    """The tables with their columns, and the policy."""
    return Known({name: frozenset(district.columns(name)) for name in district.files}, district.policy)


def not_checked(district: District) -> tuple[str, ...]:
    """The foreign keys whose parent table or column is absent, in words."""
    there = known(district)
    return tuple(
        f"{table.name}.{c.name}: {c.references} is not in the folder"
        for table in (TABLES[name] for name in TABLES if name in district.files)
        for c in table.columns
        if c.references and c.name in there.tables[table.name] and not has_parent(there, c.references)
    )


def _silent(step: str) -> None:
    """Say nothing of the progress."""


def _examine(table: Table, suite: Sequence[Check], sources: Sources, tell: Callable[[str], None]) -> Examined:
    """Read the table's files; a column of very many values is judged by its number of rows at fault."""
    tell(table.name)
    parents = [c.reads[0] for c in suite if c.id == "parent"]
    relations = sources.named(parents, table.name)
    many = wide(suite, sources.district.sql, relations["raw"])
    checks = [counted(c) if c.columns[0] in many and not c.counted else c for c in suite]
    short = profile(table, checks, sources.district.sql, **relations)
    sources.sizes[table.name] = short.rows
    offences = {}
    for check in checks:
        if check.counted and check.columns[0] not in _orphaned(check, short):
            tell(f"{table.name}, {check.id.replace('_', ' ')}")
            offences[check.key] = sources.offence(check)
    return Examined(table, checks, short, offences)


def _judge(seen: Examined, sources: Sources) -> Iterator[Finding]:
    short, offences = seen.short, seen.offences
    counts = {
        c.key: offences[c.key].judged if c.key in offences else short.orphans[c.columns[0]]
        for c in seen.checks
        if c.counted
    }
    broken = judge.broken(seen.table.name, seen.checks, frames(short, seen.checks, counts))
    for check in seen.checks:
        if check.key in broken:
            yield _finding(check, short, offences.get(check.key) or sources.offence(check))


def _orphaned(check: Check, short: Profile) -> Mapping[str, int]:
    """The columns whose orphans the profile has counted, for the check that asks for them."""
    return short.orphans if check.id == "parent" else {}


def _finding(check: Check, short: Profile, offence: Offence) -> Finding:
    words = check.words
    return Finding(
        *(check.id, check.severity, check.table, check.columns, offence.count, short.rows, offence.first_rows),
        *(words.says, words.distorts, words.remedy, offence.details),
    )
