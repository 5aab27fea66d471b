"""The growth model against statsmodels MixedLM, and lme4 where Rscript is found, on the same simulated scores.

    python benchmarks/growth.py [--students 1000 10000 100000 1000000] [--repeats 3] [--mixedlm 10000]

Two levels with intercept and years, three levels (200 schools) with eight fixed effects. Each fit runs in a process of
its own. Printed are the processor seconds of the fit, which a busy machine distorts less than a clock's (median of the
repeats; the others run once from 100,000 students on), the peak memory of the process, how many times longer the
other takes, and the largest relative difference of fixed effects, their errors and the variances. MixedLM has no
correlated slopes of students nested in schools, so it is there for two levels alone, and up to 10,000 students unless
--mixedlm says more: 100,000 take it minutes. lme4 is there up to 100,000. What was found: benchmarks/results/growth.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from statistics import median

import numpy as np

OCCASIONS, SCHOOLS, COVARIATES = 6, 200, 3
MOST = {"mixedlm": 10_000, "lme4": 100_000}  # students above which these are left out
ONCE = 100_000  # from so many students on, the others run once
LME4 = """
suppressMessages(library(lme4)); options(digits = 15); d <- read.csv(commandArgs(TRUE)[1])
two <- y ~ years + (years | student)
three <- y ~ (a + b + c) * years + (years | school/student)
s <- sum(system.time(m <- lmer(if (commandArgs(TRUE)[2] == "2") two else three, d))[1:2])
v <- as.data.frame(VarCorr(m)); student <- grepl("student", v$grp); school <- v$grp == "school"
cat(s, fixef(m), sqrt(diag(as.matrix(vcov(m)))), v$vcov[student], v$vcov[school], sigma(m)^2, as.numeric(logLik(m)))
"""


def scores(students: int) -> dict[str, np.ndarray]:
    """Six scores of every student, who differ in intercept and slope, as do 200 schools (fewer for few students)."""
    draw = np.random.default_rng(1)
    schools = min(SCHOOLS, students // 20)
    student = np.repeat(np.arange(students), OCCASIONS)
    school = draw.integers(0, schools, students)[student]
    years = np.tile(np.arange(OCCASIONS) / 2, students) + draw.uniform(-0.1, 0.1, student.size)
    u, v = draw.normal(size=(students, 2)) @ [[8, 0.5], [0, 2]], draw.normal(size=(schools, 2)) @ [[4, 0.3], [0, 1]]
    slope = 10 + u[student, 1] + v[school, 1]
    y = 200 + u[student, 0] + v[school, 0] + slope * years + 3 * draw.normal(size=student.size)
    held = draw.normal(size=(students, COVARIATES))[student]
    y += held @ [3.0, 1.0, -2.0] + 0.5 * held[:, 0] * years
    return {"y": y, "years": years, "student": student, "school": school, **dict(zip("abc", held.T, strict=True))}


def design(data: dict[str, np.ndarray], levels: int) -> np.ndarray:
    """The fixed effects, in the order in which lme4 has them."""
    years, ones = data["years"], np.ones(len(data["y"]))
    if levels == 2:
        return np.column_stack([ones, years])
    held = np.column_stack([data[name] for name in "abc"])
    return np.column_stack([ones, held, years, held * years[:, None]])


def ours(data: dict[str, np.ndarray], levels: int) -> list[float]:
    """Seconds, then coefficients, errors, variances and covariances of each level, residual, log-likelihood."""
    from cbe_analysis.methods.growth import fit_growth

    school, X = data["school"] if levels == 3 else None, design(data, levels)
    began = time.process_time()
    fit = fit_growth(data["y"], data["years"], data["student"], school=school, X=X)
    seconds = time.process_time() - began
    spread = [x for level in (fit.student, fit.school) if level for x in level.covariance[[0, 1, 0], [0, 1, 1]]]
    return [seconds, *fit.coef, *fit.std_error, *spread, fit.sigma2, fit.loglik]


def mixedlm(data: dict[str, np.ndarray], levels: int) -> list[float]:
    """The same of statsmodels."""
    import statsmodels.api as sm

    assert levels == 2
    X = design(data, levels)
    began = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns on its way, and arrives
        fit = sm.MixedLM(data["y"], X, data["student"], exog_re=X).fit(reml=True)
    seconds, spread = time.process_time() - began, np.asarray(fit.cov_re)[[0, 1, 0], [0, 1, 1]]
    return [seconds, *fit.fe_params, *fit.bse_fe, *spread, fit.scale, fit.llf]


def lme4(data: dict[str, np.ndarray], levels: int) -> list[float]:
    """The same of lme4."""
    with tempfile.TemporaryDirectory() as folder:
        file, script = Path(folder, "scores.csv"), Path(folder, "fit.R")
        script.write_text(LME4)
        np.savetxt(file, np.column_stack(list(data.values())), delimiter=",", header=",".join(data), comments="")
        done = subprocess.run(["Rscript", script, file, str(levels)], capture_output=True, text=True, check=True)
    return [float(x) for x in done.stdout.split()]


CONTENDERS = {"ours": ours, "mixedlm": mixedlm, "lme4": lme4}


def peak() -> float:
    """Megabytes that this process, or the largest it started, has held at most; NaN where the system does not say."""
    try:
        import resource
    except ImportError:
        return float("nan")
    unit = 1 if sys.platform == "darwin" else 1024
    kinds = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return max(resource.getrusage(kind).ru_maxrss for kind in kinds) * unit / 2**20


def child(contender: str, students: int, levels: int) -> None:
    numbers = CONTENDERS[contender](scores(students), levels)
    print(json.dumps([*numbers, peak()]))


def fitted(contender: str, students: int, levels: int, repeats: int) -> np.ndarray:
    """Median seconds, then the estimates, log-likelihood and megabytes, each repeat in a process of its own."""
    command = [sys.executable, __file__, "--child", contender, str(students), str(levels)]
    runs = [json.loads(subprocess.check_output(command, text=True).splitlines()[-1]) for _ in range(repeats)]
    return np.array([median(run[0] for run in runs), *runs[-1][1:]])


def compare(students: int, levels: int, repeats: int, most: dict[str, int]) -> None:
    others = [name for name in ("mixedlm",) if levels == 2] + (["lme4"] if shutil.which("Rscript") else [])
    others = [name for name in others if students <= most[name]]
    first = fitted("ours", students, levels, repeats)
    line = "{:>9,}  {}  {:8} {:9.3f} s {:7,.0f} MB {:>9} {:>10} {:>10}"
    print(line.format(students, levels, "ours", first[0], first[-1], "", "", ""), flush=True)
    for name in others:
        found = fitted(name, students, levels, 1 if name == "mixedlm" or students >= ONCE else repeats)
        estimates = slice(1, -2)
        apart = np.abs(found[estimates] / first[estimates] - 1).max()
        ratio, likelihood = f"{found[0] / first[0]:,.0f} x", f"{found[-2] - first[-2]:+.1e}"
        print(line.format(students, levels, name, found[0], found[-1], ratio, f"{apart:.1e}", likelihood), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--mixedlm", type=int, default=MOST["mixedlm"], help="the most students that MixedLM is given")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        child(asked.child[0], int(asked.child[1]), int(asked.child[2]))
        return
    print(
        f"{OCCASIONS} scores a student; levels 2 or 3; processor seconds of the fit, peak of the process, times ours,"
    )
    print("largest relative difference of fixed effects, errors and variances; log-likelihood less ours")
    most = {**MOST, "mixedlm": asked.mixedlm}
    if not shutil.which("Rscript"):
        print("Rscript was not found: lme4 is left out")
    for students in asked.students:
        for levels in (2, 3):
            compare(students, levels, asked.repeats, most)


if __name__ == "__main__":
    main()
