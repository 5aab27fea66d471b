"""How an indicator is declared: one function and one decorator state it all."""

from __future__ import annotations

import inspect
import math
import re
import types
import typing
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.indicators.relation import Relation as Relation  # bodies are declared with it
from cbe_analysis.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["cases", "model"]
GIVEN = ("policy", "contrast", "everyone")  # what a body may ask for besides tables
CATALOGUE: dict[str, Indicator] = {}


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that the person may make with `--set name=value`.

    Parameters
    ----------
    name
        The keyword of the body.
    kind
        str, int, float or bool.
    default
        Value when nothing is set; None means "not chosen".
    meaning
        What it chooses, from the body's docstring.
    """

    name: str
    kind: type
    default: Any
    meaning: str

    def read(self, value: Any) -> Any:
        """The value in the option's type, from text or from Python.

        Raises
        ------
        UsageError
            When it cannot be read as that type.
        """
        try:
            if value is None:
                return None
            if self.kind is bool:
                return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]
            read = self.kind(value)
            lossy = self.kind is int and isinstance(value, float) and read != value
            if isinstance(value, bool) or lossy or (self.kind is float and not math.isfinite(read)):
                raise ValueError
            return read
        except (ValueError, TypeError, KeyError, OverflowError):
            words = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}[self.kind]
            raise UsageError(f"option '{self.name}' does not take this value", remedy=f"give {words}") from None


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
    """

    rows: pd.DataFrame
    method: str
    warnings: tuple[str, ...]
    cases: pd.DataFrame


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
    keyword-only parameters are the options, explained under Parameters in the docstring.

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
        parts = _parts(name, body)
        entry = Indicator(name, kind, question, unit, principles, source, words, *parts, minimum_n, body, lists)
        CATALOGUE[name] = entry
        return entry

    return declare


def _parts(
    name: str, body: Callable[..., Any]
) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, Option], tuple[str, ...]]:
    """Tables, optional tables, options and given values of a body's signature."""
    hints, meanings = typing.get_type_hints(body), _meanings(body)
    tables: list[str] = []
    optional: list[str] = []
    options, wants = {}, []
    for p in inspect.signature(body).parameters.values():
        if p.kind is p.KEYWORD_ONLY:
            if p.name not in meanings:
                raise TypeError(f"indicator {name}: the docstring does not explain option {p.name} under Parameters")
            options[p.name] = Option(p.name, _plain_type(name, p, hints.get(p.name)), p.default, meanings[p.name])
        elif p.name in GIVEN:
            wants.append(p.name)
        elif p.name not in TABLES:
            raise TypeError(f"indicator {name}: '{p.name}' is neither a table nor one of {GIVEN}")
        else:
            (tables if p.default is p.empty else optional).append(p.name)
    if not tables and not optional:
        raise TypeError(f"indicator {name} needs at least one table")
    return tuple(tables), tuple(optional), options, tuple(wants)


def _meanings(body: Callable[..., Any]) -> dict[str, str]:
    """What each parameter means, from the section Parameters of the docstring."""
    section = re.search(r"\nParameters\n-+\n(.*?)(?=\n\n\S|\Z)", inspect.getdoc(body) or "", re.DOTALL)
    entries = re.findall(r"^(\w+)\n((?: +.*\n?)+)", section.group(1), re.MULTILINE) if section else []
    return {name: " ".join(text.split()) for name, text in entries}


def _plain_type(name: str, parameter: inspect.Parameter, hint: Any) -> type:
    """The one plain type of an option, from its hint without None."""
    kinds = [k for k in typing.get_args(hint) if k is not types.NoneType] or [hint]
    if len(kinds) != 1 or kinds[0] not in (str, int, float, bool) or parameter.default is parameter.empty:
        raise TypeError(f"indicator {name}: option {parameter.name} needs a plain type and a default")
    return typing.cast(type, kinds[0])
