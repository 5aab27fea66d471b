"""Charts of a program's effect."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Picture
from cbe_analysis.render.canvas import Canvas
from cbe_analysis.render.numbers import interval
from cbe_analysis.render.palette import ACCENT, INK, LINE, MID, SOFT, STROKE, TINT
from cbe_analysis.render.readings import ALL, Reading
from cbe_analysis.render.trials import Plan, Trial
from cbe_analysis.render.wording import names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HALF = 50  # where the average comparison student stands among 100 of them
STROKE_STEP, BUNDLE_GAP = 2.5, 2.2  # points: a stroke of 100, and what parts bundles of ten
STRIPS = 156.0  # points: where strips begin
ROW = 16.0


def passed(g: float) -> int:
    """Of 100 comparison students, how many score below the average student of the program, for an effect of g.

    References
    ----------
    Cohen 1988, Statistical Power Analysis for the Behavioral Sciences, 2nd ed., p. 22 (the measure U3).
    """
    return round(50 * (1 + math.erf(g / math.sqrt(2))))


def standing(trials: Sequence[Trial], policy: Policy) -> Picture:
    """Strips of 100 strokes: how many comparison students the average student of the program leaves behind.

    Outcomes whose effect may not be shown are left out.
    """
    shown = [(t, g) for t in trials if (g := t.of("hedges_g")) is not None and g.bounded]
    canvas = Canvas(6, 8 + 54 * max(1, len(shown)))
    wide = _place(100)
    axes = canvas.axes(STRIPS, 0, wide, canvas.height, xlim=(0, wide), ylim=(canvas.height, 0))
    axes.axis("off")
    told = []
    for i, (trial, g) in enumerate(shown):
        subject = names.subject(policy, trial.outcome)
        canvas.text(0, 54 * i + 11, subject, weight=600, size=9.5)
        _strips(canvas, axes, 54 * i + 2, g, policy)
        told.append(
            f"{subject}: the average student with the program scores higher than {passed(g.value)} of 100 comparison "
            f"students (95% interval {passed(g.low)} to {passed(g.high)}); without it, higher than {HALF}."
        )
    title = "Where would the average comparison student stand with the program?"
    sub = "Each stroke is one of 100 comparison students, the lowest score on the left. Bar: 95% interval."
    alt = "Strips of 100 strokes for each outcome. " + " ".join(told or ["No outcome may be shown."])
    return canvas.picture(title, sub, alt)


def _place(strokes: float) -> float:
    """Where a stroke begins, in points: in bundles of ten."""
    return STROKE_STEP * strokes + BUNDLE_GAP * (strokes // 10)


def _strips(canvas: Canvas, axes: Axes, top: float, g: Reading, policy: Policy) -> None:
    """Two strips, without and with the program, and the interval of the second."""
    from matplotlib.patches import Rectangle

    reach = passed(g.value)
    for line, (full, words) in enumerate(((HALF, "without the program"), (reach, "with the program"))):
        y = top + ROW * line
        colour = ACCENT if line else SOFT
        canvas.text(STRIPS - 8, y + 9, words, color=colour, weight=600 if line else 400, ha="right", size=8.5)
        for stroke in range(100):
            shade = LINE if stroke >= full else ACCENT if stroke >= HALF else STROKE
            axes.add_patch(Rectangle((_place(stroke) + 0.3, y), 1.8, 11, fc=shade, lw=0))
        canvas.text(STRIPS + _place(100) + 6, y + 9, f"above {full} in 100", weight=600, color=colour, size=8.5)
    y = top + 2 * ROW + 3
    low, middle, high = (_place(passed(v)) for v in (g.low, g.value, g.high))
    axes.plot([low, high], [y, y], color=INK, lw=1.3)
    axes.plot([middle], [y], "o", color=INK, ms=4.6)
    words = f"95% interval {interval(str(passed(g.low)), str(passed(g.high)))}"
    axes.annotate(words, (high, y), (6, 0), textcoords="offset points", va="center_baseline", size=8)


def forest(trials: Sequence[Trial], policy: Policy, plan: Plan) -> Picture:
    """Effects with their intervals, for all students and by group: one column an outcome."""
    lines = _lines(trials)
    heights = _heights(lines)
    canvas = Canvas(6, 34 + ROW * (heights[-1] + 1))
    left, gutter = 170.0, 24.0
    wide = (canvas.width - left - gutter * (len(trials) - 1)) / len(trials)
    for (factor, group), y in zip(lines, heights, strict=True):
        at = 26 + ROW * y
        weight = 600 if group == ALL else 400
        canvas.text(0, at, names.group(policy, factor, group), size=8.5, weight=weight)
        canvas.text(left - 14, at, _students(trials, factor, group), color=SOFT, ha="right")
    canvas.text(left - 14, 9, "Students", color=SOFT, ha="right")
    for i, trial in enumerate(trials):
        x = left + i * (wide + gutter)
        canvas.text(x, 9, names.subject(policy, trial.outcome), weight=600, size=9.5)
        _panel(canvas, (x, wide), trial, (lines, heights, plan.minimum_effect))
    return canvas.picture(_forest_title(trials, lines), _forest_sub(trials, plan), _forest_alt(trials, lines, policy))


def _lines(trials: Sequence[Trial]) -> list[tuple[str, str]]:
    """All students, then every group that some outcome may show."""
    found = [("", ALL)]
    for factor in dict.fromkeys(f for t in trials for f, _ in t.split):
        for group in dict.fromkeys(g for t in trials for g in t.groups(factor)):
            readings = [t.within("effect", factor, group) for t in trials]
            if any(r is not None and r.bounded for r in readings):
                found.append((factor, group))
    return found


def _heights(lines: Sequence[tuple[str, str]]) -> list[float]:
    """Vertical places of the lines, in rows: a wider step where a factor begins."""
    places = [0.0]
    for (before, _), (factor, _) in itertools.pairwise(lines):
        places.append(places[-1] + (1.0 if factor == before else 1.45))
    return places


def _reading(trial: Trial, factor: str, group: str) -> Reading | None:
    return trial.effect if group == ALL else trial.within("effect", factor, group)


def _students(trials: Sequence[Trial], factor: str, group: str) -> str:
    """The group size as released; the smallest where outcomes differ."""
    sizes = [r for t in trials if (r := _reading(t, factor, group)) is not None and r.n_shown]
    return min(sizes, key=lambda r: r.at_least).n_shown if sizes else ""


def _panel(
    canvas: Canvas,
    place: tuple[float, float],
    trial: Trial,
    drawn: tuple[Sequence[tuple[str, str]], Sequence[float], float],
) -> None:
    """The intervals of one outcome; the tinted band holds effects too small to matter."""
    lines, heights, minimum = drawn
    x, wide = place
    readings = [_reading(trial, *line) for line in lines]
    known = [r for r in readings if r is not None and r.bounded]
    low = min([0.0, -minimum, *(r.low for r in known)])
    high = max([1.0, minimum, *(r.high for r in known)])
    span = high - low
    axes = canvas.axes(x, 14, wide, 20 + ROW * (heights[-1]) + 4, yticks=[])
    axes.set(xlim=(low - 0.05 * span, high + 0.22 * span), ylim=(14 + 20 + ROW * heights[-1] + 4, 14))
    axes.locator_params(axis="x", nbins=5)
    if minimum > 0:
        axes.axvspan(-minimum, minimum, color=TINT, lw=0)
    axes.axvline(0, color=SOFT, lw=0.8)
    axes.spines.bottom.set_visible(False)
    axes.xaxis.set_major_formatter(lambda v, _: f"{v:+g}".replace("-", "\u2212") if v else "0")
    for reading, y in zip(readings, heights, strict=True):
        if reading is None or not reading.bounded:
            continue
        whole = reading is trial.effect
        colour, at = (ACCENT if reading.clear else MID), 26 + ROW * y - 2.8
        axes.plot([reading.low, reading.high], [at, at], color=colour, lw=2.2 if whole else 1.3)
        face = colour if reading.clear else "white"
        axes.plot([reading.value], [at], "o", color=colour, mfc=face, ms=6.4 if whole else 4.8, mew=1.2)
        words = axes.annotate(reading.printed(sign=True) or "", (reading.high, at), (5, 0), textcoords="offset points")
        words.set(color=ACCENT if reading.clear else SOFT, va="center_baseline", weight=600, size=8)


def _forest_title(trials: Sequence[Trial], lines: Sequence[tuple[str, str]]) -> str:
    """The finding over all groups, as far as it holds."""
    found = [r for t in trials for line in lines if (r := _reading(t, *line)) is not None and r.bounded]
    if len(lines) > 1 and found and all(r.value > 0 and r.clear for r in found):
        return "Every group shown gained"
    if len(lines) > 1 and found and all(r.value > 0 for r in found):
        return "Every group shown scored higher; where a bar crosses zero it may be chance"
    return "The effect by group" if len(lines) > 1 else "The effect"


def _forest_sub(trials: Sequence[Trial], plan: Plan) -> str:
    unit = next((r.unit for t in trials if (r := t.effect) is not None), "")
    small = f" Tinted band: under {plan.minimum_effect:g} {names.unit(unit, short=True)}, too small to matter."
    return f"Effect in {unit}, with 95% intervals; filled dots leave out zero." + (small if plan.minimum_effect else "")


def _forest_alt(trials: Sequence[Trial], lines: Sequence[tuple[str, str]], policy: Policy) -> str:
    told = []
    for factor, group in lines:
        parts = [
            f"{names.subject(policy, t.outcome).lower()} {r.printed(sign=True)} ({r.interval()})"
            for t in trials
            if (r := _reading(t, factor, group)) is not None and r.bounded
        ]
        told.append(f"{names.group(policy, factor, group)}: {', '.join(parts) or 'protected'}.")
    return "Effects of the program with 95% intervals. " + " ".join(told)
