"""What passes protection also passes the audit by itself: nobody makes a draft that can never be published."""

import math

import numpy as np
import pytest
from crossed_tables import POLICY, crossed
from protected_tables import SHARE, estimates, share, shares, texts

import cbe_analysis as cbe
from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.attack.auditor import Measured
from cbe_analysis.protect.attack.reading import read, step_said
from cbe_analysis.protect.record import Recorded

KINDS = (
    *(((2, 2), 15), ((4, 3), 20), ((3, 2), 12), ((6, 4), 60), ((4, 3, 2), 20), ((3, 2, 2, 2), 25)),
    *(((5,), 15), ((3,), 12), ((2, 2, 2), 12)),
)
LARGEST = (6, 2, 2, 2), 30
AGAIN = 40  # rows up to which the same attack is made again


def assert_agreed(given):
    release = Recorded.of(cbe.protect(given, POLICY))
    measured = Measured(given)
    if [measured.size(row) for row in read(release)] == list(release.sizes) and len(release.rows) > AGAIN:
        return  # the audit would be told what the attack was told that the release has withstood: it is the same attack
    audit = audit_together([Published("draft", None, release)])
    assert audit.passed, audit.breaches


@pytest.mark.parametrize(
    ("dims", "typical", "gaps"), [*((*kind, gaps) for gaps in (0.03, 0.2) for kind in KINDS), (*LARGEST, 0.2)]
)
def test_what_is_protected_may_be_published(dims, typical, gaps):
    random = np.random.default_rng(7)
    asked = (None, "others", None, *([None] * (math.prod(dims) <= 6))) if len(dims) < 4 else (None,)
    for compare in asked:
        assert_agreed(crossed(random, dims, typical, empty=gaps, compare=compare))


def test_a_group_without_a_value_is_not_without_students():
    cells = {("a", "x"): 40, ("a", "y"): 4, ("b", "x"): 60, ("b", "y"): 50}
    rows = [share(n, n // 2, group=g, team=t) for (g, t), n in cells.items()]
    for own, others in (("group", "team"), ("team", "group")):
        for level in ("a", "b") if own == "group" else ("x", "y"):
            n = sum(size for key, size in cells.items() if level in key)
            rows.append(share(n, n // 2, **{own: level, others: "(all)"}))
    rows.append(share(154, 77))
    means = [{**row, "quantity": "mean", "unit": "points", "value": 5.0, "std_error": 1.0} for row in rows]
    known = [row for row in means if (row.get("group"), row.get("team")) != ("a", "y")]
    given = estimates([*rows, *known], ("group", "team"))
    release = Recorded.of(cbe.protect(given, POLICY))
    at = [i for i, row in enumerate(read(release)) if row.cell[:2] == ("a", "y")]
    assert len(at) == 2
    assert {release.sizes[i] for i in at} == {4.0}
    assert audit_together([Published("draft", None, release)]).passed


def test_the_others_of_a_crossed_group_are_those_of_all_schools():
    cells = {(s, r): (n, y) for s, r, n, y in SCHOOLS}
    given = shares(cells, by=("group", "team"), compare="others")
    assert_agreed(given)


SCHOOLS = [
    *[("S1", "x", 40, 12), ("S1", "y", 25, 15), ("S2", "x", 60, 21)],
    *[("S2", "y", 31, 9), ("S3", "x", 44, 20), ("S3", "y", 12, 5)],
]


def test_a_ratio_is_read_no_finer_than_any_is_printed():
    given = shares({"a": (60, 18), "b": (300, 225)}, compare="others")
    release = Recorded.of(cbe.protect(given, POLICY))
    (ratio,) = [row for row in read(release) if row.quantity == "ratio" and row.cell[0] == "a"]
    assert math.isclose(step_said(ratio), 0.05) or step_said(ratio) > 0.05
    assert ratio.shown != "protected"


def test_a_student_who_counts_in_several_grades_contradicts_nothing():
    rows = [share(57, 25), share(41, 19, group="6"), share(39, 19, group="7"), share(35, 12, group="8")]
    given = estimates(rows)
    assert set(texts(cbe.protect(given, POLICY)).values()) != {"protected"}
    assert given.unit == SHARE
    assert_agreed(given)
