"""From the tables that a body is given to the model of paces."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.declare import Contrast
from cbe_analysis.indicators.progress.asked import Progress
from cbe_analysis.indicators.progress.collapse import Wanted
from cbe_analysis.indicators.progress.model import SCHOOL, Model, model
from cbe_analysis.indicators.progress.paces import gaps_to_grade, paces, with_gaps
from cbe_analysis.indicators.progress.spans import Spans, read_spans


@dataclass(frozen=True, slots=True)
class Begun:
    """The spans and the model of one request."""

    spans: Spans
    model: Model


def begin(asked: Progress, exit_level: float) -> Begun:
    """The paces of all students, ready to be fitted.

    Raises
    ------
    UsageError
        When there is no level, or nobody has a pace.
    """
    found, minimum = spans_of(asked, exit_level), asked.policy.minimum_n
    seen = paces(found, asked.enrollments, exit_level=exit_level, minimum=minimum)
    return Begun(found, model(seen, asked.contrast, minimum))


def standing(asked: Progress, exit_level: float) -> Model:
    """The gaps to grade of all students who had not left, ready to be told of groups.

    Raises
    ------
    UsageError
        When there is no level, or no grade is known.
    """
    found, minimum = spans_of(asked, exit_level, at_last=True), asked.policy.minimum_n
    return model(gaps_to_grade(found, asked.enrollments, minimum=minimum), asked.contrast, minimum)


def status_of(growth: Model) -> Model:
    """The same students with their gaps to grade as values, grouped as for growth."""
    seen = growth.paces
    return replace(growth, paces=replace(seen, students=with_gaps(seen.students), about=(0, 0.0), sigma2=None))


def spans_of(asked: Progress, exit_level: float, *, at_last: bool = False) -> Spans:
    """The spans, with a column for each factor that is asked for."""
    named = dict.fromkeys((*asked.contrast.by, *asked.contrast.adjust))
    factors = tuple(c for c in named if c not in (SCHOOL, "student_id"))
    wanted = Wanted(asked.subject, exit_level, at_last)
    return read_spans(asked.levels, asked.policy, asked.calendar, factors=factors, wanted=wanted)


def unadjusted(contrast: Contrast, what: str) -> None:
    """Refuse to hold columns equal where that has no meaning."""
    if contrast.adjust:
        raise UsageError(f"{what} cannot be adjusted", "adjust", "leave it out: it speaks of students as they are")
