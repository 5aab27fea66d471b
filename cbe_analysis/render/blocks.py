"""The parts of a brief, each a plain record that a notebook shows and a page prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from cbe_analysis.render import drawing

MIME = "application/vnd.cbe-analysis.brief.v1+json"
COLUMN, GUTTER = 69, 18  # points: the grid of a page
TALLEST = 560  # points: a chart and its title must fit one page
LONGEST_CALLOUT = 2500  # characters: a tinted box is never divided


def span(columns: int) -> int:
    """Width in points of 1 to 6 columns of the grid."""
    return columns * (COLUMN + GUTTER) - GUTTER


WIDE = float(span(6))


@dataclass(frozen=True, slots=True)
class Masthead:
    """The top of a brief.

    Parameters
    ----------
    title
        The inquiry question, in plain words.
    kicker
        The kind of brief: "Improvement brief · Growth".
    facts
        Lines beside the title: whose data, how many, when, who may see it. `**bold**` is the only markup.
    footer
        Stands on every page.
    made
        The as-of date of the data, YYYY-MM-DD; never the date of the run.
    """

    title: str
    kicker: str
    facts: tuple[str, ...]
    footer: str
    description: str
    made: str
    staff: bool = False
    language: str = "en"
    paper: str = "us-letter"
    author: str = "cbe_analysis"
    kind: str = "masthead"

    def __post_init__(self) -> None:
        if not self.title.strip() or self.paper not in ("us-letter", "a4"):
            raise ValueError("a brief needs a title, and paper us-letter or a4")
        date.fromisoformat(self.made)  # a ValueError of its own


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer in one or two bold sentences, and how sure we are of it."""

    text: str
    sure: str
    after: float = 22
    kind: str = "answer"


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished chart (SVG of real text) with the words that stand for it; `width` in points."""

    title: str
    sub: str
    alt: str
    width: float
    svg: str = field(repr=False)
    after: float = 24
    kind: str = "figure"

    def __post_init__(self) -> None:
        if len(self.alt.split()) < 5:
            raise ValueError("a figure needs alt text that states its finding and its numbers")
        if self.width > WIDE:
            raise ValueError(f"a figure is at most {WIDE:g} points wide")
        if drawing.height(self.svg) > TALLEST:
            raise ValueError(f"a figure is at most {TALLEST} points tall")


@dataclass(frozen=True, slots=True)
class Table:
    """A small table; its first column holds the row headers.

    Parameters
    ----------
    columns
        Header texts; the first may not be empty.
    rows
        Cells as text; None is a protected cell.
    align
        One letter a column: l or r.
    widths
        Points a column; None takes what is left.
    rules
        Rows (0 is the header) under which a hairline is drawn.
    verdict
        True prints the last column as a verdict.
    """

    title: str
    sub: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    align: str
    widths: tuple[float | None, ...]
    rules: tuple[int, ...] = ()
    pad: float = 2.9
    size: float = 9
    verdict: bool = False
    after: float = 20
    kind: str = "table"

    def __post_init__(self) -> None:
        count = len(self.columns)
        if not count or not self.title.strip() or not all(c.strip() for c in self.columns):
            raise ValueError("a table needs a title, and every column a header")
        if any(not (r and r[0]) for r in self.rows):
            raise ValueError("the first cell of a row is its header and may not be empty")
        if len(self.align) != count or len(self.widths) != count or any(len(r) != count for r in self.rows):
            raise ValueError("the rows, letters and widths of a table must match its columns")
        if sum(w or 40 for w in self.widths) > WIDE:
            raise ValueError(f"the columns of a table are together at most {WIDE:g} points wide")


@dataclass(frozen=True, slots=True)
class Note:
    """A column of notes: paragraphs, or numbered steps; `span` in columns of the grid."""

    title: str
    text: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    span: int = 2


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes side by side: what it may mean, what it cannot mean, the next inquiry cycle."""

    items: tuple[Note, ...]
    after: float = 18
    kind: str = "notes"

    def __post_init__(self) -> None:
        if sum(n.span for n in self.items) > 6:
            raise ValueError("notes side by side take at most six columns")


@dataclass(frozen=True, slots=True)
class Big:
    """A number that is printed large, with what it counts beneath."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Callout:
    """A tinted box: the decision, with large numbers."""

    title: str
    text: tuple[str, ...]
    numbers: tuple[Big, ...] = ()
    closing: tuple[str, ...] = ()
    after: float = 20
    kind: str = "callout"

    def __post_init__(self) -> None:
        if sum(map(len, (*self.text, *self.closing))) > LONGEST_CALLOUT:
            raise ValueError(f"a callout has at most {LONGEST_CALLOUT} characters: it is never divided between pages")


@dataclass(frozen=True, slots=True)
class Receipt:
    """Method, sources and the marks by which a brief can be checked: pairs of a bold word and a text."""

    lines: tuple[tuple[str, str], ...]
    after: float = 0
    kind: str = "receipt"


@dataclass(frozen=True, slots=True)
class PageBreak:
    """The next block begins a new page."""

    after: float = 0
    kind: str = "page"


Cell = Picture | Table | Callout


@dataclass(frozen=True, slots=True)
class Row:
    """Blocks side by side; `spans` says how many columns of the grid each takes."""

    cells: tuple[Cell, ...]
    spans: tuple[int, ...]
    after: float = 20
    kind: str = "row"

    def __post_init__(self) -> None:
        if not self.cells or len(self.cells) != len(self.spans) or sum(self.spans) > 6 or min(self.spans) < 1:
            raise ValueError("blocks side by side take a span each, together at most six columns")
        for cell, columns in zip(self.cells, self.spans, strict=True):
            if _width(cell) > span(columns):
                raise ValueError(f"a block in {columns} columns of the grid is at most {span(columns)} points wide")


def _width(cell: Cell) -> float:
    """The points that a block needs: a chart its own, a table its columns, a box what it gets."""
    if isinstance(cell, Picture):
        return cell.width
    return sum(w or 40 for w in cell.widths) if isinstance(cell, Table) else 0


Block = Masthead | Answer | Picture | Table | Notes | Callout | Receipt | Row | PageBreak
