"""`cbe measure growth_percentile` in every form, and over years."""

import io
import json

import numpy as np
import openpyxl
import pandas as pd
import pytest

from cbe_analysis import cli

N = 120  # students, in the same grade
YEARS = (2024, 2025, 2026)


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """Grade 4 to 6 in three years; girls gain ten points more a year than boys of the same past scores."""
    folder = tmp_path_factory.mktemp("growth") / "district"
    folder.mkdir()
    draw = np.random.default_rng(1)
    ids, girl = [f"s{i:03}" for i in range(N)], np.arange(N) % 2 == 0
    able = 60 * draw.normal(size=(N, 1)) + 10 * girl[:, None] * np.arange(3)
    score = np.round(300 + 40 * np.arange(3) + able + 15 * draw.normal(size=(N, 3)))
    rows = pd.DataFrame({"student_id": np.repeat(ids, 3), "school_year": np.tile(YEARS, N), "score": score.ravel()})
    rows["grade"] = rows["school_year"] - 2020
    rows["school_id"] = "k" + (rows.index // 3 % 8).astype(str)
    dates = {"entry_date": "-09-01", "exit_date": "-06-05", "date": "-04-15"}
    for name, day in dates.items():
        rows[name] = (rows["school_year"] - (name == "entry_date")).astype(str) + day
    rows = rows.assign(instrument="state", subject="math")
    spells = ["student_id", "school_id", "entry_date", "exit_date", "school_year", "grade"]
    tables = {
        "students": pd.DataFrame({"student_id": ids, "gender": np.where(girl, "female", "male")}),
        "schools": pd.DataFrame({"school_id": [f"k{i}" for i in range(8)], "name": "School", "kind": "middle"}),
        "enrollments": rows[spells],
        "assessments": rows[["student_id", "instrument", "subject", "date", "score"]],
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "district.toml").write_text('[references]\ngender = "male"\n', encoding="utf-8")
    return folder


@pytest.fixture
def measure(district, monkeypatch, tmp_path, capsys):
    """Asks for the growth percentiles of girls and boys; gives exit code, output and messages."""
    monkeypatch.chdir(tmp_path)

    def ask(*words):
        code = cli.main(["measure", "growth_percentile", str(district), "--by", "gender", *map(str, words)])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return ask


def medians(rows):
    return {row["gender"]: row for row in rows if row["quantity"] == "median"}


def test_json_and_csv_say_the_same(measure):
    asked = ("--compare", "reference", "--restricted", "--format")
    code, out, _ = measure(*asked, "json")
    told = json.loads(out)
    table = pd.read_csv(io.StringIO(measure(*asked, "csv")[1]))
    assert code == 0
    assert told["indicator"] == "growth_percentile"
    assert [row["value"] for row in told["rows"]] == pytest.approx(table["value"].tolist(), nan_ok=True)
    found = medians(told["rows"])
    assert found["female"]["value"] > 50 > found["male"]["value"]
    assert {row["n"] for row in found.values()} == {N, N / 2}


def test_the_public_sees_whole_percentiles_in_a_table_and_a_workbook(measure, tmp_path):
    code, out, _ = measure("--format", "table")
    assert code == 0
    assert "median" in out
    assert "female" in out
    assert "s000" not in out
    file = tmp_path / "growth.xlsx"
    assert measure("--format", "xlsx", "--out", file)[0] == 0
    heading, *rows = openpyxl.load_workbook(file).active.iter_rows(values_only=True)
    at = heading.index("shown")
    shown = [row[at] for row in rows if "median" in row and "female" in row]
    assert len(shown) == 1
    assert float(shown[0]) == round(float(shown[0]))


def test_over_years_there_is_a_row_for_each_year_with_a_past_score(measure):
    code, out, _ = measure("--over", "year", "--audience", "staff", "--format", "json")
    assert code == 0
    rows = [row for row in json.loads(out)["rows"] if row["quantity"] == "median" and row["gender"] == "female"]
    assert sorted(str(row["at"]) for row in rows) == ["2025", "2026"]
    assert all(row["value"] > 50 for row in rows)


def test_the_public_sees_every_year_protected_by_itself(measure):
    code, out, _ = measure("--over", "year", "--format", "json")
    assert code == 0
    rows = json.loads(out)["rows"]
    assert len({row["at"] for row in rows}) > 1
    assert {row["n_shown"] for row in rows if row["hidden"]} <= {"protected"}
    assert all(row["n"] is None or row["n"] % 10 == 0 for row in rows)
