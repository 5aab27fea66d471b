"""The district.toml that a first import writes: the district's name, and what else it may decide."""

from __future__ import annotations

import json

from cbe_analysis.policy import Policy

DEFAULTS = Policy()


def starter(name: str) -> str:
    """The text of a district.toml with the name set and the safe defaults shown.

    Parameters
    ----------
    name
        The district's name as briefs print it, until somebody mends it.
    """
    return f"""\
# Begun by `cbe import`, and yours from here on: no import touches this file again.
# A line that begins with # is not read; take the # away to change a default.

name = {toml_text(name)}
# description = "Grades K to 8, school years 2024 to 2026"

# The smallest group that may be published; it may be raised, and never goes below 5.
# minimum_n = {DEFAULTS.minimum_n}

# Columns of students and enrollments that are subgroup factors.
# factors = {json.dumps(DEFAULTS.factors)}

# First and last day of a school year, for years that calendar.csv lacks.
# school_year_days = {json.dumps(DEFAULTS.school_year_days)}

# The group that others are compared with, by factor.
# [references]
# economically_disadvantaged = "false"

# The words that briefs print.
# [labels.economically_disadvantaged]
# true = "In the lunch program"
# false = "Not in the lunch program"

# The unit of an instrument's scores.
# [units]
# map = "RIT points"
"""


def toml_text(text: str) -> str:
    """The text in quotes, as TOML writes it; half a surrogate pair becomes a question mark."""
    plain = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
