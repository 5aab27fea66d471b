"""What a notebook takes where nothing was chosen: outcomes, a crossing, a grade; and the dates of the data."""

from datetime import date

import pandas as pd
import pytest

from cbe_analysis.errors import UsageError
from cbe_analysis.measure import choices

POLICY = '[references]\ngender = "x"\n'


def district(write, *, later=12, policy=POLICY):
    """Grade 4 in two school years, grade 3 in the first; science has a score a student, the others two."""
    rows, enrolled = [], []
    for number in range(20 + later):
        student, now = f"{number:03d}", number >= 20
        grade, year = (3 if number < 8 else 4, 2026 if now else 2025)
        enrolled.append((student, "A", f"{year - 1}-08-20", f"{year}-06-05", year, grade))
        for subject, tests in (("math", 2), ("reading", 2 if number % 2 else 1), ("art", 2 if number < 5 else 0)):
            rows += [(student, "map", subject, f"{year}-0{3 + 2 * test}-01", 200 + number) for test in range(tests)]
        rows.append((student, "state", "science", f"{year}-05-02", 300 + number))
    rows.append(("000", "map", "song", "2025-05-02", None))
    columns = ["student_id", "instrument", "subject", "date", "score"]
    names = ["student_id", "school_id", "entry_date", "exit_date", "school_year", "grade"]
    students = pd.DataFrame({"student_id": [e[0] for e in enrolled], "gender": ["x", "y"] * (len(enrolled) // 2)})
    return write(
        policy=policy,
        students=students,
        enrollments=pd.DataFrame(enrolled, columns=names),
        assessments=pd.DataFrame(rows, columns=columns),
    )


def test_without_a_choice_the_two_outcomes_of_most_students_are_taken_and_the_others_named(write):
    here = district(write)
    assert choices.outcomes(here) == choices.Chosen(("map:math", "map:reading"), ("state:science",))
    more = district(lambda **given: write("five", **given), policy=f"minimum_n = 5\n{POLICY}")
    assert "map:art" in choices.outcomes(more).others  # of five students: fewer may not be shown, and are not named
    assert choices.outcomes(here, where=["grade=3"]).taken == ("map:math", "map:reading")
    assert choices.outcomes(here, ["map:art"]) == choices.Chosen(("map:art",))
    with pytest.raises(UsageError, match="the rows asked for hold no score"):
        choices.outcomes(here, where=["subject=song"])


def test_outcomes_of_growth_are_those_that_students_have_twice(write):
    here = district(write)
    scored = choices.outcomes(here, where=["grade=3"]).taken
    assert scored == ("map:math", "map:reading")
    assert choices.outcomes(here, where=["grade=3"], growing=True).taken == ("map:art", "map:math")


def test_without_conditions_scores_are_of_the_largest_grade_of_the_latest_school_year(write):
    assert choices.cohort("status", district(write)) == ("grade=4",)
    many = district(lambda **given: write("many", **given), later=100)
    assert choices.cohort("status", many) == ("grade=4", "school_year=2026")
    assert choices.cohort("status", many, ["grade=3"]) == ("grade=3",)
    assert choices.cohort("chronic_absence", many) == ()
    assert choices.cohort("status", many, outcomes=["art"]) == ("grade=3",)
    with pytest.raises(UsageError, match="there is no indicator 'growing'"):
        choices.cohort("growing", many)


def test_the_first_two_factors_are_crossed_unless_others_are_named_or_none():
    assert choices.crossed(["a", "b", "c"]) == ("a", "b")
    assert choices.crossed(["a"]) == ()
    assert choices.crossed(["a", "b"], ["c", "a"]) == ("c", "a")
    assert choices.crossed(["a", "b"], ["none"]) == ()
    with pytest.raises(UsageError, match="1 factors cannot be crossed"):
        choices.crossed(["a", "b"], ["a"])


def test_factors_are_those_with_a_reference_group(write):
    here = district(write, policy='factors = ["race_ethnicity", "gender"]\n' + POLICY)
    assert choices.factors(here) == ("gender",)
    assert choices.factors(here, ["none"], needed=False) == ()
    bare = district(lambda **given: write("bare", **given), policy="")
    assert choices.factors(bare) == choices.factors(bare, needed=False) == ("gender",)
    lacking = district(lambda **given: write("lacking", **given), policy='factors = ["track"]\n')
    assert choices.factors(lacking, needed=False) == ()
    with pytest.raises(UsageError, match="none of the factors track is in the data"):
        choices.factors(lacking)


def test_groups_without_a_reference_are_compared_with_all_others(write):
    here = district(write, policy=POLICY)
    assert choices.against(here, ["gender"]) == "reference"
    assert choices.against(here, ["race_ethnicity"]) == choices.against(here, ["gender", "race_ethnicity"]) == "others"


def test_data_begin_with_the_first_observation_not_with_a_birth_or_an_entry(write):
    here = district(write)
    assert here.since(["assessments", "enrollments", "students"]) == date(2025, 3, 1)
    assert here.since(["students"]) is None
    assert choices.since(here, "status", ["grade=4"]) == "2025-03-01"
    assert choices.since(here, "status", ["school_year=2026"]) == ""
    assert choices.since(here) == "2025-03-01"


@pytest.mark.parametrize(
    ("early", "since"), [(0, "2025-03-01"), (9, "2025-03-01"), (10, "2021-03-09"), (12, "2021-03-09")]
)
def test_data_begin_when_enough_students_are_observed(write, early, since):
    """The first day of all is the day of one student, and stands in public briefs."""

    def earlier(**given):
        rows = [(f"{n:03d}", "map", "math", f"2021-03-{min(n, 9):02d}", 190) for n in range(early) if n]
        rows += [("000", "map", subject, "2021-03-01", 190) for subject in ("math", "reading") if early]
        more = pd.DataFrame(rows, columns=given["assessments"].columns)
        return write(
            **given | {"assessments": pd.concat([given["assessments"], more]) if rows else given["assessments"]}
        )

    assert choices.since(district(earlier, policy="minimum_n = 10\n" + POLICY), "status", ["grade=4"]) == since


def test_more_outcomes_than_a_brief_has_room_for_are_refused(write):
    here = district(write)
    three = ["map:math", "map:reading", "map:art"]
    assert choices.outcomes(here, three).taken == tuple(three)
    with pytest.raises(UsageError, match=r"4 outcomes are too many for one brief .* name at most 3"):
        choices.outcomes(here, [*three, "state:science"])
    with pytest.raises(UsageError, match="name at most 2"):
        choices.asked("status", here, three)
