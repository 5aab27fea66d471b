"""Growth where students of several grades are followed together, and change school as they move up."""

import numpy as np
import pandas as pd
import pytest
from picked import one

import cbe_analysis as cbe
from cbe_analysis.indicators.class_of import FEWEST, bends, class_of, intercepts

GAIN, YEARS = 10.0, (2023, 2024, 2025, 2026)
GRADES = range(1, 7)  # the first three in elementary schools, the next in middle schools
BASES = np.random.default_rng(2).normal(100, 6, 300)  # where pairs of students begin
NEAR = 0.1  # points a year: of 600 students whose own slopes have an SD of 1, with room for the noise of scores


@pytest.fixture(scope="module")
def feeding(write_at, tmp_path_factory):
    """Four elementary schools that feed two middle schools; nobody's growth depends on school or grade."""
    random, rows, spells = np.random.default_rng(1), [], []
    for number in range(600):
        grade0, home = int(random.integers(-2, 7)), number % 4
        base, pace = random.normal(100 + GAIN * grade0, 6), GAIN + random.normal(0, 1)
        for year in YEARS:
            grade = grade0 + year - YEARS[0]
            if grade not in GRADES:
                continue
            school = f"e{home}" if grade <= 3 else f"m{home % 2}"
            student, date = f"{number:03d}", f"{year - 1}-10-01"
            spells.append((student, school, f"{year - 1}-08-20", f"{year}-06-05", year, grade))
            for months in (0, 7):
                at = (year - YEARS[0]) + months / 12
                day = (pd.Timestamp(date) + pd.DateOffset(months=months)).strftime("%Y-%m-%d")
                rows.append((student, day, base + pace * at + random.normal(0, 3)))
    names = ["student_id", "school_id", "entry_date", "exit_date", "school_year", "grade"]
    scores = pd.DataFrame(rows, columns=["student_id", "date", "score"]).assign(instrument="map", subject="math")
    students = scores[["student_id"]].drop_duplicates()
    young = pd.Series([s[5] - s[4] for s in spells], index=[s[0] for s in spells]).groupby(level=0).first() < -2020
    students["gender"] = np.where(young.loc[students["student_id"]], "female", "male")
    folder = tmp_path_factory.mktemp("feeding") / "district"
    return write_at(folder, students=students, enrollments=pd.DataFrame(spells, columns=names), assessments=scores)


@pytest.mark.parametrize("levels", [2, 3])
def test_moving_up_to_the_next_school_takes_nothing_from_growth(feeding, levels):
    found = cbe.measure("growth_rate", feeding, levels=levels)
    assert one(found, "slope")["value"] == pytest.approx(GAIN, abs=NEAR)
    assert one(found, "sd_student_intercept")["value"] == pytest.approx(6, rel=0.1)
    assert "every class with an intercept of its own" in found.method


def test_schools_do_not_seem_to_differ_by_the_grades_that_they_teach(feeding):
    found = cbe.measure("growth_rate", feeding)
    assert one(found, "sd_school_intercept")["value"] < 2


def test_the_intercept_of_a_group_is_that_of_its_own_classes(feeding):
    """Girls are of the lower grades here; where they start is told as it is, though classes are held apart."""
    found = cbe.measure("growth_rate", feeding, by="gender", compare="others")
    scores = feeding.table("assessments").df().merge(feeding.table("students").df(), on="student_id")
    years = (pd.to_datetime(scores["date"]) - pd.Timestamp("2022-10-01")).dt.days / 365.25
    began = (scores["score"] - GAIN * years).groupby([scores["gender"], scores["student_id"]]).mean().groupby(level=0)
    for gender, start in began.mean().items():
        assert one(found, "intercept", gender=gender)["value"] == pytest.approx(start, abs=1.0)
    assert began.mean()["male"] - began.mean()["female"] > 20
    gap = one(found, "gap", gender="female")
    assert gap["low"] < 0 < gap["high"]


def test_one_class_is_the_plain_model(sustaining):
    assert "class" not in cbe.measure("growth_rate", sustaining, levels=2).method


def test_a_student_is_of_the_class_of_the_first_known_grade():
    student = np.array([0, 0, 0, 1, 1, 2])
    grade = pd.Series([None, 3, 3, 5, 6, None])
    year = pd.Series([None, 2024, 2025, 2024, 2025, 2024])
    assert class_of(student, grade, year).tolist()[:5] == [2033.0] * 3 + [2031.0] * 2
    assert np.isnan(class_of(student, grade, year)[5])


def test_small_classes_are_taken_together_and_the_unknown_stand_at_the_average():
    classes = np.r_[np.full(12, 2030.0), np.full(4, 2031.0), np.full(7, 2032.0), np.full(3, 2033.0), np.nan]
    columns = intercepts(classes, np.ones((27, 1)))
    assert columns.shape == (27, 1)
    assert len(np.unique(columns[:12])) == len(np.unique(columns[12:26])) == 1
    assert columns[26] == 0
    assert columns.sum() == pytest.approx(0)
    assert intercepts(np.full(FEWEST - 1, 2030.0), np.ones((FEWEST - 1, 1))).shape[1] == 0


def test_classes_that_groups_determine_are_left_out():
    classes = np.repeat([2030.0, 2031.0, 2032.0], 20)
    same = np.eye(3)[np.repeat([0, 1, 2], 20)]
    other = np.eye(2)[np.arange(60) % 2]
    assert intercepts(classes, same).shape[1] == 0
    assert intercepts(classes, other).shape[1] == 2
    assert intercepts(np.full(60, np.nan), other).shape[1] == 0


@pytest.fixture(scope="module", params=[0, 4])
def drifting(request, write_at, tmp_path_factory):
    """Pairs of a girl and a boy who gain alike; boys of each older class started further behind, or did not."""
    random, rows, spells = np.random.default_rng(1), [], []
    for pair, base in enumerate(BASES):
        grade0, pace = int(random.integers(-2, 7)), GAIN + random.normal(0, 1)
        for student, behind in ((f"{pair}-girl", 0), (f"{pair}-boy", request.param)):
            for year in (year for year in YEARS if grade0 + year - YEARS[0] in GRADES):
                spells.append((student, "s", f"{year - 1}-08-20", f"{year}-06-05", year, grade0 + year - YEARS[0]))
                for months in (0, 7):
                    day = pd.Timestamp(f"{year - 1}-10-01") + pd.DateOffset(months=months)
                    line = base + (GAIN - behind) * grade0 + pace * (year - YEARS[0] + months / 12)
                    rows.append((student, day.strftime("%Y-%m-%d"), line + random.normal(0, 3)))
    names = ["student_id", "school_id", "entry_date", "exit_date", "school_year", "grade"]
    scores = pd.DataFrame(rows, columns=["student_id", "date", "score"]).assign(instrument="map", subject="math")
    students = scores[["student_id"]].drop_duplicates()
    students["gender"] = np.where(students["student_id"].str.endswith("girl"), "female", "male")
    folder = tmp_path_factory.mktemp("drifting") / "district"
    return write_at(folder, students=students, enrollments=pd.DataFrame(spells, columns=names), assessments=scores)


def test_a_gap_that_is_wider_in_older_classes_does_not_seem_to_close(drifting):
    gap = one(cbe.measure("growth_rate", drifting, by="gender", compare="others"), "gap", gender="female")
    assert gap["value"] == pytest.approx(0.1446, abs=1e-3)  # the same, however far behind older classes are
    assert gap["low"] < 0 < gap["high"]


def test_the_method_says_that_classes_may_differ_by_group(drifting):
    said = "every class with an intercept of its own"
    assert f"{said}, which may differ by group;" in cbe.measure("growth_rate", drifting, by="gender").method
    assert f"{said};" in cbe.measure("growth_rate", drifting).method


def test_what_is_held_equal_may_differ_from_class_to_class_as_well(drifting):
    held = cbe.measure("growth_rate", drifting, adjust="gender")
    assert one(held, "sd_student_intercept")["value"] == pytest.approx(BASES.std(), rel=0.03)


def test_how_groups_differ_from_class_to_class_is_told_apart_only_where_it_can_be():
    classes, other = np.repeat([2030.0, 2031.0, 2032.0], 20), np.eye(2)[np.arange(60) % 2]
    apart = intercepts(classes, other)
    assert bends(classes, other, np.hstack([other, apart])).shape[1] == 2
    same = np.eye(3)[np.repeat([0, 1, 2], 20)]
    assert bends(classes, same, same).shape[1] == 0
    assert bends(np.full(60, np.nan), other, other).shape[1] == 0
    whole = np.ones((60, 1))
    assert bends(classes, whole, np.hstack([whole, intercepts(classes, whole)])).shape[1] == 0
