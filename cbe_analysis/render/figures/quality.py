"""Charts of how sound the data are."""

from __future__ import annotations

from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Picture
from cbe_analysis.render.canvas import Canvas
from cbe_analysis.render.palette import ACCENT, LINE, SOFT
from cbe_analysis.render.readings import Reading
from cbe_analysis.render.wording.quality import column, gaps, named
from cbe_analysis.render.wording.shares import at_least, percent

ROW, HEADING = 14.0, 21.0  # points
TALL = 420.0  # points: what a page can hold beside the rest
LEFT, WIDE = 190.0, 240.0  # points: where bars begin, and how long a full one is
LONGEST = 38  # letters of a column's name


def completeness(readings: Sequence[Reading], policy: Policy) -> tuple[Picture, ...]:
    """Bars of how many rows are filled for the columns with a gap, the tables apart; the first ones where it is many.

    No picture where no gap may be shown.
    """
    found = gaps(readings, policy)
    shown = _fitting(found, readings)
    if not shown:
        return ()
    tables = [[r for r in shown if _of(r) == table] for table in dict.fromkeys(map(_of, shown))]
    canvas = Canvas(6, _height(shown))
    axes = canvas.axes(LEFT, 0, WIDE, canvas.height, xlim=(0, 1), ylim=(canvas.height, 0))
    axes.axis("off")
    y = 0.0
    for lines in tables:
        canvas.text(0, y + 11, _of(lines[0]).replace("_", " ").capitalize(), weight=600, size=9)
        canvas.text(LEFT, y + 11, f"{lines[0].n_shown} rows", color=SOFT)
        y += HEADING
        for reading in lines:
            name = column(reading.group, policy)
            short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}\u2026"
            canvas.text(12, y + 6.5, short, size=8.5)
            axes.barh([y + 3.5], [1], height=7, color=LINE, lw=0)
            axes.barh([y + 3.5], [at_least(reading)], height=7, color=ACCENT, lw=0)
            canvas.text(LEFT + WIDE + 8, y + 6.5, percent(reading), weight=600, size=8.5, color=ACCENT)
            y += ROW
    sub = (
        f"Share of rows that hold a value. Columns with no gap to tell of are left out.{_more(len(shown), len(found))}"
    )
    title = f"Values are missing in {named(found, policy)}"
    return (canvas.picture(title, sub, _alt(shown, policy)),)


def _fitting(found: Sequence[Reading], readings: Sequence[Reading]) -> list[Reading]:
    """As many columns as the chart has room for, the first ones first chosen, in the order of the tables."""
    chosen: list[Reading] = []
    for reading in found:
        if _height([*chosen, reading]) > TALL:
            break
        chosen.append(reading)
    return [r for r in readings if r in chosen]


def _height(readings: Sequence[Reading]) -> float:
    return HEADING * len(set(map(_of, readings))) + ROW * len(readings) + 4


def _more(shown: int, held: int) -> str:
    return f" Shown are {shown} of {held}." if shown < held else ""


def _of(reading: Reading) -> str:
    """The table of a column."""
    return reading.group.partition(".")[0]


def _alt(shown: Sequence[Reading], policy: Policy) -> str:
    told = [f"{column(r.group, policy)} in {_of(r).replace('_', ' ')}: {percent(r)}" for r in shown]
    return f"Bars of the share of rows that are filled, for the columns with a gap. {'; '.join(told)}."
