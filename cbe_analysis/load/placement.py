"""The placed view: every row with the school, grade, school year and factors of its student at the row's date.

- A row with a date: the spell in force; of several the one at the row's own school, else the one entered last, then
  the smallest school_id. None in force: the last one ended, until the first day of the next school year.
- A row with a school year or term: of the spells in it those at the row's own school, else all; the one with the most
  days in it, then the one entered last.
- A window: factors, grade and year of its first day; the school of most days, then the later one.
- A place in a program's study: the spell at the student's start, else at the program's start, else the student's first
  spell of that school year.
- None of these: `(unplaced)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cbe_analysis.indicators.relation import ASKED
from cbe_analysis.load import cells
from cbe_analysis.load.moment import Moment
from cbe_analysis.load.scope import Field
from cbe_analysis.load.where import UNPLACED
from cbe_analysis.tables.quoting import identifier, literal

CORE = ("school_id", "grade", "school_year")


@dataclass(slots=True)
class Placement:
    """The SQL that places rows, put together part by part.

    Parameters
    ----------
    tables
        Named subqueries in order; the first is `main`, the rows to place.
    joins
        Joins to `main` that find its spell.
    ways
        Names of joined tables that have the columns of a spell; the first one with a spell counts.
    school
        SQL expression of a school that counts before that of the spell; "" for none.
    people
        Whether columns of students are used.
    """

    moment: Moment
    tables: dict[str, str]
    joins: list[str] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    school: str = ""
    people: bool = False

    def expression(self, column: Field) -> str:
        """SQL for a column of any origin."""
        name = identifier(column.column)
        if column.origin == "person":
            self.people = True
            return f"person.{name}"
        if column.origin == "own":
            return f"main.{name}"
        return self.school if column.column == "school_id" and self.school else self.of_spell(name)

    def of_spell(self, name: str) -> str:
        """SQL for a column of the spell that was found; `name` as SQL writes it."""
        if len(self.ways) < 2:
            return f"{self.ways[0]}.{name}" if self.ways else "NULL"
        *before, last = self.ways
        found = " ".join(f"WHEN {way}.placed_spell IS NOT NULL THEN {way}.{name}" for way in before)
        return f"CASE {found} ELSE {last}.{name} END"

    @property
    def placed(self) -> str:
        """SQL that is true where a spell was found."""
        return f"{self.of_spell('placed_spell')} IS NOT NULL"

    def sql(
        self,
        wanted: Sequence[tuple[str, Field]],
        conditions: Sequence[str],
        dropped: Sequence[str] = (),
        *,
        marked: bool = False,
    ) -> str:
        """The whole query.

        Parameters
        ----------
        wanted
            Names and columns of the further `placed_` columns.
        conditions
            SQL that a row must meet.
        dropped
            Columns of `main` to leave out.
        marked
            Keep all rows, and say in `placed_asked` whether one meets the conditions.
        """
        named = ", ".join(f"{name} AS ({query})" for name, query in self.tables.items())
        without = f" EXCLUDE ({', '.join(map(identifier, dropped))})" if dropped else ""
        columns = ", ".join([f"main.*{without}", *self._core(), *(self._factor(*one) for one in wanted)])
        met = " AND ".join(conditions) or "true"
        if marked:
            columns += f", coalesce({met}, false) AS {ASKED}"
        joins = list(self.joins)
        if self.people:
            joins.append("LEFT JOIN placement_people AS person ON person.student_id = main.student_id")
        where = f" WHERE {met}" if conditions and not marked else ""
        return f"WITH {named} SELECT {columns} FROM main {' '.join(joins)}{where}"

    def _core(self) -> list[str]:
        """School, grade and school year."""
        school, grade, year = (self.of_spell(name) for name in CORE)
        if self.school:
            school = self.school
        if self.moment.kind == "spell":
            school, grade, year = "main.school_id", "main.grade", "main.school_year"
        if self.moment.kind == "none":
            school, grade, year = "main.school_id" if self.moment.own_school else "NULL", "NULL::BIGINT", "NULL::BIGINT"
        if self.moment.kind == "year" and "school_year" in self.moment.years:
            year = "main.school_year"
        return [
            f"coalesce({school}, {literal(UNPLACED)}) AS placed_school_id",
            f"{grade} AS placed_grade",
            f"{year} AS placed_school_year",
        ]

    def _factor(self, name: str, column: Field) -> str:
        """A factor as text; unknown where the cell is empty."""
        text = cells.plain(self.expression(column), column.type)
        if column.origin == "spell":
            text = f"CASE WHEN {self.placed} THEN {text} ELSE {literal(UNPLACED)} END"
        return f"{text} AS {identifier('placed_' + name)}"


def place(main: str, when: Moment, *, programs: str = "", terms: str = "") -> Placement:
    """The placement of rows.

    Parameters
    ----------
    main
        SQL for the rows, with the columns that `when` names.
    programs
        SQL for `program_id, start_date` of the programs; "" where the table is absent.
    terms
        SQL for `term_id, school_id, start_date, end_date` of the calendar; "" where the table is absent.
    """
    found = Placement(when, {"main": main})
    if when.kind == "study":
        _study(found, programs)
    elif when.kind in ("day", "window"):
        _on_day(found, f"main.{identifier(when.days[0])}", "day")
    if when.kind == "window":
        _most_days(found)
    if when.kind == "year" or (when.kind == "day" and when.years):
        _in_year(found, terms)
    return found


def _on_day(found: Placement, day: str, alias: str) -> None:
    """Join the spell that holds on a day, and the one at the row's own school where the student is in several."""
    if found.moment.own_school:
        own = f"{alias}_own"
        found.joins.append(
            f"LEFT JOIN placement_own AS {own} ON {own}.student_id = main.student_id "
            f"AND {own}.school_id = main.school_id AND {day} BETWEEN {own}.placed_first_day AND {own}.placed_until"
        )
        found.ways.append(own)
    found.joins.append(f"LEFT JOIN placement_held AS {alias} ON {_holds(alias, day)}")
    found.ways.append(alias)


def _holds(stretch: str, day: str, rows: str = "main") -> str:
    """SQL that is true where a stretch holds the day of a row."""
    return (
        f"{stretch}.student_id = {rows}.student_id "
        f"AND {day} BETWEEN {stretch}.placed_first_day AND {stretch}.placed_until"
    )


def _most_days(found: Placement) -> None:
    """Join the school of most days of each window that does not lie in one stretch."""
    first, last = (identifier(name) for name in found.moment.days)
    found.tables["windows"] = f"""
        SELECT DISTINCT main.student_id, main.{first} AS first, main.{last} AS last
        FROM main LEFT JOIN placement_held AS begun ON {_holds("begun", f"main.{first}")}
        WHERE begun.placed_spell IS NULL OR main.{last} > begun.placed_last_day"""
    found.tables["attended"] = """
        SELECT windows.*, stretch.school_id, max(least(windows.last, stretch.placed_last_day)) AS latest,
            sum(least(windows.last, stretch.placed_last_day) - greatest(windows.first, stretch.placed_first_day) + 1)
                AS days
        FROM windows JOIN placement_held AS stretch ON stretch.student_id = windows.student_id
            AND stretch.placed_first_day <= windows.last AND stretch.placed_last_day >= windows.first
            AND stretch.placed_last_day >= stretch.placed_first_day
        GROUP BY ALL"""
    found.tables["most"] = """
        SELECT student_id, first, last, arg_max(school_id, (days, latest)) AS school_id FROM attended GROUP BY ALL"""
    found.joins.append(
        f"LEFT JOIN most ON most.student_id = main.student_id AND most.first = main.{first} AND most.last = main.{last}"
    )
    inside = f"main.{first} <= day.placed_last_day AND main.{last} BETWEEN day.placed_first_day AND day.placed_last_day"
    found.school = f"coalesce(most.school_id, CASE WHEN {inside} THEN day.school_id END, {found.of_spell('school_id')})"


def _in_year(found: Placement, terms: str) -> None:
    """Join the spell of most days of each school year or term."""
    keys = ["student_id", *found.moment.years, *(["school_id"] if found.moment.own_school else [])]
    year = "asked.school_year" if "school_year" in keys else "NULL::BIGINT"
    own = "asked.school_id" if "school_id" in keys else "NULL"
    term = "asked.term_id" if "term_id" in keys else "NULL"
    found.tables["asked"] = f"SELECT DISTINCT {', '.join(keys)} FROM main"
    found.tables["terms"] = terms or (
        "SELECT NULL AS term_id, NULL AS school_id, NULL::DATE AS start_date, NULL::DATE AS end_date WHERE false"
    )
    found.tables["general"] = """
        SELECT term_id, coalesce(min(start_date) FILTER (school_id IS NULL), min(start_date)) AS start_date,
            coalesce(max(end_date) FILTER (school_id IS NULL), max(end_date)) AS end_date
        FROM terms GROUP BY term_id"""
    found.tables["special"] = """
        SELECT term_id, school_id, min(start_date) AS start_date, max(end_date) AS end_date
        FROM terms WHERE school_id IS NOT NULL GROUP BY ALL"""
    found.tables["bounded"] = f"""
        SELECT asked.*, coalesce(special.start_date, general.start_date, years.first_day) AS first,
            coalesce(special.end_date, general.end_date, years.last_day) AS last, {year} AS wanted_year
        FROM asked LEFT JOIN general ON general.term_id = {term}
        LEFT JOIN special ON special.term_id = {term} AND special.school_id = {own}
        LEFT JOIN placement_years AS years ON years.school_year = {year}"""
    listed = ", ".join(f"bounded.{key}" for key in keys)
    at_own = f"spells.school_id IS NOT DISTINCT FROM {own.replace('asked', 'bounded')}"
    found.tables["most_of_year"] = f"""
        SELECT {listed}, arg_max(spell, ({at_own},
            greatest(0, least(last, spells.last_day) - greatest(first, spells.first_day) + 1),
            spells.first_day, spell)) AS spell
        FROM bounded JOIN placement_spells AS spells ON spells.student_id = bounded.student_id
        AND ((spells.first_day <= last AND spells.last_day >= first) OR spells.school_year = wanted_year)
        GROUP BY ALL"""
    same = " AND ".join(f"most_of_year.{key} IS NOT DISTINCT FROM main.{key}" for key in keys)
    found.joins.append(f"LEFT JOIN most_of_year ON {same}")
    _numbered(found, "of_year", "most_of_year.spell")


def _study(found: Placement, programs: str) -> None:
    """Join the spell at the student's start in the study, else the program's, else the first of that school year."""
    found.tables["programs"] = programs or "SELECT NULL AS program_id, NULL::DATE AS start_date WHERE false"
    found.tables["begun"] = "SELECT program_id, min(start_date) AS start_date FROM programs GROUP BY program_id"
    found.joins.append("LEFT JOIN begun ON begun.program_id = main.program_id")
    _on_day(found, "main.start_date", "day")
    _on_day(found, "begun.start_date", "start")
    found.tables["firsts"] = """
        SELECT student_id, school_year, arg_min(spell, (first_day, -spell)) AS spell
        FROM placement_spells GROUP BY ALL"""
    found.joins.append(
        "ASOF LEFT JOIN placement_years AS year ON coalesce(begun.start_date, main.start_date) >= year.first_day"
    )
    found.joins.append(
        "LEFT JOIN firsts ON firsts.student_id = main.student_id AND firsts.school_year = year.school_year"
    )
    _numbered(found, "first", "firsts.spell")


def _numbered(found: Placement, alias: str, number: str) -> None:
    """Join a spell of the student by its number."""
    found.joins.append(
        f"LEFT JOIN placement_enrolled AS {alias} "
        f"ON {alias}.student_id = main.student_id AND {alias}.placed_spell = {number}"
    )
    found.ways.append(alias)
