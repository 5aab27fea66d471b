"""The model of paces with its full covariance matrix, by another route than the kit's: an oracle for small samples."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize


@dataclass(frozen=True)
class Paces:
    """A small district: labels, paces and spreads of its students."""

    pace: np.ndarray
    spread: np.ndarray
    group: np.ndarray
    school: np.ndarray

    @property
    def given(self):
        return {"pace": self.pace, "spread": self.spread, "group": self.group, "school": self.school}

    @property
    def X(self):
        return (self.group[:, None] == np.unique(self.group)).astype(float)

    def parts(self):
        """What each variance is multiplied with."""
        school = (self.school[:, None] == self.school).astype(float)
        cell = school * (self.group[:, None] == self.group)
        return np.eye(len(self.pace)), np.diag(self.spread), school, cell


def district(seed, *, students=90, schools=8, groups=2, sd=(0.25, 0.3, 0.1, 0.1)):
    """Students, unevenly spread, observed over half a year to four years."""
    draw = np.random.default_rng(seed)
    school, group = draw.integers(0, schools, students), draw.integers(0, groups, students)
    years = draw.uniform(0.5, 4, students)
    true = 0.8 + 0.2 * group + draw.normal(0, sd[0], students)
    true += draw.normal(0, sd[2], schools)[school] + draw.normal(0, sd[3], (schools, groups))[school, group]
    return Paces(true + draw.normal(0, sd[1], students) / np.sqrt(years), 1 / years, group, school)


def covariance(paces, theta):
    return sum(variance * part for variance, part in zip(theta, paces.parts(), strict=True))


def generalized(paces, theta):
    """Fixed effects and their covariance by generalised least squares."""
    inverse = np.linalg.inv(covariance(paces, theta))
    vcov = np.linalg.inv(paces.X.T @ inverse @ paces.X)
    return vcov @ paces.X.T @ inverse @ paces.pace, vcov


def deviance(paces, theta):
    """Minus twice the restricted log-likelihood."""
    V, X = covariance(paces, theta), paces.X
    beta, vcov = generalized(paces, theta)
    rest = paces.pace - X @ beta
    n, p = X.shape
    size = np.linalg.slogdet(V)[1] - np.linalg.slogdet(vcov)[1]
    return (n - p) * np.log(2 * np.pi) + size + rest @ np.linalg.solve(V, rest)


def best(paces):
    """The variances of least deviance, by scipy."""
    found = [
        minimize(
            lambda theta: deviance(paces, np.maximum(theta, [1e-9, 0, 0, 0])),
            start,
            method="L-BFGS-B",
            bounds=[(0, None)] * 4,
            options={"ftol": 1e-14, "gtol": 1e-8, "maxiter": 500},
        )
        for start in ([0.05, 0.05, 0.01, 0.01], [0.02, 0.1, 0.03, 0.001])
    ]
    return min(found, key=lambda result: result.fun)


def joint(paces, theta, targets):
    """Best predictions of linear targets, with the covariance of their errors.

    `targets` holds, per target, its fixed effects and its weights on the students' true departures, one row each.
    """
    fixed, weights = targets
    parts = paces.parts()
    true = theta[0] * parts[0] + theta[2] * parts[2] + theta[3] * parts[3]
    V, X = covariance(paces, theta), paces.X
    beta, vcov = generalized(paces, theta)
    K = np.linalg.solve(V, true @ weights.T).T
    far = fixed - K @ X
    mean = fixed @ beta + K @ (paces.pace - X @ beta)
    error = weights @ true @ weights.T - K @ V @ K.T + far @ vcov @ far.T
    return mean, error
