"""Selections within selections: what each leaves over of the others, and whether anything of them comes out."""

import json

import numpy as np
import pytest
from hand_made import HIDDEN, release, share

from cbe_analysis.protect.attack import Published
from cbe_analysis.protect.attack.left_over import _Inside, _once
from cbe_analysis.protect.attack.together import Joint
from cbe_analysis.protect.sizes import public_size

SCHOOLS = tuple("abcdefgh")


def drawn(seed):
    """Some selections of schools, with how many students are in each."""
    random = np.random.default_rng(seed)
    sizes = dict(zip(SCHOOLS, random.choice([1, 3, 6, 110, 140], len(SCHOOLS)).tolist(), strict=True))
    own = [random.choice(SCHOOLS, random.integers(1, 8), replace=False) for _ in range(random.integers(2, 9))]
    return {frozenset(of.tolist()): (sum(sizes[s] for s in of),) * 2 for of in own}


@pytest.mark.parametrize("seed", range(30))
def test_beside_a_part_stand_the_widest_that_share_nobody(seed):
    told = drawn(seed)
    inside = _Inside(told)
    for whole in told:
        for part in (of for of in told if of < whole):
            found, taken = [part], set(part)
            for of in sorted((of for of in told if of < whole), key=lambda of: (-len(of), sorted(of))):
                if taken.isdisjoint(of):
                    found.append(of)
                    taken |= of
            assert inside.beside(part, whole) == found


def test_of_twelve_nested_selections_every_difference_is_left_over():
    nested = {frozenset(f"{at:02}" for at in range(n)): (10 * n, 10 * n) for n in range(1, 13)}
    left = dict(_once(nested))
    assert {
        frozenset(f"{at:02}" for at in range(low, high)) for low in range(1, 12) for high in range(low + 1, 13)
    } <= {*left}
    assert all(size == (10 * len(of), 10 * len(of)) for of, size in left.items())


def releases(seed):
    """The selections as they are printed."""
    return [
        release(
            [share(public_size(n, 10).shown, "about 35 %") if n >= 10 else share(HIDDEN, HIDDEN)],
            [n],
            by=(),
            where=(f"school_id in {json.dumps(sorted(of))}" if len(of) > 1 else f"school_id={min(of)}",),
        )
        for of, (n, _) in drawn(seed).items()
    ]


@pytest.mark.parametrize("published", [None, 1])
def test_whether_anything_comes_out_is_told_like_all_that_does(published):
    """With one release that is published already, or none."""
    out = []
    for seed in range(20):
        public = [Published(f"{i}", published if i == 0 else None, one) for i, one in enumerate(releases(seed))]
        out.append(Joint(public).lets_out())
        assert out[-1] == bool(Joint(public).breaches())
    assert 4 <= sum(out) <= 16
