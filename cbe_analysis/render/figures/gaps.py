"""Gap charts: a dot and an interval for every group, beside the group that it is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Picture
from cbe_analysis.render.figures.dots import Line, Mark, Panel, chart, limits, opened, passes, seen, students
from cbe_analysis.render.standings import Crossing, Standing
from cbe_analysis.render.widest import largest, widest
from cbe_analysis.render.wording import gap_charts as words
from cbe_analysis.render.wording import names

SIDE_BY_SIDE = 2  # outcomes in one chart


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
            lines += opened([_gap_line([c[f] for c in columns], group, policy) for group in standing.groups])
        heads = [words.heading(o, found, policy) for o in pair]
        if seen(lines):
            pictures.append(_picture(lines, heads, words.gap_chart(columns, policy), alike=_alike(pair)))
    return tuple(pictures)


def _gap_line(standings: Sequence[Standing], group: str, policy: Policy) -> Line:
    """A group's row over all panels."""
    own = standings[0]
    bases = [s.value(s.reference) for s in standings]
    return Line(
        name=names.group(policy, own.factor, group),
        students=students(own.value(group)),
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
        shown = [line for block in blocks if seen(block) for line in opened(block)]
        if shown:
            closed = [line for block in blocks if not seen(block) for line in block]
            lines = [*shown, *opened(closed)]
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
    return Line(words.crossed(policy, own, cell), students(values[0]), tuple(marks), (None,) * len(columns))


def _pairs(found: Sequence[Standing] | Sequence[Crossing]) -> list[list[str]]:
    """The outcomes, as many as stand side by side."""
    outcomes = list(dict.fromkeys(s.outcome for s in found))
    return [outcomes[i : i + SIDE_BY_SIDE] for i in range(0, len(outcomes), SIDE_BY_SIDE)]


def _alike(outcomes: Sequence[str]) -> bool:
    """True when the outcomes are of one test, and may share a scale."""
    return len({o.rpartition(":")[0] for o in outcomes}) == 1


def _picture(lines: Sequence[Line], heads: Sequence[str], told: tuple[str, str, str], *, alike: bool) -> Picture:
    """The chart with its title, unit and alt text, and what an arrow means where there is one; alike: one scale."""
    title, sub, alt = told
    columns = [[m.value for line in lines if (m := line.marks[i])] for i in range(len(heads))]
    shared = [v for column in columns for v in column]
    panels = [Panel(head, limits(shared if alike else own)) for head, own in zip(heads, columns, strict=True)]
    cut = any(passes(v, panel) for panel, own in zip(panels, columns, strict=True) for v in own)
    return chart(lines, panels).picture(title, sub + (f" {words.ARROW}" if cut else ""), alt)
