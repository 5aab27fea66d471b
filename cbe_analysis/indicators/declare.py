"""How an indicator is declared: one function and one decorator state it all."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.indicators.relation import Relation as Relation  # bodies are declared with it
from cbe_analysis.indicators.signature import Option as Option
from cbe_analysis.indicators.signature import signature, unfolded

if TYPE_CHECKING:
    import pandas as pd

    from cbe_analysis.indicators.progress.marks import Marks

Kind = Literal["cases", "model"]
CATALOGUE: dict[str, Indicator] = {}


@dataclass(frozen=True, slots=True)
class Contrast:
    """The groups that a model is asked for.

    Parameters
    ----------
    by
        Group columns, present in the case rows as text; "(unknown)" where missing.
    compare
        "others", "reference" or None.
    references
        Group column -> reference value, for the columns of `by` that have one.
    adjust
        Columns to hold equal, present in the case rows as text like those of `by`.
    """

    by: tuple[str, ...] = ()
    compare: str | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    adjust: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cases:
    """One row per case, with words that only the body can know; a body that has none returns the rows alone.

    Parameters
    ----------
    rows
        `student_id`; one of `date`, `first_date` and `last_date`, or `school_year`; then `value` (and `weight`), or
        `numerator` and `denominator`. Columns beyond these may be used by `adjust` and, as text, by `by`. With the
        `placed_` columns of the table's rows, these say where each case was; else it is looked up at the date. A column
        `middle` asks for its median beside the mean or share; `low` and `high` are the interval of a case that is told
        of alone.
    unit
        Unit of the value where it depends on an option.
    method
        What was counted, as a clause: the outcome, the cut, the date.
    median
        Unit of the medians of `middle`.
    """

    rows: Relation | pd.DataFrame
    unit: str = ""
    method: str = ""
    warnings: tuple[str, ...] = ()
    median: str = ""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a model says.

    Parameters
    ----------
    rows
        Any of the columns of Estimates.rows; `quantity` always. Group columns left out mean all.
    method
        The model, its estimator and the clock, in a sentence.
    cases
        One row per case: `student_id` and `date`; the population that the rows stand for. With the `placed_` columns of
        the case rows, these say where each was; else it is looked up at the date.
    marks
        What chances of the kinds of growth beside status are made with, as the method says it; None without such.
    """

    rows: pd.DataFrame
    method: str
    warnings: tuple[str, ...]
    cases: pd.DataFrame
    marks: Marks | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """An entry of the catalogue; made by the decorator `indicator`."""

    id: str
    kind: Kind
    question: str
    unit: str
    principles: tuple[int, ...]
    source: str
    definition: str
    tables: tuple[str, ...]
    optional_tables: tuple[str, ...]
    options: Mapping[str, Option]
    wants: tuple[str, ...]
    minimum_n: int
    body: Callable[..., Any]
    lists: str = ""

    @property
    def main(self) -> tuple[str, ...]:
        """The table whose rows `--where` filters; several where any one of them will do."""
        return self.tables[:1] or self.optional_tables

    def missing(self, present: Collection[str]) -> tuple[str, ...]:
        """The tables that it needs and that are not among those present."""
        if not self.tables and not set(present) & set(self.optional_tables):
            return self.optional_tables[:1]
        return tuple(t for t in self.tables if t not in present)

    def read_options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All options with their values, the defaults where nothing was given.

        Raises
        ------
        UsageError
            When an option is not declared or its value has the wrong type.
        """
        unknown = [k for k in given if k not in self.options]
        if unknown:
            raise UsageError(
                f"'{self.id}' has no option {choices(unknown)}", remedy=f"its options are: {choices(self.options)}"
            )
        return {name: option.read(given.get(name, option.default)) for name, option in self.options.items()}


def indicator(  # noqa: PLR0913 - the words of a declaration
    *,
    question: str,
    unit: str,
    principles: tuple[int, ...],
    source: str,
    kind: Kind = "cases",
    minimum_n: int = 0,
    lists: str = "",
) -> Callable[[Callable[..., Any]], Indicator]:
    """Declare the decorated function as an indicator.

    Its name is the id, its docstring the definition, its positional parameters the tables it needs (the first is the
    main one; a table with default None is optional; where all have it, any one will do), plus what it wants of
    `policy`, `contrast` and `everyone`, the rows of the main table with those that `--where` leaves out. Its
    keyword-only parameters are the options, explained under Parameters in the docstring. What several declarations have
    in common is a record: a parameter whose type is a dataclass stands for its fields, read by the same rules.

    Parameters
    ----------
    question
        The inquiry question that it answers.
    unit
        Unit of `value`, in words.
    principles
        Numbers of the quality principles (1-16) that it serves.
    source
        The rule or paper that defines it.
    kind
        "cases": the body returns one row per case. "model": it returns estimate rows.
    minimum_n
        Raises (never lowers) the policy's minimum.
    lists
        The column of single people that the rows name, where it is a list of them: for staff alone.

    Raises
    ------
    TypeError
        At import, when the declaration is incomplete, names an unknown table or repeats an id.
    """

    def declare(body: Callable[..., Any]) -> Indicator:
        name = body.__name__
        definition = inspect.getdoc(body)
        if not definition or not question.endswith("?") or not unit or not source:
            raise TypeError(f"indicator {name}: docstring, question (ending in '?'), unit and source are required")
        if not principles or not all(1 <= p <= 16 for p in principles):
            raise TypeError(f"indicator {name}: principles are numbers from 1 to 16")
        if name in CATALOGUE:
            raise TypeError(f"indicator {name} is declared twice")
        words = re.split(r"\n+(?:Parameters|References|Notes)\n-+\n", definition)[0]
        said = signature(name, body)
        parts = (said.tables, said.optional_tables, said.options, said.wants)
        entry = Indicator(
            name, kind, question, unit, principles, source, words, *parts, minimum_n, unfolded(body), lists
        )
        CATALOGUE[name] = entry
        return entry

    return declare
