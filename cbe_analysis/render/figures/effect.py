"""Charts of a program's effect."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Picture
from cbe_analysis.render.canvas import Canvas, mark
from cbe_analysis.render.figures.dots import reach
from cbe_analysis.render.numbers import interval, plain
from cbe_analysis.render.palette import ACCENT, INK, LINE, MID, SOFT, STROKE, TINT
from cbe_analysis.render.plans import Plan
from cbe_analysis.render.readings import ALL, Reading
from cbe_analysis.render.trials import Trial, largest, left_out, line, lines, students
from cbe_analysis.render.wording import names
from cbe_analysis.render.wording.decision import smallest
from cbe_analysis.render.wording.gap_charts import ARROW

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HALF = 50  # where the average comparison student stands among 100 of them
FAR = 75  # strokes: an interval that ends beyond has its words before it
STROKE_STEP, BUNDLE_GAP = 2.5, 2.2  # points: a stroke of 100, and what parts bundles of ten
STRIPS = 156.0  # points: where strips begin
STRIP, MOST_STRIPS = 54.0, 6  # points: an outcome's pair of strips; as many as leave room for the effects
ROW, BEFORE, BESIDE = 16.0, 6.0, 38.0  # points: a line of effects; room before its bar, and for a number beside it
ABREAST, LONGEST = 3, 31  # outcomes side by side; letters of a group's name


def passed(g: float) -> int:
    """Of 100 comparison students, how many score below the average student of the program, for an effect of g.

    References
    ----------
    Cohen 1988, Statistical Power Analysis for the Behavioral Sciences, 2nd ed., p. 22 (the measure U3).
    """
    return round(50 * (1 + math.erf(g / math.sqrt(2))))


def standing(trials: Sequence[Trial], policy: Policy) -> tuple[Picture, ...]:
    """Strips of 100 strokes: how many comparison students the average student of the program leaves behind.

    Outcomes whose effect may not be shown are left out; no picture where that is all of them.
    """
    shown = [(t, g) for t in trials if (g := t.of("hedges_g")) is not None and g.bounded][:MOST_STRIPS]
    if not shown:
        return ()
    canvas = Canvas(6, STRIP * len(shown) - 4)
    wide = _place(100)
    axes = canvas.axes(STRIPS, 0, wide, canvas.height, xlim=(0, wide), ylim=(canvas.height, 0))
    axes.axis("off")
    told = []
    for i, (trial, g) in enumerate(shown):
        subject = names.subject(policy, trial.outcome)
        canvas.text(0, STRIP * i + 11, subject, weight=600, size=9.5)
        _strips(canvas, axes, STRIP * i + 2, g)
        told.append(
            f"{subject}: the average student with the program scores higher than {passed(g.value)} of 100 comparison "
            f"students (95% interval {passed(g.low)} to {passed(g.high)}); without it, higher than {HALF}."
        )
    title = "Where would the average comparison student stand with the program?"
    sub = "Each stroke is one of 100 comparison students, the lowest score on the left. Bar: 95% interval."
    return (canvas.picture(title, sub, "Strips of 100 strokes for each outcome. " + " ".join(told)),)


def _place(strokes: float) -> float:
    """Where a stroke begins, in points: in bundles of ten."""
    return STROKE_STEP * strokes + BUNDLE_GAP * (strokes // 10)


def _strips(canvas: Canvas, axes: Axes, top: float, g: Reading) -> None:
    """Two strips, without and with the program, and the interval of the second."""
    from matplotlib.patches import Rectangle

    reach = passed(g.value)
    for step, (full, words) in enumerate(((HALF, "without the program"), (reach, "with the program"))):
        y = top + ROW * step
        colour = ACCENT if step else SOFT
        canvas.text(STRIPS - 8, y + 9, words, color=colour, weight=600 if step else 400, ha="right", size=8.5)
        for stroke in range(100):
            shade = LINE if stroke >= full else ACCENT if stroke >= HALF else STROKE
            axes.add_patch(Rectangle((_place(stroke) + 0.3, y), 1.8, 11, fc=shade, lw=0))
        canvas.text(STRIPS + _place(100) + 6, y + 9, f"above {full} in 100", weight=600, color=colour, size=8.5)
    y = top + 2 * ROW + 3
    low, middle, high = (_place(passed(v)) for v in (g.low, g.value, g.high))
    axes.plot([low, high], [y, y], color=INK, lw=1.3)
    axes.plot([middle], [y], "o", color=INK, ms=4.6)
    words = f"95% interval {interval(str(passed(g.low)), str(passed(g.high)))}"
    if high < _place(FAR):
        mark(axes, words, (high, y), (6, 0), size=8)
    else:
        mark(axes, words, (low, y), (-6, 0), size=8, ha="right")


def forests(trials: Sequence[Trial], policy: Policy, plan: Plan) -> tuple[Picture, ...]:
    """Effects with their intervals, for all students and by group: a column an outcome, three at most side by side.

    No picture where no effect has an interval.
    """
    shown = [t for t in trials if any(_bar(t, *at) is not None for at in lines(trials))]
    return tuple(_forest(shown[i : i + ABREAST], policy, plan) for i in range(0, len(shown), ABREAST))


def _forest(trials: Sequence[Trial], policy: Policy, plan: Plan) -> Picture:
    rows = [at for at in largest(trials) if any(_bar(t, *at) is not None for t in trials)]
    heights = _heights(rows)
    canvas = Canvas(6, 34 + ROW * (heights[-1] + 1))
    left, gutter = 186.0, 24.0
    wide = (canvas.width - left - gutter * (len(trials) - 1)) / len(trials)
    for (factor, group), y in zip(rows, heights, strict=True):
        at = 26 + ROW * y
        weight = 600 if group == ALL else 400
        canvas.text(0, at, _short(names.group(policy, factor, group)), size=8.5, weight=weight)
        canvas.text(left - 14, at, students(trials, factor, group), color=SOFT, ha="right")
    canvas.text(left - 14, 9, "Students", color=SOFT, ha="right")
    for i, trial in enumerate(trials):
        x = left + i * (wide + gutter)
        canvas.text(x, 9, names.subject(policy, trial.outcome), weight=600, size=9.5)
        _panel(canvas, (x, wide), [_bar(trial, *at) for at in rows], (heights, plan.minimum_effect))
    cut = any(_cut([_bar(t, *at) for at in rows], plan.minimum_effect) for t in trials)
    more = [f"{names.upper(few)}." if (few := left_out(trials)) else "", ARROW if cut else ""]
    sub = " ".join((_sub(trials, plan), *(m for m in more if m)))
    return canvas.picture(_title(trials, rows), sub, _alt(trials, rows, policy))


def _bar(trial: Trial, factor: str, group: str) -> Reading | None:
    """What can be drawn of a line: an effect with its interval."""
    reading = line(trial, factor, group)
    return reading if reading is not None and reading.bounded else None


def _short(name: str) -> str:
    """The name as far as it fits beside its number of students."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}\u2026"


def _heights(rows: Sequence[tuple[str, str]]) -> list[float]:
    """Vertical places of the lines, in rows: a wider step where a factor begins."""
    places = [0.0]
    for (before, _), (factor, _) in itertools.pairwise(rows):
        places.append(places[-1] + (1.0 if factor == before else 1.45))
    return places


def _panel(
    canvas: Canvas,
    place: tuple[float, float],
    bars: Sequence[Reading | None],
    drawn: tuple[Sequence[float], float],
) -> None:
    """The intervals of one outcome, all students first; the tinted band holds effects too small to matter."""
    from matplotlib.ticker import MaxNLocator

    (x, wide), (heights, minimum) = place, drawn
    low, high = _reach(bars, minimum)
    point = (high - low or 1.0) / (wide - BEFORE - BESIDE)  # units in a point of width
    bottom = 38 + ROW * heights[-1]
    axes = canvas.axes(x, 14, wide, bottom - 14, yticks=[])
    axes.set(xlim=(low - BEFORE * point, high + BESIDE * point), ylim=(bottom, 14))
    ticks = MaxNLocator(max(2, int(wide / 34)), steps=[1, 2, 5, 10]).tick_values(low, high)
    axes.set_xticks([t for t in ticks if low <= t <= high] or [0.0])
    if minimum > 0:
        axes.axvspan(-minimum, minimum, color=TINT, lw=0)
    axes.axvline(0, color=SOFT, lw=0.8)
    axes.spines.bottom.set_visible(False)
    axes.xaxis.set_major_formatter(lambda v, _: plain(v, sign=True))
    for i, (bar, y) in enumerate(zip(bars, heights, strict=True)):
        if bar is not None:
            _draw(axes, bar, (26 + ROW * y - 2.8, low, high), whole=i == 0)


def _reach(bars: Sequence[Reading | None], minimum: float) -> tuple[float, float]:
    """The lowest and the highest number drawn; zero and what is too small to matter are between."""
    return reach([r for r in bars if r is not None], (0.0, -minimum, minimum))


def _cut(bars: Sequence[Reading | None], minimum: float) -> bool:
    """True when an interval goes on beyond the chart."""
    known = [r for r in bars if r is not None]
    low, high = _reach(known, minimum) if known else (0.0, 0.0)
    return any(r.low < low or r.high > high for r in known)


def _draw(axes: Axes, bar: Reading, place: tuple[float, float, float], *, whole: bool) -> None:
    """One interval with its value beside it; hollow where it holds zero, with an arrow where it goes on.

    Parameters
    ----------
    place
        Its height, and the lowest and the highest number drawn.
    """
    colour = ACCENT if bar.clear else MID
    at, low, high = place
    start, end = max(bar.low, low), min(bar.high, high)
    axes.plot([start, end], [at, at], color=colour, lw=2.2 if whole else 1.3)
    for edge, limit, arrow in ((start, bar.low, 4), (end, bar.high, 5)):
        if edge != limit:
            axes.plot([edge], [at], marker=arrow, color=colour, ms=3.5)
    face = colour if bar.clear else "white"
    axes.plot([bar.value], [at], "o", color=colour, mfc=face, ms=6.4 if whole else 4.8, mew=1.2)
    text = bar.printed(sign=True) or ""
    mark(axes, text, (end, at), (5, 0), color=ACCENT if bar.clear else SOFT, weight=600, size=8)


def _title(trials: Sequence[Trial], drawn: Sequence[tuple[str, str]]) -> str:
    """The finding over all groups, as far as it holds."""
    found = [r for t in trials for at in drawn if (r := _bar(t, *at)) is not None]
    if len(drawn) > 1 and all(r.value > 0 and r.clear for r in found):
        return "Every group shown gained"
    if len(drawn) > 1 and all(r.value > 0 for r in found):
        return "Every group shown scored higher; where a bar crosses zero it may be chance"
    return "The effect by group" if len(drawn) > 1 else "The effect of the program"


def _sub(trials: Sequence[Trial], plan: Plan) -> str:
    unit = next((r.unit for t in trials if (r := t.effect) is not None), "")
    small = f" Tinted band: under {smallest(trials, plan)}, too small to matter."
    return f"Effect in {unit}, with 95% intervals; filled dots leave out zero." + (small if plan.minimum_effect else "")


def _alt(trials: Sequence[Trial], rows: Sequence[tuple[str, str]], policy: Policy) -> str:
    told = []
    for factor, group in rows:
        parts = [
            f"{names.lower(names.subject(policy, t.outcome))} {r.printed(sign=True)} ({r.interval()})"
            for t in trials
            if (r := _bar(t, factor, group)) is not None
        ]
        told.append(f"{names.group(policy, factor, group)}: {', '.join(parts)}.")
    return "Effects of the program with 95% intervals. " + " ".join(told)
