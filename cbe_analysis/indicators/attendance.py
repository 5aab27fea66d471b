"""Whether students are here."""

from __future__ import annotations

from cbe_analysis.indicators.declare import Relation, indicator
from cbe_analysis.policy import Policy


@indicator(
    question="What share of students miss a tenth or more of their school days?",
    unit="share of students, 0 to 1",
    principles=(3, 15),
    source="Balfanz & Byrnes 2012, The Importance of Being in School: a tenth or more of the days enrolled, any reason",
)
def chronic_absence(attendance: Relation, policy: Policy) -> Relation:
    """Students absent on at least a tenth of their school days, over all who were enrolled long enough.

    The tenth and the 45 days of enrollment are settings of district.toml: `chronic_absence_at_least` and
    `enrolled_days_at_least`. A student who changed schools counts once a year, with the days of all schools together.
    """
    return (
        attendance.aggregate("student_id, school_year, sum(days_absent) AS absent, sum(days_enrolled) AS enrolled")
        .filter(f"enrolled >= {policy.enrolled_days_at_least}")
        .select(
            "student_id, school_year, 1 AS denominator, "
            f"CAST(absent / enrolled >= {policy.chronic_absence_at_least} AS INTEGER) AS numerator"
        )
    )
