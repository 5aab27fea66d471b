"""Growth percentiles against pinball-qr, and quantreg where Rscript is found, on the same simulated scores.

    python benchmarks/percentiles.py [--students 1000 10000] [--repeats 3] [--state 20] [--district 10000]
                                     [--reference FOLDER] [--write]

Two past scores, 15 columns, 100 quantiles. Each fit runs in a process of its own. Printed are the seconds of the fit
(median of the repeats), the peak memory of the process, how many times longer the other takes, the largest excess of
its loss over ours as a share of ours, over all quantiles, and how many students get another percentile from it. Then:
one cohort of 4,600 students with one and two past scores, splines and all. With --state N, N cohorts of 80,000 from a
Parquet file to a table. With --district N, `cbe.measure` on a Parquet district of 20 cohorts, ten grades in two school
years with N students in each, by a factor, with the seconds of its stages: `place` cuts enrollments into stretches,
`look` asks whether a row meets the conditions; then scores are read and placed, put in order while the processes of
the kernel start, the kernel works on as many processors as CBE_PROCESSORS allows, `rows` makes estimates while the
database takes the fingerprint. With --write the lines of --state and --district go to results/percentiles.md beside
this script. With --reference, the percentiles of the R package SGP in FOLDER are compared, student by student; the exit
code is 1 where one differs.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path
from statistics import median

import numpy as np
from growth import peak  # the script beside this one

QUANTILES = (np.arange(100) + 0.5) / 100
RESULTS = Path(__file__).parent / "results" / "percentiles.md"
COLUMNS = 15
COHORT, STATE = 4_600, 80_000
SLOW = {"pinball": 100_000, "rq": 10_000}  # students above which these are left out, for the hours they take
QUANTREG = """
suppressMessages(library(quantreg)); set.seed(1)
given <- commandArgs(TRUE); n <- as.integer(given[2]); taus <- (1:100 - 0.5) / 100
d <- matrix(readBin(given[1], "double", n * 16), n); y <- d[, 1]; X <- d[, -1]
one <- function(t) rq.fit.br(X, y, t)$coefficients
s <- system.time(b <- suppressWarnings(
  if (given[3] == "rq") sapply(taus, one) else rq.fit.pfnb(X, y, taus)$coefficients))[["elapsed"]]
writeBin(as.double(b), given[4]); cat(s)
"""


def scores(students: int, seed: int = 1) -> np.ndarray:
    """This year's score and two past ones, whole numbers, shape `(n, 3)`."""
    draw = np.random.default_rng(seed)
    able = draw.normal(size=(students, 1))
    return np.round([540, 520, 500] + 60 * (0.9 * able + 0.45 * draw.normal(size=(students, 3))))


def problem(students: int) -> tuple[np.ndarray, np.ndarray]:
    """The columns and the scores of the regression."""
    from cbe_analysis.methods.percentiles.curves import spread_out
    from cbe_analysis.methods.percentiles.splines import spline_of

    found = scores(students)
    return spread_out(tuple(spline_of(past) for past in found[:, 1:].T), found[:, 1:]), found[:, 0]


def ours(X: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Seconds and coefficients, shape `(15, 100)`."""
    from cbe_analysis.methods.percentiles import quantile_process

    quantile_process(X[:100], y[:100], [0.5])  # libraries are loaded before the clock starts
    began = time.perf_counter()
    found = quantile_process(X, y, QUANTILES)
    return time.perf_counter() - began, found


def pinball(X: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """The same of pinball-qr: Frisch-Newton interior point, quantile by quantile."""
    from pinball import get_solver

    solver = get_solver("fnb")
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it doubts columns that are sound
        found = [solver.solve(X, y, float(quantile)).coefficients for quantile in QUANTILES]
    return time.perf_counter() - began, np.column_stack(found)


def quantreg(X: np.ndarray, y: np.ndarray, method: str) -> tuple[float, np.ndarray]:
    """The same of quantreg: preprocessed interior point of all quantiles (pfnb), or the exact simplex (rq)."""
    with tempfile.TemporaryDirectory() as folder:
        data, script, out = (Path(folder, name) for name in ("data", "fit.R", "out"))
        np.column_stack([y, X]).T.tofile(data)
        script.write_text(QUANTREG)
        command = ["Rscript", script, data, str(len(y)), method, out]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return float(done.stdout), np.fromfile(out).reshape(100, COLUMNS).T


CONTENDERS = {
    "ours": ours,
    "pinball": pinball,
    "pfnb": lambda X, y: quantreg(X, y, "pfnb"),
    "rq": lambda X, y: quantreg(X, y, "rq"),
}


def child(contender: str, students: int, out: str) -> None:
    """One fit in this process: coefficients to the file, seconds and megabytes to the screen."""
    seconds, coefficients = CONTENDERS[contender](*problem(students))
    np.save(out, coefficients)
    print(json.dumps([seconds, peak()]))


def fitted(contender: str, students: int, repeats: int) -> tuple[float, float, np.ndarray] | None:
    """Median seconds, megabytes and coefficients; None where the contender broke down."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder, "coefficients.npy"))
        command = [sys.executable, __file__, "--child", contender, str(students), out]
        runs = []
        for _ in range(repeats):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                print(f"{students:>9,}  {contender:8} broke down: {done.stderr.strip().splitlines()[-1]}")
                return None
            runs.append(json.loads(done.stdout.splitlines()[-1]))
        return median(run[0] for run in runs), runs[-1][1], np.load(out)


def losses(X: np.ndarray, y: np.ndarray, B: np.ndarray) -> np.ndarray:
    """What each quantile regression makes least."""
    r = (y - (X @ column) for column in B.T)
    return np.array([np.maximum(q * e, (q - 1) * e).sum() for q, e in zip(QUANTILES, r, strict=True)])


def percentiles(X: np.ndarray, y: np.ndarray, B: np.ndarray) -> np.ndarray:
    from cbe_analysis.methods.percentiles.curves import Curves, threshold

    return Curves((), B, len(y), np.zeros((0, 0))).standing(X, threshold(y))[0]


def compare(students: int, repeats: int) -> None:
    """One line per contender."""
    others = [name for name in available() if students <= SLOW.get(name, students)]
    X, y = problem(students)
    line = "{:>9,}  {:8} {:9.3f} s {:7,.0f} MB {:>9} {:>10} {:>8}"
    first = fitted("ours", students, repeats)
    assert first is not None, "ours broke down"
    print(line.format(students, "ours", first[0], first[1], "", "", ""), flush=True)
    least, mine = losses(X, y, first[2]), percentiles(X, y, first[2])
    for name in others:
        found = fitted(name, students, repeats if students <= 10_000 or name == "pfnb" else 1)
        if found is None:
            continue
        excess = float((losses(X, y, found[2]) / least - 1).max())
        moved = int((percentiles(X, y, found[2]) != mine).sum())
        ratio = f"{found[0] / first[0]:,.1f} x"
        print(line.format(students, name, found[0], found[1], ratio, f"{excess:+.1e}", f"{moved:,}"), flush=True)


def available() -> list[str]:
    """The contenders that can be run here."""
    r = (
        bool(shutil.which("Rscript"))
        and not subprocess.run(["Rscript", "-e", "library(quantreg)"], capture_output=True).returncode
    )
    return ["pinball"] * bool(importlib.util.find_spec("pinball")) + ["pfnb", "rq"] * r


def one_cohort(repeats: int) -> None:
    """Seconds of one cohort with one and two past scores."""
    from cbe_analysis.methods.percentiles import growth_percentiles

    found, seconds = scores(COHORT), []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        growth_percentiles(found[:, 0], found[:, 1:], np.zeros(COHORT, np.int64))
        seconds.append(time.perf_counter() - began)
    print(f"one cohort of {COHORT:,}, one and two past scores, splines and all: {median(seconds[1:]):.3f} s")


def state(file: str) -> None:
    """A state's scores from one Parquet file to a table of percentiles; seconds and megabytes to the screen."""
    import duckdb
    import pandas as pd

    from cbe_analysis.methods.percentiles import growth_percentiles

    began = time.perf_counter()
    past = ", ".join(f"max(score) FILTER (school_year = {2026 - k}) AS year_{k}" for k in range(3))
    query = (
        f"SELECT student_id, max(grade) AS grade, {past} FROM '{file}' GROUP BY student_id HAVING year_0 IS NOT NULL"
    )
    rows = duckdb.sql(query).df()
    read = time.perf_counter() - began
    found = growth_percentiles(rows["year_0"], rows[["year_1", "year_2"]], rows["grade"])
    table = pd.DataFrame({"student_id": rows["student_id"], "percentile": found.percentile, "order": found.order})
    print(json.dumps([time.perf_counter() - began, read, len(table), int(table["percentile"].notna().sum()), peak()]))


def whole_state(cohorts: int) -> list[str]:
    """What is told of a state: a row per score in Parquet, one in ten students without the older past score."""
    import duckdb
    import pandas as pd

    with tempfile.TemporaryDirectory() as folder:
        file, parts = str(Path(folder, "scores.parquet")), []
        for cohort in range(cohorts):
            found, ids = scores(STATE, cohort), np.arange(STATE) + STATE * cohort
            for k in range(3):
                kept = ids % 10 != 0 if k == 2 else ids >= 0
                part = {"student_id": ids[kept], "grade": cohort - k, "school_year": 2026 - k, "score": found[kept, k]}
                parts.append(pd.DataFrame(part))
        rows = pd.concat(parts).sample(frac=1, random_state=1)
        duckdb.from_df(rows).write_parquet(file)
        done = subprocess.check_output([sys.executable, __file__, "--child", "state", "0", file], text=True)
    seconds, read, students, placed, memory = json.loads(done.splitlines()[-1])
    return [
        f"a state, {cohorts} cohorts of {STATE:,}, one and two past scores, from Parquet to table: {seconds:.1f} s,",
        f"  {read:.1f} s of it reading; {students:,} students, {placed:,} with a percentile; {memory:,.0f} MB",
    ]


def district(students: int, folder: Path) -> None:
    """A district in Parquet: ten grades, four school years, a score a year, this many students in each."""
    import pandas as pd

    parts, years = [], np.arange(2023, 2027)
    for stream in range(-1, 10):  # students who move up together
        draw, ids = np.random.default_rng(stream + 1), np.arange(students) + students * (stream + 1)
        able = draw.normal(size=(students, 1))
        found = np.round(500 + 20 * np.arange(4) + 60 * (0.9 * able + 0.45 * draw.normal(size=(students, 4))))
        for at, year in enumerate(years.tolist()):
            grade = stream + at
            if 0 <= grade <= 12:
                parts.append(pd.DataFrame({"number": ids, "grade": grade, "school_year": year, "score": found[:, at]}))
    rows = pd.concat(parts).sample(frac=1, random_state=1)
    rows["student_id"] = "s" + rows["number"].astype(str).str.zfill(8)
    rows["school_id"] = "k" + (rows["number"] % max(students // 50, 2)).astype(str).str.zfill(4)
    year = rows["school_year"].astype(str)
    days = {"entry_date": (rows["school_year"] - 1).astype(str) + "-08-20", "exit_date": year + "-06-10"}
    spells = rows[["student_id", "school_id", "school_year", "grade"]].assign(
        **{name: pd.to_datetime(text) for name, text in days.items()}
    )
    tests = rows[["student_id", "score"]].assign(
        instrument="state", subject="math", date=pd.to_datetime(year + "-04-15")
    )
    people = rows[["student_id", "number"]].drop_duplicates().sort_values("number")
    schools = rows[["school_id"]].drop_duplicates()
    for name, frame in {
        "enrollments": spells,
        "assessments": tests,
        "students": people.assign(gender=np.where(people["number"] % 2, "male", "female")).drop(columns="number"),
        "schools": schools.assign(name=schools["school_id"], kind="elementary"),
    }.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)


STAGES = {  # of the product's way, in order: what is told, and where the time is spent
    "place": ("load.view", "prepare"),
    "look": ("measure.request", "check"),
    "read": ("indicators.year_scores", "read"),
    "order": ("indicators.year_scores", "year_scores"),
    "kernel": ("indicators.cohorts", "growth_percentiles"),
    "rows": ("measure.conduct", "_summarised"),
}


def measured(folder: str) -> None:
    """The product's way from a Parquet district to estimates: seconds, those of its stages, megabytes to the screen."""
    import importlib

    import cbe_analysis as cbe
    from cbe_analysis.load.findings import Findings

    spent: dict[str, float] = {}
    for stage, (module, name) in STAGES.items():
        owner = importlib.import_module(f"cbe_analysis.{module}")
        owner = getattr(owner, name.split(".")[0]) if "." in name else owner
        _time(owner, name.rpartition(".")[2], stage, spent)
    measure = cbe.measure  # libraries are loaded before the clock starts
    most = [0.0]
    threading.Thread(target=_watch, args=(most,), daemon=True).start()
    began, worked = time.perf_counter(), os.times()
    found = cbe.load(folder).with_findings(Findings((), checks=1, passed=1, not_checked=(), fingerprint=""))
    answer = measure("growth_percentile", found, by="gender", compare="others", where="school_year>=2025")
    seconds = time.perf_counter() - began
    spent["look"] -= spent["place"]  # it is the first that needs places
    own, helped = (
        sum(b - a for a, b in zip(worked[at : at + 2], os.times()[at : at + 2], strict=True)) for at in (0, 2)
    )
    mean = answer.rows[answer.rows["quantity"] == "mean"].iloc[0]
    print(json.dumps([seconds, spent, [own, helped], int(mean["n"]), peak(), most[0]]))


def _watch(most: list[float]) -> None:
    """Keep the most megabytes that this process and those it started have held together, looked at ten times a second.

    What they share counts for each of them; 0 where the system does not tell.
    """
    tasks = Path("/proc/self/task")
    while tasks.exists():
        pages, mine = _pages("self"), Path("/proc/self/cmdline").read_bytes()
        for started in [child for task in tasks.glob("*/children") for child in task.read_text().split()]:
            with contextlib.suppress(OSError):  # it is gone
                other = (
                    Path(f"/proc/{started}/cmdline").read_bytes() != mine
                )  # else it is still about to become another
                pages += _pages(started) if other else 0
        most[0] = max(most[0], pages * os.sysconf("SC_PAGE_SIZE") / 2**20)
        time.sleep(0.1)


def _pages(process: str) -> int:
    """Pages that a process holds in memory."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1])


def _time(owner: object, name: str, stage: str, spent: dict[str, float]) -> None:
    """Add the seconds of a function to its stage."""
    work = getattr(owner, name)

    def run(*given, **more):
        began = time.perf_counter()
        try:
            return work(*given, **more)
        finally:
            spent[stage] = spent.get(stage, 0.0) + time.perf_counter() - began

    setattr(owner, name, run)


def whole_district(students: int) -> list[str]:
    """What is told of `cbe.measure` on a district: seconds, also those of its stages, and memory."""
    with tempfile.TemporaryDirectory() as folder:
        district(students, Path(folder))
        done = subprocess.check_output([sys.executable, __file__, "--child", "district", "0", folder], text=True)
    seconds, spent, (own, helped), told, memory, together = json.loads(done.splitlines()[-1])
    kernel, parts = spent["kernel"], [f"{stage} {spent[stage]:.1f} s" for stage in STAGES]
    return [
        f"a district, 20 cohorts of {students:,}, from Parquet to estimates of {told:,} students: {seconds:.1f} s,",
        f"  of it {', '.join(parts)}, the rest {seconds - sum(spent.values()):.1f} s;",
        f"  the whole way is {seconds / kernel:.1f} kernels long;",
        f"  processors worked {own + helped:.1f} s, {helped:.1f} s of it in the processes of the kernel;",
        f"  {memory:,.0f} MB, {together:,.0f} MB with the processes that it started",
    ]


def reference(folder: Path) -> int:
    """How many students of R's SGP have the same percentiles; 1 where one has not."""
    import pandas as pd

    from cbe_analysis.methods.percentiles import growth_percentiles

    given = pd.read_csv(next(folder.glob("*_input.csv"))).set_index("ID")
    theirs = pd.read_csv(next(folder.glob("*_sgp.csv.gz"))).set_index("ID").reindex(given.index)
    found = growth_percentiles(given["SS_3"], given[["SS_2", "SS_1"]], np.zeros(len(given), np.int64))
    wrong = 0
    for name, mine in (
        ("SGP_ORDER_1", found.by_order[:, 0]),
        ("SGP_ORDER_2", found.by_order[:, 1]),
        ("SGP", found.percentile),
    ):
        known = theirs[name].notna().to_numpy()
        equal = int((theirs[name].to_numpy()[known] == mine[known]).sum())
        surplus = int(np.isfinite(mine[~known]).sum())
        print(f"{name}: {equal:,} of {known.sum():,} percentiles equal; {surplus} that SGP does not have")
        wrong += int(known.sum()) - equal + surplus
    cuts = [name for name in theirs if name.startswith("PERCENTILE_CUT_")]
    wrong += _cuts(found.cohorts, given, theirs[cuts])
    return int(wrong > 0)


def _cuts(cohorts, given, theirs) -> int:
    """How many of SGP's cuts, whole numbers from the most past scores of each student, are not ours."""
    from cbe_analysis.methods.percentiles.projection import projected_scores

    known = theirs.notna().all(axis=1).to_numpy()
    mine = projected_scores(given.loc[known, ["SS_2", "SS_1"]], cohorts)[:, 0]
    places = [int(name.rsplit("_", 1)[1]) - 1 for name in theirs]
    equal = int((np.round(mine[:, places]) == theirs[known].to_numpy()).sum())
    print(f"cuts: {equal:,} of {known.sum() * len(places):,} equal")
    return int(known.sum()) * len(places) - equal


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--state", type=int, default=0, metavar="COHORTS")
    parser.add_argument("--district", type=int, default=0, metavar="STUDENTS")
    parser.add_argument("--reference", type=Path, metavar="FOLDER")
    parser.add_argument("--write", action="store_true", help="keep them in benchmarks/results/percentiles.md")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        contender, students, file = asked.child
        ways = {"state": state, "district": measured}
        ways[contender](file) if contender in ways else child(contender, int(students), file)
        return 0
    if asked.reference:
        return reference(asked.reference)
    print("15 columns, 100 quantiles; seconds of the fit, peak of the process, times ours, largest excess of the loss")
    print("over ours as a share of it, students with another percentile than ours")
    for name, missing in (("pinball", "pinball-qr is not installed"), ("pfnb", "Rscript with quantreg was not found")):
        if name not in available():
            print(f"{missing}: left out")
    for students in asked.students:
        compare(students, asked.repeats)
    one_cohort(asked.repeats)
    told = whole_state(asked.state) if asked.state else []
    told += whole_district(asked.district) if asked.district else []
    print("\n".join(told))
    if asked.write:
        keep(told, f"--state {asked.state} --district {asked.district}")
    return 0


def keep(told: list[str], options: str) -> None:
    """Put the lines into the file of results, with the processors that there were and how busy they were."""
    busy = f"{len(os.sched_getaffinity(0))} processors, on average {os.getloadavg()[1]:.0f} programs at work on them"
    made = f"Made by `python benchmarks/percentiles.py {options} --write`, with {busy}."
    RESULTS.write_text("\n".join(["# Growth percentiles", "", "```", *told, "```", "", made, ""]), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
