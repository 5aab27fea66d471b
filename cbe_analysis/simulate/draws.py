"""Random draws: a stream for every table and every chunk of students, so that a new table shifts no other."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rng = np.random.Generator


def stream(seed: int, name: str, chunk: int = 0) -> Rng:
    """The generator of one table (or theme) and chunk, independent of all others."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(name.encode()), chunk])))


def pick(rng: Rng, weights: Floats, size: int) -> Ints:
    """Codes 0, 1, 2 ... drawn with the weights."""
    shares = np.cumsum(weights) / np.sum(weights)
    return np.searchsorted(shares[:-1], rng.random(size), side="right")


def pick_each(rng: Rng, weights: Floats) -> Ints:
    """One code per row of weights, shape (n, k)."""
    shares = np.cumsum(weights, axis=1) / np.sum(weights, axis=1, keepdims=True)
    return np.asarray((rng.random((len(weights), 1)) >= shares[:, :-1]).sum(axis=1), dtype=np.int64)


def chance(logit: Floats) -> Floats:
    """Probabilities of the logits."""
    return np.asarray(1.0 / (1.0 + np.exp(-logit)), dtype=np.float64)


def place_within(counts: Ints) -> Ints:
    """0, 1, 2 ... anew within each stretch: counts (2, 3) give 0 1 0 1 2."""
    ends = np.cumsum(counts)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts, counts)


def rank_within(keys: Ints) -> Ints:
    """Position of every row among the rows of the same key, in the order given."""
    order = np.argsort(keys, kind="stable")
    _, counts = np.unique(keys, return_counts=True)
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[order] = place_within(counts)
    return ranks
