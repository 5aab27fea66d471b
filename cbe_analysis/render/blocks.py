"""The parts of a brief, each a plain record that a notebook shows and a page prints."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

MIME = "application/vnd.cbe-analysis.brief.v1+json"
WIDE = 504.0  # points: six columns of the grid


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
        if not count or not all(c.strip() for c in self.columns):
            raise ValueError("every column of a table needs a header")
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


Block = Masthead | Answer | Picture | Table | Notes | Callout | Receipt | PageBreak
KINDS = frozenset({"masthead", "answer", "figure", "table", "notes", "callout", "receipt", "page"})


def bundle(block: Block) -> dict[str, Any]:
    """The block as plain JSON data: what an executed notebook holds and the typesetter reads."""
    return asdict(block)
