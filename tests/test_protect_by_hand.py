"""The groups that are hidden beside small ones, held against sums done by hand: what is left of the printed total."""

import numpy as np
import pytest
from protected_tables import estimates, share

from cbe_analysis.measure.estimates import ALL
from cbe_analysis.protect.completion import Known, completed
from cbe_analysis.protect.entries import entries
from cbe_analysis.protect.pattern.cells import bases
from cbe_analysis.protect.pattern.coarse_to_fine import secured

MINIMUM = 10
TABLES = {  # the sizes of groups, of which the total leaves a small one too little room
    "two groups": [4, 12],
    "bands that are full": [19, 19, 19, 19, 19, 9],
    "fifties that leave less than ten": [126, 5],
}


def table(sizes):
    """The table of a column with groups of these sizes, and of all."""
    groups = {f"g{at}": n for at, n in enumerate(sizes)}
    rows = [share(sum(sizes), sum(sizes) // 2), *(share(n, n // 2, group=name) for name, n in groups.items())]
    given = estimates(rows)
    (base,) = bases(completed(entries(given), Known(given.by, frozenset())), given.by, frozenset())
    return base


def printed(n, step):
    """The smallest and the largest size that are printed like this one: bands below a hundred, then tens or fifties."""
    for low, high in ((10, 19), (20, 39), (40, 99)):
        if low <= n <= high:
            return low, high
    middle = (n + step // 2) // step * step
    return max(middle - step // 2, 100), middle + step // 2 - 1


def left(sizes, hidden, whole_hidden=False):
    """What the total leaves for each hidden group, by sums alone."""
    shown = [printed(n, 50) for at, n in enumerate(sizes) if at not in hidden]  # beside a small group
    low, high = (0, np.inf) if whole_hidden else printed(sum(sizes), 10)
    most = high - sum(low for low, _ in shown)
    least = max(0, low - sum(high for _, high in shown)) if len(hidden) == 1 else 0
    return least, most


def protected(sizes, hidden, whole_hidden=False):
    """Whether each small group may have from none to the minimum, and each other hidden one more than one size."""
    least, most = left(sizes, hidden, whole_hidden)
    small = [at for at in hidden if sizes[at] < MINIMUM]
    return (not small or (least == 0 and most >= MINIMUM)) and (not hidden or most - least >= 1)


def chosen(sizes):
    """The groups that the rule hides, and whether it hides their total."""
    base = table(sizes)
    found = {next((part for part in key if part != ALL and part), ALL) for key in secured(base, MINIMUM).hidden}
    return {at for at in range(len(sizes)) if f"g{at}" in found}, ALL in found


@pytest.mark.parametrize("kind", TABLES)
def test_a_small_group_is_not_hidden_alone_where_the_total_tells_it(kind):
    sizes = TABLES[kind]
    small = {at for at, n in enumerate(sizes) if n < MINIMUM}
    hidden, whole_hidden = chosen(sizes)
    assert small <= hidden
    assert not protected(sizes, small)
    assert protected(sizes, hidden, whole_hidden)


@pytest.mark.parametrize("sizes", [[2790, 2995, 5], [30, 30, 9], [14, 14, 15, 19, 19, 18, 4]])
def test_no_other_group_is_hidden_where_the_total_leaves_room(sizes):
    small = {len(sizes) - 1}
    assert protected(sizes, small)
    assert chosen(sizes) == (small, False)


def test_no_total_tells_a_small_group():
    """Tables drawn so that many small groups would follow from what is left over."""
    random, telling = np.random.default_rng(7), 0
    for _ in range(60):
        others = random.integers(17, 20, 6) if random.integers(2) else random.integers(10, 16, 1)
        sizes = [*map(int, others), int(random.integers(1, 10))]
        small = {at for at, n in enumerate(sizes) if n < MINIMUM}
        telling += not protected(sizes, small)
        assert protected(sizes, *chosen(sizes)), sizes
    assert telling > 10
