"""`cbe validate` on millions of ratings beside one Great Expectations pandas batch over the same rows and checks.

Each runs in a process of its own, from its start to its end: seconds, and the largest resident memory that the system
saw. The peer checks the ratings: types, required, allowed values, ranges, the key, the foreign keys, repeated rows.
Ours does this and more: the other tables of the folder, and what no expectation says (dates outside enrollment, last
year's rows again, usual amounts). In Parquet the peer gets typed columns, so that a type costs it a look at the
column; in CSV it reads text and matches the same patterns.

    python benchmarks/validate.py [MILLIONS ...] [--csv]

Fails when ours takes more than half the time or half the memory of the peer at the largest size.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SIZES = (1, 5, 10)  # million rows
PER_STUDENT = 115  # ratings that Riverbend has at least
NEEDED = ("schools", "students", "enrollments", "calendar", "closures", "targets", "evidence", "district")
FOREIGN = {"student_id": "students", "target_id": "targets", "school_id": "schools"}
AT_MOST = 0.5


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds, the largest resident memory in gigabytes, seconds of work of all processors."""

    seconds: float
    memory: float
    work: float


def write(folder: Path, rows: int, form: str) -> None:
    """Riverbend with so many ratings, and only the tables that they need."""
    import pyarrow.parquet as parquet
    from pyarrow import csv

    from cbe_analysis.simulate import write_riverbend

    write_riverbend(folder, students=rows // PER_STUDENT, seed=1, form="parquet")
    for file in folder.iterdir():
        if file.stem not in NEEDED:
            file.unlink()
    file = folder / "evidence.parquet"
    ratings = parquet.read_table(file).slice(0, rows)
    if len(ratings) < rows:
        sys.exit(f"Riverbend gave {len(ratings):,} ratings and not {rows:,}")
    if form == "parquet":
        parquet.write_table(ratings, file, compression="zstd")
    else:
        csv.write_csv(ratings, file.with_suffix(".csv"), csv.WriteOptions(quoting_style="none"))
        file.unlink()


def run(*command: str) -> Cost:
    """What the command took, which must end well."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9
    return Cost(seconds, memory, usage.ru_utime + usage.ru_stime)


def peer(folder: Path) -> int:
    """One batch of Great Expectations over the ratings; 1 when an expectation is not met."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    import great_expectations.expectations as kinds

    from cbe_analysis.load import load
    from cbe_analysis.tables import TABLES
    from cbe_analysis.validate.repeats import OWN_ID
    from cbe_analysis.validate.values import value_checks

    file = next(folder.glob("evidence.*"))
    district = load(folder)
    checks = list(value_checks(TABLES["evidence"], frozenset(district.columns("evidence"))))
    content = [name for name in district.columns("evidence") if name not in OWN_ID["evidence"]]
    frame = as_frame(file, ["evidence_id", *content])
    told = [kinds.ExpectColumnValuesToBeUnique(column="evidence_id")]
    mostly = 1 - district.policy.checks.repeated_rows_at_most
    told.append(kinds.ExpectCompoundColumnsToBeUnique(column_list=content, mostly=mostly, ignore_row_if="never"))
    for name, parent in FOREIGN.items():
        ids = [value for (value,) in district.table(parent, [name]).fetchall()]
        told.append(kinds.ExpectColumnValuesToBeInSet(column=name, value_set=ids))
    told += [same for check in checks for one in check.expectations if (same := expectation(kinds, one, frame))]
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("peer").add_dataframe_asset("ratings")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    result = batch.validate(gx.ExpectationSuite(name="ratings", expectations=told), result_format="BOOLEAN_ONLY")
    unmet = [one.expectation_config.type for one in result.results if not one.success]
    print(f"peer: {len(told)} expectations, not met: {unmet or 'none'}", file=sys.stderr)
    return int(bool(unmet))


def as_frame(file: Path, columns: list[str]):
    """The ratings as pandas has them at its best: typed from Parquet, text from CSV."""
    import pandas as pd
    import pyarrow.parquet as parquet

    if file.suffix == ".parquet":
        return parquet.read_table(file, columns=columns).to_pandas(date_as_object=False, self_destruct=True)
    return pd.read_csv(file, usecols=columns, dtype=str, keep_default_na=False, na_values=[""])


def expectation(kinds, one, frame):
    """The expectation on the column as the frame has it; types of typed columns are judged by the column's own."""
    import pandas as pd

    name = one.column.removesuffix(" as a number")
    typed = not pd.api.types.is_string_dtype(frame[name])
    if one.column != name and not typed:
        frame[one.column] = pd.to_numeric(frame[name], errors="coerce")
        name = one.column
    if typed and one.kind == "ExpectColumnValuesToMatchRegex":
        return kinds.ExpectColumnValuesToBeOfType(column=name, type_=str(frame[name].dtype))
    if typed and one.kind == "ExpectColumnValuesToMatchStrftimeFormat":
        return None
    return getattr(kinds, one.kind)(column=name, **dict(one.arguments))


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("millions", nargs="*", type=float, default=SIZES)
    given.add_argument("--csv", action="store_true")
    given.add_argument("--peer", type=Path, help=argparse.SUPPRESS)
    given.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    asked = given.parse_args()
    if asked.peer:
        return peer(asked.peer)
    form = "csv" if asked.csv else "parquet"
    if asked.write:
        write(asked.write, int(asked.millions[0] * 1e6), form)
        return 0
    print(f"{form:<12}  {'cbe validate':>20}  {'Great Expectations':>20}  {'ratio':>14}")
    for millions in sorted(asked.millions):
        rows = int(millions * 1e6)
        told = [str(millions), *(["--csv"] if asked.csv else [])]
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place, "district")
            run(__file__, *told, "--write", str(folder))  # a process starts with the peak of the one that starts it
            ours = run("-m", "cbe_analysis.cli", "validate", str(folder), "--out", str(Path(place, "reports")))
            theirs = run(__file__, "--peer", str(folder))
        time_, memory = ours.seconds / theirs.seconds, ours.memory / theirs.memory
        costs = "  ".join(f"{cost.seconds:7.1f} s {cost.memory:7.2f} GB" for cost in (ours, theirs))
        print(f"{rows:>12,}  {costs}  {time_:6.2f} {memory:7.2f}", flush=True)
    return int(time_ > AT_MOST or memory > AT_MOST)


if __name__ == "__main__":
    sys.exit(main())
