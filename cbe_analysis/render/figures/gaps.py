"""Gap charts: a dot and an interval for every group, beside the group that it is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Picture, span
from cbe_analysis.render.canvas import Canvas, mark
from cbe_analysis.render.palette import ACCENT, MID, SOFT
from cbe_analysis.render.readings import Reading
from cbe_analysis.render.standings import Crossing, Standing
from cbe_analysis.render.widest import largest, widest
from cbe_analysis.render.wording import gap_charts as words
from cbe_analysis.render.wording import names
from cbe_analysis.render.wording.tables import OTHERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PROTECTED = "protected"
SIDE_BY_SIDE = 2  # outcomes in one chart
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
    """

    value: Reading
    told: str
    hollow: bool
    strong: bool


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


def gap_charts(found: Sequence[Standing], policy: Policy) -> tuple[Picture, ...]:
    """Every group's value with its 95 % interval, and its difference from its reference; two outcomes to a chart.

    Where there are very many groups, those that differ most.
    """
    found = widest(found)
    pictures: list[Picture] = []
    for pair in _pairs(found):
        columns = [[s for s in found if s.outcome == o] for o in pair]
        lines = []
        for f, standing in enumerate(columns[0]):
            lines += _open([_gap_line([c[f] for c in columns], group, policy) for group in standing.groups])
        heads = [words.heading(o, found, policy) for o in pair]
        if _seen(lines):
            pictures.append(_picture(lines, heads, words.gap_chart(columns, policy), alike=_alike(pair)))
    return tuple(pictures)


def _seen(block: Sequence[Line]) -> bool:
    """True when any mark of the block may be shown."""
    return any(m for line in block for m in line.marks)


def _open(block: Sequence[Line]) -> list[Line]:
    """The lines of a block of which something may be shown; the others are one line at its end."""
    shown = [line for line in block if _seen([line])]
    closed = [line for line in block if not _seen([line])]
    if len(closed) > 1:
        closed = [replace(closed[0], name=OTHERS, students=PROTECTED)]
    return [replace(line, first=not at) for at, line in enumerate([*shown, *closed])]


def _gap_line(standings: Sequence[Standing], group: str, policy: Policy) -> Line:
    """A group's row over all panels."""
    own = standings[0]
    bases = [s.value(s.reference) for s in standings]
    return Line(
        name=names.group(policy, own.factor, group),
        students=_students(own.value(group)),
        marks=tuple(_gap_mark(s, group) for s in standings),
        bases=tuple(b.value if b is not None and b.known else None for b in bases),
    )


def _gap_mark(standing: Standing, group: str) -> Mark | None:
    value, gap = standing.value(group), standing.gap(group)
    if value is None or not value.known:
        return None
    if gap is None or not gap.known:
        return Mark(value, value.rough(), hollow=True, strong=False)
    return Mark(value, gap.printed(sign=True) or "", hollow=False, strong=gap.sure)


def crossing_charts(found: Sequence[Crossing], policy: Policy) -> tuple[Picture, ...]:
    """Every group of two crossed factors, in blocks by the first, two outcomes to a chart; the largest of very many."""
    found = largest(found)
    pictures: list[Picture] = []
    for pair in _pairs(found):
        columns = [c for c in found if c.outcome in pair]
        own = columns[0]
        blocks = [[_crossed_line(columns, (g, other), policy) for other in own.groups(1)] for g in own.groups(0)]
        seen = [line for block in blocks if _seen(block) for line in _open(block)]
        if seen:
            closed = [line for block in blocks if not _seen(block) for line in block]
            lines = [*seen, *_open(closed)]
            heads = [words.heading(o, found, policy) for o in pair]
            pictures.append(_picture(lines, heads, words.crossing_chart(columns, policy), alike=_alike(pair)))
    return tuple(pictures)


def _crossed_line(columns: Sequence[Crossing], cell: tuple[str, str], policy: Policy) -> Line:
    """A crossed group's row over all panels."""
    own = columns[0]
    values = [c.cell(*cell) for c in columns]
    hollow = cell[1] == own.references[1]
    marks = [
        Mark(v, v.rough(), hollow=hollow, strong=not hollow) if v is not None and v.known else None for v in values
    ]
    return Line(words.crossed(policy, own, cell), _students(values[0]), tuple(marks), (None,) * len(columns))


def _pairs(found: Sequence[Standing] | Sequence[Crossing]) -> list[list[str]]:
    """The outcomes, as many as stand side by side."""
    outcomes = list(dict.fromkeys(s.outcome for s in found))
    return [outcomes[i : i + SIDE_BY_SIDE] for i in range(0, len(outcomes), SIDE_BY_SIDE)]


def _students(value: Reading | None) -> str:
    return PROTECTED if value is None or value.protected else value.n_shown


def _alike(outcomes: Sequence[str]) -> bool:
    """True when the outcomes are of one test, and may share a scale."""
    return len({o.rpartition(":")[0] for o in outcomes}) == 1


def _picture(lines: Sequence[Line], heads: Sequence[str], told: tuple[str, str, str], *, alike: bool) -> Picture:
    """The chart with its title, unit and alt text, and what an arrow means where there is one."""
    title, sub, alt = told
    panels = [[line.marks[i] for line in lines] for i in range(len(heads))]
    shown = [[m.value for m in panel if m] for panel in panels]
    shared = [v for panel in shown for v in panel]
    cut = any(_passes(v, _limits(shared if alike else panel)) for panel in shown for v in panel)
    return _chart(lines, heads, alike=alike).picture(title, sub + (f" {words.ARROW}" if cut else ""), alt)


def _passes(value: Reading, limits: tuple[float, float]) -> bool:
    """True when the interval goes on past what the chart shows of it."""
    low, high = _ends(limits)
    slack = 1e-9 * (high - low)
    return value.bounded and (value.low < low - slack or value.high > high + slack)


def _chart(lines: Sequence[Line], heads: Sequence[str], *, alike: bool) -> Canvas:
    """The canvas with names and sizes at the left and one panel for each head; alike ones share the scale."""
    tops = _tops(lines)
    tall = tops[-1] + ROW
    canvas = Canvas(6, HEAD + tall + FOOT)
    canvas.text(NAMES, 9, "Students", ha="right", color=SOFT)
    for top, line in zip(tops, lines, strict=True):
        y = HEAD + top + ROW / 2
        canvas.text(0, y, line.name, va="center_baseline", size=8.5)
        slant = "italic" if line.students == PROTECTED else "normal"
        canvas.text(NAMES, y, line.students, ha="right", va="center_baseline", color=SOFT, style=slant)
    width = (span(6) - NAMES - BETWEEN * len(heads)) / len(heads)
    for i, head in enumerate(heads):
        x = NAMES + BETWEEN + i * (width + BETWEEN)
        canvas.text(x, 9, head, weight=600, size=8.5)
        limits = _limits(m.value for line in lines for m in (line.marks if alike else line.marks[i : i + 1]) if m)
        axes = canvas.axes(x, HEAD, width, tall, xlim=limits, ylim=(tall, 0), yticks=[])
        _panel(axes, list(zip(tops, lines, strict=True)), i)
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


def _panel(axes: Axes, lines: Sequence[tuple[float, Line]], column: int) -> None:
    """The marks of one outcome; y runs in points from the top."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    low, high = axes.get_xlim()
    last = high - EDGE / axes.get_window_extent().width * (high - low)
    if any(m.value.unit.startswith("share") for _, line in lines for m in line.marks if m):
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
        if one is None:
            continue
        colour = MID if one.hollow else ACCENT if one.strong else SOFT
        if one.value.bounded:
            _bar(axes, one.value, y, colour)
        face = "white" if one.hollow else colour
        axes.plot([one.value.value], [y], "o", color=colour, mfc=face, mec=colour, mew=1.1, ms=4.6)
        edge = min(one.value.high, _ends((low, high))[1]) if one.value.bounded else one.value.value
        shade = ACCENT if one.strong else SOFT
        box = {"fc": "white", "ec": "none", "pad": 0.6}
        mark(axes, one.told, (edge, y), (4, 0), color=shade, weight=600 if one.strong else 400, bbox=box)


def _ends(limits: tuple[float, float]) -> tuple[float, float]:
    """Where marks begin and end within the limits of the axis: the room for numbers is beyond."""
    low, high = limits
    air = (high - low) / (1 + BEFORE + AFTER)
    return low + BEFORE * air, high - AFTER * air


def _bar(axes: Axes, value: Reading, y: float, colour: str) -> None:
    """The interval, with an arrow where it goes on past the chart."""
    limits = axes.get_xlim()
    low, high = _ends(limits)
    start, end = max(value.low, low), min(value.high, high)
    axes.hlines([y], [start], [end], color=colour, lw=1.3)
    for at, whole, marker in ((start, value.low, 4), (end, value.high, 5)):
        if abs(at - whole) > 1e-9 * (high - low):
            axes.plot([at], [y], marker=marker, color=colour, ms=3.5)


def _limits(values: Iterable[Reading]) -> tuple[float, float]:
    """The lowest and the highest limit, with room for a number at the right; very wide intervals pass them."""
    known = [v for v in values if v.known]
    if not known:
        return 0.0, 1.0
    halves = sorted((v.high - v.low) / 2 for v in known if v.bounded)
    far = FAR * halves[(len(halves) - 1) // 2] if halves else 0.0
    low = min(max(v.low, v.value - far) if v.bounded else v.value for v in known)
    high = max(min(v.high, v.value + far) if v.bounded else v.value for v in known)
    air = (high - low) or 1.0
    return low - BEFORE * air, high + AFTER * air
