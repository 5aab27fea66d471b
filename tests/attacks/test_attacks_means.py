"""The mean of a hidden group is not what the totals and the other groups leave over."""

import math

import numpy as np
from brute_force import sizes
from hypothesis import given, settings
from hypothesis import strategies as st
from protected_tables import POLICY, estimates, gap, mean, texts
from scipy.optimize import linprog

import cbe_analysis as cbe

SPREAD = 10.0  # standard deviation of the scores
FAR = 1e5  # no mean lies farther from 0


def table(groups):
    """The means of groups (size, mean), of the whole, and the gap of each group to all others."""
    n = {name: size for name, (size, _) in groups.items()}
    total = sum(n.values())
    whole = sum(size * value for size, value in groups.values()) / total
    rows = [mean(total, whole, SPREAD)] + [mean(n[g], value, SPREAD, group=g) for g, (_, value) in groups.items()]
    for name, (size, value) in groups.items():
        rest = total - size
        other = (whole * total - value * size) / rest
        error = SPREAD * math.sqrt(1 / size + 1 / rest)
        rows.append(gap(size, value - other, error, rest, group=name))
    return estimates(rows)


def rounding(error):
    """Half of the largest step that a value with this printed error may have been rounded to."""
    steps = [part * 10.0**power for power in range(-4, 4) for part in (1, 2, 5)]
    return max(step for step in steps if step <= error / 2 * 1.06) / 2


def spans(release, hidden):
    """How far apart the means of a hidden group may lie, for an outsider who knows that it has someone in it.

    One variable for the size and one for the sum of scores of every group, all divided by the size of the hidden one.
    """
    rows = release.rows
    means = rows[rows["quantity"].eq("mean")].set_index("group")
    names = [name for name in means.index if name != "(all)"]
    at, width = {name: i for i, name in enumerate(names)}, len(names)
    lines = []

    def between(cells, low, high, shift):
        """Bounds on the sum over cells: of sizes (in units of the last variable), or of scores (per student)."""
        for sign, limit in ((1, high), (-1, -low)):
            line = np.zeros(2 * width + 1)
            for cell in cells:
                line[at[cell] + shift] += sign
                if shift:
                    line[at[cell]] -= limit
            if not shift:
                line[-1] -= limit
            lines.append(line)

    for name, row in means.iterrows():
        if row["hidden"] is None or row["hidden"] != "protected":
            cells, known = names if name == "(all)" else [name], sizes(row["n_shown"])
            half = rounding(row["std_error"])
            between(cells, known[0], known[-1], 0)
            between(cells, row["value"] - half, row["value"] + half, width)
    for _, row in rows[rows["quantity"].eq("gap") & rows["hidden"].isna()].iterrows():
        own = means.loc[row["group"]]
        half = rounding(row["std_error"]) + rounding(own["std_error"])
        other = own["value"] - row["value"]
        between([name for name in names if name != row["group"]], other - half, other + half, width)
    bounds = [(0, None)] * width + [(-FAR, FAR)] * width + [(0, 1)]
    one = np.zeros((1, 2 * width + 1))
    one[0, at[hidden]] = 1
    ends = []
    for sign in (1, -1):
        goal = np.zeros(2 * width + 1)
        goal[at[hidden] + width] = sign
        answer = linprog(
            goal,
            A_ub=np.array(lines) if lines else None,
            b_ub=np.zeros(len(lines)) if lines else None,
            A_eq=one,
            b_eq=[1],
            bounds=bounds,
        )
        assert answer.status == 0, "the truth fits what is printed"
        ends.append(answer.fun * sign)
    return ends[1] - ends[0]


def test_the_attack_works_on_exact_numbers():
    """Without bands and rounding the mean of the small group comes out."""
    rows = table({"a": (4, 470.0), "b": (30, 501.0), "c": (40, 499.0)}).rows
    m = rows[rows["quantity"].eq("mean")].set_index("group")
    sums = m["value"] * m["n"].astype(float)
    assert abs((sums["(all)"] - sums["b"] - sums["c"]) / 4 - 470.0) < 1e-9


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.one_of(st.integers(1, 9), st.integers(10, 60), st.integers(90, 900)), st.floats(470, 530)),
        min_size=2,
        max_size=5,
    )
)
def test_no_mean_of_a_small_group_is_left_over(drawn):
    groups = {"abcde"[i]: pair for i, pair in enumerate(drawn)}
    release = cbe.protect(table(groups), POLICY)
    shown = texts(release, "mean")
    small = [name for name, (n, _) in groups.items() if n < POLICY.minimum_n]
    assert {shown.get(name, "protected") for name in small} <= {"protected"}
    if any(text != "protected" for text in shown.values()):
        for name in small:
            # no closer than the interval of a group of the minimum size would be: two errors to each side
            assert spans(release, name) > 4 * SPREAD / math.sqrt(POLICY.minimum_n)
