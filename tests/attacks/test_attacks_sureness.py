"""What says how sure a difference is may not say how many students there are: p-values, limits, the kind of test."""

import dataclasses
import math

import numpy as np
import pytest
from protected_tables import POLICY, SHARE, estimates, gap, mean, share, shares, texts

import cbe_analysis as cbe
from cbe_analysis.measure.comparisons import FEW
from cbe_analysis.methods.multiplicity import benjamini_hochberg
from cbe_analysis.methods.standardized import Z95
from cbe_analysis.protect.rounding import public_p

SURE = ("low", "high", "p", "p_adjusted")


def of_shares(release):
    rows = release.rows
    return rows[(rows["quantity"] == "gap") & rows["hidden"].isna()]


@pytest.mark.parametrize("seed", range(4))
def test_p_of_shares_follows_from_what_is_printed_beside_it(seed):
    """With the p of the true counts, the sizes and counts of all groups come out, with 2 of 5 in a hidden one."""
    random = np.random.default_rng(seed)
    sizes = {"a": 5, "b": 15, "c": 36, "d": 240, "e": 320}
    cells = {name: (n, int(random.binomial(n, 0.4 + 0.1 * random.uniform()))) for name, n in sizes.items()}
    rows = of_shares(cbe.protect(shares(cells, compare="others"), POLICY)).dropna(subset=["p"])
    assert len(rows) > 1
    told = []
    for row in rows.to_dict("records"):
        zero_side = row["value"] - row["low"] if row["value"] > 0 else row["high"] - row["value"]
        told.append(math.erfc(Z95 * abs(row["value"]) / zero_side / math.sqrt(2)))
    assert rows["p"].tolist() == [public_p(p) for p in told]
    assert rows["p_adjusted"].tolist() == [public_p(p) for p in benjamini_hochberg(told)]


def few_and_many():
    """3 of 12, where there is no test, and 5 of 19, where there is one: both are about 25 % of 10 to 19."""
    rows = []
    for name, n, y, note in (("a", 12, 3, FEW), ("b", 19, 5, "")):
        against = gap(n, y / n - 0.5, 0.12, 300, unit=SHARE, reference="c", group=name)
        ratio = gap(n, y / n / 0.5, 0.3, 300, unit="ratio", quantity="ratio", reference="c", group=name)
        untested = {"p": math.nan} if note else {}
        none = {"p": math.nan, "low": math.nan, "high": math.nan} if note else {"p": math.nan}
        rows += [share(n, y, group=name), against | {"note": note} | untested, ratio | {"note": note} | none]
    return estimates([share(331, 158), *rows, share(300, 150, group="c")])


def test_whether_there_were_enough_for_a_test_does_not_tell_how_many():
    """About 25 % of 10 to 19, with a p: five or more have it, and 5 of 19 is all that is left."""
    release = cbe.protect(few_and_many(), POLICY)
    assert texts(release) == {"(all)": "48 %", "a": "about 25 %", "b": "about 25 %", "c": "50 %"}
    for quantity in ("gap", "ratio"):
        rows = release.rows[release.rows["quantity"] == quantity].set_index("group")
        assert rows["hidden"].isna().all()
        assert rows.loc["a", [*SURE]].isna().all()
        assert rows.loc["b", [*SURE]].isna().all()
        assert rows.loc["a", "note"] == rows.loc["b", "note"] != FEW


def test_enough_for_a_test_whatever_the_counts_are():
    """About 50 % of 10 to 19 are five or more in any case: the interval stays, no finer than five points."""
    row = of_shares(cbe.protect(shares({"a": (14, 7), "b": (300, 90)}, compare="others"), POLICY)).set_index("group")
    assert row.loc["a", "p"] == row.loc["a", "p"] > 0
    assert (row.loc["a", "low"] * 20) % 1 == pytest.approx(0, abs=1e-9)


def test_a_gap_without_an_error_is_no_finer_than_the_means_that_it_is_made_of():
    """Four schools, compared without a test: gaps of two figures gave the mean of the 9 of a fifth to .2 points."""
    sizes = {"a": (31, 62.1), "b": (42, 59.4), "c": (26, 60.3), "d": (30, 60.08)}
    rows = [mean(n, value, sd=16.0, group=name) for name, (n, value) in sizes.items()]
    for name, (n, value) in sizes.items():
        none = {"std_error": math.nan, "low": math.nan, "high": math.nan, "p": math.nan}
        against = gap(n, value - 60.0, 1.0, 129 - n, unit="points", group=name) | none
        rows += [
            against,
            {**against, "value": (value - 60.0) / 16, "quantity": "hedges_g", "unit": "standard deviations"},
        ]
    release = cbe.protect(estimates([mean(129, 60.4, sd=16.0), *rows], unit="points"), POLICY)
    assert texts(release, "gap") == {"a": "2", "b": "−1", "c": "0", "d": "0"}
    assert texts(release, "hedges_g") == {"a": "0.1", "b": "−0.05", "c": "0.0", "d": "0.0"}


def test_staff_read_p_and_limits_as_measured():
    given = few_and_many()
    staff = cbe.protect(dataclasses.replace(given), POLICY, "staff").rows
    rows = staff[staff["quantity"] == "gap"].set_index("group")
    assert rows.loc["b", "p"] == 0.03
    assert rows.loc["a", "note"] == FEW
