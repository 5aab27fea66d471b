"""What the charts of the disparities brief say: their findings, their units, and the texts that stand for them."""

from __future__ import annotations

from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.numbers import listed
from cbe_analysis.render.standings import Crossing, Standing
from cbe_analysis.render.wording import against, names
from cbe_analysis.render.wording.tables import SMALL

ARROW = "Arrow: the interval goes on, beyond the chart."


def heading(outcome: str, found: Sequence[Standing] | Sequence[Crossing], policy: Policy) -> str:
    """The outcome as a heading: its subject, or the indicator in words."""
    if ":" in outcome:
        return names.outcome(policy, outcome, [s.outcome for s in found])
    return names.upper(outcome.replace("_", " "))


def inside(standing: Standing, found: Sequence[Standing], policy: Policy) -> str:
    """The outcome inside a sentence."""
    return names.lower(heading(standing.outcome, found, policy))


def gap_chart(columns: Sequence[Sequence[Standing]], policy: Policy) -> tuple[str, str, str]:
    """Title, unit and alt text of the gap chart."""
    found = [s for column in columns for s in column]
    units = dict.fromkeys(names.unit(s.whole.unit) for s in found if s.whole)
    title = _finding(columns, policy)
    quantity = found[0].quantity
    sub = f"{_measured(quantity, list(units))} with 95% intervals. {against.marks(found, quantity)}"
    return title, sub, f"{title}. " + " ".join(_told(s, found, policy) for s in found)


def _measured(quantity: str, units: Sequence[str]) -> str:
    """What a chart shows: "Mean in scale points", "Share of students"; of two units "Mean in points or words"."""
    unit = listed(units, "or")
    return names.upper(unit) if unit.startswith(quantity) else f"{names.upper(quantity)} in {unit}"


def _finding(columns: Sequence[Sequence[Standing]], policy: Policy) -> str:
    """By what the results differ, as a chart's title."""
    found = [s for column in columns for s in column]
    everywhere: list[str] = []
    somewhere: dict[str, list[str]] = {}
    for standings in zip(*columns, strict=True):
        clear = [s for s in standings if (g := s.difference) is not None and g.sure]
        if len(clear) == len(standings):
            everywhere.append(standings[0].factor)
        elif clear:
            somewhere.setdefault(listed([inside(s, found, policy) for s in clear]), []).append(standings[0].factor)
    both = " in both subjects" if len(columns) > 1 else ""
    parts = [f"by {names.factors(policy, everywhere)}{both}"] if everywhere else []
    parts += [f"by {names.factors(policy, by)} in {subjects}" for subjects, by in somewhere.items()]
    if parts:
        return f"Results differ {', '.join(parts)}"
    tested = any(g.sureness() for s in found if (g := s.difference) is not None)
    return "No clear difference between the groups compared" if tested else "Where the groups stand"


def _told(standing: Standing, found: Sequence[Standing], policy: Policy) -> str:
    """The groups of a factor with their values and differences."""
    parts = []
    for group in standing.groups:
        value, gap = standing.value(group), standing.gap(group)
        name = names.group(policy, standing.factor, group)
        if value is None or value.protected:
            parts.append(f"{name} protected")
        elif gap is not None and gap.bounded:
            parts.append(f"{name} {value.rough()}, difference {gap.printed(sign=True)} (95% interval {gap.interval()})")
        else:
            parts.append(f"{name} {value.rough()}")
    return f"{heading(standing.outcome, found, policy)} by {names.factor(policy, standing.factor)}: {'; '.join(parts)}."


def crossed(policy: Policy, crossing: Crossing, cell: tuple[str, str]) -> str:
    """A crossed group as a chart names it: "Black students, girls"."""
    first, second = (names.group(policy, f, v) for f, v in zip(crossing.factors, cell, strict=True))
    return f"{first}, {names.lower(second)}"


def crossing_chart(columns: Sequence[Crossing], policy: Policy) -> tuple[str, str, str]:
    """Title, unit and alt text of the chart of crossed groups."""
    own = columns[0]
    first, second = (names.factor(policy, f) for f in own.factors)
    units = list(dict.fromkeys(names.unit(next(iter(c.rows)).unit) for c in columns))
    others = [names.lower(names.group(policy, own.factors[1], g)) for g in own.groups(1)]
    held = all(_holds(c) for c in columns)
    title = (
        f"The difference by {first} is there for {listed(others)}"
        if held
        else f"{names.upper(first)}, split by {second}"
    )
    sub = f"{_measured(own.quantity, units)} with 95% intervals.{SMALL if _closed(columns) else ''}"
    return title, sub, f"{title}. " + " ".join(_crossed_told(c, columns, policy) for c in columns)


def _closed(columns: Sequence[Crossing]) -> bool:
    """True when a crossed group is protected."""
    return any(r.protected for c in columns for r in c.rows)


def _holds(crossing: Crossing) -> bool:
    """True when the largest group of the first factor stands apart from its reference in every group of the second."""
    first, others = crossing.groups(0), crossing.groups(1)
    largest = max(first[1:], key=lambda g: sum(c.at_least for o in others if (c := crossing.cell(g, o))), default="")
    sides = []
    for other in others:
        group, base = crossing.cell(largest, other), crossing.cell(first[0], other)
        if group is None or base is None or not (group.bounded and base.bounded):
            return False
        sides.append((group.high < base.low) - (group.low > base.high))
    return bool(sides) and abs(sum(sides)) == len(sides)


def _crossed_told(crossing: Crossing, columns: Sequence[Crossing], policy: Policy) -> str:
    parts = []
    for first in crossing.groups(0):
        for second in crossing.groups(1):
            value = crossing.cell(first, second)
            if value is not None and value.bounded:
                name = crossed(policy, crossing, (first, second))
                parts.append(f"{name} {value.rough()} (95% interval {value.interval()})")
    return f"{heading(crossing.outcome, columns, policy)}: {'; '.join(parts) or 'protected'}."
