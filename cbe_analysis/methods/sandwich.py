"""What is between the slices: sums of adjusted residuals per cluster, and the variance of a contrast from them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

from cbe_analysis.methods.arrays import FloatArray, IntArray, ordered, sums
from cbe_analysis.methods.weighing import Design

CERTAIN = 1e-10  # leverage this close to one: the residual is zero whatever the data
BATCH = 2**21  # numbers in one batch of small matrices
NONE = float("nan")


@dataclass(frozen=True, slots=True)
class Crossing:
    """What the adjusted rows of each cluster share with each block that reaches beyond it.

    Parameters
    ----------
    cluster, block
        Shape `(pairs,)`.
    vector
        Shape `(pairs, r)`, to be multiplied with a contrast.
    """

    cluster: IntArray
    block: IntArray
    vector: FloatArray


@dataclass(frozen=True, slots=True)
class Scores:
    """Sums over clusters (or rows), in the orthonormal basis of the design.

    Parameters
    ----------
    meat
        Shape `(r, r)`: the covariance of the coefficients in that basis.
    sight
        Shape `(r, r)`: the part of the identity that residuals can show.
    df
        The degrees of freedom of every contrast, or NaN where each has its own, from the following.
    spread, shared
        Shape `(m, r, r)`: per cluster, the cross-products of its adjusted rows, and what these share with the columns.
    crossing
        The same with the blocks.
    """

    meat: FloatArray
    sight: FloatArray
    df: float
    spread: FloatArray
    shared: FloatArray
    crossing: Crossing

    def seen(self, direction: FloatArray) -> float:
        """Share of the contrast's variance that residuals can show, 0 to 1; NaN for no contrast at all."""
        size = float(direction @ direction)
        return float(direction @ self.sight @ direction) / size if size > 0 else NONE

    def freedom(self, direction: FloatArray) -> float:
        """Degrees of freedom of a contrast given in the basis.

        Twice the squared mean of its variance estimate over the variance of that estimate, under independent errors of
        equal variance.

        References
        ----------
        Pustejovsky, J. E. & Tipton, E. (2018), Journal of Business & Economic Statistics 36, 672-683, equation 10.
        """
        if np.isfinite(self.df):
            return self.df
        m = len(self.spread)
        own = self.spread @ direction @ direction
        dense = self.shared @ direction
        pairs = self.crossing.cluster, self.crossing.block
        width = int(self.crossing.block.max(initial=-1)) + 1
        thin = sparse.csr_array((self.crossing.vector @ direction, pairs), shape=(m, max(width, 1)))
        lost = np.einsum("ij,ij->i", dense, dense) + (thin * thin).sum(axis=1)
        overlap = [(dense.T @ dense).ravel(), (thin.T @ dense).ravel(), (thin.T @ dense).ravel(), (thin.T @ thin).data]
        trace = (own - lost).sum()
        square = own @ own - 2 * own @ lost + sum(float(part @ part) for part in overlap)
        return float(trace * trace / square) if square > 0 else NONE


def row_scores(design: Design) -> Scores:
    """HC3: every row its own cluster, its residual over one less its leverage."""
    room = 1 - leverage(design)
    free = room > CERTAIN
    Z = design.Z[free]
    adjusted = Z * (design.residual[free] / room[free])[:, None]
    return _same_freedom(adjusted.T @ adjusted, Z.T @ Z, design.n - design.rank)


def plain_scores(design: Design, cluster: IntArray | None) -> Scores:
    """HC1, or CR1 by cluster: residuals as they are, with one factor for the whole."""
    n, r = design.Z.shape
    spare = n - design.rank
    scores = design.Z * design.residual[:, None]
    m = n if cluster is None else int(cluster.max()) + 1
    if cluster is not None:
        scores = sums(cluster, scores, m)
    if spare < 1 or m < 2:
        return _same_freedom(np.full((r, r), NONE), np.zeros((r, r)), 0)
    factor = n / spare if cluster is None else m / (m - 1) * (n - 1) / spare
    return _same_freedom(factor * scores.T @ scores, np.eye(r), spare if cluster is None else m - 1)


def leverage(design: Design) -> FloatArray:
    """The diagonal of the hat matrix, blocks included, shape `(n,)`."""
    found: FloatArray = np.einsum("ij,ij->i", design.Z, design.Z)
    if design.block is not None:
        found = found + design.root**2 / design.block_weight[design.block]
    return found


def cluster_scores(design: Design, cluster: IntArray) -> Scores:
    """CR2: the residuals of a cluster times the inverse root of its part of the residual-maker.

    With `W` the cluster's rows of an orthonormal basis of columns and blocks, the residual-maker is `I - WW'`; its
    inverse root differs from `I` only within the span of `W`, so that `S = W'W` is all that is needed. A block inside
    one cluster is left out: residuals and columns are free of it already.
    """
    m, r = int(cluster.max()) + 1, design.Z.shape[1]
    gram, along = _products(design, cluster, m)
    pairs = _pairs(design, cluster)
    reach = np.bincount(pairs.cluster, minlength=m)
    scores, sight = np.empty((m, r)), np.zeros((r, r))
    spread, shared = np.empty((m, r, r)), np.empty((m, r, r))
    vector = np.empty((len(pairs.cluster), r))
    first = np.searchsorted(pairs.cluster, np.arange(m))
    for width in np.unique(reach):
        alike = np.flatnonzero(reach == width)
        for some in np.array_split(alike, 1 + len(alike) * int(width + r) ** 2 // BATCH):
            at = (first[some][:, None] + np.arange(width)).ravel()
            S, We = _assemble(gram[some], along[some], pairs.take(at), int(width))
            s, V = np.linalg.eigh(S)
            free = 1 - s > CERTAIN
            f = np.where(free, 1 / np.sqrt(np.where(free, 1 - s, 1)), 0)
            turned = np.swapaxes(V, 1, 2)
            scores[some] = ((V * f[:, None]) @ (turned @ We[..., None]))[:, width:, 0]
            spread[some] = ((V * (s * f * f)[:, None]) @ turned)[:, width:, width:]
            adjusted = ((V * (s * f)[:, None]) @ turned)[:, :, width:]
            shared[some], vector[at] = adjusted[:, width:], adjusted[:, :width].reshape(-1, r)
            sight += ((V * (s * free)[:, None]) @ turned)[:, width:, width:].sum(0)
    return Scores(scores.T @ scores, sight, NONE, spread, shared, Crossing(pairs.cluster, pairs.block, vector))


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Clusters and blocks that share rows, for blocks that reach into more than one cluster.

    `hold` is the share of the block's weight in the cluster, `gram` its product with the columns `(pairs, r)`,
    `along` its product with the residual.
    """

    cluster: IntArray
    block: IntArray
    hold: FloatArray
    gram: FloatArray
    along: FloatArray

    def take(self, rows: IntArray) -> _Pairs:
        """The pairs of those numbers."""
        return _Pairs(self.cluster[rows], self.block[rows], self.hold[rows], self.gram[rows], self.along[rows])


def _pairs(design: Design, cluster: IntArray) -> _Pairs:
    """All pairs of a cluster and a block that share rows, sorted by cluster."""
    if design.block is None:
        r, nothing = design.Z.shape[1], np.empty(0, np.int64)
        return _Pairs(nothing, nothing, np.empty(0), np.empty((0, r)), np.empty(0))
    key, pair = np.unique(cluster * design.blocks + design.block, return_inverse=True)
    owner, block = np.divmod(key, design.blocks)
    unit = design.root / np.sqrt(design.block_weight[design.block])
    hold, along = sums(pair, unit * unit, len(key)), sums(pair, unit * design.residual, len(key))
    gram = sums(pair, unit[:, None] * design.Z, len(key))
    beyond = np.flatnonzero(np.bincount(block)[block] > 1)
    return _Pairs(owner, block, hold, gram, along).take(beyond)


def _products(design: Design, cluster: IntArray, m: int) -> tuple[FloatArray, FloatArray]:
    """`Z'Z` and `Z'e` of every cluster, shapes `(m, r, r)` and `(m, r)`."""
    order = ordered(cluster)
    Z, e = design.Z[order], design.residual[order]
    edge = np.searchsorted(cluster[order], np.arange(m + 1))
    parts = list(pairwise(edge))
    return np.stack([Z[a:b].T @ Z[a:b] for a, b in parts]), np.stack([Z[a:b].T @ e[a:b] for a, b in parts])


def _assemble(gram: FloatArray, along: FloatArray, pairs: _Pairs, width: int) -> tuple[FloatArray, FloatArray]:
    """`S = W'W` and `W'e` of clusters that meet `width` blocks each, the blocks first."""
    m, r = along.shape
    S, We = np.zeros((m, width + r, width + r)), np.empty((m, width + r))
    S[:, range(width), range(width)] = pairs.hold.reshape(m, width)
    S[:, :width, width:] = pairs.gram.reshape(m, width, r)
    S[:, width:, :width] = np.swapaxes(S[:, :width, width:], 1, 2)
    S[:, width:, width:] = gram
    We[:, :width], We[:, width:] = pairs.along.reshape(m, width), along
    return S, We


def _same_freedom(meat: FloatArray, sight: FloatArray, df: float) -> Scores:
    """Scores whose contrasts all have the same degrees of freedom."""
    r, none = len(meat), np.empty(0, np.int64)
    return Scores(meat, sight, float(df), np.empty((0, r, r)), np.empty((0, r, r)), Crossing(none, none, meat[:0]))
