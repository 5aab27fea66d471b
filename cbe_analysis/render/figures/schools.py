"""Growth beside status: one mark for each school, its two intervals, and no ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Picture
from cbe_analysis.render.canvas import Canvas, mark, span
from cbe_analysis.render.figures.dots import limits
from cbe_analysis.render.palette import ACCENT, MID, SOFT, STROKE
from cbe_analysis.render.progress import LEVEL, School
from cbe_analysis.render.wording import pace_charts, schools

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TALL, LEFT, FOOT, HEAD = 200, 30, 30, 6  # points
GRADE = 0.0  # levels from grade: where high status begins
CLOSE = 9  # points: height of a name
NEAR = 10  # points: a name lifted more is tied to its mark by a line
ASIDE = 6  # points between a mark and its name
LIFTS = (7, -7, 16, -16, 25, -25, 34, -34, 43, -43, 52, -52)  # points that a name may be lifted by
LETTER = 3.9  # points of a letter
AIR = 4  # points that names keep apart
TOUCHING = 20.0  # how much worse it is to cover a name than a line


def growth_and_status(found: Sequence[School], policy: Policy) -> tuple[Picture, ...]:
    """Every school's pace over its gap to grade with both intervals; those of a clear kind filled and named.

    No picture where fewer than six schools may be shown.
    """
    shown = schools.comparable(found)
    if not shown:
        return ()
    canvas = Canvas(6, HEAD + TALL + FOOT)
    across = limits([s.status for s in shown], [GRADE])
    up = _even(limits([s.growth for s in shown], [LEVEL]))
    axes = canvas.axes(LEFT, HEAD, span(6) - LEFT, TALL, xlim=across, ylim=up)
    axes.grid(visible=True)
    axes.spines.bottom.set_visible(False)
    axes.axvline(GRADE, color=SOFT, lw=0.8)
    axes.axhline(LEVEL, color=SOFT, lw=0.8)
    for one in shown:
        _cross(axes, one)
    _names(axes, shown, policy)
    _corners(axes)
    canvas.text(LEFT, HEAD + TALL + FOOT - 4, schools.ACROSS, color=SOFT)
    return (canvas.picture(*schools.chart(shown, found, policy)),)


def _even(ends: tuple[float, float]) -> tuple[float, float]:
    """The limits with as much room below as above: numbers stand beside marks, not over them."""
    low, high = ends
    air = 0.1 * (high - low)
    return low - air, high


def _cross(axes: Axes, one: School) -> None:
    """A mark with its two intervals, filled where the kind is clear."""
    colour = ACCENT if one.clear else MID
    axes.hlines([one.growth.value], [one.status.low], [one.status.high], color=colour, lw=1.1)
    axes.vlines([one.status.value], [one.growth.low], [one.growth.high], color=colour, lw=1.1)
    face = colour if one.clear else "white"
    axes.plot([one.status.value], [one.growth.value], "o", mfc=face, mec=colour, mew=1.1, ms=5)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points."""

    left: float
    low: float
    right: float
    high: float

    def wider(self, air: float) -> Box:
        """The rectangle with some air around it."""
        return Box(self.left - air, self.low - air, self.right + air, self.high + air)

    def over(self, other: Box) -> float:
        """The area that both cover."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        tall = min(self.high, other.high) - max(self.low, other.low)
        return max(wide, 0) * max(tall, 0)


def _names(axes: Axes, shown: Sequence[School], policy: Policy) -> None:
    """The names of the schools beside their marks, where they cover least; of many schools, the clear ones."""
    frame = axes.get_window_extent()
    across, up = axes.transData.transform((GRADE, LEVEL)).tolist()
    rules = [Box(frame.x0, up - 1, frame.x1, up + 1), Box(across - 1, frame.y0, across + 1, frame.y1)]
    lines = rules + [box for one in shown for box in _boxes(axes, one)]
    taken: list[Box] = []
    named = [s for s in shown if s.clear or len(shown) <= schools.NAMED]
    for one in sorted(named, key=lambda s: (not s.clear, -s.growth.value)):
        name = pace_charts.school(policy, one.id)
        x, y = axes.transData.transform((one.status.value, one.growth.value))
        places = [_place(x, y, LETTER * len(name), side, lift) for lift in LIFTS for side in (1, -1)]
        inside = [(box, at) for box, at in places if frame.x0 <= box.left and box.right <= frame.x1] or places
        box, (side, lift) = min(inside, key=lambda p: _cost(p[0], lines, taken) + abs(p[1][1]) / 10)
        taken.append(box)
        words: dict[str, Any] = {"ha": "left" if side > 0 else "right", "color": ACCENT if one.clear else SOFT}
        weight = 600 if one.clear else 400
        if abs(lift) > NEAR:
            words["arrowprops"] = {
                "arrowstyle": "-",
                "color": STROKE,
                "lw": 0.5,
                "shrinkA": 1,
                "shrinkB": 3,
                "relpos": (side < 0, 0.5),
            }
        mark(axes, name, (one.status.value, one.growth.value), (ASIDE * side, lift), weight=weight, **words)


def _cost(box: Box, lines: Sequence[Box], names: Sequence[Box]) -> float:
    """How bad a place is for a name: what it covers of lines and, much worse, of other names and their air."""
    return sum(map(box.over, lines)) + TOUCHING * sum(map(box.wider(AIR).over, names))


def _place(x: float, y: float, wide: float, side: int, lift: float) -> tuple[Box, tuple[int, float]]:
    """A name beside a mark: the room that it takes, its side, and how far it is lifted."""
    start = x + ASIDE if side > 0 else x - ASIDE - wide
    return Box(start, y + lift - CLOSE / 2, start + wide, y + lift + CLOSE / 2), (side, lift)


def _boxes(axes: Axes, one: School) -> list[Box]:
    """The room that a mark and its two intervals take."""
    corners = axes.transData.transform(
        [(one.status.low, one.growth.low), (one.status.value, one.growth.value), (one.status.high, one.growth.high)]
    )
    (left, low), (x, y), (right, high) = corners.tolist()
    return [Box(left, y - 1, right, y + 1), Box(x - 1, low, x + 1, high), Box(x - 5, y - 5, x + 5, y + 5)]


def _corners(axes: Axes) -> None:
    """What each corner means, in pale words."""
    for x, y, words in schools.CORNERS:
        axes.text(
            *(0.006 + 0.988 * x, 0.03 + 0.94 * y),
            words,
            transform=axes.transAxes,
            ha="right" if x else "left",
            va="center",
            color=SOFT,
            style="italic",
        )
