"""Dots with their intervals, one row for each group and one panel for each thing measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cbe_analysis.render.blocks import span
from cbe_analysis.render.canvas import Canvas, mark
from cbe_analysis.render.palette import ACCENT, INK, MID, SOFT
from cbe_analysis.render.readings import Reading
from cbe_analysis.render.wording.tables import OTHERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PROTECTED = "protected"
NAMES, BETWEEN = 176, 26  # points: right edge of the group sizes, space between panels
HEAD, FOOT, ROW, BREAK = 20, 16, 15.5, 7  # points
BEFORE, AFTER = 0.04, 0.19  # of the width of all marks, kept free left of them, and right of them for a number
EDGE = 10  # points at the right edge without a tick, whose number would pass it
FAR = 10  # times a usual interval: a wider one is cut, with an arrow, so that the others can be read


@dataclass(frozen=True, slots=True)
class Mark:
    """One dot with what is written beside it.

    Parameters
    ----------
    hollow
        True for a group that others are compared with.
    strong
        True prints the number in the accent colour.
    wanted
        A value to set beside it, drawn as a diamond; None without one.
    """

    value: Reading
    told: str
    hollow: bool
    strong: bool
    wanted: Reading | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a chart.

    Parameters
    ----------
    marks
        One for each panel; None where nothing may be shown.
    bases
        For each panel the value that the block is compared with; None without one.
    first
        True where a new block begins.
    """

    name: str
    students: str
    marks: tuple[Mark | None, ...]
    bases: tuple[float | None, ...]
    first: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One column of marks.

    Parameters
    ----------
    limits
        Of the x axis, as `limits` gives them.
    rule
        Where a line is drawn through all rows; None without one.
    after
        Of the width of all marks, kept free right of them, as given to `limits`.
    """

    head: str
    limits: tuple[float, float]
    rule: float | None = None
    after: float = AFTER

    @property
    def ends(self) -> tuple[float, float]:
        """Where marks begin and end within the limits of the axis: the room for numbers is beyond."""
        low, high = self.limits
        air = (high - low) / (1 + BEFORE + self.after)
        return low + BEFORE * air, high - self.after * air


def seen(block: Sequence[Line]) -> bool:
    """True when any mark of the block may be shown."""
    return any(m for line in block for m in line.marks)


def opened(block: Sequence[Line]) -> list[Line]:
    """The lines of a block of which something may be shown; the others are one line at its end."""
    shown = [line for line in block if seen([line])]
    closed = [line for line in block if not seen([line])]
    if len(closed) > 1:
        closed = [replace(closed[0], name=OTHERS, students=PROTECTED)]
    return [replace(line, first=not at) for at, line in enumerate([*shown, *closed])]


def students(value: Reading | None) -> str:
    """The size of a group, beside its name."""
    return PROTECTED if value is None or value.protected else value.in_column


def passes(value: Reading, panel: Panel) -> bool:
    """True when the interval goes on past what the panel shows of it."""
    low, high = panel.ends
    slack = 1e-9 * (high - low)
    return value.bounded and (value.low < low - slack or value.high > high + slack)


def chart(lines: Sequence[Line], panels: Sequence[Panel]) -> Canvas:
    """The canvas with names and sizes at the left and the panels beside them."""
    tops = _tops(lines)
    tall = tops[-1] + ROW
    canvas = Canvas(6, HEAD + tall + FOOT)
    canvas.text(NAMES, 9, "Students", ha="right", color=SOFT)
    for top, line in zip(tops, lines, strict=True):
        y = HEAD + top + ROW / 2
        canvas.text(0, y, line.name, va="center_baseline", size=8.5)
        slant = "italic" if line.students == PROTECTED else "normal"
        canvas.text(NAMES, y, line.students, ha="right", va="center_baseline", color=SOFT, style=slant)
    width = (span(6) - NAMES - BETWEEN * len(panels)) / len(panels)
    for i, panel in enumerate(panels):
        x = NAMES + BETWEEN + i * (width + BETWEEN)
        canvas.text(x, 9, panel.head, weight=600, size=8.5)
        axes = canvas.axes(x, HEAD, width, tall, xlim=panel.limits, ylim=(tall, 0), yticks=[])
        if panel.rule is not None:
            axes.axvline(panel.rule, color=SOFT, lw=0.8)
        _panel(axes, list(zip(tops, lines, strict=True)), i, panel.ends)
    return canvas


def _tops(lines: Sequence[Line]) -> list[float]:
    """The upper edge of every row, a little apart where a block begins."""
    tops: list[float] = []
    y: float = -BREAK
    for line in lines:
        y += BREAK if line.first else 0
        tops.append(y)
        y += ROW
    return tops


def _panel(axes: Axes, lines: Sequence[tuple[float, Line]], column: int, ends: tuple[float, float]) -> None:
    """The marks of one outcome; y runs in points from the top."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    low, high = axes.get_xlim()
    last = high - EDGE / axes.get_window_extent().width * (high - low)
    if any(m.value.unit.startswith("share") for _, line in lines if (m := line.marks[column])):
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
    rounds = (MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, last) for most in (4, 5, 6, 7))
    inside = [[t for t in ticks if low <= t <= last] for ticks in rounds]
    axes.set_xticks(next((ticks for ticks in inside if len(ticks) > 1), inside[-1]))
    axes.grid(axis="x")
    axes.spines.bottom.set_visible(False)
    for top, line in lines:
        base, one, y = line.bases[column], line.marks[column], top + ROW / 2
        if base is not None and one is not None:
            start = top + (ROW / 2 if line.first else -ROW / 2)
            axes.vlines([base], start, top + ROW / 2, color=MID, lw=0.9, ls=(0, (2, 2)))
        if one is not None:
            _dot(axes, one, y, ends)


def _dot(axes: Axes, one: Mark, y: float, ends: tuple[float, float]) -> None:
    """A dot with its interval, its number, and the diamond of what is wanted."""
    colour = MID if one.hollow else ACCENT if one.strong else SOFT
    edge, aside = one.value.value, 4
    if one.value.bounded:
        _bar(axes, one.value, y, colour, ends)
        edge = min(one.value.high, ends[1])
    if one.wanted is not None and one.wanted.known:
        axes.plot([one.wanted.value], [y], "D", mfc="white", mec=INK, mew=0.9, ms=3.6)
        edge, aside = max((edge, 4), (one.wanted.value, 6))
    face = "white" if one.hollow else colour
    axes.plot([one.value.value], [y], "o", color=colour, mfc=face, mec=colour, mew=1.1, ms=4.6)
    shade = ACCENT if one.strong else SOFT
    box = {"fc": "white", "ec": "none", "pad": 0.6}
    mark(axes, one.told, (edge, y), (aside, 0), color=shade, weight=600 if one.strong else 400, bbox=box)


def _bar(axes: Axes, value: Reading, y: float, colour: str, ends: tuple[float, float]) -> None:
    """The interval, with an arrow where it goes on past the chart."""
    low, high = ends
    start, end = max(value.low, low), min(value.high, high)
    axes.hlines([y], [start], [end], color=colour, lw=1.3)
    for at, whole, marker in ((start, value.low, 4), (end, value.high, 5)):
        if abs(at - whole) > 1e-9 * (high - low):
            axes.plot([at], [y], marker=marker, color=colour, ms=3.5)


def limits(values: Iterable[Reading], within: Sequence[float] = (), after: float = AFTER) -> tuple[float, float]:
    """The lowest and the highest limit, with room for a number at the right; very wide intervals pass them.

    Parameters
    ----------
    within
        Further numbers that must be seen.
    after
        Of the width of all marks, kept free right of them for a number.
    """
    found = [v for v in values if v.known]
    if not found:
        return 0.0, 1.0
    low, high = reach(found, within)
    air = (high - low) or 1.0
    return low - BEFORE * air, high + after * air


def reach(known: Sequence[Reading], within: Sequence[float] = ()) -> tuple[float, float]:
    """The lowest and the highest number that are drawn: of an interval far wider than usual, a part.

    Parameters
    ----------
    known
        At least one value, each known.
    within
        As for `limits`.
    """
    halves = sorted((v.high - v.low) / 2 for v in known if v.bounded)
    far = FAR * halves[(len(halves) - 1) // 2] if halves else 0.0
    low = min([*within, *(max(v.low, v.value - far) if v.bounded else v.value for v in known)])
    high = max([*within, *(min(v.high, v.value + far) if v.bounded else v.value for v in known)])
    return low, high
