"""Chronic absence, on a folder of five lines: the example for whoever adds an indicator."""

import cbe_analysis as cbe

ATTENDANCE = """
student_id,school_id,school_year,days_enrolled,days_absent
a,1,2026,90,9
b,1,2026,180,17
c,1,2026,100,6
c,1,2026,80,12
d,1,2026,30,30
"""


def test_chronic_absence_counts_a_tenth_of_the_days_of_those_enrolled_long_enough(write):
    district = write(students="student_id\na\nb\nc\nd", attendance=ATTENDANCE)
    [row] = cbe.measure("chronic_absence", district).rows.to_dict("records")
    # a: 9 of 90 counts; b: 17 of 180 does not; c: 18 of 180 over two schools counts; d: 30 days are too few
    assert (row["quantity"], row["n"], row["numerator"], row["denominator"]) == ("share", 3, 2, 3)
