"""What is said of schools: growth beside status, each with its interval, and none where fewer than six are told of."""

from __future__ import annotations

from collections.abc import Sequence

from cbe_analysis.methods.pace.kinds import UNSURE
from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Table
from cbe_analysis.render.numbers import NO_BREAK, counted, listed
from cbe_analysis.render.progress import SCHOOLS_AT_LEAST, School
from cbe_analysis.render.wording.pace_charts import school
from cbe_analysis.render.wording.tables import SMALL, aligned

NAMED = 12  # schools that a table, or the names in a chart, has room for
ACROSS = "Mean gap to grade, in levels: left of the line below grade, right of it above"
CORNERS = (
    (0, 1, "high growth, low status"),
    (1, 1, "high growth, high status"),
    (0, 0, "low growth, low status"),
    (1, 0, "low growth, high status"),
)


def comparable(found: Sequence[School]) -> tuple[School, ...]:
    """The schools that may be set beside each other; none of fewer than six."""
    shown = tuple(s for s in found if s.shown)
    return shown if len(shown) >= SCHOOLS_AT_LEAST else ()


def finding(found: Sequence[School], policy: Policy) -> str:
    """Which schools are of high growth, as a sentence; empty where there is but one."""
    shown = comparable(found)
    if len(found) < 2:
        return ""
    if not shown:
        return "Fewer than six schools can be shown, so we set none beside another."
    return f"{_counts(shown, _named(shown, policy))}."


def _counts(shown: Sequence[School], named: str = "") -> str:
    """How many schools are clearly high in growth, clearly low, and not clear."""
    high, low = (sum(s.clear and s.growing is side for s in shown) for side in (True, False))
    unclear = len(shown) - high - low
    if not high and not low:
        return f"Growth and status are not clear for any of the {len(shown)} schools"
    said = [f"{high or 'none'} {_are(high or 1)} clearly high in growth{named}"]
    said += [f"{low} {_are(low)} clearly low"] if low else []
    said += [f"for {unclear} it is not clear"] if unclear else []
    return f"Of {len(shown)} schools, {listed(said)}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _named(shown: Sequence[School], policy: Policy) -> str:
    """The names of the schools of high growth, where they are few, in the order of the alphabet."""
    names = sorted(school(policy, s.id) for s in shown if s.growing)
    return f" ({listed(names)})" if 0 < len(names) <= 2 else ""


def chart(shown: Sequence[School], found: Sequence[School], policy: Policy) -> tuple[str, str, str]:
    """Title, unit and alt text of the chart of schools."""
    title = _counts(shown)
    left = len(found) - len(shown)
    more = f" {counted(left, 'school')} protected." if left else ""
    sub = (
        "Up: mean pace, levels gained in a school year; across: mean gap to grade. Bars: 95% intervals. Filled: clear "
        f"with a chance of 80 in 100 or more; hollow: not clear. Lines: a level a year, and grade level.{more}"
    )
    told = [
        f"{school(policy, s.id)}: pace {s.growth.shown} ({s.growth.interval()}), gap to grade {s.status.shown} "
        f"({s.status.interval()}), {s.kind or UNSURE}"
        for s in shown
    ]
    return title, sub, f"{title}. {'; '.join(told)}."


def tables(found: Sequence[School], policy: Policy) -> tuple[Table, ...]:
    """Growth, status and depth of each school, by name; of many, those of a clear kind."""
    shown = comparable(found)
    if not shown:
        return ()
    kept = list(shown) if len(shown) <= NAMED else [s for s in shown if s.clear]
    kept = sorted(kept, key=lambda s: school(policy, s.id))[:NAMED]
    if not kept:
        return ()
    left = len(found) - len(kept)
    sub = "By name, not by result." + (f" {counted(left, 'more school')} are not listed." if left else "")
    table = Table(
        title="Schools: pace, depth and gap to grade",
        sub=sub + (SMALL if len(found) > len(shown) else ""),
        columns=(
            "School",
            "Students",
            "Pace",
            "95% interval",
            "Depth",
            "Gap to grade",
            "95% interval",
            "Growth, status",
        ),
        rows=aligned([_row(s, policy) for s in kept], (2, 5)),
        align="lrrrrrrr",
        widths=(None, 42, 42, 68, 40, 46, 72, 66),
        pad=2.3,
        after=18,
    )
    return (table,)


def _row(one: School, policy: Policy) -> tuple[str | None, ...]:
    """Name, size, pace, depth, gap to grade and kind of a school."""
    return (
        school(policy, one.id),
        one.growth.in_column,
        one.growth.shown,
        one.growth.interval(),
        (one.depth.printed() or "").replace(" ", NO_BREAK) if one.depth else "",
        one.status.shown,
        one.status.interval(),
        one.kind.replace(" growth", "").replace(" status", "") or UNSURE,
    )
