"""How sound data are, counted by hand on small districts and on Project STAR."""

import importlib

import pandas as pd
import pytest

from cbe_analysis.errors import ReleaseRefused, UsageError
from cbe_analysis.load.findings import Finding, Findings
from cbe_analysis.measure import quality
from cbe_analysis.policy import Policy
from cbe_analysis.protect import protect
from cbe_analysis.protect.attack.reading import read
from cbe_analysis.protect.record import Recorded

STUDENTS = """
student_id,gender,race_ethnicity,club
1,female,white,chess
2,,white,
3,,,
4,male,white,
"""
POLICY = 'name = "Hill"\nfactors = ["gender", "club"]\n'


def finding(check="allowed", severity="warning", columns=("gender",), count=3, total=4):
    return Finding(check, severity, "students", columns, count, total, (1,), "gender is odd", "groups", "mend it")


def checked(write, *findings, **tables):
    district = write(policy=POLICY, **{"students": STUDENTS, **tables})
    return district.with_findings(
        Findings(findings, checks=9, passed=9 - len(findings), not_checked=(), fingerprint="")
    )


def test_filled_cells_of_optional_columns_are_counted(write):
    found = quality.completeness(checked(write))
    rows = found.rows.set_index("column")
    assert rows.loc["students.gender", ["n", "numerator", "denominator", "value"]].tolist() == [4, 2, 4, 0.5]
    assert rows.loc["students.race_ethnicity", "value"] == 0.75
    assert rows.loc["students.club", "value"] == 0.25  # no declared column, but a factor of the policy
    assert "students.student_id" not in rows.index
    assert set(rows["quantity"]) == {"share"}
    assert not any(name.startswith("schools.") for name in rows.index)  # nothing of students there


def test_a_required_column_counts_where_it_has_a_gap(write):
    scores = [["1", "a", 5], ["2", "a", None], ["3", "a", "x"], ["4", "a", 7]]
    columns = {"instrument": "map", "subject": "math", "date": "2026-01-05"}
    tests = pd.DataFrame(scores, columns=["student_id", "result_id", "score"]).assign(**columns)
    rows = quality.completeness(checked(write, assessments=tests)).rows.set_index("column")
    assert rows.loc["assessments.score", "value"] == 0.5  # one is empty, one cannot be read
    assert "assessments.date" not in rows.index  # no gap


def test_what_may_well_be_empty_is_no_gap(write):
    chance = pd.DataFrame({"student_id": ["1", "2"], "kind": "arts", "date": ["2026-01-05", None], "school_year": 2026})
    rows = quality.completeness(checked(write, opportunities=chance)).rows.set_index("column")
    assert "enrollments.exit_date" not in rows.index  # who is still there has none
    assert not {"opportunities.date", "opportunities.school_year"} & set(rows.index)  # one of the two is enough


def test_a_table_without_rows_has_no_share(write):
    empty = pd.DataFrame({"student_id": [], "date": [], "instrument": [], "subject": [], "score": []})
    found = quality.completeness(checked(write, assessments=empty))
    assert not found.rows["column"].str.startswith("assessments.").any()


def test_completeness_of_the_sample_is_that_of_its_files(tennessee, star):
    rows = quality.completeness(tennessee).rows.set_index("column")
    for table, column in (("students", "gender"), ("enrollments", "economically_disadvantaged")):
        told = pd.read_csv(star / f"{table}.csv", dtype=str)[column]
        row = rows.loc[f"{table}.{column}"]
        assert (row["n"], row["numerator"]) == (len(told), told.notna().sum())
        assert 0 < row["value"] < 1


def test_faults_are_shares_of_the_rows_of_their_table(write):
    first, second = finding(), finding(check="duplicate_key", severity="critical", columns=("student_id",), count=1)
    found = quality.faults(checked(write, first, second))
    assert found.rows["fault"].tolist() == [quality.fault_name(first), quality.fault_name(second)]
    assert found.rows["value"].tolist() == [0.75, 0.25]
    assert quality.fault_name(first) == "students: allowed: gender"


def test_without_faults_there_are_no_rows(write):
    found = quality.faults(checked(write))
    assert len(found.rows) == 0
    assert len(protect(found, Policy()).rows) == 0


def test_data_that_were_not_checked_have_no_faults_yet(write):
    with pytest.raises(UsageError, match=r"not checked yet.*cbe\.validate"):
        quality.faults(checked(write).with_findings(None))


def test_small_tables_and_rare_faults_are_protected(write):
    district = checked(write, finding(count=3, total=4), finding(columns=("race_ethnicity",), count=2, total=5000))
    filled = protect(quality.completeness(district), district.policy)
    assert set(filled.rows["hidden"]) == {"protected"}
    assert filled.rows["value"].isna().all()
    rare, small = (
        protect(quality.faults(district), district.policy).rows.set_index("n_shown").loc[k]
        for k in ("about 5,000", "protected")
    )
    assert (rare["shown"], rare["numerator"]) == ("<=1 %", pytest.approx(float("nan"), nan_ok=True))
    assert small["shown"] == "protected"


@pytest.mark.parametrize("profile", ["suppressed", "rounded"])
@pytest.mark.parametrize("total", [25, 45, 120, 400, 999, 5000])
def test_how_full_a_file_is_leaves_the_size_of_a_small_group_open(write, profile, total):
    """Of 400 students, 4 have no gender: ">=99 %" would say that at most 6 are in the group of the unknown."""
    policy = Policy(privacy_profile=profile)
    for few in (0, 1, 4, 9):
        for count in (few, total - few):
            release = protect(quality.faults(checked(write, finding(count=count, total=total))), policy)
            (row,) = read(Recorded.of(release))
            low, high = row.share or (0.0, 1.0)
            assert min(high, 1 - low) * row.size[1] >= 10 if row.share else row.hidden
    assert row.hidden == (total < 40 and profile == "suppressed")


def test_the_audit_refuses_how_full_a_file_is_where_it_counts_a_few(write, monkeypatch):
    percents = importlib.import_module("cbe_analysis.protect.percents")
    monkeypatch.setattr(percents, "wide_enough", lambda points, n, least: points)
    with pytest.raises(ReleaseRefused, match="it counts few rows of a file"):
        protect(quality.faults(checked(write, finding(count=4, total=400))), Policy())
