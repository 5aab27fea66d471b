"""How many have which score, where scores are few: mean, error and limits of whole numbers are those of few groups."""

import itertools

import numpy as np
import pytest
from protected_tables import POINTS, POLICY, estimates, mean

import cbe_analysis as cbe
from cbe_analysis.indicators.alike import FEW_VALUES, alike_note
from cbe_analysis.methods.robust import cluster_fit, cluster_mean

SCORES = (1, 2, 3)
OTHERS = 10 * [1, 2, 2, 3, 3, 3]
PRINTED = ["shown", "n_shown", "std_error", "low", "high", "p"]


def histograms():
    """How many of 10 to 14 students have which score, wherever more than a few have another one than most."""
    for n in range(10, 15):
        for drawn in itertools.combinations_with_replacement(SCORES, n):
            if not alike_note(np.array(drawn, float)):
                yield drawn


@pytest.fixture(scope="module")
def groups():
    """The name of a group -> its scores."""
    return {f"g{i:03d}": drawn for i, drawn in enumerate(histograms())}


def certain(groups, note):
    """How many of the groups have a size that follows from what is printed of their mean."""
    rows = []
    for name, drawn in groups.items():
        told = cluster_mean(np.array(drawn, float))
        numbers = {key: getattr(told, key) for key in ("value", "std_error", "low", "high")}
        rows.append({"quantity": "mean", "unit": POINTS, "n": len(drawn), **numbers, "note": note, "group": name})
    return sizes_told(groups, rows, "mean")


def sizes_told(groups, rows, quantity):
    """How many of the groups have a size that follows from what is printed of this."""
    printed = cbe.protect(estimates(rows), POLICY).rows
    behind = {}
    for name, *texts in printed.loc[printed["quantity"].eq(quantity), ["group", *PRINTED]].itertuples(index=False):
        if texts[0] != "protected":
            behind.setdefault(tuple(map(str, texts)), []).append(len(groups[name]))
    assert behind
    return sum(len(sizes) for sizes in behind.values() if len(set(sizes)) == 1)


def certain_of_gaps(groups, note):
    """How many have a size that follows from what is printed of how far they are from 60 others."""
    rows = []
    for name, drawn in groups.items():
        own = np.repeat([1.0, 0.0], [len(drawn), len(OTHERS)])
        told = cluster_fit(np.array([*drawn, *OTHERS], float), np.column_stack([own, 1 - own])).contrast([1, -1])
        numbers = {key: getattr(told, key) for key in ("value", "std_error", "low", "high", "p")}
        against = {"reference": "others", "n_reference": len(OTHERS)}
        rows.append(
            {"quantity": "gap", "unit": POINTS, "n": len(drawn), **numbers, "note": note, "group": name} | against
        )
        rows.append(mean(len(drawn), np.mean(drawn), np.std(drawn), group=name))
    return sizes_told(groups, rows, "gap")


def test_a_mean_with_its_error_tells_the_scores_of_each(groups):
    assert certain(groups, "") > len(groups) / 2


def test_where_scores_are_few_it_does_not(groups):
    assert certain(groups, FEW_VALUES) < len(groups) / 20


def test_a_gap_with_its_error_tells_the_scores_of_most(groups):
    assert certain_of_gaps(groups, "") > len(groups) / 2


def test_where_scores_are_few_a_gap_does_not_nor_its_p(groups):
    assert certain_of_gaps(groups, FEW_VALUES) < len(groups) / 20
