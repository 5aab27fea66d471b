"""The synthetic district: the same bytes for a seed, every table, clean unless faults are asked for, refusals."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

import cbe_analysis as cbe
from cbe_analysis.errors import UsageError
from cbe_analysis.load.folder import look
from cbe_analysis.simulate import write_riverbend
from cbe_analysis.simulate.riverbend import FEWEST
from cbe_analysis.tables import TABLES

COMMITTED = Path(__file__).parents[2] / "data" / "riverbend"
MEGABYTE = 1_000_000


def contents(folder):
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def made_by(file):
    return parquet.read_metadata(file).created_by


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """The committed district, written anew."""
    folder = tmp_path_factory.mktemp("again") / "riverbend"
    write_riverbend(folder, students=400, seed=1, form="parquet")
    return folder


@pytest.fixture(scope="module")
def committed():
    return cbe.validate(cbe.load(COMMITTED))


def test_the_committed_district_is_what_the_code_writes(again):
    assert sorted(contents(COMMITTED)) == sorted(contents(again))
    for file in sorted(again.iterdir()):
        ours = COMMITTED / file.name
        if file.suffix == ".parquet" and made_by(ours) != made_by(file):  # another pyarrow packs differently
            assert parquet.read_table(ours).equals(parquet.read_table(file)), file.name
        else:
            assert ours.read_bytes() == file.read_bytes(), f"{file.name}: run cbe demo riverbend data/riverbend"


def test_the_committed_district_is_small():
    assert sum(map(len, contents(COMMITTED).values())) < MEGABYTE


def test_every_table_is_there_with_every_column(committed):
    assert set(committed.tables) == set(TABLES)
    for table in TABLES.values():
        assert [c.name for c in table.columns] == list(committed.columns(table.name)), table.name


def test_every_column_is_filled_somewhere(committed):
    empty = set()
    for table in TABLES.values():
        counts = ", ".join(f'count("{column.name}")' for column in table.columns)
        [filled] = committed.table(table.name).aggregate(counts).fetchall()
        empty |= {f"{table.name}.{c.name}" for c, n in zip(table.columns, filled, strict=True) if not n}
    assert empty == {"calendar.school_id", "levels.std_error"}  # terms are the district's; a placement has no error


def test_it_has_no_finding(committed):
    assert [f"{f.table}.{f.check}" for f in committed.findings.findings] == []


@pytest.mark.parametrize("seed", [2, 3])
def test_other_seeds_have_no_finding(tmp_path, seed):
    write_riverbend(tmp_path / "r", students=400, seed=seed)
    findings = cbe.validate(cbe.load(tmp_path / "r")).findings
    assert [f"{f.table}.{f.check}" for f in findings.findings] == []


def test_five_thousand_students_have_no_finding(riverbend):
    district, _ = riverbend
    assert [f"{f.table}.{f.check}" for f in cbe.validate(district).findings.findings] == []


def test_it_says_that_it_is_synthetic(committed):
    assert committed.policy.synthetic
    assert "synthetic" in committed.policy.name


def test_truth_stands_beside_the_tables_without_being_taken_for_one():
    assert "truth.json" in look(COMMITTED).others


def test_bytes_do_not_hang_on_the_hash_seed(tmp_path):
    for seed in ("0", "7"):
        folder = tmp_path / seed
        code = f"from cbe_analysis.simulate import write_riverbend; write_riverbend({str(folder)!r}, students={FEWEST})"
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, check=True)
    assert contents(tmp_path / "0") == contents(tmp_path / "7")


def test_another_seed_gives_another_district(tmp_path):
    for seed in (1, 2):
        write_riverbend(tmp_path / str(seed), students=FEWEST, seed=seed)
    one, two = contents(tmp_path / "1"), contents(tmp_path / "2")
    same = {"calendar.csv", "targets.csv", "target_links.csv", "programs.csv", "survey_items.csv"}
    assert {name for name in one if one[name] == two[name]} <= same | {"closures.csv", "schools.csv"}


def test_csv_and_parquet_hold_the_same(tmp_path, again):
    write_riverbend(tmp_path / "csv", students=400, seed=1, form="csv")
    pair = [cbe.load(tmp_path / "csv"), cbe.load(again)]
    for name in TABLES:
        rows = [sorted(map(str, district.table(name).fetchall())) for district in pair]
        assert rows[0] == rows[1], name


def test_a_chunk_does_not_hang_on_what_comes_after(tmp_path):
    """Streams belong to a table: a district with faults differs only where faults are."""
    write_riverbend(tmp_path / "plain", students=FEWEST)
    write_riverbend(tmp_path / "faulty", students=FEWEST, faults=True)
    plain, faulty = contents(tmp_path / "plain"), contents(tmp_path / "faulty")
    touched = {fault["table"] + ".csv" for fault in json.loads(faulty["faults.json"])}
    assert {name for name in plain if plain[name] != faulty[name]} == touched


def test_the_planted_faults_are_found(faulty):
    planted = json.loads((faulty.folder / "faults.json").read_text(encoding="utf-8"))
    found = {(f.table, f.check, f.columns): f for f in faulty.findings.findings}
    for fault in planted:
        finding = found[fault["table"], fault["check"], tuple(fault["columns"])]
        assert finding.severity == fault["severity"]
        assert finding.count >= len(fault["rows"])
        assert set(finding.first_rows) & set(fault["rows"]) or finding.details
    assert len(faulty.findings.critical) >= len([f for f in planted if f["severity"] == "critical"])


def test_the_school_whose_export_was_cut_short_is_named(faulty):
    [cut] = [f for f in faulty.findings.findings if f.check == "usual_evidence"]
    [line] = cut.details
    assert line.startswith("school S01, 2025-26-S2: ")


def test_the_planted_rows_are_those_named(faulty):
    planted = json.loads((faulty.folder / "faults.json").read_text(encoding="utf-8"))
    [absent] = [f for f in planted if f["table"] == "assessments"]
    rows = faulty.raw("assessments").filter("score = 'ABS'").project("row_number").fetchall()
    assert sorted(n for (n,) in rows) == absent["rows"]


def test_it_may_be_written_again_but_takes_no_other_folder(tmp_path):
    write_riverbend(tmp_path / "r", students=FEWEST)
    write_riverbend(tmp_path / "r", students=FEWEST, seed=2, form="parquet")
    assert "evidence.csv" not in contents(tmp_path / "r")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "students.csv").write_text("student_id\n7\n")
    with pytest.raises(UsageError, match="another district"):
        write_riverbend(tmp_path / "other", students=FEWEST)
    (tmp_path / "other" / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match=r"other files: letter\.txt"):
        write_riverbend(tmp_path / "other", students=FEWEST)
    with pytest.raises(UsageError, match="not a folder"):
        write_riverbend(tmp_path / "other" / "letter.txt", students=FEWEST)


@pytest.mark.parametrize("options", [{"students": 3}, {"students": 10**7}, {"seed": -1}, {"form": "xlsx"}])
def test_options_out_of_range_are_refused_before_anything_is_written(tmp_path, options):
    with pytest.raises(UsageError, match="choose"):
        write_riverbend(tmp_path / "r", **options)
    assert list(tmp_path.iterdir()) == []


def test_the_grades_of_an_outcome_are_those_that_it_tests(committed):
    """The notebook on growth asks for them: not every measure of a district tests every grade."""
    from cbe_analysis.measure import choices

    assert choices.grades(committed, "map:math") == tuple(str(grade) for grade in range(11))
    assert choices.grades(committed, "writing") == tuple(str(grade) for grade in range(3, 13))
    assert choices.grades(committed) == tuple(str(grade) for grade in range(13))
