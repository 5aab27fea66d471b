"""The district.toml of Riverbend, which says on every brief that the data are synthetic."""

from __future__ import annotations

from cbe_analysis.simulate.places import Schools

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
race_ethnicity = "white"
gender = "male"
economically_disadvantaged = "false"
english_learner = "never"
disability = "false"

[units]
map = "RIT points"
state = "scale points"
cbm = "words a minute"
benchmark = "scale points"

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


def district_file(schools: Schools) -> str:
    """The text of district.toml, with the names of the schools."""
    names = (f'{id_} = "{name}"' for id_, name in zip(schools.ids.to_pylist(), schools.names, strict=True))
    return HEAD.format(first_line=FIRST_LINE) + "\n".join(names) + "\n"
