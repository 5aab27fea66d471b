"""Where students stand and how fast they move: a distribution of pace, and every group's pace beside its depth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Picture
from cbe_analysis.render.canvas import Canvas, mark, span
from cbe_analysis.render.figures.dots import Line, Mark, Panel, chart, limits, opened, passes, seen, students
from cbe_analysis.render.palette import ACCENT, INK, LINE, MID, SOFT
from cbe_analysis.render.progress import DOUBLE, LEVEL, Progress
from cbe_analysis.render.readings import ALL, Reading
from cbe_analysis.render.widest import fitting
from cbe_analysis.render.wording import names
from cbe_analysis.render.wording import pace_charts as words
from cbe_analysis.render.wording.gap_charts import ARROW
from cbe_analysis.render.wording.shares import at_least

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TALL, CURVE = 126, 84  # points
LEFT, LABELS, LONGEST = 214, 126, 50  # points: the bars at the left, their labels, and a full bar
BAR, TOP = 17.0, 22.0  # points
DRAWN = 201  # points of the curve
NARROWEST = 0.02  # levels a year: paces that differ less are drawn as a line
NUMBER = 0.42  # of the width of all marks, kept free right of them for a number
BENEATH, ALONE = -0.09, 0.5  # where the mean stands: under the curve, and where there is none
ASIDE = 4  # points between a line and its words


@dataclass(frozen=True, slots=True)
class Curve:
    """The distribution of true paces as it is drawn.

    Parameters
    ----------
    mean
        That of the model, in which schools count much alike.
    center, spread
        Of the curve, in which students count alike; the spread is NaN where no curve can be drawn.
    """

    mean: Reading
    center: float
    spread: float

    @property
    def drawn(self) -> bool:
        """True when there is a curve."""
        return self.spread > NARROWEST

    @property
    def across(self) -> tuple[float, float]:
        """Limits of the x axis: all of the curve, and both lines."""
        reach = 3.2 * self.spread if self.drawn else 0.0
        low = min(0.0, self.mean.low, self.center - reach)
        return low, max(DOUBLE + 0.6, self.mean.high, self.center + reach)


def overview(found: Sequence[Progress], policy: Policy) -> tuple[Picture, ...]:
    """Where students stand and where they are heading, beside the distribution of their true paces.

    The curve is the model's, from its released mean and spread. No picture where the mean may not be shown.
    """
    own = found[0]
    mean = own.pace()
    if mean is None or not mean.bounded:
        return ()
    curve = Curve(mean, own.center, own.spread)
    canvas = Canvas(6, TALL)
    _bars(canvas, own)
    canvas.text(LEFT + 26, 9, "How fast they move", weight=600, size=8.5)
    box = (LEFT + 26, TOP, span(6) - LEFT - 26, CURVE)
    axes = canvas.axes(*box, xlim=curve.across, ylim=(-0.16, 1.32), yticks=[])
    _distribution(axes, curve, own)
    return (canvas.picture(*words.overview(own, curve.drawn, policy)),)


def _bars(canvas: Canvas, own: Progress) -> None:
    """One bar for each share: where students stand, and where they are heading."""
    canvas.text(0, 9, "Where students stand", weight=600, size=8.5)
    axes = canvas.axes(LABELS, 0, LONGEST, TALL, xlim=(0, 1), ylim=(TALL, 0))
    axes.axis("off")
    y = TOP
    for block in words.bars(own):
        for name, share in block:
            shown = share is not None and bool(share.shown)
            canvas.text(0, y + 6.5, name, size=8.5)
            axes.barh([y + 3.5], [1], height=7, color=LINE, lw=0)
            axes.barh([y + 3.5], [at_least(share)], height=7, color=ACCENT, lw=0)
            style = {"color": ACCENT, "weight": 600} if shown else {"color": SOFT, "style": "italic"}
            canvas.text(LABELS + LONGEST + 6, y + 6.5, words.share_of(share), size=8.5, **style)
            y += BAR
        y += 7


def _distribution(axes: Axes, curve: Curve, own: Progress) -> None:
    """The curve with the lines at one and two levels a year, the mean and its interval beneath."""
    low, high = curve.across
    axes.set_xticks([t / 2 for t in range(math.ceil(2 * low), math.floor(2 * high) + 1)])
    axes.axhline(0, color=LINE, lw=0.8)
    axes.spines.bottom.set_visible(False)
    for at, name in ((LEVEL, words.ONE), (DOUBLE, words.TWO)):
        axes.vlines([at], 0, 1.2, color=INK, lw=0.9, ls=(0, (3, 2)))
        mark(axes, name, (at, 1.2), (0, 5), ha="center", color=INK, size=8)
    if curve.drawn:
        xs = [low + (high - low) * i / (DRAWN - 1) for i in range(DRAWN)]
        xs = sorted({*xs, LEVEL})
        ys = [math.exp(-(((x - curve.center) / curve.spread) ** 2) / 2) for x in xs]
        for colour, alpha, inside in ((MID, 0.22, [x <= LEVEL for x in xs]), (ACCENT, 0.3, [x >= LEVEL for x in xs])):
            axes.fill_between(xs, ys, where=inside, color=colour, alpha=alpha, lw=0)
        axes.plot(xs, ys, color=ACCENT, lw=1.3)
        for told, place in words.parts(own, curve.spread):
            mark(axes, told, place, (ASIDE, 0), color=SOFT, linespacing=1.2)
    height = BENEATH if curve.drawn else ALONE
    axes.hlines([height], [curve.mean.low], [curve.mean.high], color=INK, lw=1.6)
    axes.plot([curve.mean.value], [height], "o", color=INK, ms=4.4)
    mark(axes, f"mean {curve.mean.shown}", (curve.mean.high, height), (5, 0), weight=600)


def group_charts(found: Sequence[Progress], policy: Policy) -> tuple[Picture, ...]:
    """Every group's gap to grade, its pace beside the pace that it needs, and its depth; of very many, some."""
    shown = fitting(found)
    own = shown[0]
    lines = [_line("All students", own, ALL)]
    for one in shown:
        lines += opened([_line(names.group(policy, one.factor, g), one, g) for g in one.groups])
    if len(lines) == 1 or not seen(lines):
        return ()
    panels = [_panel(lines, i, head, rule) for i, (head, rule) in enumerate(words.PANELS)]
    columns = [[m.value for line in lines if (m := line.marks[i])] for i in range(len(panels))]
    cut = any(passes(v, panel) for panel, column in zip(panels, columns, strict=True) for v in column)
    title, sub, alt = words.groups(shown, found, policy)
    return (chart(lines, panels).picture(title, sub + (f" {ARROW}" if cut else ""), alt),)


def _panel(lines: Sequence[Line], column: int, head: str, rule: float | None) -> Panel:
    """One panel, wide enough for its values, the paces needed and its line."""
    marks = [m for line in lines if (m := line.marks[column])]
    wanted = [m.wanted.value for m in marks if m.wanted is not None and m.wanted.known]
    within = [*wanted, *([] if rule is None else [rule])]
    return Panel(head, limits([m.value for m in marks], within, NUMBER), rule, NUMBER)


def _line(name: str, own: Progress, group: str) -> Line:
    """The row of a group."""
    whole = group == ALL
    pace, needed = own.pace(group), own.needed(group)
    marks = (_mark(own.level(group), whole), _mark(pace, whole, needed), _mark(own.depth(group), whole))
    nothing = (None,) * len(marks)
    return Line(name, students(pace), nothing if marks[1] is None else marks, nothing, first=whole)


def _mark(value: Reading | None, whole: bool, wanted: Reading | None = None) -> Mark | None:
    if value is None or not value.known:
        return None
    return Mark(value, value.shown.removeprefix("about "), hollow=False, strong=not whole, wanted=wanted)
