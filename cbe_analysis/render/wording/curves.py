"""What growth curves say: their finding, their unit, and the text that stands for them."""

from __future__ import annotations

from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.courses import Course
from cbe_analysis.render.numbers import listed
from cbe_analysis.render.readings import OTHERS
from cbe_analysis.render.wording import names

CLOSED = "prot."  # a protected group size, where there is little room


def title(shown: Sequence[Course], policy: Policy) -> str:
    """The finding of the curves of one outcome."""
    climbs = "every line climbs" if all(climbing(c) for c in shown) else "mean scores by grade"
    clear = [c.factor for c in shown if c.ends and c.ends[1].clear]
    last = names.grade(policy, shown[0].points[-1].at)
    if not clear:
        found = f"in {last} we see no clear difference between the groups"
    elif len(clear) == len(shown) == 1 and shown[0].reference != OTHERS:
        found = f"in {last} the two groups differ"
    else:
        found = f"in {last} groups differ by {names.factors(policy, clear)}"
    return f"{names.subject(policy, shown[0].outcome)}: {climbs}; {found}"


def climbing(course: Course) -> bool:
    """True when both groups' last mean lies above the first by more than their intervals."""
    pairs = [[r for r in course.means(g) if r is not None and r.bounded] for g in (course.beside, course.main)]
    return all(len(rows) > 1 and rows[-1].low > rows[0].high for rows in pairs)


def sub(shown: Sequence[Course], policy: Policy, *, sized: bool, more: bool) -> str:
    """The unit, the grades and the bands; `sized` where group sizes stand beneath, `more` where factors lack."""
    first, last = (names.grade(policy, shown[0].points[i].at) for i in (0, -1))
    unit = names.unit(shown[0].unit)
    closed = any(r is None or r.protected for c in shown for g in (c.beside, c.main) for r in c.means(g))
    beneath = f" Beneath: students tested{f' ({CLOSED} protected)' if closed else ''}." if sized else ""
    most = " The three factors with the clearest differences; the table has all." if more else ""
    return (
        f"Mean score in {unit}, {first} to {last}, all students tested in each grade. "
        f"Bands and bars: 95% intervals.{beneath}{most}"
    )


def alt(shown: Sequence[Course], policy: Policy) -> str:
    """The chart in words: finding, numbers and intervals."""
    return f"{title(shown, policy)}. " + " ".join(_told(c, policy) for c in shown)


def _told(course: Course, policy: Policy) -> str:
    """The two lines of a panel and the difference between them, at both ends."""
    first, last = (names.grade(policy, course.points[i].at) for i in (0, -1))
    lines = []
    for group in (course.main, course.beside):
        start, end = course.means(group)[0], course.means(group)[-1]
        name = names.group(policy, course.factor, group)
        if start is None or end is None or start.protected or end.protected:
            lines.append(f"{name}: protected at one end")
        else:
            lines.append(f"{name}: {start.rough()} in {first}, {end.rough()} in {last}")
    told = f"By {names.factor(policy, course.factor)}: {'; '.join(lines)}"
    if not course.ends:
        return f"{told}."
    gaps = [
        f"{g.printed(sign=True)} (95% interval {g.interval()}) in {at}"
        for g, at in zip(course.ends, (first, last), strict=True)
    ]
    return f"{told}; difference {listed(gaps)}."
