"""Random sequences of overlapping releases: the audit is never more lenient than an attacker who tries everything."""

import random

from overlapping import missed, sequences

SEQUENCES = 70
FEW = 9  # students up to whom all counts of four groups are tried here; the benchmark goes further


def test_the_audit_finds_all_that_trying_everything_finds():
    found = {"size": 0, "share": 0}
    for cells, releases, countable in sequences(random.Random(20261122), SEQUENCES, counted=FEW):
        for counts in (False, True) if countable else (False,):
            left, tried = missed(cells, releases, counts=counts)
            assert left == set(), [release.text() for release in releases]
            for what in found:
                found[what] += any(one == what for one, _ in tried)
    assert found["size"] > 9, "releases that give something away are among them"
    assert found["share"] > 2
