"""The placed view of a district's tables: what `--by` and `--where` may name, and the SQL behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cbe_analysis.errors import UsageError
from cbe_analysis.load import cells
from cbe_analysis.load.moment import Moment, moment
from cbe_analysis.load.placement import CORE, Placement, place
from cbe_analysis.load.reader import Reader
from cbe_analysis.load.scope import PLACED, Bound, Field, Scope, fields
from cbe_analysis.load.spells import prepare
from cbe_analysis.load.strays import Strays, find, is_word, well_known
from cbe_analysis.load.where import UNPLACED, Condition
from cbe_analysis.policy import Policy
from cbe_analysis.policy.clock import Clock
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.quoting import identifier, literal

NOT_PLACING = ("student_id", "entry_date", "exit_date")
PLACED_ON = "placed_on"  # the day on which a table without days is placed; dropped again


@dataclass(slots=True)
class View:
    """How the rows of a district's tables are placed; its temporary tables are made when they are first needed."""

    reader: Reader
    policy: Policy
    _clock: Clock | None = None
    _strays: Strays | None = None

    @property
    def clock(self) -> Clock:
        """The school-year clock; the temporary tables of placement stand from here on."""
        if self._clock is None:
            self._clock = prepare(self.reader, self.policy, self.strays)
        return self._clock

    @property
    def strays(self) -> Strays:
        """Words of subgroup columns that could be names; where students are placed, they are unknown."""
        if self._strays is None:
            self._strays = find(self.reader, self.policy)
        return self._strays

    @property
    def placeable(self) -> tuple[str, ...]:
        """The names of what a row is placed by: school, grade, school year, then the other columns."""
        names = [f.column for f in (*self._spell_fields(), *self._person_fields())]
        return tuple(dict.fromkeys([*CORE, *names]))

    def scope(self, table: str) -> Scope:
        """The columns that conditions on a table may name."""
        when = self._moment(table)
        types = self.reader.types(table)
        qualifiers = (table, PLACED) if when.kind == "spell" or table == "students" else (table,)
        known = [*fields("own", qualifiers, types)]
        if when.kind not in ("none", "spell"):
            agreeing = when.kind == "year" and "school_year" in when.years
            known += [f for f in self._spell_fields() if not (agreeing and f.column == "school_year")]
        if when.kind != "none" and table != "students":
            known += self._person_fields()
        if "target_id" in types and table != "targets" and "targets" in self.reader.sources:
            of_target = fields("target", ("targets",), self.reader.types("targets"))
            known += [f for f in of_target if f.column != "target_id"]
        return Scope(table, tuple(known))

    def own_rows(self, table: str, columns: Sequence[str] | None, wanted: Iterable[Condition]) -> str:
        """SQL for the typed rows of a table that meet conditions on its own columns."""
        scope = Scope(table, fields("own", (table,), self.reader.types(table)))
        bound = scope.bind(wanted)
        if not bound:
            return self.reader.typed(table, columns)
        met = " AND ".join(b.sql(identifier(b.field.column)) for b in bound)
        if columns is None:
            return f"SELECT * FROM ({self.reader.typed(table)}) WHERE {met}"
        read = self.reader.typed(table, [*columns, *(b.field.column for b in bound)])
        return f"SELECT {', '.join(map(identifier, dict.fromkeys(columns)))} FROM ({read}) WHERE {met}"

    def values(self, table: str, name: str) -> str:
        """SQL for the different values, as text, of a column that conditions on a table may name.

        A word of a student's row that is not known, and that fewer students have than may be shown, is left out.
        """
        field = self.scope(table).find(name)
        source = {"own": table, "spell": "enrollments", "person": "students", "target": "targets"}[field.origin]
        column, kinds = identifier(field.column), self.reader.types(source)
        of_students = "student_id" in kinds and is_word(source, field.column, field.type)
        told = well_known(self.policy, source, field.column, field.type) if of_students else "true"
        rows = self.reader.typed(source, ["student_id", field.column] if of_students else [field.column])
        return (
            f"SELECT {column}::VARCHAR AS value FROM ({rows}) WHERE {column} IS NOT NULL "
            f"GROUP BY {column} HAVING {told} ORDER BY {column}"
        )

    def levels(self, name: str, wanted: Iterable[Condition]) -> str:
        """SQL for what students may be placed in: the values of a factor, as text, that meet the conditions on it.

        Stray words are unknown, and so is an empty cell: NULL.
        """
        _ = self.clock  # the temporary tables
        known = Scope(PLACED, (*self._spell_fields(), *self._person_fields()))
        field = known.find(name)
        column, rows = identifier(field.column), {"spell": "placement_enrolled", "person": "placement_people"}
        bound = [b for b in known.bind(wanted) if b.condition.value != UNPLACED]
        met = " AND ".join(b.sql(column) for b in bound) or "true"
        value = f"{cells.plain(column, field.type)} AS value"
        return f"SELECT DISTINCT {value} FROM {rows[field.origin]} WHERE {met} ORDER BY value NULLS LAST"

    def placed(  # noqa: PLR0913 - which rows, and how they are placed
        self,
        table: str,
        wanted: Iterable[Condition],
        factors: Sequence[str],
        *,
        as_of: date | None = None,
        marked: bool = False,
        most: int | None = None,
    ) -> str:
        """SQL for the placed rows of a table that meet the conditions.

        Parameters
        ----------
        as_of
            The day on which `students` are placed, whose rows have no day of their own.
        marked
            All rows; `placed_asked` says which meet the conditions.
        most
            How many rows to look at: the first that meet the conditions on the table's own columns. None: all.
        """
        when = self._moment(table)
        bound = self.scope(table).bind(wanted)
        rows = self.strays.left_out(table, self.reader.typed(table))
        if table == "students" and as_of is not None:
            rows = f"SELECT *, {literal(as_of)} AS {PLACED_ON} FROM ({rows})"
        own = [b.sql(f"main.{identifier(b.field.column)}") for b in bound if b.field.origin == "own"]
        main = f"SELECT * FROM ({rows}) AS main WHERE {' AND '.join(own)}" if own and not marked else rows
        main = f"SELECT * FROM ({main}) LIMIT {most}" if most else main
        placing = self._place(main, when)
        met = [self._condition(placing, b) for b in bound if b.field.origin != "own"]
        dropped = (PLACED_ON,) if table == "students" else ()
        met += own if marked else []
        return placing.sql(self._factors(when, table, factors), met, dropped, marked=marked)

    def placed_rows(self, rows: str, columns: Sequence[str], when: Moment, factors: Sequence[str]) -> str:
        """SQL for rows from elsewhere, placed; `placed_` columns that they have already are made anew."""
        if when.kind == "none":
            raise UsageError(
                "these rows cannot be placed",
                "place",
                "give student_id with date, first_date and last_date, or school_year",
            )
        dates = [f"{identifier(name)}::DATE AS {identifier(name)}" for name in when.days]
        replaced = ", ".join(["student_id::VARCHAR AS student_id", *dates])
        main = f"SELECT * REPLACE ({replaced}) FROM {rows}"
        dropped = [name for name in columns if name.lower().startswith(f"{PLACED}_")]
        return self._place(main, when).sql(self._factors(when, "", factors), [], dropped)

    def _place(self, main: str, when: Moment) -> Placement:
        if when.kind != "none":
            _ = self.clock  # the temporary tables
        typed, sources = self.reader.typed, self.reader.sources
        programs = typed("programs", ["program_id", "start_date"]) if "programs" in sources else ""
        terms = typed("calendar", ["term_id", "school_id", "start_date", "end_date"]) if "calendar" in sources else ""
        return place(main, when, programs=programs, terms=terms)

    def _moment(self, table: str) -> Moment:
        when = moment(table, tuple(self.reader.source(table).header.columns))
        return replace(when, kind="day", days=(PLACED_ON,)) if table == "students" else when

    def _spell_fields(self) -> tuple[Field, ...]:
        types = {name: kind for name, kind in self.reader.types("enrollments").items() if name not in NOT_PLACING}
        return fields("spell", ("enrollments", PLACED), types)

    def _person_fields(self) -> tuple[Field, ...]:
        personal = {column.name for column in TABLES["students"].columns if column.personal}
        types = {name: kind for name, kind in self.reader.types("students").items() if name not in personal}
        return fields("person", ("students", PLACED), types)

    def _factors(self, when: Moment, table: str, names: Sequence[str]) -> list[tuple[str, Field]]:
        """The columns that the names mean, apart from school, grade and school year, which are always there."""
        if when.kind == "none":
            known = fields("own", (table,), self.reader.types(table))
        else:
            spell = self._spell_fields()
            if when.kind == "spell":
                spell = tuple(replace(f, origin="own") for f in spell)
            known = (*spell, *self._person_fields())
        scope = Scope(table or PLACED, known)
        return [(name, scope.find(name)) for name in dict.fromkeys(names) if name not in CORE]

    def _condition(self, placing: Placement, bound: Bound) -> str:
        if bound.field.origin == "target":
            met = bound.sql(f"target.{identifier(bound.field.column)}")
            targets = self.reader.typed("targets")
            return f"main.target_id IN (SELECT target.target_id FROM ({targets}) AS target WHERE {met})"
        if bound.condition.value == UNPLACED:
            return placing.placed if bound.condition.operator == "!=" else f"NOT ({placing.placed})"
        return bound.sql(placing.expression(bound.field))
