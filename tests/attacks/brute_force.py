"""An attacker who tries everything: all whole numbers that would be printed as they are printed.

Nothing here knows the protector or the auditor: the texts are read anew, and integers are tried one by one, or by an
integer programme of another library.
"""

import itertools
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
    about, middle = re.fullmatch(r"(about )?([\d,]+)", text).groups()
    middle, half = int(middle.replace(",", "")), 25 if about else 5
    return range(max(100, middle - half), middle + half)


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


def sizes_left(printed, true, minimum):
    """The hidden cells whose size comes out of sizes and shares together, by integer programmes.

    Parameters
    ----------
    printed
        Cell (a tuple) -> the texts of its size and of its share, or of several shares of the same students.
    true
        Hidden cell -> its size: one below the minimum must be able to be 0, and to be the minimum; another one to have
        two sizes.
    """
    levels = [sorted({cell[at] for cell in printed} - {WHOLE}) or [WHOLE] for at in range(len(next(iter(printed))))]
    finest = list(itertools.product(*levels))
    parts = {c: np.array([all(a in (WHOLE, b) for a, b in zip(c, f, strict=True)) for f in finest]) for c in printed}
    several = len(next(iter(printed.values()))) - 1

    def row(students, having=0.0, at=0):
        found = np.zeros((1 + several, len(finest)))
        found[0], found[1 + at] = students, having
        return found.ravel()

    rows = [(row(-one, one, at), -np.inf, 0) for at in range(several) for one in np.eye(len(finest))]
    for cell, (size, *shares) in printed.items():
        if size != "protected":
            rows.append((row(parts[cell]), sizes(size)[0], sizes(size)[-1]))
        for at, share in enumerate(shares):
            if share != "protected":
                low, high = percentages(share)
                rows.append((row(-low / 100 * parts[cell], parts[cell], at), -1e-9, np.inf))
                rows.append((row(-high / 100 * parts[cell], parts[cell], at), -np.inf, 1e-9))

    def possible(cell, low, high):
        bounds = LinearConstraint(*(np.array(of) for of in zip(*rows, (row(parts[cell]), low, high), strict=True)))
        unknowns = (1 + several) * len(finest)
        return milp(np.zeros(unknowns), constraints=bounds, integrality=np.ones(unknowns)).status != 2

    assert all(possible(cell, n, n) for cell, n in true.items()), "the truth fits what is printed"
    small = {cell for cell, n in true.items() if n < minimum}
    out = {cell for cell in small if not (possible(cell, 0, 0) and possible(cell, minimum, np.inf))}
    others = ((cell, n) for cell, n in true.items() if cell not in small)
    return out | {cell for cell, n in others if not (possible(cell, n + 1, np.inf) or possible(cell, 0, n - 1))}


class Everything:
    """All whole numbers for some finest groups that fit what several releases print of them, one by one.

    Parameters
    ----------
    atoms
        The finest groups.
    printed
        Finest groups that a row is about (a frozenset) -> the texts that are printed: sizes and shares, "protected" for
        what is hidden; the size of all together is printed.
    shares
        Whether those who have the property are counted, too.
    """

    def __init__(self, atoms, printed, *, shares):
        self.at = {atom: i for i, atom in enumerate(atoms)}
        if not shares:
            printed = {of: [(size, "protected") for size, _ in texts] for of, texts in printed.items()}
        whole = [size for size, _ in printed[frozenset(atoms)] if size != "protected"]
        most = min(sizes(size)[-1] for size in whole)
        self._may_be = {of: _grid_of(texts, most) for of, texts in printed.items()}
        anyone = np.array([(n, y) for n in range(most + 1) for y in range(n + 1 if shares else 1)], np.uint8)
        found = np.zeros((1, 0, 2), np.uint8)
        for i, atom in enumerate(atoms):
            own = anyone[self._fit(anyone, frozenset([atom]))]
            at, also = np.nonzero(found[:, :, 0].sum(axis=1)[:, None] + own[:, 0] <= most)
            found = np.concatenate([found[at], own[also][:, None]], axis=1)
            done = set(atoms[: i + 1])
            for of in printed:
                if of <= done and atom in of:
                    found = found[self._fit(self._sums(found, of), of)]
        self.found = found

    def sums(self, of):
        """(students, those who have the property) of a group in every table that fits, shape `(tables, 2)`."""
        return self._sums(self.found, of)

    def _sums(self, found, of):
        return found[:, [self.at[atom] for atom in of]].sum(axis=1)

    def _fit(self, pairs, of):
        """Which (students, those who have it) are printed as this group is; all where it is not told of."""
        grid = self._may_be.get(of)
        return np.ones(len(pairs), bool) if grid is None else grid[pairs[:, 0], pairs[:, 1]]


def _grid_of(texts, most):
    """Which (students, those who have the property) would be printed like all of these: true or false for each pair."""
    n, y = np.indices((most + 1, most + 1))
    good = y <= n
    for size, share in texts:
        if size != "protected":
            good &= np.isin(n, sizes(size))
        if share != "protected":
            low, high = percentages(share)
            good &= (100 * y >= low * n - 1e-9) & (100 * y <= high * n + 1e-9)
    return good


def size_comes_out(found, n, minimum):
    """Whether the size of a hidden group of `n` comes out, by all sizes that it may have."""
    if n < minimum:
        return found.min() > 0 or found.max() < minimum
    return found.min() == found.max()


def count_comes_out(found, texts, minimum):
    """Whether the count behind a share comes out, by all (students, count) that the group may have."""
    having, lacking = found[:, 1], found[:, 0] - found[:, 1]
    shown = [share for _, share in texts if share != "protected"]
    if not shown:
        if len(set(having)) == 1 or len(set(lacking)) == 1:
            return True
        for own, other in ((having, lacking), (lacking, having)):
            member = own >= 1
            if member.any() and (len(set(own[member])) == 1 or len(set(other[member])) == 1):
                return True
        return False
    if not all(text[:2] in ("<=", ">=") for text in shown):
        return len(set(having)) == 1
    few, limit = (having, int(shown[0][2:-2])) if shown[0][0] == "<" else (lacking, 100 - int(shown[0][2:-2]))
    unsure = min(minimum, limit * min(sizes(size)[0] for size, share in texts if share != "protected") // 100)
    return few.max() - few.min() < max(1, unsure - 1)
