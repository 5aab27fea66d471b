"""Shares and means over several school years: what they count is student-years, and these add up over the years.

A group of 20 students is 20 to 60 student-years of three school years; of one year it is 20. Every table shares its
student-years out, also one whose groups have students in common: by grade or by school year, or a selection of years.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cbe_analysis.protect.attack.frames import Frame, frames
from cbe_analysis.protect.attack.groups import TIMES, Group, Levels
from cbe_analysis.protect.attack.printed import Printed
from cbe_analysis.protect.attack.told import STUDENT_YEARS, Table, asked, levels_of, tables
from cbe_analysis.protect.record import Recorded

YEAR = "school_year"
BEYOND = TIMES - {YEAR}  # of student-years, a school year is a group like others
OFTEN = 100.0  # more often than any student counts, where it is not known how often
Source = tuple[int, Recorded]  # with its position


def told_of_years(releases: Sequence[Recorded]) -> list[Source]:
    """The releases of all indicators that any of them tells of students who count several times."""
    several = {asked(one) for one in releases if one.times != 1}
    return [(source, one) for source, one in enumerate(releases) if asked(one) in several]


def with_years(told: Sequence[Source], levels: Levels) -> Levels:
    """The levels, with the school years that conditions name."""
    own = levels_of((one for _, one in told), BEYOND).seen
    return Levels(dict(sorted({**levels.seen, YEAR: own[YEAR]}.items()))) if YEAR in own else levels


def frames_of_years(told: Sequence[Source], levels: Levels, of_students: Sequence[Frame], minimum: int) -> list[Frame]:
    """The populations of student-years.

    Parameters
    ----------
    of_students
        The same of students: what selections of these leave out is to be attacked here, too.
    """
    found = frames([_counted(table) for source, one in told for table in tables(source, one, levels, BEYOND)])
    for frame in found:
        for other in of_students:
            if not set(frame.sources).isdisjoint(other.sources):
                frame.asked |= other.left_out(levels, minimum)
    return found


def each_year(frame: Frame, levels: Levels) -> Iterator[tuple[Group, Printed]]:
    """The groups of several school years, year by year: in none of them there are more students than in all of them.

    They are left out where no table tells school years apart.
    """
    told = [said for table in frame.tables for said in table.said]
    apart = any(YEAR in said.group.columns for said in told)
    for said in told if apart else ():
        if said.times > 1 and said.size:
            for year in sorted(dict(said.group.limits).get(YEAR, levels.seen[YEAR])):
                most = said.size[1] / said.times
                yield said.group.limited(YEAR, frozenset((year,))), Printed(0.0, most, (said.source,))


def _counted(table: Table) -> Table:
    """The table, told of student-years: those of one indicator, for another may leave out other years of a student."""
    most = float(table.release.times) or OFTEN
    universe = (STUDENT_YEARS, table.universe[1], *asked(table.release), *table.universe[2:])
    said = [replace(one, times=_times(one.group, most)) for one in table.said]
    return replace(table, universe=universe, said=said)


def _times(group: Group, most: float) -> float:
    """How often a student may count in a group: once in each of its school years."""
    years = dict(group.limits).get(YEAR)
    return min(most, float(len(years))) if years and most < OFTEN else most
