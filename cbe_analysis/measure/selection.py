"""Which rows were asked for: conditions that nothing meets, and which conditions may be told of in public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cbe_analysis.errors import UsageError, choices, meant
from cbe_analysis.indicators.words import counted
from cbe_analysis.load.where import UNKNOWN, UNPLACED, Condition
from cbe_analysis.policy import Policy
from cbe_analysis.tables import TABLES

if TYPE_CHECKING:
    from cbe_analysis.load import District

DATES = frozenset(
    c.name for table in TABLES.values() for c in table.columns if c.type in ("date", "month") and not c.personal
)
OPEN = ("grade", "school_year", "term_id", "instrument", "subject", "program_id")  # when, and what: not who it was
MOST = 40  # values that a message lists


def column_of(condition: Condition) -> str:
    """The condition's column, without its table."""
    table, _, column = condition.column.rpartition(".")
    return column if table in (*TABLES, "placed") else condition.column


def public(condition: Condition, policy: Policy) -> bool:
    """True where a public release may rest on the rows of a condition: it asks when, what, or for a published group."""
    return column_of(condition) in DATES.union(policy.published_dimensions, OPEN)


def strays(district: District, columns: Iterable[str]) -> tuple[str, ...]:
    """What must be said of columns in which words that could be names count as unknown."""
    least, said = district.policy.minimum_n, []
    for column in dict.fromkeys(columns):
        if count := district.strays(column):
            said.append(
                f"{counted(count, 'words', least)} of {column} are neither usual nor named in district.toml, and fewer "
                f"than {least} students have each: they count as {UNKNOWN}; correct the data, or keep a word by "
                f"labelling it under [labels.{column}] in district.toml"
            )
    return tuple(said)


def check(district: District, tables: Sequence[str], where: Sequence[Condition]) -> None:
    """Refuse conditions that no row of any of the tables meets.

    Raises
    ------
    UsageError
        It names the condition at fault, or all where it takes several; for a published column with what it holds.
    """
    if not where or not tables or any(district.meets(table, where) for table in tables):
        return
    table, policy = tables[0], district.policy
    for condition in where:
        if not any(district.meets(t, (condition,)) for t in tables):
            named = _named(condition, policy)
            raise UsageError(
                f"no row of table '{table}' meets {named}",
                f"--where {condition.column}",
                _held(district, table, condition) or "check the value, and that the data have such rows",
            )
    raise UsageError(
        f"no row of table '{table}' meets all of {' and '.join(_named(c, policy) for c in where)}",
        "--where",
        "each is met by some rows alone: leave one out",
    )


def _named(condition: Condition, policy: Policy) -> str:
    """The condition as it was written; without its value where that might be a student's."""
    return f"'{condition}'" if public(condition, policy) else f"the condition on '{condition.column}'"


def _held(district: District, table: str, condition: Condition) -> str:
    """What the column of a condition holds, and which of it may have been meant; nothing where that is not public."""
    named = (*district.policy.published_dimensions, *OPEN)
    if column_of(condition) not in named or condition.value in (UNKNOWN, UNPLACED):
        return ""
    held = district.values(table, condition.column)
    if not held:
        return f"the column is empty, or holds only words that fewer than {district.policy.minimum_n} students have"
    wanted = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return f"{meant(wanted[0], held)}the column holds: {choices(held, MOST)}"
