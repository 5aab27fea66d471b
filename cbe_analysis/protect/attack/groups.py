"""Groups of students as an outsider writes them down: for some columns, the levels that they may have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cbe_analysis.load.where import Condition, parse

UNKNOWN = "(unknown)"
OTHER = "(other"  # how a level begins that no printed text names
EVER, NEVER = "ever ", "never "  # how a column begins that says who ever met which conditions, and its levels
AND = "\x1f"  # between the words of such a level
WORDS_AT_MOST = 3
TIMES = frozenset(("school_year", "term_id", "term", "month", "instrument", "subject", "program_id"))


@dataclass(frozen=True, slots=True)
class Group:
    """All students who have, in each of these columns, one of these levels.

    Parameters
    ----------
    limits
        Column and levels, sorted by column; none for everyone.
    """

    limits: tuple[tuple[str, frozenset[str]], ...] = ()

    @classmethod
    def of(cls, limits: Mapping[str, frozenset[str]]) -> Group:
        """The group with these limits."""
        return cls(tuple(sorted(limits.items())))

    @property
    def columns(self) -> frozenset[str]:
        """The columns that set limits."""
        return frozenset(column for column, _ in self.limits)

    def without(self, column: str) -> Group:
        """The group without the limit of one column."""
        return Group(tuple(limit for limit in self.limits if limit[0] != column))

    def limited(self, column: str, levels: frozenset[str]) -> Group:
        """Those of the group that have one of these levels, too."""
        own = dict(self.limits)
        own[column] = own[column] & levels if column in own else levels
        return Group.of(own)

    def order(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What groups are sorted by."""
        return tuple((column, tuple(sorted(levels))) for column, levels in self.limits)

    def words(self, every: Levels | None = None) -> str:
        """The group as people read it.

        Parameters
        ----------
        every
            What other levels there are.
        """
        seen = every.seen if every else {}
        return ", ".join(_words(column, levels, seen.get(column, ())) for column, levels in self.limits) or "all"


def _words(column: str, levels: frozenset[str], every: Sequence[str]) -> str:
    """The levels of one column; more than a few as those that are left out."""
    if column.startswith(EVER):
        return _met(levels, every) or f"some of those {column}"
    named = sorted(level for level in levels if not level.startswith(OTHER))
    left_out = sorted(level for level in every if level not in levels and not level.startswith(OTHER))
    if 0 < len(named) <= WORDS_AT_MOST and (len(named) == len(levels) or not left_out):
        return f"{column}={' or '.join(named)}"
    if 0 < len(left_out) <= WORDS_AT_MOST:
        return f"{column} other than {' or '.join(left_out)}"
    return f"some of {column}"


def _met(levels: frozenset[str], every: Sequence[str]) -> str:
    """What all of these students, and no others, ever met or never did; empty where that does not tell them apart."""
    facts = sorted(set.intersection(*(set(level.split(AND)) for level in levels)))
    others, chosen = [level.split(AND) for level in every if level not in levels], list[str]()
    while others and facts:
        best = max(facts, key=lambda fact: sum(fact not in other for other in others))
        left = [other for other in others if best in other]
        if len(left) == len(others):
            return ""
        others, chosen = left, [*chosen, best]
    return ", ".join(sorted(chosen))


def placed(condition: Condition, times: Collection[str] = TIMES) -> str | None:
    """The column whose levels a condition is about; None for one that asks when or what: another universe.

    A column of any table is taken for the one that groups are made by: where it is another, sizes will differ.

    Parameters
    ----------
    times
        The columns that say when or what.
    """
    column = condition.column.rpartition(".")[2]
    return None if column in times or "date" in column else column


@dataclass(frozen=True, slots=True)
class Levels:
    """Every level of every column that any printed text names, and some that none names.

    Parameters
    ----------
    seen
        Column -> levels, sorted.
    """

    seen: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(
        cls, printed: Iterable[tuple[str, str]], conditions: Iterable[Condition], times: Collection[str] = TIMES
    ) -> Levels:
        """The levels in printed tables and in conditions that are about groups: see `placed`."""
        found: dict[str, set[str]] = {}
        edges: dict[str, set[str]] = {}
        for name, level in printed:
            found.setdefault(name, set()).add(level)
        for condition in conditions:
            if (column := placed(condition, times)) is not None:
                values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
                found.setdefault(column, set()).update(values)
                if condition.operator not in ("=", "!=", "in"):
                    edges.setdefault(column, set()).update(values)
        return cls({column: (*sorted(own), *_others(edges.get(column, ()))) for column, own in sorted(found.items())})

    def meeting(self, column: str, conditions: Iterable[Condition]) -> frozenset[str]:
        """The levels that meet all of the conditions."""
        told = list(conditions)
        return frozenset(level for level in self.seen[column] if all(_meets(level, one) for one in told))


def _others(edges: Iterable[str]) -> Iterator[str]:
    """Levels that no text names: one for every stretch between two limits."""
    numbers = sorted(number for edge in edges if (number := _number(edge)) is not None)
    if not numbers:
        yield f"{OTHER})"
        return
    yield f"{OTHER} {numbers[0] - 1})"
    for low, high in pairwise(numbers):
        yield f"{OTHER} {(low + high) / 2})"
    yield f"{OTHER} {numbers[-1] + 1})"


def _number(level: str) -> float | None:
    text = level.removeprefix(f"{OTHER} ").removesuffix(")") if level.startswith(OTHER) else level
    try:
        return float(text)
    except ValueError:
        return None


def _meets(level: str, condition: Condition) -> bool:
    """Whether a level meets a condition; an unknown one meets none but that of being unknown."""
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if condition.operator in ("=", "in"):
        return level in values
    if level == UNKNOWN:
        return False
    if condition.operator == "!=":
        return level not in values
    own, limit = _number(level), _number(values[0])
    if own is None or limit is None:
        return _ordered(condition.operator, (level > values[0]) - (level < values[0]))
    return _ordered(condition.operator, (own > limit) - (own < limit))


def _ordered(operator: str, sign: int) -> bool:
    return {"<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[operator]


def selected(where: Sequence[str], levels: Levels, times: Collection[str] = TIMES) -> tuple[Group, tuple[str, ...]]:
    """The group that conditions select, and the conditions that make another universe: see `placed`."""
    read = [parse(text) for text in where]
    by_column: dict[str, list[Condition]] = {}
    for one in read:
        if (column := placed(one, times)) is not None:
            by_column.setdefault(column, []).append(one)
    limits = {column: levels.meeting(column, own) for column, own in by_column.items()}
    return Group.of(limits), tuple(sorted(str(one) for one in read if placed(one, times) is None))
