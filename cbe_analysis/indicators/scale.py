"""Scores that pile up at an end of their scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PILE = 0.10  # a larger share at the lowest or highest score is said
SEVERAL = 10  # fewer different scores are answers on a scale, not a test with a floor


def piles(values: NDArray[np.float64], minimum: int) -> list[str]:
    """The share of scores at the lowest and at the highest value, where it is large, in sentences.

    Parameters
    ----------
    minimum
        Smallest group that may be published; far fewer scores than that say nothing.
    """
    if len(values) < 4 * minimum or len(np.unique(values)) <= SEVERAL:
        return []
    ends = (("lowest", "floor", values.min()), ("highest", "ceiling", values.max()))
    shares = [(name, word, float((values == end).mean())) for name, word, end in ends]
    return [
        f"{share:.0%} of the scores are the {name} there is ({word}): differences among them cannot be seen"
        for name, word, share in shares
        if share > PILE
    ]
