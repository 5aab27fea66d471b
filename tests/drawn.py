"""Where the words of a chart stand, measured by the renderer that draws them."""

from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from cbe_analysis.render.canvas import Canvas

TOUCH = 1.0  # points by which two words may overlap: the boxes of letters have room above and below


def kept(monkeypatch):
    """The canvases that are drawn from now on, as they are finished."""
    found, finish = [], Canvas.picture

    def keep(self, *given, **more):
        found.append(self)
        return finish(self, *given, **more)

    monkeypatch.setattr(Canvas, "picture", keep)
    return found


def words(canvas):
    """Text -> its box in points, for every word that is seen."""
    renderer = FigureCanvasAgg(canvas.figure).get_renderer()
    canvas.figure.draw(renderer)
    told = [t for t in canvas.figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
    return [(t.get_text(), t.get_window_extent(renderer)) for t in told if not _unseen(canvas, t)]


def _unseen(canvas, text):
    """True for the ticks of axes that are switched off, and for ticks beyond the limits of theirs."""
    for axes in canvas.figure.axes:
        if text in axes.xaxis.get_ticklabels() + axes.yaxis.get_ticklabels():
            (x, y), (left, right), (bottom, top) = text.get_position(), axes.get_xlim(), sorted(axes.get_ylim())
            inside = left <= x <= right if text in axes.xaxis.get_ticklabels() else bottom <= y <= top
            return not (axes.axison and inside)
    return False


def outside(canvas):
    """Words that reach over the edge of their chart."""
    return [t for t, b in words(canvas) if b.x0 < 0 or b.y0 < 0 or b.x1 > canvas.width or b.y1 > canvas.height]


def overlapping(canvas):
    """Pairs of words that stand on each other."""
    return [(a, b) for (a, one), (b, two) in combinations(words(canvas), 2) if _overlap(one, two)]


def _overlap(one, two):
    wide = min(one.x1, two.x1) - max(one.x0, two.x0)
    tall = min(one.y1, two.y1) - max(one.y0, two.y0)
    return wide > TOUCH and tall > 3 * TOUCH
