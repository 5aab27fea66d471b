"""An attacker who tries everything: all whole numbers that would be printed as they are printed.

Nothing here knows the protector or the auditor: the texts are read anew, and integers are tried one by one, or by an
integer programme of another library.
"""

import re

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.signal import fftconvolve

WHOLE = "(all)"
MOST = 60  # students of a hidden group, at most, that the attacker reckons with


def sizes(text, most=MOST):
    """All group sizes that are printed like this; everything up to the most for one that is hidden."""
    if text == "protected":
        return range(most + 1)
    if "-" in text:
        low, high = text.split("-")
        return range(int(low), int(high) + 1)
    middle = int(text.replace(",", ""))
    return range(max(100, middle - 5), middle + 5)


def percentages(text):
    """Lowest and highest percentage that is printed like this."""
    if text == "protected":
        return 0.0, 100.0
    sign, number = re.fullmatch(r"(about |<=|>=)?(\d+) %", text).groups()
    half = 2.5 if sign == "about " else 0.5
    low, high = float(number) - half, float(number) + half
    return (0.0, high) if sign == "<=" else (low, 100.0) if sign == ">=" else (low, high)


def pairs(size, text, most=MOST):
    """All (students, those who have the property) of a group that is printed like this."""
    low, high = percentages(text)
    return {
        (n, y)
        for n in sizes(size, most)
        for y in range(n + 1)
        if (n == 0 and text == "protected") or (n and low - 1e-9 <= 100 * y / n <= high + 1e-9)
    }


def left(groups, whole):
    """For every group, the pairs that fit the whole together with some pairs of the other groups.

    Parameters
    ----------
    groups
        Group -> the texts of its size and its share.
    whole
        The texts of all groups together.
    """
    own = {name: pairs(*texts) for name, texts in groups.items()}
    most = 1 + max(n for found in own.values() for n, _ in found) * len(own)
    total = _grid({(n, y) for n, y in pairs(*whole, most) if n < most}, most)
    fitting = {}
    for name, found in own.items():
        rest = _grid({(0, 0)}, most)
        for other in (pairs_of for key, pairs_of in own.items() if key != name):
            rest = fftconvolve(rest, _grid(other, most))[:most, :most] > 0.5
        fits = fftconvolve(total, rest[::-1, ::-1])[most - 1 :, most - 1 :] > 0.5
        fitting[name] = {pair for pair in found if fits[pair]}
    return fitting


def _grid(found, most):
    """The pairs as a square of true and false."""
    grid = np.zeros((most, most))
    for n, y in found:
        grid[n, y] = 1
    return grid


def size_ranges(printed):
    """For every hidden cell of a table, the smallest and largest size, by integer programmes.

    Parameters
    ----------
    printed
        Cell (a tuple) -> the text of its size.
    """
    cells = list(printed)
    at = {cell: i for i, cell in enumerate(cells)}
    rows = []
    for cell in cells:
        for column in range(len(cell)):
            if cell[column] == WHOLE:
                parts = [c for c in cells if c[column] != WHOLE and (*c[:column], WHOLE, *c[column + 1 :]) == cell]
                if parts:
                    row = np.zeros(len(cells))
                    row[at[cell]], row[[at[p] for p in parts]] = -1, 1
                    rows.append(row)
    known = {cell: sizes(text) for cell, text in printed.items() if text != "protected"}
    low = [known[c][0] if c in known else 0 for c in cells]
    high = [known[c][-1] if c in known else np.inf for c in cells]
    sums = LinearConstraint(np.array(rows), 0, 0) if rows else ()
    found = {}
    for cell in cells:
        if cell not in known:
            ends = []
            for sign in (1, -1):
                goal = np.zeros(len(cells))
                goal[at[cell]] = sign
                answer = milp(goal, constraints=sums, bounds=Bounds(low, high), integrality=np.ones(len(cells)))
                ends.append(answer.fun * sign if answer.status == 0 else sign * -np.inf)
            found[cell] = (ends[0], ends[1])
    return found
