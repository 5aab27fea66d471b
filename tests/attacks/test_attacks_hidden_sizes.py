"""Hidden sizes that only all shares and means of the same students give away: each by itself leaves them open.

Half of one group and three tenths of another are 40 % of both where they are equally large; a fifth and half are 39 %
where one is not much larger than half of the other. Where both are printed of the same groups, there is somebody else.
"""

import itertools
from pathlib import Path

from brute_force import percentages, sizes, sizes_left
from by_audit import comes_out, group
from hand_made import HIDDEN, release, share
from hand_made import mean as mean_row
from protected_tables import POLICY, estimates
from protected_tables import share as counted

import cbe_analysis as cbe
from cbe_analysis.load.findings import Findings

RIVERBEND = Path(__file__).parents[2] / "data" / "riverbend"
A = group(group="a")
SIZES = {"(all)": "130", "a": HIDDEN, "b": "40-99", "c": "40-99"}
TRUE = (128, 8, 60, 60)
EVEN = ("40 %", HIDDEN, "50 %", "30 %")  # as many in b as in c, where nobody is in a
UNEVEN = ("39 %", HIDDEN, "20 %", "50 %")  # little more than half as many


def printed(*series, **more):
    """A release of several series of texts (shares) or numbers (means) of the same groups."""
    rows = [
        {**share(SIZES[name], text, group=name), "unit": f"share {i}"}
        if isinstance(text, str)
        else mean_row(SIZES[name], text, 1.0, group=name)
        for i, texts in enumerate(series)
        for name, text in zip(SIZES, texts, strict=True)
    ]
    return release(rows, TRUE * len(series), **more)


def nobody_left(all_, b, c, shares):
    """Whether whole numbers fit the texts of sizes and of shares of everyone, b and c, with nobody in a."""

    def counts(n, share):
        low, high = percentages(share)
        return [y for y in range(n + 1) if low <= 100 * y / n <= high]

    def fits(n, m, whole, own, other):
        low, high = percentages(whole)
        both = itertools.product(counts(n, own), counts(m, other))
        return any(low <= 100 * (y + z) / (n + m) <= high for y, z in both)

    pairs = itertools.product(sizes(b), sizes(c))
    return any(n + m in sizes(all_) and all(fits(n, m, *texts) for texts in shares) for n, m in pairs)


def texts(series):
    return series[0], *series[2:]


def test_several_shares_of_the_same_students():
    """Of 128: 51 and 50; of b 30 and 12 of 60, of c 18 and 30 of 60; so of the 8 of a 3 and 8."""
    known = (SIZES["(all)"], SIZES["b"], SIZES["c"])
    assert all(nobody_left(*known, [texts(one)]) for one in (EVEN, UNEVEN))
    assert not nobody_left(*known, [texts(EVEN), texts(UNEVEN)])
    assert comes_out(A, "size", printed(EVEN, UNEVEN))
    assert not any(comes_out(A, "size", printed(one)) for one in (EVEN, UNEVEN))


def test_several_shares_in_several_releases():
    one, other = printed(EVEN, indicator="one"), printed(UNEVEN, indicator="other")
    assert comes_out(A, "size", one, other)


def test_a_mean_beyond_those_of_all_printed_parts():
    """50 on average, 48 and 49 in all printed groups; at least 49.75 and at most 49.25, were they all."""
    assert comes_out(A, "size", printed((50.0, None, 48.0, 49.0)))
    assert not comes_out(A, "size", printed((48.5, None, 48.0, 49.0)))


def test_a_mean_beside_a_share():
    """As many in b as in c by the shares, half as many by the means, were they all."""
    mean = (50.0, None, 44.0, 53.0)
    assert not comes_out(A, "size", printed(mean))
    assert comes_out(A, "size", printed(EVEN, mean))


def test_what_is_protected_leaves_it_open_whether_anybody_is_left():
    having = {"first": (51, 3, 30, 18), "second": (50, 8, 12, 30)}
    rows = [
        {**counted(n, y, group=name), "unit": f"{word} share of students, 0 to 1"}
        for word, counts in having.items()
        for name, n, y in zip(SIZES, TRUE, counts, strict=True)
    ]
    shown = cbe.protect(estimates(rows), POLICY).rows
    told = {(row["unit"], row["group"]): row for row in shown.to_dict("records")}
    units = sorted({unit for unit, _ in told})
    known = [told[units[0], name]["n_shown"] for name in ("(all)", "b", "c")]
    found = [[told[unit, name]["shown"] for name in ("(all)", "b", "c")] for unit in units]
    assert len(found) == len(having)
    assert nobody_left(*known, found)


def test_several_shares_of_three_columns_crossed():
    """Each share by itself leaves it open whether a boy is a current learner; all together must, too."""
    by = ("gender", "english_learner", "disability")
    district = cbe.load(RIVERBEND).with_findings(Findings((), 1, 1, (), ""))
    measured = cbe.measure("level_gap", district, by=by)
    rows = cbe.protect(measured, district.policy).rows.query("quantity == 'share'")
    told, shown = {}, {}
    for row in rows.to_dict("records"):
        cell = tuple(row[column] for column in by)
        told.setdefault(cell, []).append(row["shown"])
        shown.setdefault(cell, set()).add(row["n_shown"])
    printed = {cell: (min(shown[cell], key=lambda text: text == HIDDEN), *own) for cell, own in told.items()}
    true = measured.rows.query("quantity == 'share'").groupby(list(by))["n"].first()
    hidden = [cell for cell in printed if printed[cell][0] == HIDDEN and cell[0] == "male" and cell[2] == "(all)"]
    assert ("male", "current", "(all)") in hidden
    assert sizes_left(printed, {cell: int(true[cell]) for cell in hidden}, 10) == set()
