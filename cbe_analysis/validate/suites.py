"""Every check that a table's declaration, the other tables and district.toml ask for."""

from __future__ import annotations

from collections.abc import Iterator

from cbe_analysis.tables import Table
from cbe_analysis.validate.checks import Check, Known
from cbe_analysis.validate.jumps import jump_checks
from cbe_analysis.validate.official import official_checks
from cbe_analysis.validate.repeats import repeat_checks
from cbe_analysis.validate.scales import scale_checks
from cbe_analysis.validate.sets import parent_check, set_checks
from cbe_analysis.validate.shares import share_checks
from cbe_analysis.validate.studies import study_checks
from cbe_analysis.validate.usual import usual_checks
from cbe_analysis.validate.values import value_checks

FURTHER = (scale_checks, jump_checks, repeat_checks, share_checks, study_checks, usual_checks, official_checks)


def suite_of(table: Table, known: Known) -> Iterator[Check]:
    """The table's checks, in the order in which they are reported."""
    present = known.tables[table.name]
    yield from value_checks(table, present)
    yield from set_checks(table, present)
    for column in table.columns:
        if column.name in present and has_parent(known, column.references):
            yield parent_check(table, column)
    for checks in FURTHER:
        yield from checks(table, known)


def has_parent(known: Known, reference: str) -> bool:
    """Whether the folder holds the column that a foreign key refers to."""
    table, _, column = reference.partition(".")
    return bool(column) and known.has(table, column)
