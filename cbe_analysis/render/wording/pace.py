"""The words of the pace brief: where students are, how fast they move, and who is on track."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Note, Table
from cbe_analysis.render.numbers import NO_BREAK, listed
from cbe_analysis.render.progress import LEVEL, Progress, School
from cbe_analysis.render.readings import ALL, UNKNOWN, Reading
from cbe_analysis.render.widest import fitting
from cbe_analysis.render.wording import against, differing, names, schools, shares
from cbe_analysis.render.wording.pace_charts import place, school, speed, subject
from cbe_analysis.render.wording.tables import OTHERS, SMALL, Row, aligned

if TYPE_CHECKING:
    from cbe_analysis.protect import Release

MOVING = ("Group", "Students", "Gap to grade", "Pace", "95% interval", "Depth", "Pace differs")
AHEAD = ("Group", "Students", "Pace needed", "On track", "95% interval", "Gain a level or more", "95% interval")
WIDTHS = {"Students": 48, "Gap to grade": 60, "Pace": 50, "95% interval": 74, "Depth": 50, "Pace differs": 62} | {
    "Pace needed": 60,
    "On track": 50,
    "Gain a level or more": 92,
}
EXACT = ("Gap to grade", "Pace", "Pace needed")  # columns of numbers with decimals
Told = Callable[[Progress, str], Row]


def title(found: Sequence[Progress], policy: Policy) -> str:
    """The inquiry question."""
    return f"How fast do students move{subject(found[0], policy)}, and will they finish in time?"


def facts(found: Sequence[Progress], policy: Policy, where: Sequence[str] = ()) -> tuple[str, ...]:
    """Which subject, how many students, and which of them."""
    pace = found[0].pace()
    size = f"{names.measured(pace.n_shown, 'students')} with a pace" if pace and not pace.protected else ""
    own = found[0].subject
    about = names.upper(policy.label("subject", own)) if own else "Mean of all subjects"
    return tuple(line for line in (about, size, *(names.condition(policy, c) for c in where)) if line)


def answer(found: Sequence[Progress], policy: Policy) -> str:
    """The answer: pace, where students stand, and who is on track."""
    own = found[0]
    return " ".join(s for s in (_moving(own, policy), _standing(own)) if s)


def _moving(own: Progress, policy: Policy) -> str:
    """How fast students move."""
    pace = own.pace()
    if pace is None or not pace.known:
        if pace is not None and pace.protected:
            return "How fast students move is protected: too few are behind it, or they are too much alike."
        return "These data cannot tell how fast students move."
    amount = f"{names.measured(pace.shown, 'levels')}{subject(own, policy)}"
    if not pace.bounded:
        return f"On average, students gained {amount} in a school year; the data give no interval for it."
    between = f"95% interval {pace.interval()}"
    gain = speed(pace)
    if gain:
        return f"Students gain {gain} a level in a school year: on average {amount} ({between})."
    return f"Students gain {amount} in a school year, on average ({between}): that may be a full level, or not."


def _standing(own: Progress) -> str:
    """Where students stand, and who is on track."""
    level, track = own.level(), own.arriving()
    where = place(level)
    parts = []
    if level and where:
        between = level.less() if level.clear else f"mean gap {level.shown} levels, {level.interval()}"
        parts.append(f"they stand {where} ({between})")
    if track is not None and track.shown:
        between = f" ({track.interval()})" if track.bounded else ""
        parts.append(f"{shares.in_100(track)} are on track to finish school in time{between}")
    return f"{names.upper(listed(parts))}." if parts else ""


def sure(found: Sequence[Progress], places: Sequence[School], policy: Policy) -> str:
    """How sure we are of the pace, of who is on track, of differences and of schools."""
    told = (_of_level(found[0]), _of_shares(found[0]), _of_groups(found, policy), schools.finding(places, policy))
    return " ".join(s for s in ("**How sure are we?**", *told) if s)


def _of_level(own: Progress) -> str:
    """How sure we are that the mean pace is above or below a level a year."""
    pace = own.pace()
    if pace is None or not pace.bounded:
        return ""
    away = min(abs(pace.low - LEVEL), abs(pace.high - LEVEL))
    side = "below" if pace.high < LEVEL else "above" if pace.low > LEVEL else ""
    if not side:
        return "We cannot tell whether the mean pace is above or below a level a year."
    word = "Very" if away > differing.FAR * (pace.high - pace.low) / 2 else "Fairly"
    return f"{word} sure that the mean pace is {side} a level a year."


def _of_shares(own: Progress) -> str:
    """Why shares are not told, where they are not."""
    pace, told = own.pace(), (own.full_year(), own.arriving())
    if pace is None or not pace.known or all(r is not None and r.shown for r in told):
        return ""
    if any(r is not None and r.protected for r in told):
        return "Who gains a full level, or is on track, is protected in part."
    return (
        "Who gains a full level and who is on track cannot be told: real differences between students and chance "
        "cannot be kept apart in these data."
    )


def _of_groups(found: Sequence[Progress], policy: Policy) -> str:
    """How sure we are that pace differs between groups."""
    split = [one for one in found if one.factor and len(one.groups) > 1]
    if not split:
        return ""
    pairs = [(one.factor, gap) for one in split if one.main and (gap := one.gap(one.main)) is not None]
    hidden = any(r.protected for one in split for r in one.moving if r.quantity == "gap")
    return differing.told(pairs, "Between groups", policy, hidden=hidden)


def tables(found: Sequence[Progress], policy: Policy) -> tuple[Table, ...]:
    """Every group: where it stands and its pace with its depth; then the pace that it needs, and who is on track."""
    shown = fitting(found)
    count = sum(len(one.groups) for one in found) - sum(len(one.groups) for one in shown)
    left = f" {count} groups, which differ least, are left out." if count else ""
    legend = f" {against.legend(shown)}" if any(one.factor for one in shown) else ""
    move = f"Levels a school year.{legend}{left}"
    made = [_table("Where groups stand and how they move", move, (MOVING, _move), shown, policy)]
    if any(_arrive(one, g)[2] for one in shown for g in (ALL, *one.groups)):
        made.append(
            _table("Who will finish in time", "Shares of students, by true pace.", (AHEAD, _arrive), shown, policy)
        )
    return tuple(made)


def _table(
    title: str, sub: str, parts: tuple[tuple[str, ...], Told], shown: Sequence[Progress], policy: Policy
) -> Table:
    """One table of all groups, each factor a block."""
    heads, told = parts
    rows: list[Row] = [("All students", *told(shown[0], ALL))]
    rules = []
    for one in (s for s in shown if s.factor):
        rules.append(len(rows))
        rows += _block(one, told, policy)
    return Table(
        title=title,
        sub=sub + (SMALL if any(None in row for row in rows) else ""),
        columns=heads,
        rows=aligned(rows, [i for i, head in enumerate(heads) if head in EXACT]),
        align="l" + "r" * (len(heads) - 1),
        widths=(None, *(WIDTHS[head] for head in heads[1:])),
        rules=tuple(r + 1 for r in rules),
        pad=2.3,
        after=18,
    )


def _block(one: Progress, told: Told, policy: Policy) -> list[Row]:
    """The rows of a factor; several protected groups are one row at its end."""
    held = [*one.groups, *([UNKNOWN] if (own := one.pace(UNKNOWN)) is not None and own.known else [])]
    rows: list[Row] = [(names.group(policy, one.factor, g), *told(one, g)) for g in held]
    hidden = [row for row in rows if all(cell is None for cell in row[1:])]
    if len(hidden) > 1:
        hidden = [(OTHERS, *hidden[0][1:])]
    return [*(row for row in rows if any(cell is not None for cell in row[1:])), *hidden]


def _move(one: Progress, group: str) -> Row:
    """Where a group stands, its pace, its depth, and whether its pace differs."""
    pace, gap = one.pace(group), one.gap(group)
    if pace is None or pace.protected:
        return (None,) * (len(MOVING) - 1)
    differs = "" if gap is None else None if gap.protected else gap.sureness() or "not tested"
    level, depth = one.level(group), one.depth(group)
    return (pace.in_column, _cell(level), pace.shown, pace.interval(), _cell(depth), differs)


def _arrive(one: Progress, group: str) -> Row:
    """The pace that a group needs, who is on track, and who gains a level a year."""
    needed, track, year = one.needed(group), one.arriving(group), one.full_year(group)
    if track is None or track.protected:
        return (None,) * (len(AHEAD) - 1)
    full = year.interval() if year is not None else ""
    return (track.in_column, _cell(needed), _cell(track), track.interval(), _cell(year), full)


def _cell(value: Reading | None) -> str | None:
    """The value as printed, None where protected, empty where there is none."""
    told = "" if value is None else value.printed()
    return told if told is None else told.replace(" ", NO_BREAK)


def notes(found: Sequence[Progress], places: Sequence[School], policy: Policy) -> tuple[Note, ...]:
    """What it may mean, what it cannot mean, and questions for the next cycle."""
    return (
        Note("What this may mean", text=tuple(_may(found[0], places, policy))),
        Note("What it cannot mean", text=tuple(_cannot(found[0], places))),
        Note("For the next inquiry cycle", steps=tuple(_next(found[0], places))),
    )


def _may(own: Progress, places: Sequence[School], policy: Policy) -> list[str]:
    told = [s for s in (_needed(own), _deep(own)) if s]
    promising = [s for s in schools.comparable(places) if s.kind == "high growth, low status"]
    if promising:
        who = listed(sorted(school(policy, s.id) for s in promising[:2]))
        told.append(f"{who}: below grade, yet growing fast. See what is done there.")
    return told


def _needed(own: Progress) -> str:
    """The pace that is needed beside the one there is."""
    pace, needed = own.pace(), own.needed()
    if pace is None or needed is None or not (pace.bounded and needed.known):
        return ""
    amount = f"{names.measured(needed.shown, 'levels')} a year"
    if pace.high < needed.value:
        return f"To finish in time, students need {amount} from here on. That is more than they gain now."
    if pace.low >= needed.value:
        return f"To finish in time, students need {amount} from here on. On average, they gain that now."
    return f"To finish in time, students need {amount} from here on. That is close to what they gain now."


def _deep(own: Progress) -> str:
    """Depth beside pace, always."""
    depth = own.depth()
    if depth is None or not depth.shown:
        return "How deep the evidence goes cannot be told here. Speed alone is no aim: read pace with care."
    share = names.upper(shares.in_100(depth))
    return f"{share} pieces of evidence go deep. Speed alone is no aim: where depth falls as pace rises, look again."


def _cannot(own: Progress, places: Sequence[School]) -> list[str]:
    told = ["It does not say why paces differ, nor what any child can do."]
    if (track := own.arriving()) is not None and track.shown:
        told.append("“On track” takes it that paces stay as they are. They can change.")
    if own.left_out() is not None and (lost := own.left_out()) is not None and lost.known and lost.value > 0:
        told.append(f"{names.upper(shares.in_100(lost))} students have no pace: too little time between their levels.")
    if schools.comparable(places):
        told.append("It is no ranking: schools are drawn toward their mean, small ones more.")
    return told


def _next(own: Progress, places: Sequence[School]) -> list[str]:
    level = own.level()
    told = ["Is work recorded when it is shown, or weeks later? Late records look like a slow pace."]
    if level is not None and level.bounded and level.high < 0:
        told.append("Who is furthest below grade, and what support do they get?")
    else:
        told.append("Who needs the fastest pace to finish in time, and what support do they get?")
    if any(s.growing for s in schools.comparable(places)):
        told.append("What do schools of high growth do that others could try?")
    else:
        told.append("Where do students move well with deep work, and who can show how?")
    return told


def method(releases: Sequence[Release]) -> str:
    """How it was computed, in a few lines."""
    held = {r.indicator: r.method.partition("; p adjusted")[0] for r in releases}
    told = [f"Pace: {held['pace']}.", f"On track: {held['on_track'].partition(';')[0]}."]
    if "growth_and_status" in held:
        parts = [p for p in held["growth_and_status"].split("; ") if p.startswith(("high from", "a kind"))]
        told.append(f"Growth and status: {'; '.join(parts)}.")
    told.append("p adjusted within each factor (Benjamini–Hochberg). Very sure: up to .01; fairly sure: below .05.")
    return " ".join(told)


def definitions(found: Sequence[Progress], policy: Policy) -> str:
    """What the words mean, and where groups come from."""
    factors = [one.factor for one in found if one.factor]
    split = f" Groups by {names.factors(policy, factors)} as recorded at the first level." if factors else ""
    against_whom = f" {against.definition(found, policy)}" if factors else ""
    same = " Pace is compared between students of the same school." if factors and found[0].nested else ""
    alike = "; in the mean of the model, schools count much alike" if found[0].nested else ""
    return (
        f"One level is what a year of school is meant to bring. Pace: levels gained over school years{alike}. "
        "Gap to grade: last level less the level expected for grade and day, of students who had not left. Depth: "
        "share of evidence at depth of knowledge 3 or 4. Level or more: share whose true pace is 1.0 or more. Pace "
        f"needed: all that is left over all school years left.{split}{against_whom}{same}"
    )
