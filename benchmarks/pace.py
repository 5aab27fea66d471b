"""The model of paces with few groups and with many, beside lme4 and statsmodels, and the way from files to an answer.

    python benchmarks/pace.py [--students 100000] [--repeats 3] [--mixedlm 10000]

Students are in 200 schools. First the fit alone, years of observation differing: processor seconds with 1, 3, 12 and 50
groups. No peer fits this model: its error variance is sigma2 over the years, with a variance of students besides. Where
all are observed equally long it is a mixed model with schools and groups within schools, which lme4 (where Rscript is
found) and statsmodels fit, the latter with so many students as --mixedlm says: how many times longer they take, and how
far apart means, variances and log-likelihood are. Last, `measure` on a folder of six levels a student, in seconds of a
clock, beside the fits in it. Fails where fifty groups cost more than ten times what one does, or peers disagree.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from statistics import median

import duckdb
import numpy as np

import cbe_analysis as cbe
from cbe_analysis.load.findings import Findings
from cbe_analysis.methods.pace import PaceFit, fit_pace, slopes

SCHOOLS, GROUPS, YEARS = 200, (1, 3, 12, 50), 2.0
MOST_TIMES, APART = 10, 1e-3  # fifty groups over one; peers, whose searches stop a little early
LME4 = """
suppressMessages(library(lme4)); options(digits = 15); d <- read.csv(commandArgs(TRUE)[1])
f <- y ~ 0 + factor(group) + (1 | school) + (1 | school:group)
s <- sum(system.time(m <- lmer(f, d))[1:2]); v <- as.data.frame(VarCorr(m)); n <- v$grp
cat(s, v$sdcor[n == "school"], v$sdcor[n == "school:group"], sigma(m), as.numeric(logLik(m)), fixef(m))
"""
Data = dict[str, np.ndarray]


def paces(students: int, groups: int, *, equal: bool = False) -> Data:
    """Observed paces of students who differ, in schools that differ, observed for years that differ."""
    draw = np.random.default_rng(3)
    school, group = draw.integers(0, SCHOOLS, students), draw.integers(0, groups, students)
    years = np.full(students, YEARS) if equal else draw.uniform(0.5, 4, students)
    y = 1 + 0.1 * draw.normal(size=SCHOOLS)[school] + 0.1 * draw.normal(size=(SCHOOLS, groups))[school, group]
    y += 0.25 * draw.normal(size=students) + 0.3 * draw.normal(size=students) / np.sqrt(years)
    return {"y": y, "group": group, "school": school, "years": years}


def ours(data: Data) -> tuple[float, PaceFit]:
    """Processor seconds, and the fit."""
    began = time.process_time()
    fit = fit_pace(data["y"], 1 / data["years"], group=data["group"], school=data["school"])
    return time.process_time() - began, fit


def told(fit: PaceFit) -> np.ndarray:
    """Deviations of schools, cells and students with their errors, log-likelihood, means."""
    v = fit.variances
    return np.array([*np.sqrt([v.school, v.cell, v.within]), fit.loglik, *fit.means.coef])


def lme4(data: Data) -> np.ndarray:
    """Seconds and the same of lme4."""
    with tempfile.TemporaryDirectory() as folder:
        file, script = Path(folder, "paces.csv"), Path(folder, "fit.R")
        script.write_text(LME4)
        np.savetxt(file, np.column_stack(list(data.values())), delimiter=",", header=",".join(data), comments="")
        done = subprocess.run(["Rscript", script, file], capture_output=True, text=True, check=True)
    return np.array(done.stdout.split(), float)


def mixedlm(data: Data) -> np.ndarray:
    """Seconds and the same of statsmodels."""
    import pandas as pd
    import statsmodels.api as sm

    frame, groups = pd.DataFrame(data), int(data["group"].max()) + 1
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns on its way
        model = sm.MixedLM.from_formula(
            "y ~ 0 + C(group)", frame, groups="school", re_formula="1", vc_formula={"cell": "0 + C(group)"}
        )
        fit = model.fit(reml=True, method="bfgs")  # its other searches end before the largest likelihood
    seconds = time.process_time() - began
    spread = np.sqrt([fit.cov_re.iloc[0, 0], fit.vcomp[0], fit.scale])
    return np.array([seconds, *spread, fit.llf, *fit.fe_params[:groups]])


def write(folder: Path, students: int) -> None:
    """Six levels of every student, each measured anew, in Parquet."""
    sql = duckdb.connect().sql
    who = f"range({students}) AS s(i), range(6) AS r(k)"
    noise = "sqrt(-2 * ln((hash(i * 7 + k) % 999999 + 1) / 1e6)) * cos(2 * pi() * (hash(i * 11 + k) % 999999) / 1e6)"
    tables = {
        "schools": f"SELECT 'S' || i AS school_id, 'A school' AS name, 'other' AS kind FROM range({SCHOOLS}) r(i)",
        "students": f"SELECT 's' || i AS student_id, if(hash(i) % 2 = 0, 'female', 'male') AS gender "
        f"FROM range({students}) r(i)",
        "levels": f"SELECT 's' || i AS student_id, 'math' AS subject, make_date(2021 + k, 5, 20) AS date, "
        f"round(4 + hash(i) % 3 + (0.7 + hash(i + 1) % 7 / 10) * k + 0.2 * {noise}, 3) AS level, 'test' AS method "
        f"FROM {who}",
        "enrollments": f"SELECT 's' || i AS student_id, 'S' || i % {SCHOOLS} AS school_id, "
        "make_date(2020 + k, 9, 1) AS entry_date, make_date(2021 + k, 6, 1) AS exit_date, 2021 + k AS school_year, "
        f"3 + k AS grade FROM {who}",
    }
    for name, query in tables.items():
        sql(query).write_parquet(str(folder / f"{name}.parquet"))


def growth_of_cost(students: int, repeats: int) -> bool:
    """Print the seconds of the fit by the number of groups; true where many cost little more."""
    seconds = {}
    for groups in GROUPS:
        data = paces(students, groups)
        seconds[groups] = median(ours(data)[0] for _ in range(repeats))
        times = seconds[groups] / seconds[GROUPS[0]]
        print(f"{students:>9,} students {groups:>3} groups {seconds[groups]:7.2f} s {times:6.1f} x", flush=True)
    return seconds[GROUPS[-1]] <= MOST_TIMES * seconds[GROUPS[0]]


def beside_peers(students: int, most: int) -> bool:
    """Print peers' times over ours and the differences, all observed equally long; true where they agree."""
    peers = {"mixedlm": (mixedlm, min(students, most))}
    if shutil.which("Rscript"):
        peers["lme4"] = (lme4, students)
    else:
        print("Rscript was not found: lme4 is left out")
    agreed = True
    for name, (peer, many) in peers.items():
        data = paces(many, GROUPS[-1], equal=True)
        (own, fit), found = ours(data), peer(data)
        apart = float(np.abs(np.delete(found[1:] - told(fit), 3)).max())
        likelihood = found[4] - fit.loglik
        print(
            f"{many:>9,} students {GROUPS[-1]:>3} groups {name:8} {found[0]:7.2f} s, {found[0] / own:.0f} x ours; "
            f"means and deviations {apart:.0e} levels a year apart; log-likelihood less ours {likelihood:+.0e}",
            flush=True,
        )
        agreed = agreed and apart < APART and abs(likelihood) < APART
    return agreed


def whole_way(students: int, repeats: int) -> None:
    """Print the seconds of `measure` from Parquet to gaps, beside those of the slopes and fits in it."""
    draw, seconds = np.random.default_rng(2), []
    student, years = np.repeat(np.arange(students), 6), np.tile(np.arange(6.0), students)
    level = 4 + draw.normal(1, 0.2, students)[student] * years + draw.normal(0, 0.2, student.size)
    began = time.perf_counter()
    seen = slopes(level, years, student)
    school, gender, about = np.arange(students) % SCHOOLS, draw.integers(0, 2, students), (seen.degrees, seen.squares)
    for group in (None, gender):
        fit_pace(seen.pace, seen.spread, group=group, school=school, about=about)
    kernel = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), students)
        clean = Findings((), checks=1, passed=1, not_checked=(), fingerprint="")
        district = cbe.load(folder).with_findings(clean)
        for _ in range(repeats):
            began = time.perf_counter()
            cbe.measure("pace", district, by="gender", compare="others")
            seconds.append(time.perf_counter() - began)
    found = median(seconds)
    print(f"{students:>9,} students x 6 levels, by gender: measure {found:.2f} s; slopes and both fits {kernel:.2f} s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--mixedlm", type=int, default=10_000)
    asked = parser.parse_args()
    gentle = growth_of_cost(asked.students, asked.repeats)
    agreed = beside_peers(asked.students, asked.mixedlm)
    whole_way(asked.students, asked.repeats)
    return int(not (gentle and agreed))


if __name__ == "__main__":
    sys.exit(main())
