"""An attacker who holds several shares and a mean of the same students against each other, by integer programmes.

Nothing here knows the protector or the auditor. Counts of students are whole numbers, sums of scores any; nobody
scores farther from the printed means than is plausible.
"""

import itertools
import math
from dataclasses import dataclass, field

import numpy as np
from brute_force import WHOLE, percentages, sizes
from protected_tables import POINTS
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

HIDDEN = "protected"
FAR = 4.0  # standard deviations: nobody lies farther beyond the printed means
NARROWED = 1.06  # an error as printed, to two figures, is at most so much smaller
UNSURE_BELOW = 200  # a plain percentage of more students stands for several counts
NEAR, SEEN = 1e-9, 1e-5
INFEASIBLE = 2


@dataclass
class Told:
    """What is printed of one table.

    Parameters
    ----------
    sizes
        Cell (a tuple) -> the text of its size.
    shares
        Unit -> cell -> the text of its share.
    wholes
        The units that add up to all students, some at a time.
    means
        Cell -> its printed mean and error.
    """

    sizes: dict = field(default_factory=dict)
    shares: dict = field(default_factory=dict)
    wholes: list = field(default_factory=list)
    means: dict = field(default_factory=dict)

    def of(self, units, *, means=False):
        """What is left where some shares alone are looked at, with or without the means."""
        kept = {unit: self.shares[unit] for unit in units}
        wholes = [own for own in self.wholes if set(own) <= set(units)]
        return Told(self.sizes, kept, wholes, self.means if means else {})


def told_by(release, wholes=()):
    """What a release prints; sizes from whichever row says most."""
    told = Told(wholes=list(wholes))
    for row in release.rows.to_dict("records"):
        cell = tuple(row[name] for name in release.by)
        if told.sizes.get(cell, HIDDEN) == HIDDEN:
            told.sizes[cell] = row["n_shown"]
        if row["quantity"] == "share":
            told.shares.setdefault(row["unit"], {})[cell] = row["shown"]
        elif row["unit"] == POINTS and row["shown"] != HIDDEN and row["std_error"] > 0:
            told.means[cell] = row["value"], row["std_error"]
    return told


class Model:
    """All sizes, counts and sums of the finest groups that fit what is printed.

    Parameters
    ----------
    told
        What is looked at.
    true
        Of a finest cell and the units of what is looked at, its true size, counts and sum of scores: to see that the
        truth fits.
    seconds
        For each question.
    """

    def __init__(self, told, true, seconds=5.0):
        self.told, self.seconds, self.undecided = told, seconds, 0
        levels = [sorted({c[at] for c in told.sizes} - {WHOLE}) or [WHOLE] for at in range(len(next(iter(told.sizes))))]
        self.finest, self.units = list(itertools.product(*levels)), list(told.shares)
        self.width = len(self.finest)
        self.counted = self.width * (1 + len(self.units))
        self.unknowns = self.counted + self.width * bool(told.means)
        self._parts = {
            cell: np.array([all(a in (WHOLE, b) for a, b in zip(cell, f, strict=True)) for f in self.finest], float)
            for cell in told.sizes
        }
        self._rows, self.low, self.high = [], [], []
        self._say_sizes()
        for unit in self.units:
            self._say_shares(unit)
        for units in told.wholes:
            for one in np.eye(self.width):
                self._add(sum((self._at(one, unit) for unit in units), -self._at(one)), 0, 0)
        middle, spread = self._say_means() if told.means else (0.0, 1.0)
        self.facts = csr_array(np.array(self._rows))
        known = np.array([true(cell, self.units) for cell in self.finest], float).T
        kept = [known[0], *(known[1 + at] for at in range(len(self.units)))]
        if told.means:
            kept.append((known[-1] - middle * known[0]) / spread)
        self.truth = np.concatenate(kept)
        values = self.facts @ self.truth
        assert (values >= np.array(self.low) - SEEN).all(), "the truth fits what is printed"
        assert (values <= np.array(self.high) + SEEN).all(), "the truth fits what is printed"
        self.points = self.truth[None]

    def size(self, cell):
        """What a point has to be multiplied with for the size of a cell."""
        return self._at(self._parts[cell])

    def count(self, cell, unit):
        """The same for those who have a property."""
        return self._at(self._parts[cell], unit)

    def may(self, *wanted):
        """Whether sums may lie between limits, all at once: True or False, or None for what stays undecided.

        Parameters
        ----------
        wanted
            (sum, smallest, largest) of each.
        """
        rows, low, high = np.array([of for of, _, _ in wanted]), *np.array([ends for _, *ends in wanted], float).T
        values = self.points @ rows.T
        if ((values >= low - SEEN) & (values <= high + SEEN)).all(axis=1).any():
            return True
        answer = self._solved(np.zeros(self.unknowns), (rows, low, high))
        if answer.x is None and answer.status != INFEASIBLE:
            self.undecided += 1
            return None
        return answer.x is not None

    def range(self, of):
        """The smallest and the largest value of a sum, as far as is known."""
        ends = []
        for sign in (1, -1):
            answer = self._solved(sign * of)
            bound = answer.fun if answer.status == 0 else getattr(answer, "mip_dual_bound", None)
            self.undecided += answer.status != 0
            ends.append(sign * (-math.inf if bound is None else round(bound, 6)))
        return tuple(ends)

    def _solved(self, goal, more=None):
        facts = [LinearConstraint(self.facts, self.low, self.high)]
        facts += [LinearConstraint(*more)] if more else []
        whole = np.arange(self.unknowns) < self.counted
        bounds = Bounds(np.where(whole, 0, -np.inf), np.inf)
        options = {"time_limit": self.seconds}
        answer = milp(goal, constraints=facts, bounds=bounds, integrality=whole.astype(int), options=options)
        if answer.x is not None:
            self.points = np.vstack([self.points, np.where(whole, np.round(answer.x), answer.x)])
        return answer

    def _at(self, students, unit=None):
        """Finest groups as a row over all unknowns: of students, or of those who have a property."""
        place = 0 if unit is None else self.width * (1 + self.units.index(unit))
        return self._row(students, place)

    def _row(self, students, place):
        found = np.zeros(self.unknowns)
        found[place : place + self.width] = students
        return found

    def _add(self, row, low, high):
        self._rows.append(row)
        self.low.append(low)
        self.high.append(high)

    def _say_sizes(self):
        for cell, text in self.told.sizes.items():
            if text != HIDDEN:
                self._add(self.size(cell), sizes(text)[0], sizes(text)[-1])

    def _say_shares(self, unit):
        for one in np.eye(self.width):
            self._add(self._at(one, unit) - self._at(one), -np.inf, 0)
        for cell, text in self.told.shares[unit].items():
            if text != HIDDEN:
                low, high = percentages(text)
                self._add(self.count(cell, unit) - low / 100 * self.size(cell), -NEAR, np.inf)
                self._add(self.count(cell, unit) - high / 100 * self.size(cell), -np.inf, NEAR)

    def _say_means(self):
        """Sums are measured from a middle mean, in standard deviations; these two are handed back."""
        ends = {cell: _rounded_from(*own) for cell, own in self.told.means.items()}
        middle = float(np.median([sum(own) / 2 for own in ends.values()]))
        spreads = [
            error * math.sqrt((sizes(self.told.sizes[cell])[0] + sizes(self.told.sizes[cell])[-1]) / 2)
            for cell, (_, error) in self.told.means.items()
        ]
        spread = float(np.median(spreads))
        far = max(abs(end - middle) for own in ends.values() for end in own) / spread + FAR
        for one in np.eye(self.width):
            self._add(self._row(one, self.counted) - far * self._at(one), -np.inf, 0)
            self._add(self._row(one, self.counted) + far * self._at(one), 0, np.inf)
        for cell, own in ends.items():
            low, high = ((end - middle) / spread for end in own)
            total = self._row(self._parts[cell], self.counted)
            self._add(total - low * self.size(cell), -NEAR, np.inf)
            self._add(total - high * self.size(cell), -np.inf, NEAR)
        return middle, spread


def _rounded_from(value, error):
    """Lowest and highest mean that is printed like this: it is rounded to 1, 2 or 5, at most half its error."""
    most = error * NARROWED / 2
    power = math.floor(math.log10(most))
    step = max(part * 10.0**power for part in (1, 2, 5) if part * 10.0**power <= most)
    return value - step / 2, value + step / 2


def sizes_out(model, minimum):
    """The hidden cells whose size comes out."""
    found = []
    for cell, text in model.told.sizes.items():
        if text == HIDDEN:
            of = model.size(cell)
            n = model.truth @ of
            if n < minimum:
                fits = [model.may((of, 0, 0)), model.may((of, minimum, np.inf))]
                out = False in fits
            else:
                out = _certain(model, of)
            found += [cell] if out else []
    return found


def _certain(model, of, *also):
    """Whether a sum cannot have another value than at the first point that keeps to some limits."""
    if np.ptp(_kept(model, also) @ of) > SEEN:
        return False
    true = round((_kept(model, also) @ of)[0])
    return model.may((of, true + 1, np.inf), *also) is False and model.may((of, -np.inf, true - 1), *also) is False


def _kept(model, also):
    """The points so far that keep to some limits."""
    good = np.ones(len(model.points), bool)
    for of, low, high in also:
        values = model.points @ of
        good &= (values >= low - SEEN) & (values <= high + SEEN)
    return model.points[good]


def counts_out(model, unit, minimum, among=None):
    """The cells, all or some, whose count of those who have a property is certain, or surer than its code says."""
    found = []
    for cell in among or model.told.shares[unit]:
        text = model.told.shares[unit][cell]
        having = model.count(cell, unit)
        lacking = model.size(cell) - having
        if text == HIDDEN:
            out = _certain(model, having) or _certain(model, lacking) or _told_by_own(model, having, lacking)
        elif text[:2] in ("<=", ">="):
            out = _coded(model, having if text[0] == "<" else lacking, (text, model.told.sizes[cell]), minimum)
        else:
            out = sizes(model.told.sizes[cell])[-1] < UNSURE_BELOW and _certain(model, having)
        found += [cell] if out else []
    return found


def _told_by_own(model, having, lacking):
    """Whether one of the group, who knows what they themselves have, knows it of all others."""
    for own, other in ((having, lacking), (lacking, having)):
        member = (own, 1, np.inf)
        if model.may(member) and (_certain(model, own, member) or _certain(model, other, member)):
            return True
    return False


def _coded(model, few, texts, minimum):
    """Whether those who are few are known better than the code says."""
    text, size = texts
    limit = int(text[2:-2]) if text[0] == "<" else 100 - int(text[2:-2])
    apart = max(1, min(minimum, limit * sizes(size)[0] // 100) - 1)
    if np.ptp(model.points @ few) >= apart or (model.may((few, 0, 0)) and model.may((few, apart, np.inf))):
        return False
    low, high = model.range(few)
    return high - low < apart
