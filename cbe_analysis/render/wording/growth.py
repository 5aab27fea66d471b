"""The words of the growth brief: how fast scores grow, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Note, Table
from cbe_analysis.render.courses import Course
from cbe_analysis.render.numbers import counted, listed
from cbe_analysis.render.readings import UNKNOWN, Reading, compared, find
from cbe_analysis.render.widest import left_out, widest
from cbe_analysis.render.wording import against, differing, names
from cbe_analysis.render.wording.tables import Entry, gap_table

if TYPE_CHECKING:
    from cbe_analysis.protect import Release


def title(found: Sequence[Course], policy: Policy) -> str:
    """The inquiry question."""
    subjects = [names.lower(names.subject(policy, c.outcome)) for c in _by_outcome(found)]
    several = list(dict.fromkeys(subjects))
    return f"How fast {'do' if len(several) > 1 else 'does'} {listed(several)} grow, and for whom?"


def facts(found: Sequence[Course], policy: Policy) -> tuple[str, ...]:
    """How many students, and which grades."""
    sizes = [c.whole for c in _by_outcome(found) if c.whole and not c.whole.protected]
    most = max(sizes, key=lambda whole: whole.at_least, default=None)
    grades = sorted((p.at for c in found for p in c.points), key=float)
    several = bool(grades) and grades[0] != grades[-1]
    span = f"{names.grade(policy, grades[0])} to {names.grade(policy, grades[-1])}" if several else ""
    return tuple(
        line
        for line in (
            f"{names.measured(most.n_shown, 'students')} with scores" if most else "",
            names.upper(span),
        )
        if line
    )


def answer(found: Sequence[Course], policy: Policy) -> str:
    """The answer: growth a year with its interval, and what became of the differences."""
    return " ".join(s for s in (_grew(found, policy), _remained(found, policy)) if s)


def _grew(found: Sequence[Course], policy: Policy) -> str:
    """How much students gained a year."""
    wholes = [(c, c.whole) for c in _by_outcome(found) if c.whole and c.whole.bounded]
    if not wholes:
        if any(c.whole and c.whole.protected for c in found):
            return "How fast scores grow is protected: too few students are behind it, or they are too much alike."
        return "These data cannot tell how fast scores grow. There are too few scores, or they are too much alike."
    units = [names.unit(whole.unit, short=True) for _, whole in wholes]
    parts = []
    for i, (course, whole) in enumerate(wholes):
        told = i > 0 and units[i] == units[i - 1]
        own = whole.shown if told else f"{names.measured(whole.shown, units[i])} a year"
        note = f"95% interval {whole.interval()}" if i == 0 else whole.interval()
        parts.append(f"{own} in {_in(course, found, policy)} ({note})")
    if all(w.low > 0 for _, w in wholes):
        return f"{_who(found)} {listed(parts)}."
    return f"On average, scores changed by {listed(parts)}."


def _who(found: Sequence[Course]) -> str:
    """Who grew: every group, every group shown, or students on average."""
    slopes = [s for c in found for g in c.groups if (s := c.slope(g)) is not None]
    shown = [s for s in slopes if s.bounded]
    if not shown or not all(s.low > 0 for s in shown):
        return "Students gained, on average,"
    every = "Every group" if shown == slopes else "Every group that can be shown"
    return f"{every} grew: on average"


def _shown_slopes(course: Course) -> list[Reading]:
    """The slopes of the groups that are large enough to be compared."""
    slopes = [course.slope(g) for g in (course.beside, course.main) if g]
    return [s for s in slopes if s is not None and s.bounded]


def _remained(found: Sequence[Course], policy: Policy) -> str:
    """What became of the differences between the first and the last grade, and the widest one at the end."""
    followed = [(c, *c.ends) for c in found if c.ends]
    if not followed:
        return ""
    first, last = _ends([c for c, _, _ in followed], policy)
    there = [pair for pair in followed if pair[1].clear]
    kept = [pair for pair in there if pair[2].clear and pair[1].value * pair[2].value > 0]
    if not there:
        later = sum(pair[2].clear for pair in followed)
        of = "one" if later == len(followed) == 1 else f"{later} of {len(followed)}"
        seen = f"{of} could be seen" if later else "none could be seen"
        return f"In {first} we saw no clear difference between the groups; in {last}, {seen}."
    of = "A group difference" if len(there) == 1 else f"The {len(there)} group differences"
    start = f"{of} seen in {first}"
    if not kept:
        return f"{start} could no longer be seen in {last}."
    course, _, end = max(kept, key=lambda pair: abs(pair[2].value))
    unit, where = names.unit(end.unit, short=True), _in(course, found, policy)
    size = f"{names.measured(end.size(), unit)} by {names.factor(policy, course.factor)} in {where} ({end.less()})"
    if len(there) == 1:
        return f"{start} is still there in {last}: {size}."
    if len(kept) == len(there):
        return f"{start} are all still there in {last}; the widest is {size}."
    kept_of = f"Of {len(there)} group differences seen in {first}, {len(kept)}"
    if len(kept) == 1:
        return f"{kept_of} is still there in {last}: {size}."
    return f"{kept_of} are still there in {last}; the widest is {size}."


def _ends(found: Sequence[Course], policy: Policy) -> tuple[str, str]:
    """The first and the last grade of the curves; without their numbers where outcomes were tested in other grades."""
    ends = {(c.points[0].at, c.points[-1].at) for c in found}
    if len(ends) > 1:
        return "the first grade tested", "the last"
    ((first, last),) = ends
    return names.grade(policy, first), names.grade(policy, last)


def sure(found: Sequence[Course], policy: Policy) -> str:
    """How sure we are of growth, and of each difference in pace."""
    slopes = [r for c in found for r in _shown_slopes(c)]
    steady = bool(slopes) and all(_far_from_zero(r) for r in slopes)
    told = [_pace([c for c in found if c.outcome == o.outcome], found, policy) for o in _by_outcome(found)]
    start = "Very sure that the groups in the chart grew." if steady else ""
    return " ".join(s for s in ("**How sure are we?**", start, *told) if s)


def _far_from_zero(reading: Reading) -> bool:
    """True when a 99 % interval would leave out zero too."""
    return min(abs(reading.low), abs(reading.high)) > 0.33 * (reading.high - reading.low) / 2 and reading.clear


def _pace(courses: Sequence[Course], found: Sequence[Course], policy: Policy) -> str:
    """The differences in growth of one outcome, each as sure as its p allows."""
    pairs = [(c.factor, gap) for c in courses if c.main and (gap := c.gap(c.main)) is not None and gap.bounded]
    where = f"In {_in(courses[0], found, policy)}"
    hidden = any(r.protected for c in courses for r in c.rows if r.quantity == "gap")
    return differing.told(pairs, where, policy, hidden=hidden)


def tables(found: Sequence[Course], policy: Policy) -> tuple[Table, ...]:
    """Growth a year of every group, and its difference from the first group of its block; one table per outcome."""
    made = []
    shown = widest(found)
    for own in _by_outcome(shown):
        courses = [c for c in shown if c.outcome == own.outcome]
        blocks = [[Entry("All students", own.whole, None)]]
        blocks += [[_entry(c, g, policy) for g in (*c.groups, *_unknown(c))] for c in courses]
        unit = names.unit(own.unit, short=True)
        name = names.lower(names.outcome(policy, own.outcome, [c.outcome for c in found]))
        sub = against.legend(shown) + left_out(found, shown)
        made.append(gap_table(f"Growth in {name}, {unit} a year", sub, "Growth a year", blocks))
    return tuple(made)


def _entry(course: Course, group: str, policy: Policy) -> Entry:
    gap = None if group in (course.reference, UNKNOWN) else course.gap(group)
    return Entry(names.group(policy, course.factor, group), course.slope(group), gap)


def _unknown(course: Course) -> tuple[str, ...]:
    """The row of students whose group is not recorded, where it says something."""
    row = course.slope(UNKNOWN)
    return (UNKNOWN,) if row is not None and row.known else ()


def notes(found: Sequence[Course], policy: Policy) -> tuple[Note, ...]:
    """What it may mean, what it cannot mean, and questions for the next cycle."""
    return (
        Note("What this may mean", text=tuple(_may(found, policy))),
        Note("What it cannot mean", text=tuple(_cannot(found, policy))),
        Note("For the next inquiry cycle", steps=tuple(_next(found, policy))),
    )


def _kept(found: Sequence[Course]) -> bool:
    return any(c.ends and c.ends[0].clear and c.ends[1].clear and c.ends[0].value * c.ends[1].value > 0 for c in found)


def _may(found: Sequence[Course], policy: Policy) -> list[str]:
    told = []
    if _kept(found):
        told.append(
            "Equal growth keeps a difference that was there at the start. To close it takes more growth, sooner."
        )
    wide = [(c, sd) for c in _by_outcome(found) if (sd := _school_sd(c)) and sd.value > _widest(found, c.outcome)]
    if wide:
        parts = [
            f"{names.measured(sd.shown, names.unit(c.unit, short=True))} a year in {_in(c, found, policy)}"
            for c, sd in wide
        ]
        told.append(
            f"Schools differ more than these groups do. A school’s growth is often {listed(parts)} above or below the "
            "average. How schools work may matter more than who the students are."
        )
    gaps = [g for c in found if c.main and (g := c.gap(c.main)) is not None and g.bounded]
    if any(g.sure for g in gaps):
        told.append("Where the pace differs, look first at what students meet: time, tasks and support.")
    elif not told and gaps:
        told.append("We saw no clear difference in pace between the groups.")
    elif not told:
        told.append("No group could be compared here. That does not say that all grow alike.")
    return told


def _school_sd(course: Course) -> Reading | None:
    found = find(course.rows, "sd_school_slope")
    return found if found is not None and found.known else None


def _widest(found: Sequence[Course], outcome: str) -> float:
    """The largest difference in growth between the groups in the chart."""
    gaps = [c.gap(c.main) for c in found if c.outcome == outcome and c.main]
    return max((abs(g.value) for g in gaps if g is not None and g.known), default=float("inf"))


def _cannot(found: Sequence[Course], policy: Policy) -> list[str]:
    told = ["It does not say why groups differ, nor what any child can do."]
    if drawn := any(c.main and len(c.points) > 1 for c in found):
        told.append(
            "The chart shows all students tested in a grade. Some came or left, so its lines are not one class."
        )
    if drawn and any(_school_sd(c) for c in found):
        told.append(
            "The table compares students mostly with others of their own school, the chart with all students. "
            "The two can differ."
        )
    return told


def _next(found: Sequence[Course], policy: Policy) -> list[str]:
    points = found[0].points
    told = []
    if len(points) > 1 and any(c.ends and c.ends[0].clear for c in found):
        told.append(f"What do students meet before and during {names.grade(policy, points[0].at)}?")
    narrowed = any(c.ends and abs(c.ends[1].value) < abs(c.ends[0].value) for c in found)
    told.append(
        "Where did differences narrow, and what was tried there?"
        if narrowed
        else "What could be tried first so that differences narrow?"
    )
    if len(points) > 1:
        told.append(f"Who left before {names.grade(policy, points[-1].at)}, and why?")
    return [*told, "Which practices go with strong growth, and who can show them?"][:3]


def method(found: Sequence[Course], releases: Sequence[Release]) -> str:
    """How growth was computed, in three lines."""
    growth = next(r for r in releases if r.indicator == "growth_rate")
    told = growth.method.partition("; p adjusted")[0].replace(f" of {growth.parameters['outcome']}", "")
    tested = counted(compared(c.rows for c in found), "difference")
    return (
        f"{names.upper(told)}. One fit per factor. {names.upper(tested)} in growth tested, p adjusted "
        "within each factor (Benjamini–Hochberg). Very sure: adjusted p up to .01; fairly sure: below .05. Chart: mean "
        "of the last score in each grade; intervals clustered by school."
    )


def definitions(found: Sequence[Course], policy: Policy) -> str:
    """Who is counted, and where groups come from."""
    factors = names.factors(policy, list(dict.fromkeys(c.factor for c in found)))
    return (
        "Growth counts every student with a score; those with one score inform the start alone. Groups by "
        f"{factors} as recorded at the first score (table) and in the grade (chart). "
        f"{against.definition(found, policy)}"
    )


def _by_outcome(found: Sequence[Course]) -> list[Course]:
    """The first course of each outcome."""
    return list({c.outcome: c for c in reversed(found)}.values())[::-1]


def _in(course: Course, found: Sequence[Course], policy: Policy) -> str:
    return names.lower(names.outcome(policy, course.outcome, [c.outcome for c in found]))
