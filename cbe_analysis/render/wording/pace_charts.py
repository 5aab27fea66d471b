"""What the charts of the pace brief say: their findings, their units, and the texts that stand for them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.numbers import NO_BREAK, in_100, listed
from cbe_analysis.render.progress import DOUBLE, LEVEL, Progress
from cbe_analysis.render.readings import ALL, Reading
from cbe_analysis.render.wording import names, shares
from cbe_analysis.render.wording.tables import SMALL

ONE, TWO = "one level a year", "two levels a year"
PANELS = (("Gap to grade", 0.0), ("Pace, and needed", LEVEL), ("Depth", None))
BELOW, FAR_BELOW, ABOVE = "one level or more below", "two levels or more below", "above"
NEAR = 0.15  # levels a year, half an interval: a wider one cannot say "about a level a year"
OUT = 1.15  # standard deviations from the mean: where the words beside a curve begin
Bar = tuple[str, Reading | None]


def subject(own: Progress, policy: Policy) -> str:
    """The subject inside a sentence, with a blank before it: " in reading"; nothing over all subjects."""
    return f" in {names.lower(policy.label('subject', own.subject))}" if own.subject else ""


def school(policy: Policy, id: str) -> str:
    """The name of a school."""
    return names.upper(policy.label("school_id", id))


def speed(pace: Reading) -> str:
    """How a mean pace stands to a level a year: "less than", "about"; empty where that cannot be told."""
    if pace.high < LEVEL:
        return "less than"
    if pace.low > LEVEL:
        return "more than"
    return "about" if max(pace.high - LEVEL, LEVEL - pace.low) <= NEAR else ""


def place(level: Reading | None) -> str:
    """Where students stand: "0.6 levels below the level of their grade"; empty where that may not be shown."""
    if level is None or not level.bounded:
        return ""
    if not level.clear:
        return "near the level of their grade"
    side = "below" if level.value < 0 else "above"
    return f"{names.measured(level.size(), 'levels')} {side} the level of their grade"


def bars(own: Progress) -> tuple[tuple[Bar, ...], tuple[Bar, ...]]:
    """The shares of students by where they stand, and by where they are heading."""
    standing = (
        ("Above grade level", own.standing_at(ABOVE)),
        ("1 level or more below", own.standing_at(BELOW)),
        ("2 levels or more below", own.standing_at(FAR_BELOW)),
    )
    return standing, (("Gain a level a year", own.full_year()), ("On track to finish", own.arriving()))


def share_of(share: Reading | None) -> str:
    """A share beside its bar: "42%", "at most 5%", "protected", "not known"."""
    return "not known" if share is None or not (share.shown or share.protected) else shares.percent(share)


def parts(own: Progress, spread: float) -> list[tuple[str, tuple[float, float]]]:
    """The words beside the curve, and where they begin.

    Parameters
    ----------
    spread
        Standard deviation of true paces.
    """
    year = own.full_year()
    told = []
    if year is not None and not year.protected and year.shown:
        told.append((f"{shares.in_100(year)} gain\na level a year or more", (own.center + OUT * spread, 0.62)))
    over = beyond(own.center, spread, DOUBLE)
    told.append((f"{in_100(over)}\ngain two", (DOUBLE, 0.2)))
    return told


def beyond(mean: float, spread: float, at: float) -> float:
    """The part of the model's normal distribution at or above a pace."""
    return math.erfc((at - mean) / spread / math.sqrt(2)) / 2


def overview(own: Progress, drawn: bool, policy: Policy) -> tuple[str, str, str]:
    """Title, unit and alt text of the first chart.

    Parameters
    ----------
    drawn
        True where the distribution is.
    """
    mean = own.pace()
    assert mean is not None
    title = _heading(own, policy)
    curve = (
        "Right: how true paces are spread, by the model; no student is drawn. Dot and bar: mean pace, 95% interval."
        if drawn
        else "Right: mean with its 95% interval. How paces are spread cannot be told."
    )
    sub = f"Left: share of students. {curve} Levels gained in a school year."
    return title, sub, f"{title}. {' '.join(_overview_told(own, drawn))}"


def _heading(own: Progress, policy: Policy) -> str:
    """Who gains a level, and who is on track, as a chart's title; where neither may be told, the mean pace."""
    year, track = own.full_year(), own.arriving()
    told = [f"{shares.in_100(year)} students gain a level a year or more"] if year is not None and year.shown else []
    told += [f"{shares.in_100(track)} are on track to finish in time"] if track is not None and track.shown else []
    if told:
        return names.upper("; ".join(told))
    gain = speed(mean) if (mean := own.pace()) is not None else ""
    return f"Students gain {gain} a level a year{subject(own, policy)}" if gain else f"Pace{subject(own, policy)}"


def _overview_told(own: Progress, drawn: bool) -> list[str]:
    mean = own.pace()
    assert mean is not None
    told = [f"Mean pace {mean.shown} levels a school year (95% interval {mean.interval()})."]
    if drawn:
        spread = own.spread
        ends = [f"{own.center + side * spread:.1f}" for side in (-1, 1)]
        told.append(
            f"About two thirds of true paces lie between {listed(ends)}; {in_100(beyond(own.center, spread, DOUBLE))} "
            "students gain two levels a year or more."
        )
    standing, heading = bars(own)
    known = [f"{name.lower()} {share_of(share)}" for name, share in (*standing, *heading)]
    return [*told, f"Students: {'; '.join(known)}."]


def groups(shown: Sequence[Progress], found: Sequence[Progress], policy: Policy) -> tuple[str, str, str]:
    """Title, unit and alt text of the chart of groups.

    Parameters
    ----------
    shown
        What the chart has room for.
    """
    clear = [one.factor for one in shown if any((g := one.gap(name)) is not None and g.sure for name in one.groups)]
    differ = (
        f"Pace differs by {names.factors(policy, clear)}" if clear else "No clear difference in pace between groups"
    )
    title = f"{differ}{_short_of(shown)}"
    count = sum(len(one.groups) for one in found) - sum(len(one.groups) for one in shown)
    more = f" {count} groups that differ least are left out." if count else ""
    closed = any((p := one.pace(g)) is None or p.protected for one in shown for g in one.groups)
    sub = (
        "Gap: mean level less that of the grade. Pace: levels gained in a school year; diamond: the pace needed to "
        f"finish school in time. Depth: share of evidence at depth 3 or 4. Bars: 95% intervals.{more}"
        f"{SMALL if closed else ''}"
    )
    told = [_told("All students", shown[0], ALL)]
    told += [_told(names.group(policy, one.factor, g), one, g) for one in shown for g in one.groups]
    return title, sub, f"{title}. {' '.join(told)}"


def _short_of(shown: Sequence[Progress]) -> str:
    """Whether the groups move as fast as they need to."""
    pairs = [(p, n) for one in shown for g in one.groups if (p := one.pace(g)) and (n := one.needed(g))]
    able = [(p, n) for p, n in pairs if p.bounded and n.known]
    if able and all(p.high < n.value for p, n in able):
        return "; each group shown needs more than it has"
    if able and all(p.low >= n.value for p, n in able):
        return "; each group shown moves as fast as it needs to"
    return ""


def _told(name: str, own: Progress, group: str) -> str:
    """One row of the chart in words."""
    pace = own.pace(group)
    if pace is None or not pace.known:
        return f"{name}: protected." if pace is None or pace.protected else f"{name}: not known."
    between = f" (95% interval {pace.interval()})" if pace.bounded else ""
    said = [f"{name}: pace {pace.shown}{between}"]
    for word, value in (("needed", own.needed(group)), ("gap to grade", own.level(group))):
        if value is not None and value.known:
            said.append(f"{word} {value.shown}")
    said.append(f"depth {shares.percent(own.depth(group))}" if own.depth(group) else "depth not known")
    return f"{', '.join(said)}.".replace(" %", f"{NO_BREAK}%")
