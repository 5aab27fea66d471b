"""Levels from ten million rows of evidence: seconds and memory, beside the same rule in pandas on a part of them."""

import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import pandas as pd

from cbe_analysis.load import load

STUDENTS, RATINGS = 100_000, 100  # ten million rows
PART = 40  # students that pandas is given
SUBJECTS, LEVELS, PER_LEVEL = 4, 13, 20


def write(folder: Path, students: int) -> None:
    """A folder with a continuum and random ratings, for time alone: the numbers mean nothing."""
    sql = duckdb.connect().sql
    size = LEVELS * PER_LEVEL
    target = f"(i // {size})::VARCHAR || '-' || (i % {size} // {PER_LEVEL}) || '-' || i % {PER_LEVEL}"
    tables = {
        "schools": "SELECT '1' AS school_id, 'North' AS name, 'other' AS kind",
        "students": f"SELECT i::VARCHAR AS student_id FROM range({students}) r(i)",
        "enrollments": f"""SELECT i::VARCHAR AS student_id, '1' AS school_id, DATE '2022-08-15' AS entry_date,
            DATE '2026-06-05' AS exit_date, 2023 AS school_year, 5 AS grade FROM range({students}) r(i)""",
        "targets": f"""SELECT {target} AS target_id, 'subject' || (i // {LEVELS * PER_LEVEL}) AS subject,
            (i % {LEVELS * PER_LEVEL} // {PER_LEVEL})::DOUBLE AS level, 'A target' AS title, 'academic' AS kind,
            true AS required FROM range({SUBJECTS * LEVELS * PER_LEVEL}) r(i)""",
        "evidence": f"""SELECT i::VARCHAR AS evidence_id, (i // {RATINGS})::VARCHAR AS student_id,
            (i % {SUBJECTS})::VARCHAR || '-' || least({LEVELS - 1}, (hash(i // {RATINGS}) % 8 + i % {RATINGS} // 25))
            || '-' || hash(i) % {PER_LEVEL} AS target_id,
            DATE '2022-08-20' + ((i % {RATINGS}) * 13 + hash(i + 7) % 9)::INTEGER AS date, 3.0 AS score,
            hash(i + 3) % 3 > 0 AS proficient FROM range({students * RATINGS}) r(i)""",
    }
    for name, query in tables.items():
        sql(query).write_parquet(str(folder / f"{name}.parquet"))


def by_hand(folder: Path) -> pd.DataFrame:
    """The rule `highest` with pandas: position at each month end, targets counted one by one."""
    targets = pd.read_parquet(folder / "targets.parquet")
    rows = pd.read_parquet(folder / "evidence.parquet").merge(targets, on="target_id")
    rows["date"] = pd.to_datetime(rows["date"])
    found = []
    for (student, subject), own in rows.groupby(["student_id", "subject"]):
        early = own[own["date"] < own["date"].min() + pd.Timedelta(days=30)].groupby("level")["target_id"].nunique()
        entry = early[early == early.max()].index.min()
        goals = targets[targets["subject"] == subject]
        for month in pd.period_range(own["date"].min(), own["date"].max(), freq="M"):
            seen = own[own["date"] <= month.end_time]
            good = set(seen.loc[seen["proficient"], "target_id"])
            tried = set(seen["target_id"])
            below = goals["level"].lt(entry) & ~goals["target_id"].isin(tried)
            held = goals["target_id"].isin(good) | below
            level = goals["level"].min() + held.groupby(goals["level"]).mean().sum()
            found.append((student, subject, month.end_time.date(), level))
    return pd.DataFrame(found, columns=["student_id", "subject", "date", "level"])


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        part, whole = Path(place, "part"), Path(place, "whole")
        for folder, students in ((part, PART), (whole, STUDENTS)):
            folder.mkdir()
            write(folder, students)
        start = time.perf_counter()
        expected = by_hand(part)
        pandas_seconds = time.perf_counter() - start
        start = time.perf_counter()
        ours = load(part).table("levels").df()
        part_seconds = time.perf_counter() - start
        ours["date"] = ours["date"].dt.date
        both = expected.merge(ours, on=["student_id", "subject", "date"], how="outer", suffixes=("", "_ours"))
        difference = float((both["level"] - both["level_ours"]).abs().max())
        start = time.perf_counter()
        (rows,) = load(whole).table("levels").aggregate("count(level)").fetchall()[0]
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    unmatched = int(both[["level", "level_ours"]].isna().any(axis=1).sum())
    ratio = pandas_seconds / part_seconds
    print(f"{PART * RATINGS:>12,} ratings: pandas {pandas_seconds:.1f} s, ours {part_seconds:.2f} s, ratio {ratio:.0f}")
    print(f"largest difference {difference:.1e}, unmatched {unmatched}")
    print(f"{STUDENTS * RATINGS:>12,} ratings: ours {seconds:.1f} s for {rows:,} levels; peak memory {peak:.1f} GB")
    return int(seconds > 15 or difference > 1e-6 or unmatched > 0)


if __name__ == "__main__":
    sys.exit(main())
