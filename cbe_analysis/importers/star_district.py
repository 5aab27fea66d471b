"""The district.toml of Project STAR: its references, and the words that briefs print."""

from __future__ import annotations

DISTRICT = """\
# Project STAR, written by `cbe demo star`. Writing it again replaces this file: edit a copy of the folder.
name = "Project STAR, Tennessee"
description = "Students of 80 schools, kindergarten to grade 3, 1985-86 to 1988-89 (public research data)"
minimum_n = 10
factors = ["race_ethnicity", "gender", "economically_disadvantaged"]

[references]
race_ethnicity = "white"
gender = "male"
economically_disadvantaged = "false"

[units]
sat = "scale points"

[labels.race_ethnicity]
"" = "Race and ethnicity"
american_indian = "American Indian students"
asian = "Asian students"
black = "Black students"
hispanic = "Hispanic students"
other = "Students of another race"
white = "White students"

[labels.gender]
"" = "Gender"
female = "Girls"
male = "Boys"

[labels.economically_disadvantaged]
"" = "Lunch program"
true = "In the lunch program"
false = "Not in the lunch program"

[labels.grade]
"" = "Grade"
0 = "Kindergarten"
1 = "Grade 1"
2 = "Grade 2"
3 = "Grade 3"

[labels.school_year]
"" = "School year"
1986 = "1985-86"
1987 = "1986-87"
1988 = "1987-88"
1989 = "1988-89"

[labels.school_id]
"" = "School"

[labels.instrument]
"" = "Test"
sat = "Stanford Achievement Test"

[labels.subject]
"" = "Subject"
math = "Mathematics"
reading = "Reading"

[labels.program_id]
"" = "Program"
small_class_k = "Small classes in kindergarten"
small_class_1 = "Small classes in grade 1"
small_class_2 = "Small classes in grade 2"
small_class_3 = "Small classes in grade 3"

[labels.cluster_id]
"" = "Classes"

[labels.arm]
"" = "Class"
treatment = "Small class"
comparison = "Regular class, with or without an aide"
"""
