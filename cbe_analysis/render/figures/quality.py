"""Charts of how sound the data are."""

from __future__ import annotations

from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Picture
from cbe_analysis.render.canvas import Canvas
from cbe_analysis.render.numbers import listed
from cbe_analysis.render.palette import ACCENT, LINE, SOFT
from cbe_analysis.render.readings import Reading
from cbe_analysis.render.wording.quality import at_least, column, gaps, percent

ROW, HEADING = 15.0, 22.0  # points
MOST = 26  # lines that a page can hold beside the rest


def completeness(readings: Sequence[Reading], policy: Policy) -> Picture:
    """Bars of how many rows are filled, column by column, the tables apart; only the emptiest where there are many."""
    shown = sorted((r for r in readings if not r.protected), key=at_least)[:MOST]
    tables = dict.fromkeys(r.group.partition(".")[0] for r in readings if r in shown)
    height = sum(HEADING + ROW * sum(_of(r, t) for r in shown) for t in tables) + 4
    canvas = Canvas(6, max(40, height))
    left, wide = 190.0, 240.0
    axes = canvas.axes(left, 0, wide, canvas.height, xlim=(0, 1), ylim=(canvas.height, 0))
    axes.axis("off")
    y = 0.0
    for table in tables:
        lines = [r for r in readings if r in shown and _of(r, table)]
        canvas.text(0, y + 11, table.replace("_", " ").capitalize(), weight=600, size=9)
        canvas.text(left, y + 11, f"{lines[0].n_shown} rows", color=SOFT)
        y += HEADING
        for reading in lines:
            full = at_least(reading)
            canvas.text(12, y + 6.5, column(reading.group, policy), size=8.5)
            axes.barh([y + 3.5], [1], height=7, color=LINE, lw=0)
            axes.barh([y + 3.5], [full], height=7, color=ACCENT, lw=0)
            canvas.text(left + wide + 8, y + 6.5, percent(reading), weight=600, size=8.5, color=ACCENT)
            y += ROW
    return canvas.picture(_title(readings, policy), "Share of rows that hold a value, by column.", _alt(shown, policy))


def _of(reading: Reading, table: str) -> bool:
    return reading.group.partition(".")[0] == table


def _title(readings: Sequence[Reading], policy: Policy) -> str:
    """The finding."""
    empty = [column(r.group, policy) for r in gaps(readings)]
    return f"Most gaps: {listed(empty[:3])}" if empty else "Almost every cell is filled"


def _alt(shown: Sequence[Reading], policy: Policy) -> str:
    told = [f"{column(r.group, policy)} in {r.group.partition('.')[0]}: {percent(r)}" for r in shown]
    return f"Bars of the share of rows that are filled. {'; '.join(told) or 'No column may be shown'}."
