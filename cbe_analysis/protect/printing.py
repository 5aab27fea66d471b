"""Records as they are printed: the numbers that remain, and the texts."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from cbe_analysis.methods.standardized import improvement_index
from cbe_analysis.protect.curves.read_off import read_off, unread
from cbe_analysis.protect.curves.waiting import TIMES
from cbe_analysis.protect.entries import ESTIMATED, NUMBERS, SHARES, Entry
from cbe_analysis.protect.few_values import of_few_values, told_by_step
from cbe_analysis.protect.grounds import Carried, Grounds
from cbe_analysis.protect.percents import FIVES, TELLING_BELOW, Percent, nearest, public_limits
from cbe_analysis.protect.release import PROTECTED
from cbe_analysis.protect.rounding import (
    MINUS,
    in_figures,
    public_p,
    reach_of_fewest,
    spoken,
    step_below,
    step_of_figures,
    to_step,
)
from cbe_analysis.protect.sizes import ROUNDED_FROM, public_size, vague
from cbe_analysis.protect.sureness import UNTOLD, in_doubt, p_of_limits

MISSING = ""  # an empty cell is neither hidden nor zero
POINT = 0.01
APART = "difference"  # the arm of a record that sets both arms against each other
RATIO_STEPS = {1: 0.05, 5: 0.1}  # a finer ratio would tell more than the percentages that it is made of
STUDENTS = ("mean", "depth", "gap", "effect", "slope", "intercept")  # their limits are Student's
FIVES_OFF = 2  # a size in fives is that of so many fewer, at least
SURENESS = ("std_error", "low", "high", "p", "p_adjusted")  # what says how sure a value is


@dataclass(frozen=True, slots=True)
class Printed:
    """A record as it is printed: the numbers and the note that remain, its text, and that of its size."""

    entry: Entry
    shown: str
    n_shown: str
    hidden: bool = False


def as_measured(entry: Entry) -> Printed:
    """The record for staff: every number as it is, and its texts."""
    n_shown = "" if math.isnan(entry.n) else f"{entry.n:,.0f}"
    return Printed(entry, _spoken(entry, _step(entry)), n_shown)


def as_protected(grounds: Grounds, percents: Mapping[int, Percent | None], hidden: Collection[int]) -> list[Printed]:
    """The records for the public, in their order.

    Parameters
    ----------
    percents
        Position of a share -> how it is printed.
    hidden
        Positions of the records that hold nothing.
    """
    grounds = grounds.roughly([entry for i, entry in enumerate(grounds.entries) if i not in hidden])
    carried, times = Carried.of(grounds.entries), read_off(grounds.entries, percents, frozenset(hidden))
    hidden = {*hidden, *unread(grounds.entries, times)}
    found = []
    for i, entry in enumerate(grounds.entries):
        entry = _restated(grounds.entries, times.get(i, entry), carried, percents)
        percent = percents.get(i)
        if i in hidden:
            found.append(Printed(_without(entry, NUMBERS, note=""), PROTECTED, PROTECTED, hidden=True))
        elif percent is not None:
            found.append(_share(grounds, entry, percent))
        elif entry.quantity == "count" and not math.isnan(entry.value):
            found.append(_count(grounds, entry))
        else:
            found.append(
                _estimate(grounds, _told(grounds, entry, carried, percents), printed_step(entry, carried, percents))
            )
    return _unrated(found)


def _restated(
    entries: Sequence[Entry], entry: Entry, carried: Carried, percents: Mapping[int, Percent | None]
) -> Entry:
    """An improvement index as that of Hedges g as it is printed: its own figures would tell g far more finely."""
    if entry.quantity != "index":
        return entry
    own = [e for e in entries if (e.quantity, e.group, e.at, e.reference) == ("hedges_g", entry.group, entry.at, "")]
    if not own or math.isnan(own[0].value):
        return entry
    g = to_step(own[0].value, printed_step(own[0], carried, percents))
    return replace(entry, value=improvement_index(g))


def _unrated(found: Sequence[Printed]) -> list[Printed]:
    """The records without the rating of who was lost, where it rests on a difference that is hidden."""
    closed = {p.entry.group for p in found if p.hidden and (p.entry.quantity, p.entry.arm) == ("attrition", APART)}
    return [
        replace(p, entry=_without(p.entry, (), note=""))
        if p.entry.quantity == "attrition" and p.entry.group in closed and p.entry.note
        else p
        for p in found
    ]


def _told(grounds: Grounds, entry: Entry, carried: Carried, percents: Mapping[int, Percent | None]) -> Entry:
    """A gap or ratio of shares without what says how sure it is, where that would tell how few there are."""
    if not (_in_points(entry) or entry.quantity == "ratio"):
        return entry
    own = [(grounds.entries[i], p) for i in carried.behind(entry, entry.group) if (p := percents.get(i))]
    return _without(entry, SURENESS, note=UNTOLD) if in_doubt(grounds, entry, own) else entry


def _without(entry: Entry, numbers: Iterable[str], **instead: float | str) -> Entry:
    """The record without some of its numbers, and with others instead."""
    whole = {f.name: getattr(entry, f.name) for f in fields(Entry)}
    return Entry(**whole | dict.fromkeys(numbers, math.nan) | instead)


def _kept(grounds: Grounds, entry: Entry) -> tuple[Entry, str]:
    """The record with its sizes as printed and nothing of what its value is made of, and the text of its size."""
    size, at = grounds.told(entry), grounds.base(entry)
    told = entry.n_reference >= grounds.minimum and (
        entry.reference != "others" or at is None or not grounds.hidden[at]
    )
    against = grounds.told_against(entry).rounded if told else math.nan
    note = vague(entry.note, grounds.minimum, entry.n, rough=bool(grounds.rough))
    return _without(entry, ("numerator", "denominator"), n=size.rounded, n_reference=against, note=note), size.shown


def _share(grounds: Grounds, entry: Entry, percent: Percent) -> Printed:
    """A share; one that is coded leaves nothing but its text."""
    kept, n_shown = _kept(grounds, entry)
    kept = _without(kept, ("value", *SURENESS))
    if not percent.code:
        low, high = _limits(grounds, entry, percent)
        kept = _without(kept, (), value=percent.value / 100, low=low, high=high)
    return Printed(kept, percent.shown, n_shown)


def _limits(grounds: Grounds, entry: Entry, percent: Percent) -> tuple[float, float]:
    """The limits of a share; none where none were measured."""
    if not (math.isfinite(entry.low) and math.isfinite(entry.high)):
        return math.nan, math.nan
    if entry.quantity in ESTIMATED:
        return to_step(entry.low, POINT), to_step(entry.high, POINT)
    effect = _error(entry) ** 2 * entry.n / (entry.value * (1 - entry.value))
    return public_limits(percent, grounds.told(entry), effect)


def _count(grounds: Grounds, entry: Entry) -> Printed:
    """A count of people, which is a group size itself."""
    kept, n_shown = _kept(grounds, entry)
    return Printed(_without(kept, SURENESS, value=kept.n), n_shown, n_shown)


def _estimate(grounds: Grounds, entry: Entry, step: float) -> Printed:
    """A number with an error, rounded by it."""
    entry = entry if _made_of_sizes(entry) else of_few_values(entry, step)
    kept, n_shown = _kept(grounds, entry)
    if math.isnan(step):
        return Printed(_without(kept, SURENESS), MISSING, n_shown)
    low, high, error = entry.low, entry.high, entry.std_error
    if _made_of_sizes(entry):
        wider = math.sqrt(entry.n / grounds.told(entry).low)
        low, high = (entry.value + (limit - entry.value) * wider for limit in (low, high))
        error = math.nan
    else:
        low, high = _wide_enough(grounds, entry)
    rough = max(step, POINT * FIVES) if _in_points(entry) and entry.n < TELLING_BELOW else step
    rounded = {
        "value": to_step(entry.value, step),
        "std_error": in_figures(error),
        "low": to_step(low, rough),
        "high": to_step(high, rough),
        "p_adjusted": public_p(entry.p_adjusted),
    }
    rounded["p"] = public_p(printed_p(entry, rounded["value"], rounded["low"], rounded["high"]))
    return Printed(_without(kept, (), **rounded), _spoken(entry, step), n_shown)


def printed_p(entry: Entry, value: float, low: float, high: float) -> float:
    """The p-value that may be printed beside a value and its limits as printed.

    Of shares, and of means of few scores, it is what these say: the exact one would tell the error that is not printed.
    """
    if math.isnan(entry.p):
        return math.nan
    return p_of_limits(value, low, high) if _in_points(entry) or told_by_step(entry) else entry.p


def _wide_enough(grounds: Grounds, entry: Entry) -> tuple[float, float]:
    """The limits, no narrower than those of the smallest group that is printed with that size.

    Student's interval of a mean rests on one degree of freedom less than there are students, or on fewer: beside the
    error, narrower limits would say how many of a band there are.
    """
    if entry.quantity not in STUDENTS or not entry.std_error > 0 or not grounds.minimum <= entry.n < ROUNDED_FROM:
        return entry.low, entry.high
    reach = reach_of_fewest(grounds.told(entry).low - (FIVES_OFF if grounds.fives else 0)) * entry.std_error
    return min(entry.low, entry.value - reach), max(entry.high, entry.value + reach)


def _made_of_sizes(entry: Entry) -> bool:
    """True where the error follows from the group sizes, so that it would undo their bands."""
    standardized = entry.quantity == "baseline" and entry.difference
    return entry.quantity in ("hedges_g", "ratio") or standardized or _in_points(entry)


def printed_step(entry: Entry, carried: Carried, percents: Mapping[int, Percent | None]) -> float:
    """What the record's value is rounded to; for gaps of shares no finer than the percentages behind them."""
    if not entry.compares or math.isnan(entry.value):
        return _step(entry)
    positions = carried.behind(entry, entry.group)
    behind = [p for i in positions if (p := percents.get(i))]
    coarsest = max((p.step for p in behind), default=1)
    if entry.quantity == "ratio":
        return max(_step(entry), RATIO_STEPS[coarsest])
    in_percent = _in_points(entry) or (behind and entry.quantity == "gap")
    if in_percent:
        return max(_step(entry), POINT * coarsest)
    return _step(entry) if _error(entry) > 0 else _step_of_parts(entry, [carried.entries[i] for i in positions])


def _step_of_parts(entry: Entry, parts: Sequence[Entry]) -> float:
    """What a difference without an error is rounded to: no finer than what it is a difference of.

    Two figures of a small gap would be finer than any mean, and of several gaps follows the mean of who is hidden.
    """
    if entry.quantity == "hedges_g":
        return step_below(1 / math.sqrt(public_size(entry.n, 0).low) / 2)
    errors = [_error(part) for part in parts if _error(part) > 0]
    return step_below(max(errors) / 2) if errors else _step(entry)


def _step(entry: Entry) -> float:
    """At most half the value's error; two figures where it has none; NaN where there is no value."""
    if math.isnan(entry.value):
        return math.nan
    if entry.quantity in TIMES:
        return 1.0
    error = _error(entry)
    return step_below(error / 2) if error > 0 else step_of_figures(entry.value)


def _error(entry: Entry) -> float:
    """The standard error, or what the limits say of it."""
    return entry.std_error if entry.std_error > 0 else (entry.high - entry.low) / 4


def _in_points(entry: Entry) -> bool:
    """True for a difference of shares."""
    return entry.compares and entry.unit.startswith("share") and entry.quantity in ("gap", "attrition")


def _spoken(entry: Entry, step: float) -> str:
    """The value as text."""
    if math.isnan(entry.value):
        return MISSING
    if _in_points(entry):
        told = spoken(100 * entry.value, max(100 * step, 1.0))
        return f"{told} point" if told.lstrip(MINUS) == "1" else f"{told} points"
    if entry.is_share or entry.quantity in SHARES:
        return f"{nearest(entry.value)} %"
    return spoken(entry.value, 1.0 if entry.quantity == "count" else step)
