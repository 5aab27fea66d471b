"""Riverbend, a synthetic district: four school years of every table, with the values that generated them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pyarrow as pa

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.simulate import calendar, continuum, improvement, staffing, surveys
from cbe_analysis.simulate.attendance import attendance
from cbe_analysis.simulate.district_file import district_file
from cbe_analysis.simulate.draws import stream
from cbe_analysis.simulate.enrollment import enrolled_on, enrollments_table, spells, student_ids_table, students_table
from cbe_analysis.simulate.evidence import evidence_table, levels_table, status_table
from cbe_analysis.simulate.faults import Planter
from cbe_analysis.simulate.learning import learn
from cbe_analysis.simulate.marks import marks
from cbe_analysis.simulate.people import People, people
from cbe_analysis.simulate.places import FLOODED, Schools, school_table, schools
from cbe_analysis.simulate.programs import participation
from cbe_analysis.simulate.ratings import ratings
from cbe_analysis.simulate.school_life import groups_table, incidents_table, opportunities_table, outcomes_table
from cbe_analysis.simulate.staffing import Staffing
from cbe_analysis.simulate.supports import sessions_table, supports, supports_table
from cbe_analysis.simulate.testing import scores, scores_table
from cbe_analysis.simulate.truth import Truths, joined, truths
from cbe_analysis.simulate.truth_file import truth_text
from cbe_analysis.simulate.writing import Folder, Format, growing

FEWEST, MOST = 200, 1_000_000
CHUNK = 5_000  # students; part of what a seed means, so it does not change with the machine
COUNT_DAY = "2025-10-01"  # on which the state counts students
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written where.

    Parameters
    ----------
    rows
        Rows by table.
    faults
        How many faults were planted.
    """

    folder: Path
    rows: dict[str, int]
    faults: int

    def __str__(self) -> str:
        lines = [f"  {name:<18}{count:>12,}" for name, count in self.rows.items()]
        told = f"\n{self.faults} faults planted, listed in faults.json" if self.faults else ""
        return "\n".join(["Riverbend, a synthetic district; rows by table:", *lines]) + told


@dataclass(frozen=True, slots=True)
class District:
    """What all chunks share."""

    seed: int
    schools: Schools
    staffing: Staffing


@dataclass(slots=True)
class Counts:
    """Numbers that run on from chunk to chunk."""

    evidence: int = 1
    works: int = 1
    supports: int = 1
    student_years: int = 0
    chronic: int = 0


def write_riverbend(  # noqa: PLR0913 - the options of the command
    folder: Path,
    *,
    students: int = 5_000,
    seed: int = 1,
    form: Format = "csv",
    faults: bool = False,
    progress: Progress | None = None,
) -> Written:
    """Write the district into the folder, with truth.json beside the tables; the same seed gives the same bytes.

    Parameters
    ----------
    students
        How many persons the table `students` holds; about four fifths of them are enrolled at a time.
    faults
        Plant quality faults, and list them in faults.json.
    progress
        Called with students done, students in all, and what is at work.

    Raises
    ------
    UsageError
        When an option is out of its range, or the folder holds something else.
    """
    _check(students, seed, form)
    planter = Planter(seed, faults)
    with growing(Path(folder), form) as files:
        sink = Sink(files, planter)
        _write(sink, seed, students, progress or _silent)
        if faults:
            files.text("faults.json", planter.text())
    return Written(Path(folder), sink.rows, len(planter.planted))


def _silent(done: int, total: int, what: str) -> None:
    """Nobody watches."""


def _write(sink: Sink, seed: int, students: int, progress: Progress) -> None:
    """Every table, chunk by chunk, then the policy and the truth."""
    places = schools(seed, students)
    everyone = people(seed, students, places)
    district = District(seed, places, staffing.staffing(seed, everyone, places))
    _write_whole(sink, district)
    counts, found = Counts(), list[Truths]()
    for chunk, first in enumerate(range(0, students, CHUNK)):
        progress(first, students, "students")
        part = everyone.part(first, first + CHUNK)
        own = district.staffing.part(first, first + CHUNK)
        found.append(_write_chunk(sink, District(seed, places, own), chunk, part, counts))
    options = {"seed": seed, "students": students}
    chronic = counts.chronic / counts.student_years
    sink.text("truth.json", truth_text(joined(found), places, district.staffing, options, chronic))
    present = enrolled_on(everyone, calendar.number(COUNT_DAY), places)
    sink.text("district.toml", district_file(places, present, COUNT_DAY))


def _check(students: int, seed: int, form: str) -> None:
    if not FEWEST <= students <= MOST:
        raise UsageError(f"students cannot be {students}", remedy=f"choose {FEWEST} to {MOST}")
    if seed < 0:
        raise UsageError("seed cannot be negative", remedy="choose 0 or more")
    if form not in get_args(Format):
        raise UsageError(f"there is no format {form!r}", remedy=f"choose one of: {choices(get_args(Format))}")


class Sink:
    """Takes tables, plants faults where asked, counts rows and hands them to the files."""

    def __init__(self, files: Folder, planter: Planter) -> None:
        self._files, self._planter, self.rows = files, planter, dict[str, int]()

    def text(self, name: str, text: str) -> None:
        """A file of text."""
        self._files.text(name, text)

    def whole(self, name: str, rows: pa.Table) -> None:
        """A table in one piece."""
        self.rows[name] = rows.num_rows
        self._files.whole(name, self._planter.plant(name, rows))

    def add(self, name: str, rows: pa.Table) -> None:
        """Further rows of a table."""
        planted = self._planter.plant(name, rows)
        self.rows[name] = self.rows.get(name, 0) + planted.num_rows
        self._files.add(name, planted)


def _write_whole(sink: Sink, district: District) -> None:
    """The tables that hold no student, and the adults' rows of two others."""
    seed, places, adults = district.seed, district.schools, district.staffing
    sink.whole("schools", school_table(places))
    sink.whole("calendar", calendar.calendar())
    sink.whole("closures", calendar.closures(places.ids[FLOODED].as_py()))
    sink.whole("staff", staffing.staff_table(adults, places))
    sink.whole("sections", staffing.sections_table(adults, places))
    sink.whole("targets", continuum.targets_table())
    sink.whole("target_links", continuum.target_links_table())
    sink.whole("programs", improvement.programs_table())
    sink.whole("survey_items", surveys.survey_items_table())
    sink.whole("practices", surveys.practices_table(seed, adults, places))
    sink.whole("state_counts", improvement.state_counts_table(seed))
    sink.whole("cycles", improvement.cycles_table(places))
    sink.add("section_members", staffing.teachers_table(adults))
    sink.add("survey_responses", surveys.staff_answers(seed, adults, places))


def _write_chunk(sink: Sink, district: District, chunk: int, part: People, counts: Counts) -> Truths:
    """Everything about a chunk of students; what they truly are comes back."""
    seed, places = district.seed, district.schools
    stays = spells(part)
    sink.add("students", students_table(part))
    sink.add("enrollments", enrollments_table(part, stays, places))
    sink.add("student_ids", student_ids_table(seed, chunk, part))
    sink.add("section_members", staffing.members_table(part, district.staffing.section))
    course = learn(seed, chunk, part, places)
    rated = ratings(seed, chunk, part, course, district.staffing)
    sink.add("evidence", evidence_table(seed, chunk, (part, places, rated), (counts.evidence, counts.works)))
    counts.evidence += rated.size
    counts.works += int(rated.work.max(initial=-1)) + 1
    sink.add("target_status", status_table(part, rated))
    sink.add("levels", levels_table(part, course))
    tested = scores(seed, chunk, part, course)
    sink.add("assessments", scores_table(part, tested))
    marked = marks(seed, chunk, part, course)
    sink.add("marks", marked.rows)
    sink.add("participation", participation(stream(seed, "participation", chunk), part, places, course.studies))
    helped = supports(seed, chunk, part, course)
    sink.add("supports", supports_table(part, helped, counts.supports))
    sink.add("support_sessions", sessions_table(seed, chunk, part, helped, counts.supports))
    counts.supports += helped.size
    sink.add("groups", groups_table(seed, chunk, part, course, places))
    sink.add("opportunities", opportunities_table(seed, chunk, part, course))
    present = attendance(seed, chunk, part, stays, places)
    sink.add("attendance", present.rows)
    counts.student_years += present.counted
    counts.chronic += present.chronic
    sink.add("incidents", incidents_table(seed, chunk, part, places))
    sink.add("outcomes", outcomes_table(seed, chunk, part, course))
    sink.add("survey_responses", surveys.student_answers(seed, chunk, part, places))
    return truths(part, course, rated, marked, tested)
