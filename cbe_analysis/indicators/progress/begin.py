"""From the tables that a body is given to the model of paces."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.declare import Contrast, Relation
from cbe_analysis.indicators.progress.model import SCHOOL, Model, model
from cbe_analysis.indicators.progress.paces import gaps_to_grade, paces, with_gaps
from cbe_analysis.indicators.progress.spans import Spans, Wanted, read_spans
from cbe_analysis.policy import Policy


@dataclass(frozen=True, slots=True)
class Begun:
    """The spans and the model of one request."""

    spans: Spans
    model: Model


@dataclass(frozen=True, slots=True)
class Tables:
    """What paces are read from."""

    levels: Relation
    calendar: Relation | None
    enrollments: Relation | None


def begin(tables: Tables, policy: Policy, contrast: Contrast, wanted: Wanted) -> Begun:
    """The paces of all students, ready to be fitted.

    Raises
    ------
    UsageError
        When there is no level, or nobody has a pace.
    """
    found = spans_of(tables, policy, contrast, wanted)
    seen = paces(found, tables.levels, tables.enrollments, exit_level=wanted.exit_level, minimum=policy.minimum_n)
    return Begun(found, model(seen, contrast, policy.minimum_n))


def standing(tables: Tables, policy: Policy, contrast: Contrast, wanted: Wanted) -> Model:
    """The gaps to grade of all students who had not left, ready to be told of groups.

    Raises
    ------
    UsageError
        When there is no level, or no grade is known.
    """
    found = spans_of(tables, policy, contrast, wanted)
    return model(gaps_to_grade(found, tables.enrollments, minimum=policy.minimum_n), contrast, policy.minimum_n)


def status_of(growth: Model) -> Model:
    """The same students with their gaps to grade as values, grouped as for growth."""
    seen = growth.paces
    return replace(growth, paces=replace(seen, students=with_gaps(seen.students), about=(0, 0.0), sigma2=None))


def spans_of(tables: Tables, policy: Policy, contrast: Contrast, wanted: Wanted) -> Spans:
    """The spans, with a column for each factor that is asked for."""
    factors = tuple(c for c in dict.fromkeys((*contrast.by, *contrast.adjust)) if c not in (SCHOOL, "student_id"))
    return read_spans(tables.levels, policy, tables.calendar, factors=factors, wanted=wanted)


def unadjusted(contrast: Contrast, what: str) -> None:
    """Refuse to hold columns equal where that has no meaning."""
    if contrast.adjust:
        raise UsageError(f"{what} cannot be adjusted", "adjust", "leave it out: it speaks of students as they are")
