"""A chart as a canvas in points, exactly as wide as its columns of the brief's grid."""

from __future__ import annotations

import functools
import io
import logging
import warnings
from typing import TYPE_CHECKING, Any

from cbe_analysis.render import drawing, fonts
from cbe_analysis.render.blocks import TALLEST, Picture, span
from cbe_analysis.render.characters import visible
from cbe_analysis.render.palette import GRID, INK, LINE, SOFT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Canvas", "mark", "span", "style"]


@functools.cache
def _registered() -> None:
    """Make the brief's fonts known to matplotlib, once."""
    from matplotlib import font_manager

    # the fallback has no semibold cut and takes its bold one, which is what we want and no news
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    for file in sorted(fonts.folder().glob("SourceSansPro-*.otf")) + sorted(fonts.folder().glob("DejaVuSans*.ttf")):
        font_manager.fontManager.addfont(file)


def style() -> Any:
    """The look of all charts, as settings of matplotlib."""
    return {
        "svg.fonttype": "none",
        "svg.hashsalt": "brief",
        "font.family": [fonts.FAMILY, "DejaVu Sans"],
        "font.size": 8,
        "text.color": INK,
        "text.parse_math": False,  # a name with two dollar signs is no formula
        "axes.labelcolor": SOFT,
        "axes.edgecolor": LINE,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.axisbelow": True,
        "axes.facecolor": "none",
        "xtick.color": SOFT,
        "ytick.color": SOFT,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "xtick.bottom": False,
        "ytick.left": False,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "xtick.major.pad": 3,
        "ytick.major.pad": 4,
        "grid.color": GRID,
        "grid.linewidth": 0.6,
        "lines.solid_capstyle": "butt",
    }


class Canvas:
    """A chart measured in points from its top left corner.

    Parameters
    ----------
    columns
        1 to 6 columns of the grid.
    height
        Points; at most 560, so that it fits a page with its title.
    """

    def __init__(self, columns: int, height: float) -> None:
        import seaborn as sns
        from matplotlib.figure import Figure

        if not 1 <= columns <= 6 or not 0 < height <= TALLEST:
            raise ValueError(f"a chart has 1 to 6 columns and at most {TALLEST} points of height")
        _registered()
        self.width, self.height = span(columns), height
        sns.set_theme(style="white", rc=style())
        self.figure = Figure(figsize=(self.width / 72, height / 72), dpi=72)

    def axes(self, x: float, y: float, width: float, height: float, **settings: Any) -> Axes:
        """Axes in a box given in points; `settings` go to Axes.set."""
        box = (x / self.width, 1 - (y + height) / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(box)
        axes.set(**settings)
        return axes

    def text(self, x: float, y: float, words: str, **settings: Any) -> None:
        """Words with their baseline at a point; `weight`, `size`, `color`, `ha` as in matplotlib."""
        self.figure.text(x / self.width, 1 - y / self.height, words, **{"va": "baseline", **settings})

    def picture(self, title: str, sub: str, alt: str, *, after: float = 22) -> Picture:
        """The finished chart: its title states the finding, `sub` the unit, `alt` finding, numbers and intervals."""
        import matplotlib as mpl

        out = io.StringIO()
        with mpl.rc_context(style()), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph", UserWarning)  # typesetting refuses such a text, and says why
            self.figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        svg = drawing.plain(visible(out.getvalue()))
        return Picture(title=title, sub=sub, alt=alt, width=self.width, svg=svg)


def mark(axes: Axes, words: str, at: tuple[float, float], aside: tuple[float, float], **settings: Any) -> None:
    """Words beside a point of a chart, `aside` in points from it."""
    axes.annotate(words, at, aside, textcoords="offset points", va="center_baseline", **settings)
