"""What can be chosen in a district: its outcomes, its factors with a reference group, its grades."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cbe_analysis.errors import UsageError
from cbe_analysis.errors import choices as listed
from cbe_analysis.load.where import Where
from cbe_analysis.measure.selection import check

if TYPE_CHECKING:
    from cbe_analysis.load import District


def outcomes(district: District, wanted: Sequence[str] = (), *, where: Where = None) -> tuple[str, ...]:
    """The wanted outcomes; without any, every instrument:subject that has scores."""
    if wanted:
        return tuple(wanted)
    scores = district.placed("assessments", where or ()).filter("score IS NOT NULL")
    pairs = scores.aggregate("instrument, subject").order("instrument, subject").fetchall()
    if not pairs:
        check(district, ("assessments",), district.conditions("assessments", where))
        raise UsageError(
            "the rows asked for hold no score", "table 'assessments'", "ask for other rows, or fill in the scores"
        )
    return tuple(f"{instrument}:{subject}" for instrument, subject in pairs)


def factors(district: District, wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """The wanted factors; without any, the policy's factors that have a reference group and stand in the data."""
    policy = district.policy
    found = tuple(wanted) or tuple(f for f in policy.factors if f in policy.references and f in district.placeable)
    if not found:
        raise UsageError(
            "no factor has a reference group", "district.toml, [references]", 'name one, such as gender = "male"'
        )
    return found


def grades(district: District, outcome: str = "", *, where: Where = None) -> tuple[str, ...]:
    """The grades in which students have scores, in order; of one outcome, instrument:subject, where it is named."""
    scores = district.placed("assessments", where or ()).filter("score IS NOT NULL AND placed_grade IS NOT NULL")
    columns = "concat(instrument, ':', subject) AS outcome, placed_grade"
    found = scores.aggregate(columns, "instrument, subject, placed_grade").order("placed_grade").fetchall()
    return tuple(dict.fromkeys(str(grade) for name, grade in found if outcome in ("", name, name.partition(":")[2])))


def options(
    indicator: str, district: District, wanted: Sequence[str] = (), *, where: Where = None
) -> tuple[dict[str, str], ...]:
    """The options with which to measure an indicator once for every outcome; one empty set where it has no outcomes."""
    from cbe_analysis.indicators import CATALOGUE

    entry = CATALOGUE.get(indicator)
    if entry is None:
        raise UsageError(f"there is no indicator '{indicator}'", remedy=f"choose one of: {listed(CATALOGUE)}")
    if "outcome" not in entry.options:
        if wanted:
            raise UsageError(f"'{indicator}' has no outcomes", "outcomes", "leave outcomes empty")
        return ({},)
    return tuple({"outcome": outcome} for outcome in outcomes(district, wanted, where=where))
