"""How many students a group has by what officials published: everybody may take that for its exact size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cbe_analysis.load.where import Condition, parse
from cbe_analysis.measure.estimates import ALL, Estimates
from cbe_analysis.measure.selection import DATES, OPEN, column_of
from cbe_analysis.policy import Policy
from cbe_analysis.protect.entries import Key

SCHOOL, GRADE = "school_id", "grade"
FILES = "rows"  # the entity of estimates about the data themselves
Place = tuple[str | None, str | None]  # school and grade; None: all of them


@dataclass(frozen=True, slots=True)
class Enrollment:
    """The published numbers of the groups of one table.

    Parameters
    ----------
    by
        The group columns.
    counted
        Place -> students; none where the table is about other groups than all students of a place.
    where
        The conditions on the place that limit the table.
    """

    by: tuple[str, ...] = ()
    counted: Mapping[Place, int] | None = None
    where: tuple[Condition, ...] = ()

    @classmethod
    def of(cls, policy: Policy, estimates: Estimates) -> Enrollment:
        """What officials published of the groups of these estimates."""
        asked = dict.fromkeys(str(c) for c in (*estimates.population.where, *estimates.parameters.get("where", ())))
        conditions = [parse(condition) for condition in asked]
        when_or_where = DATES.union(OPEN, (SCHOOL, GRADE))
        if estimates.population.entity == FILES or any(column_of(c) not in when_or_where for c in conditions):
            return cls()
        counted = {
            (c.school_id, None if c.grade is None else str(c.grade)): c.students for c in policy.official.enrollment
        }
        return cls(estimates.by, counted, tuple(c for c in conditions if column_of(c) in (SCHOOL, GRADE)))

    def size(self, key: Key, low: float, high: float) -> int | None:
        """The number of a group where it lies between the smallest and the largest size that are printed like its own.

        What is printed decides, not the true size: that a number is used says nothing.
        """
        return next((n for n in self.numbers(key) if low <= n <= high), None)

    def numbers(self, key: Key) -> Iterator[int]:
        """What the numbers of the places in a group add up to, the coarsest first; none where it is no place."""
        if not self.counted or not self._is_place(key):
            return
        levels = dict(zip(self.by, key, strict=False))
        limits = [self._limits(name, levels.get(name, ALL)) for name in (SCHOOL, GRADE)]
        sums: dict[tuple[bool, bool], int] = {}
        for (school, grade), n in self.counted.items():
            if _inside((school, grade), limits):
                split = school is not None, grade is not None
                sums[split] = sums.get(split, 0) + n
        for split in ((False, False), (True, False), (False, True), (True, True)):
            if split in sums and all(apart or not limit for apart, limit in zip(split, limits, strict=True)):
                yield sums[split]

    def _is_place(self, key: Key) -> bool:
        """False where a group is split by what students are, or an arm."""
        columns = zip(self.by, key, strict=False)
        return key[-1] == ALL and all(level == ALL or name in (SCHOOL, *OPEN) for name, level in columns)

    def _limits(self, column: str, level: str) -> list[Condition]:
        """What the schools, or the grades, of a group meet; nothing for all of them."""
        own = [condition for condition in self.where if column_of(condition) == column]
        return own if level == ALL else [*own, Condition(column, "=", level)]


def _inside(place: Place, limits: Sequence[Sequence[Condition]]) -> bool:
    """Whether a place meets the conditions on its school and on its grade."""
    return all(
        _meets(level, condition)
        for level, own in zip(place, limits, strict=True)
        if level is not None
        for condition in own
    )


def _meets(level: str, condition: Condition) -> bool:
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if condition.operator in ("=", "in", "!="):
        return (level in values) == (condition.operator != "!=")
    try:
        own, limit = float(level), float(values[0])
    except ValueError:
        return True  # schools by the order of their names: any number of them may be meant
    return {"<": own < limit, "<=": own <= limit, ">": own > limit, ">=": own >= limit}[condition.operator]


NOTHING = Enrollment()
