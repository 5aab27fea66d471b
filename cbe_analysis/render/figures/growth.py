"""Growth curves: two groups of each factor side by side over the grades, and the difference between them beneath."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Picture, span
from cbe_analysis.render.canvas import Canvas, mark
from cbe_analysis.render.courses import Course
from cbe_analysis.render.palette import ACCENT, INK, MID, SOFT
from cbe_analysis.render.readings import Reading
from cbe_analysis.render.widest import clearest
from cbe_analysis.render.wording import against, names
from cbe_analysis.render.wording import curves as words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT, BETWEEN, WIDEST = 26, 22, 300  # points
LINES, STRIP = 90, 42  # heights in points
FIRST, LAST = 9, 24  # points left of the first mark and right of the last, for its number
CLOSE, LIFTED = 5, 6  # a number nearer than this to the zero line is lifted off it, points
ROOM = 24  # points between marks that a group size, or the number of each difference, needs
WORD = 38  # points between marks that the word "protected" needs
LETTER, FREE = 4.3, 0.8  # points of a letter in a name; how much of a corner's width the line leaves free


@dataclass(frozen=True, slots=True)
class Scale:
    """Where the marks of one panel stand, and the limits that all panels share.

    Parameters
    ----------
    scores, gaps
        Lowest and highest value shown.
    """

    width: float
    places: int
    scores: tuple[float, float]
    gaps: tuple[float, float]

    @property
    def step(self) -> float:
        """Points between two marks."""
        return (self.width - FIRST - LAST) / max(self.places - 1, 1)

    @property
    def across(self) -> tuple[float, float]:
        """Limits of the x axis, in marks."""
        return -FIRST / self.step, self.places - 1 + LAST / self.step


def growth_curves(found: Sequence[Course], policy: Policy) -> tuple[Picture, ...]:
    """Mean scores by grade with 95 % bands for the two largest groups of a factor; one chart for each outcome.

    Where there are many factors, three: those whose differences are clearest.

    Parameters
    ----------
    found
        Courses with points; those without a comparison that may be shown, or with one point, are left out.
    """
    drawable = clearest([c for c in found if c.main and len(c.points) > 1])
    more = len({c.factor for c in found}) > len({c.factor for c in drawable})
    pictures: list[Picture] = []
    for outcome in dict.fromkeys(c.outcome for c in drawable):
        own = [c for c in drawable if c.outcome == outcome]
        alike = [c for c in drawable if names.unit(c.unit) == names.unit(own[0].unit)]
        told = bool(pictures) and alike[0].outcome == drawable[0].outcome
        pictures.append(_picture(own, alike, policy, told=told, more=more))
    return tuple(pictures)


def _picture(shown: Sequence[Course], alike: Sequence[Course], policy: Policy, *, told: bool, more: bool) -> Picture:
    """One row of panels; `told` where a chart above explains its unit and its bands, `more` where factors are left."""
    width = min(WIDEST, (span(6) - LEFT - BETWEEN * (len(shown) - 1)) / len(shown))
    places = max(len(c.points) for c in shown)
    scale = Scale(width, places, _limits(_means(alike)), _limits(_gaps(alike), zero=True))
    sized = scale.step >= ROOM
    canvas = Canvas(6, 22 + LINES + 20 + STRIP + 14 + (24 if sized else 0))
    for i, course in enumerate(shown):
        x = LEFT + i * (width + BETWEEN)
        canvas.text(x, 9, names.upper(policy.label(course.factor)), weight=600, size=8.5)
        axes = canvas.axes(x, 16, width, LINES), canvas.axes(x, 16 + LINES + 20, width, STRIP)
        _curves(axes[0], course, scale, policy)
        _differences(axes[1], course, scale)
        for one in axes:
            one.grid(axis="y")
            one.tick_params(labelleft=i == 0)
        if sized:
            _sizes(canvas, course, scale, (x, 16 + LINES + 20 + STRIP + 22))
    unit = names.unit(shown[0].unit, short=True)
    canvas.text(LEFT, 16 + LINES + 13, against.beneath(shown, unit), color=SOFT, size=8)
    sub = "" if told else words.sub(shown, policy, sized=sized, more=more)
    return canvas.picture(words.title(shown, policy), sub, words.alt(shown, policy), after=17)


def _curves(axes: Axes, course: Course, scale: Scale, policy: Policy) -> None:
    """The mean of both groups with its band, the last value and the name at the line."""
    low, high = scale.scores
    axes.set(xlim=scale.across, ylim=(low, high), xticks=[], yticks=_ticks(low, high, 4))
    axes.spines.bottom.set_visible(False)
    ends = [_last(course.means(g)) for g in (course.beside, course.main)]
    reference_above = ends[0] >= ends[1]
    apart = abs(ends[0] - ends[1]) * LINES / (high - low)
    nudge = max(0.0, 10 - apart) / 2
    for group, colour, face, above in (
        (course.beside, MID, "white", reference_above),
        (course.main, ACCENT, ACCENT, not reference_above),
    ):
        rows = course.means(group)
        xs, ys = range(len(rows)), [_value(r) for r in rows]
        dot = {"color": colour, "marker": "o", "ms": 3.8, "mfc": face, "mec": colour, "mew": 1.1}
        axes.fill_between(xs, [_low(r) for r in rows], [_high(r) for r in rows], color=colour, alpha=0.28, lw=0)
        axes.plot(xs, ys, lw=1.2, **dot)  # type: ignore[arg-type]  # matplotlib's keywords are not typed one by one
        shade = SOFT if colour == MID else colour
        if rows and (last := rows[-1]) is not None and last.known:
            mark(axes, last.rough(), (xs[-1], last.value), (5, nudge if above else -nudge), color=shade, weight=600)
        climbs = _last(rows) >= _first(rows)
        _name(axes, names.group(policy, course.factor, group), above=above, left=above == climbs, dot=dot)


def _name(axes: Axes, name: str, *, above: bool, left: bool, dot: dict[str, object]) -> None:
    """The name of a line in the corner that the line leaves free, with its mark."""
    import textwrap

    box = axes.get_window_extent()
    lines = textwrap.wrap(name, max(10, int((FREE * box.width - 14) / LETTER)))
    shade = SOFT if dot["color"] == MID else dot["color"]
    for i, line in enumerate(lines):
        y = box.height - 5 - 10 * i if above else 5 + 10 * (len(lines) - 1 - i)
        x = 10 if left else box.width
        at = (x / box.width, y / box.height)
        text = axes.text(*at, line, transform=axes.transAxes, ha="left" if left else "right", va="center_baseline")
        text.set(color=shade, weight=600)
        if i == 0:
            start = (text.get_window_extent().x0 - box.x0 - 8) / box.width
            axes.plot([start], [at[1]], transform=axes.transAxes, clip_on=False, **dot)  # type: ignore[arg-type]  # as above


def _differences(axes: Axes, course: Course, scale: Scale) -> None:
    """The difference between the two groups at every grade, with its interval if it has one, over zero."""
    low, high = scale.gaps
    axes.set(xlim=scale.across, ylim=(low, high), yticks=_ticks(low, high, 3))
    axes.set_xticks(range(len(course.points)), [names.short_grade(p.at) for p in course.points])
    axes.spines.bottom.set_visible(False)
    axes.axhline(0, color=SOFT, lw=0.8)
    shown = [(x, gap) for x, gap in enumerate(course.gaps()) if gap is not None and gap.known]
    for x, gap in shown:
        if gap.bounded:
            axes.vlines([x], [gap.low], [gap.high], color=INK, lw=1.3)
        axes.plot([x], [gap.value], "o", color=INK, ms=4.4)
        near = abs(gap.value) * STRIP / (high - low) < CLOSE
        lift = (LIFTED if gap.value >= 0 else -LIFTED) if near else 0
        edge = x in (0, len(course.points) - 1)
        if scale.step < ROOM and x != shown[-1][0]:
            continue
        mark(axes, gap.printed(sign=True) or "", (x, gap.value), (5, lift), weight=600 if edge else 400)


def _sizes(canvas: Canvas, course: Course, scale: Scale, at: tuple[float, float]) -> None:
    """How many students each mark rests on, beneath its grade."""
    axes = canvas.axes(at[0], at[1] - 6, scale.width, 20, xlim=scale.across, ylim=(20, 0), xticks=[], yticks=[])
    axes.spines.bottom.set_visible(False)
    for y, group, colour, face in ((5, course.main, ACCENT, ACCENT), (15, course.beside, SOFT, "white")):
        dot = {"marker": "o", "ms": 3.2, "mfc": face, "mec": MID if face == "white" else colour, "mew": 0.9}
        axes.plot([scale.across[0] - 6 / scale.step], [y], clip_on=False, **dot)  # type: ignore[arg-type]  # as above
        for x, row in enumerate(course.means(group)):
            if row is not None:
                closed = "protected" if scale.step >= WORD else words.CLOSED
                shown = closed if row.protected else row.in_column
                axes.text(x, y, shown, ha="center", va="center", color=colour, size=8)


def _limits(rows: Iterable[Reading], *, zero: bool = False) -> tuple[float, float]:
    """The lowest and the highest limit, with some air; zero may have to lie between. Of a value without, the value."""
    ends = [end for r in rows if r.known for end in ((r.low, r.high) if r.bounded else (r.value, r.value))]
    low, high = min(ends, default=0.0), max(ends, default=0.0)
    low, high = (min(low, 0.0), max(high, 0.0)) if zero else (low, high)
    air = 0.06 * (high - low) or 1.0
    return (low - air, high + 2 * air) if zero else (low - air, high + air)


def _means(found: Iterable[Course]) -> list[Reading]:
    return [r for c in found for g in (c.beside, c.main) for r in c.means(g) if r is not None]


def _gaps(found: Iterable[Course]) -> list[Reading]:
    return [r for c in found for r in c.gaps() if r is not None]


def _ticks(low: float, high: float, most: int) -> list[float]:
    """Round values within the limits."""
    from matplotlib.ticker import MaxNLocator

    found = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [float(t) for t in found if low <= t <= high]


def _value(row: Reading | None) -> float:
    return row.value if row else math.nan


def _low(row: Reading | None) -> float:
    return row.low if row else math.nan


def _high(row: Reading | None) -> float:
    return row.high if row else math.nan


def _last(rows: Sequence[Reading | None]) -> float:
    return next((r.value for r in reversed(rows) if r and r.known), math.nan)


def _first(rows: Sequence[Reading | None]) -> float:
    return next((r.value for r in rows if r and r.known), math.nan)
