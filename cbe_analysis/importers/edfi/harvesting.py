"""From Ed-Fi interchanges to canonical tables and their account."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cbe_analysis.errors import UsageError
from cbe_analysis.importers.account import Summary
from cbe_analysis.importers.edfi import attendance, discipline, learning, people, states, support, surveys
from cbe_analysis.importers.edfi.elements import Elements, gather
from cbe_analysis.importers.harvest import Harvest
from cbe_analysis.importers.sieve import Sieve, merged
from cbe_analysis.importers.unpacking import unpacked
from cbe_analysis.tables import TABLES


def harvest(source: Path, proficient_share: str) -> Harvest:
    """The tables of the interchanges, with their account."""
    share = _share(proficient_share)
    with unpacked(source, (".xml",)) as packed:
        found = gather(packed.files)
        remarks = [*packed.remarks, *found.remarks]
    sieves = _sieves(found, share)
    remarks += [remark for sieve in sieves for remark in sieve.remarks]
    sieves = [sieve for sieve in sieves if sieve.read]
    tables = {sieve.table: _rows(sieve) for sieve in sieves if len(sieve.rows)}
    tallies = tuple(sieve.tally() for sieve in sieves)
    summary = Summary(f"Ed-Fi ({source.name})", sum(found.counts.values()), tallies, merged(remarks), found.left)
    return Harvest(tables, summary)


def _share(text: str) -> float | None:
    if not text:
        return None
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise UsageError("option 'proficient_share' is not a share", "--set proficient_share", "say 0.8")
    return share


def _sieves(found: Elements, share: float | None) -> list[Sieve]:
    """Each table, in the order of the canonical tables."""
    schools, spells, calendar = people.schools(found), people.spells(found), attendance.calendar(found)
    supports, items = support.supports(found), surveys.items(found)
    sieves = [
        schools,
        people.students(found),
        spells,
        calendar,
        learning.targets(found),
        learning.evidence(found, share),
        states.target_status(found),
        learning.assessments(found),
        supports,
        support.sessions(found, supports.rows["support_id"]),
        attendance.attendance(found, calendar.rows, spells.rows),
        discipline.incidents(found),
        items,
        surveys.responses(found, items.rows, schools.rows["school_id"]),
    ]
    order = list(TABLES)
    return sorted(sieves, key=lambda sieve: order.index(sieve.table))


def _rows(sieve: Sieve) -> pd.DataFrame:
    """The rows as text, sorted by key."""
    key = [name for name in TABLES[sieve.table].key if name in sieve.rows.columns]
    return sieve.rows.astype("str").sort_values(key, kind="stable", ignore_index=True)
