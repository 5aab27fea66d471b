"""What a name in a condition means: a column of the main table, of the enrollment in force, or of the student."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.load import cells
from cbe_analysis.load.where import UNKNOWN, UNPLACED, Condition
from cbe_analysis.tables.declare import Type
from cbe_analysis.tables.quoting import Value, literal

Origin = Literal["own", "spell", "person", "target"]
PLACED = "placed"
_EXACT = 1e15  # whole numbers below it have no more digits than a float keeps
_EQUAL = ("=", "!=", "in")
_ORDERED: tuple[Type, ...] = ("integer", "number", "date", "month")


@dataclass(frozen=True, slots=True)
class Field:
    """A column that a condition may name.

    Parameters
    ----------
    origin
        Whose column it is: the main table's own, the enrollment spell's, the student's, the learning target's.
    qualifiers
        What may stand before the dot.
    """

    origin: Origin
    qualifiers: tuple[str, ...]
    column: str
    type: Type


@dataclass(frozen=True, slots=True)
class Bound:
    """A condition whose column and value are known; `condition` has their one canonical spelling."""

    field: Field
    condition: Condition
    values: tuple[Value, ...]

    def sql(self, expression: str) -> str:
        """The condition on an SQL expression of the column."""
        if self.condition.value == UNKNOWN:
            return f"{expression} IS {'NOT ' if self.condition.operator == '!=' else ''}NULL"
        if self.condition.operator == "in":
            return f"{expression} IN ({', '.join(literal(value) for value in self.values)})"
        operator = "<>" if self.condition.operator == "!=" else self.condition.operator
        return f"{expression} {operator} {literal(self.values[0])}"


@dataclass(frozen=True, slots=True)
class Scope:
    """All columns that the conditions on one table may name.

    Parameters
    ----------
    fields
        Those of the main table first.
    """

    table: str
    fields: tuple[Field, ...]

    def bind(self, conditions: Iterable[Condition]) -> tuple[Bound, ...]:
        """The conditions with their columns and typed values, sorted.

        Raises
        ------
        UsageError
            When a name is unknown or could mean two columns; when a value is not of its column's type, or an operator
            does not suit it.
        """
        bound = {str(b.condition): b for b in map(self._bind, conditions)}
        return tuple(bound[key] for key in sorted(bound))

    def find(self, name: str) -> Field:
        """The one column of this name, or of this "table.column".

        Raises
        ------
        UsageError
            When there is none, or more than one.
        """
        found = [f for f in self.fields if f.column == name]
        if not found:
            qualifier, _, column = name.partition(".")
            found = [f for f in self.fields if f.column == column and qualifier in f.qualifiers]
        if not found:
            raise self._unknown(name)
        if len(found) > 1:
            listed = choices(f"{f.qualifiers[0]}.{f.column}" for f in found)
            raise UsageError(f"'{name}' could mean more than one column", "--where", f"name one of: {listed}")
        return found[0]

    def spelled(self, field: Field) -> str:
        """The shortest name that means this column."""
        alone = sum(f.column == field.column for f in self.fields) == 1
        return field.column if alone else f"{field.qualifiers[0]}.{field.column}"

    def _unknown(self, name: str) -> UsageError:
        known = list(dict.fromkeys(self.spelled(f) for f in self.fields))
        near = get_close_matches(name, known, n=3)
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        return UsageError(
            f"there is no column '{name}'", f"--where on {self.table}", f"{meant}the columns are: {choices(known, 60)}"
        )

    def _bind(self, condition: Condition) -> Bound:
        field = self.find(condition.column)
        named = replace(condition, column=self.spelled(field))
        if condition.value in (UNKNOWN, UNPLACED) or (condition.operator not in _EQUAL and field.type not in _ORDERED):
            _check_operator(named, field)
        if condition.value in (UNKNOWN, UNPLACED):
            return Bound(field, named, ())
        texts = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        values = tuple(sorted({_value(text, field, named.column) for text in texts}, key=str))
        plain = tuple(_plain(value) for value in values)
        return Bound(field, replace(named, value=plain if condition.operator == "in" else plain[0]), values)


def fields(origin: Origin, qualifiers: tuple[str, ...], types: Mapping[str, Type]) -> tuple[Field, ...]:
    """The columns of one origin as fields."""
    return tuple(Field(origin, qualifiers, column, kind) for column, kind in types.items())


def _check_operator(condition: Condition, field: Field) -> None:
    """Refuse an order where there is none, and (unplaced) where nothing is placed."""
    special = condition.value in (UNKNOWN, UNPLACED)
    if condition.operator not in ("=", "!=") if special else condition.operator not in _EQUAL:
        what = str(condition.value) if special else cells.TYPE_WORDS[field.type]
        raise UsageError(
            f"{what} cannot be compared with {condition.operator}", f"--where {condition.column}", "use = or !="
        )
    if condition.value == UNPLACED and field.origin != "spell":
        raise UsageError(
            f"only what comes from enrollments can be {UNPLACED}", f"--where {condition.column}", f"use {UNKNOWN}"
        )


def _value(text: str, field: Field, name: str) -> Value:
    try:
        found = cells.value(text, field.type)
        literal(found)
    except ValueError:
        raise UsageError(
            f"the value is not {cells.TYPE_WORDS[field.type]}", f"--where {name}", f"{name} is of type {field.type}"
        ) from None
    return found


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return str(value)
