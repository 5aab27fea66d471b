"""How often a difference between treated and untreated schools is called real when there is none, by kind of error.

    python benchmarks/false_alarms.py [--repeats 2000]

Nominal is 5 %. With few treated schools CR2 with Satterthwaite's degrees of freedom errs on the safe side; a t-test of
school means is near nominal; errors that ignore schools are far off.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.stats import ttest_ind

from cbe_analysis.methods.robust import cluster_fit, published_fit

DESIGNS = {
    "10 schools of 60, 2 treated": ([60] * 10, [0, 1]),
    "10 schools of 60, 5 treated": ([60] * 10, [0, 1, 2, 3, 4]),
    "20 unequal schools, 3 treated": (list(range(10, 210, 10)), [1, 8, 17]),
    "20 unequal schools, 10 treated": (list(range(10, 210, 10)), list(range(0, 20, 2))),
    "40 unequal schools, 20 treated": (list(range(5, 205, 5)), list(range(0, 40, 2))),
}
CORRELATION, NOMINAL = 0.2, 0.05


def alarms(draw: np.random.Generator, sizes: list[int], treated: list[int]) -> list[bool]:
    """Whether each kind of error calls a difference, in one simulated district without one."""
    m = len(sizes)
    school = np.repeat(np.arange(m), sizes)
    arm = np.isin(np.arange(m), treated).astype(float)
    between, within = np.sqrt([CORRELATION, 1 - CORRELATION])
    y = between * draw.normal(size=m)[school] + within * draw.normal(size=len(school))
    X, means = np.column_stack([np.ones(len(school)), arm[school]]), np.bincount(school, weights=y) / sizes
    fits = [
        published_fit(y, X),
        published_fit(y, X, cluster=school),
        cluster_fit(y, X, cluster=school),
    ]
    by_means = ttest_ind(means[arm == 1], means[arm == 0]).pvalue
    return [*(fit.coefficient(1).p < NOMINAL for fit in fits), by_means < NOMINAL]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=2000)
    repeats = parser.parse_args().repeats
    draw = np.random.default_rng(5)
    print(f"{repeats} districts each, correlation within schools {CORRELATION}; share called real, in percent")
    print(f"{'':32}{'HC1':>8}{'CR1':>8}{'CR2':>8}{'means':>8}")
    for name, (sizes, treated) in DESIGNS.items():
        share = np.mean([alarms(draw, sizes, treated) for _ in range(repeats)], axis=0)
        print(f"{name:32}" + "".join(f"{100 * s:8.1f}" for s in share), flush=True)


if __name__ == "__main__":
    main()
