"""The design of a regression, freed of its blocks and of columns that say nothing new, in an orthonormal basis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.methods.arrays import Coded, FloatArray, IntArray, sums

DEPENDENT = 1e-7  # a column whose remainder is this small a share of it is determined by others (R's lm uses the same)
NOTHING = 1e-12  # residuals this small a share of the outcome are rounding


@dataclass(frozen=True, slots=True)
class Design:
    """A least-squares problem, solved.

    Rows are scaled by the root of their weight. With `Z` below, `Z'Z` is the identity, and the kept columns freed of
    the blocks are `Z` times the inverse of `basis'`.

    Parameters
    ----------
    Z
        Shape `(n, r)`: orthonormal columns that span the kept columns freed of the blocks.
    residual
        Shape `(n,)`.
    basis
        Shape `(r, r)`: the coefficients of the kept columns are `basis @ (Z'y)`, their covariance under equal
        variances `basis @ basis'`.
    coef
        Shape `(r,)`, of the kept columns.
    kept, alias
        Indices of the kept columns; shape `(r, k)`, each given column in terms of the kept ones.
    block, root, block_weight
        The row's block or None; the root of its weight; the sum of weights of each block.
    """

    Z: FloatArray
    residual: FloatArray
    basis: FloatArray
    coef: FloatArray
    kept: IntArray
    alias: FloatArray
    block: IntArray | None
    root: FloatArray
    block_weight: FloatArray

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.residual)

    @property
    def k(self) -> int:
        """Columns as given."""
        return int(self.alias.shape[1])

    @property
    def blocks(self) -> int:
        """Absorbed blocks."""
        return len(self.block_weight)

    @property
    def rank(self) -> int:
        """Columns that count, blocks included."""
        return len(self.kept) + self.blocks

    def direction(self, weights: FloatArray) -> FloatArray | None:
        """The contrast in the basis `Z`, shape `(r,)`; None where the columns do not determine it."""
        implied = weights[self.kept] @ self.alias
        if not np.allclose(implied, weights, rtol=0, atol=1e-6 * max(1.0, float(np.abs(weights).max(initial=0)))):
            return None
        found: FloatArray = self.basis.T @ weights[self.kept]
        return found


def weigh(y: FloatArray, X: FloatArray, blocks: Coded | None, weights: FloatArray | None) -> Design:
    """The design of the regression of `y` on `X` and the blocks, solved by least squares.

    Parameters
    ----------
    y, X
        Shapes `(n,)` and `(n, k)`, without missing values.
    weights
        Shape `(n,)`, positive, or None for equal ones.
    """
    root = np.ones(len(y)) if weights is None else np.sqrt(weights)
    code = None if blocks is None else blocks.codes
    totals = np.empty(0) if blocks is None else sums(blocks.codes, root * root, len(blocks.labels))
    if code is None and weights is None:
        centred, outcome, scaled = np.ascontiguousarray(X), y, X
    else:
        centred, outcome, scaled = np.empty(X.shape), _freed(y, code, root, totals), X * root[:, None]
        for j in range(X.shape[1]):
            centred[:, j] = _freed(X[:, j], code, root, totals)
    size = np.sqrt(np.einsum("ij,ij->j", scaled, scaled))
    kept, alias, basis = independent(centred, size)
    Z = centred[:, kept] @ basis
    along = Z.T @ outcome
    residual = outcome - Z @ along
    residual[np.abs(residual) <= NOTHING * np.abs(y * root).max()] = 0
    return Design(Z, residual, basis, basis @ along, kept, alias, code, root, totals)


def _freed(column: FloatArray, code: IntArray | None, root: FloatArray, totals: FloatArray) -> FloatArray:
    """The column less its weighted mean in each block, times the root of the weight."""
    if code is None:
        return column * root
    means = sums(code, column * root * root, len(totals)) / totals
    freed: FloatArray = (column - means[code]) * root
    return freed


def independent(X: FloatArray, size: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """The columns that those before them do not determine, all columns in terms of these, and the basis."""
    k = X.shape[1]
    R: FloatArray = np.asarray(np.linalg.qr(X, mode="r"))
    triangle: FloatArray = np.zeros((len(R), 0))
    kept: list[int] = []
    for j in range(k):
        column: FloatArray = R[:, j]
        orthogonal = np.linalg.qr(triangle)[0] if kept else triangle
        rest = column - orthogonal @ (orthogonal.T @ column)
        if np.linalg.norm(rest) > DEPENDENT * size[j]:
            kept.append(j)
            triangle = np.column_stack([triangle, column])
    if not kept:
        return np.empty(0, np.int64), np.zeros((0, k)), np.zeros((0, 0))
    upper = np.linalg.qr(triangle, mode="r")
    alias = np.linalg.lstsq(triangle, R, rcond=None)[0].astype(np.float64)
    return np.array(kept, np.int64), alias, np.linalg.inv(upper).astype(np.float64)
