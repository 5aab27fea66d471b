"""Chances of an effect, made of the effect and the error that are printed beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from cbe_analysis.indicators.words import minimum_of
from cbe_analysis.methods.decision import chances
from cbe_analysis.protect.entries import Entry
from cbe_analysis.protect.few_values import of_few_values
from cbe_analysis.protect.grounds import Carried
from cbe_analysis.protect.printing import printed_step
from cbe_analysis.protect.rounding import in_figures, to_step


def of_printed_effects(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The records, with the chances of each effect as those of the effect and the error that are printed.

    Chances to whole percentages tell effect and error far more finely than they are rounded. Made of these, they say
    nothing that does not stand beside them; by as much as the effect is rounded they differ from those of the true one.
    """
    effects = {e.group: e for e in entries if e.quantity == "effect" and not e.compares}
    carried = Carried.of(entries)
    return tuple(_restated(e, effects.get(e.group), carried) for e in entries)


def _restated(entry: Entry, effect: Entry | None, carried: Carried) -> Entry:
    minimum = minimum_of(entry.note) if entry.quantity == "probability" else math.nan
    if math.isnan(minimum) or effect is None or not effect.std_error > 0:
        return entry
    step = printed_step(effect, carried, {})
    printed = of_few_values(effect, step)
    told = chances(to_step(printed.value, step), in_figures(printed.std_error), minimum)
    return replace(entry, value=getattr(told, entry.at))
