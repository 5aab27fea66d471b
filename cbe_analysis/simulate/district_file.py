"""The district.toml of Riverbend, which says on every brief that the data are synthetic."""

from __future__ import annotations

from collections.abc import Sequence

from cbe_analysis.simulate.learning import STATE_HIGHEST, STATE_LOWEST
from cbe_analysis.simulate.places import Schools

REFERENCES = {
    "race_ethnicity": "white",
    "gender": "male",
    "economically_disadvantaged": "false",
    "english_learner": "never",
    "disability": "false",
}
FIRST_LINE = "# Riverbend, a synthetic district written by `cbe demo riverbend`. Writing it again replaces this file."
HEAD = """\
{first_line}
name = "Riverbend (synthetic)"
description = "A made-up district, 2022-23 to 2025-26: no student, adult or school of it exists"
synthetic = true
minimum_n = 10
growth_clock = "school"
factors = ["race_ethnicity", "gender", "economically_disadvantaged", "english_learner", "disability"]

[references]
{references}

[units]
map = "RIT points"
state = "scale points"
cbm = "words a minute"
benchmark = "scale points"

[scales]
ratings = [1, 4]
levels = [0, 13]
marks = ["A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D", "F"]
points = [0, 4]

[scales.instruments]
map = [100, 350]
state = [{state[0]}, {state[1]}]

[official.enrollment]
on = {count_day}
all = {everyone}
{by_school}

[labels.race_ethnicity]
"" = "Race and ethnicity"
american_indian = "American Indian students"
asian = "Asian students"
black = "Black students"
hispanic = "Hispanic students"
pacific_islander = "Pacific Islander students"
two_or_more = "Students of two or more races"
white = "White students"

[labels.gender]
"" = "Gender"
female = "Girls"
male = "Boys"
nonbinary = "Nonbinary students"

[labels.economically_disadvantaged]
"" = "Economic disadvantage"
true = "Economically disadvantaged"
false = "Not economically disadvantaged"

[labels.english_learner]
"" = "English learners"
current = "English learners"
former = "Former English learners"
never = "Never English learners"

[labels.disability]
"" = "Disability"
true = "Students with disabilities"
false = "Students without disabilities"

[labels.instrument]
"" = "Test"
map = "MAP (synthetic)"
state = "State test (synthetic)"
cbm = "Fluency probe"
benchmark = "Common writing task"

[labels.subject]
"" = "Subject"
math = "Mathematics"
reading = "Reading"
writing = "Writing"
science = "Science"
habits = "Habits of learning"

[labels.program_id]
"" = "Program"
writing_studio = "Writing Studio"
math_boost = "Math Boost"
reading_lab = "Reading Lab"
math_club = "After-school Math Club"
fluency_routine = "Daily Fluency Routine"

[labels.arm]
"" = "Arm"
treatment = "In the program"
comparison = "Compared with it"

[labels.school_year]
"" = "School year"
2023 = "2022-23"
2024 = "2023-24"
2025 = "2024-25"
2026 = "2025-26"

[labels.grade]
"" = "Grade"
0 = "Kindergarten"

[labels.school_id]
"" = "School"
"""


def district_file(schools: Schools, enrolled: Sequence[int], count_day: str) -> str:
    """The text of district.toml, with the names of the schools and the state's count of their students.

    Parameters
    ----------
    enrolled
        Students of each school on the day of the count.
    """
    ids = schools.ids.to_pylist()
    names = (f'{id_} = "{name}"' for id_, name in zip(ids, schools.names, strict=True))
    counts = (f"{id_} = {count}" for id_, count in zip(ids, enrolled, strict=True))
    head = HEAD.format(
        first_line=FIRST_LINE,
        references="\n".join(f'{factor} = "{value}"' for factor, value in REFERENCES.items()),
        state=(STATE_LOWEST, STATE_HIGHEST),
        count_day=count_day,
        everyone=sum(enrolled),
        by_school="\n".join(counts),
    )
    return head + "\n".join(names) + "\n"
