"""Chances, made of the values and the errors that are printed beside them.

Chances to whole percentages tell values and errors far more finely than they are rounded. Made of what is printed, they
say nothing that does not stand beside them; by as much as that is rounded they differ from those of the true values.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace

from cbe_analysis.indicators.progress.marks import Marks
from cbe_analysis.indicators.words import minimum_of
from cbe_analysis.methods.decision import chances
from cbe_analysis.methods.pace.kinds import KINDS
from cbe_analysis.protect.entries import Entry, Key
from cbe_analysis.protect.few_values import of_few_values
from cbe_analysis.protect.grounds import Carried
from cbe_analysis.protect.printing import printed_step
from cbe_analysis.protect.rounding import in_figures, to_step

Known = tuple[float, float]  # a value and its error, as they are printed


def of_printed_values(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The records, with the chances of effects and of kinds as those of what is printed.

    A chance of a kind without a growth and a status that are printed, or without marks, has no value: as measured it
    would tell too much.
    """
    carried = Carried.of(entries)
    effects = {e.group: e for e in entries if e.quantity == "effect" and not e.compares}
    groups = {e.group for e in entries if e.of_kind}
    growth, status = (_values(entries, carried, quantity, groups) for quantity in ("slope", "mean"))
    return tuple(
        _of_kind(e, growth.get(e.group), status.get(e.group))
        if e.of_kind
        else _of_effect(e, effects.get(e.group), carried)
        for e in entries
    )


def _printed(entry: Entry, carried: Carried) -> Known:
    step = printed_step(entry, carried, {})
    told = of_few_values(entry, step)
    return to_step(told.value, step), in_figures(told.std_error)


def _of_effect(entry: Entry, effect: Entry | None, carried: Carried) -> Entry:
    minimum = minimum_of(entry.note) if entry.quantity == "probability" else math.nan
    if math.isnan(minimum) or effect is None or not effect.std_error > 0:
        return entry
    told = chances(*_printed(effect, carried), minimum)
    return replace(entry, value=getattr(told, entry.at))


def _of_kind(entry: Entry, growth: Known | None, status: Known | None) -> Entry:
    """The chance of a kind of growth beside status, and which is named."""
    if entry.marks is None or growth is None or status is None:
        return replace(entry, value=math.nan, note="")
    value, kind = _standing(growth, status, entry.marks, at=entry.at)
    return replace(entry, value=value, note=kind)


def _values(entries: Sequence[Entry], carried: Carried, quantity: str, groups: Collection[Key]) -> dict[Key, Known]:
    """Group, of some -> what is printed of it, where it has an error."""
    return {
        e.group: _printed(e, carried)
        for e in entries
        if e.group in groups
        and e.quantity == quantity
        and not e.compares
        and e.std_error > 0
        and not math.isnan(e.value)
    }


def _standing(growth: Known, status: Known, marks: Marks, *, at: str) -> tuple[float, str]:
    """The chance of a kind, and the kind that is named."""
    from cbe_analysis.methods.pace import growth_and_status

    pairs = [([value], [error]) for value, error in (growth, status)]
    found = growth_and_status(
        *pairs, marks=(marks.growth, marks.status), correlation=marks.together, certainty=marks.certainty
    )
    return float(found.chances[0, KINDS.index(at)]), str(found.kind[0])
