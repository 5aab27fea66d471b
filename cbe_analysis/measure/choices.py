"""What can be chosen in a district, and what is taken where nothing was chosen: outcomes, factors, a grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cbe_analysis.errors import UsageError
from cbe_analysis.errors import choices as listed
from cbe_analysis.load.where import Where, conditions
from cbe_analysis.measure.selection import check
from cbe_analysis.tables.quoting import literal

if TYPE_CHECKING:
    from cbe_analysis.indicators import Indicator
    from cbe_analysis.load import District

MOST = 2  # outcomes that a brief takes when none is named
ROOM = 3  # outcomes that a brief of three pages has room for, where it is not said otherwise
NONE = "none"  # said where a parameter should stay empty, and nothing be taken instead
ENOUGH = 10  # minimum groups: fewer students tested in a school year are counted together with those of other years
SCORED, NAME = "score IS NOT NULL", "concat(instrument, ':', subject)"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Outcomes as instrument:subject: those that are measured, and those left out because none was named."""

    taken: tuple[str, ...]
    others: tuple[str, ...] = ()


def outcomes(
    district: District,
    wanted: Sequence[str] = (),
    *,
    where: Where = None,
    growing: bool = False,
    room: int = ROOM,
) -> Chosen:
    """The wanted outcomes; without any, the two that most students have scores in.

    Parameters
    ----------
    growing
        True counts only students with scores on two days.
    room
        More outcomes than so many may not be wanted.
    """
    fitting(wanted, room)
    if wanted:
        return Chosen(tuple(wanted))
    days = (
        district.placed("assessments", where or ())
        .filter(SCORED)
        .aggregate(
            f"{NAME} AS outcome, student_id, count(*) AS scores, count(DISTINCT date) > 1 AS grown",
            "instrument, subject, student_id",
        )
    )
    counts = f"count(*){' FILTER (grown)' if growing else ''} AS students, sum(scores) AS scores"
    found = days.aggregate(f"outcome, {counts}", "outcome").order("students DESC, scores DESC, outcome").fetchall()
    if not found:
        check(district, ("assessments",), district.conditions("assessments", where))
        raise UsageError(
            "the rows asked for hold no score", "table 'assessments'", "ask for other rows, or fill in the scores"
        )
    names = [str(name) for name, *_ in found]
    # fewer students than may be shown are no outcome to offer: it could be a name in the wrong cell
    offered = [str(name) for name, students, _ in found[MOST:] if students >= district.policy.minimum_n]
    return Chosen(tuple(sorted(names[:MOST])), tuple(sorted(offered)))


def fitting(wanted: Sequence[str], room: int = ROOM) -> None:
    """Nothing, where so many outcomes fit a brief of three pages.

    Raises
    ------
    UsageError
        When there are more.
    """
    if len(wanted) > room:
        raise UsageError(
            f"{len(wanted)} outcomes are too many for one brief",
            "parameter outcomes",
            f"name at most {room}, and run the notebook again for the others",
        )


def factors(district: District, wanted: Sequence[str] = (), *, needed: bool = True) -> tuple[str, ...]:
    """The wanted factors; without any, the policy's that stand in the data: those with a reference group, if any has.

    Parameters
    ----------
    wanted
        "none" for no factor.
    needed
        False allows that there is none.
    """
    if list(wanted) == [NONE] and not needed:
        return ()
    policy = district.policy
    held = tuple(f for f in policy.factors if f in district.placeable)
    found = tuple(wanted) or tuple(f for f in held if f in policy.references) or held
    if not found and needed:
        raise UsageError(
            f"none of the factors {listed(policy.factors)} is in the data",
            "district.toml, factors",
            "name columns of students or enrollments",
        )
    return found


def against(district: District, factors: Sequence[str]) -> str:
    """What groups by these factors are compared with: their "reference" groups; "others" where a factor has none."""
    return "reference" if all(f in district.policy.references for f in factors) else "others"


def crossed(factors: Sequence[str], wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """The two wanted factors; without any, the first two of the factors that are compared; none where there is one.

    Parameters
    ----------
    wanted
        "none" for no crossing.
    """
    if list(wanted) == [NONE]:
        return ()
    if len(wanted) not in (0, 2):
        raise UsageError(
            f"{len(wanted)} factors cannot be crossed", "parameter crossed", f"name two, or '{NONE}' for no crossing"
        )
    pair = tuple(wanted) or tuple(factors[:2])
    return pair if len(pair) == 2 else ()


def grades(district: District, outcome: str = "", *, where: Where = None, audience: str = "public") -> tuple[str, ...]:
    """The grades in which students have scores, in order; of one outcome, instrument:subject, where it is named.

    Parameters
    ----------
    audience
        For the public, those in which enough have: a grade of fewer looks like one of nobody.
    """
    scores = district.placed("assessments", where or ()).filter(f"{SCORED} AND placed_grade IS NOT NULL")
    columns = f"{NAME} AS outcome, placed_grade, count(DISTINCT student_id) AS students"
    found = scores.aggregate(columns, "instrument, subject, placed_grade").order("placed_grade").fetchall()
    least = district.policy.minimum_n if audience == "public" else 1
    return tuple(dict.fromkeys(str(grade) for name, grade, n in found if _is(outcome, name) and n >= least))


def cohort(
    indicator: str, district: District, wanted: Sequence[str] = (), *, outcomes: Sequence[str] = ()
) -> tuple[str, ...]:
    """The wanted conditions; without any, for scores, one grade: that of most students in the latest school year.

    Scores of several grades together would say more of who is in which grade than of groups. Where fewer than ten
    times the minimum group were tested in that grade and school year, all school years count.

    Parameters
    ----------
    wanted
        Conditions as `where` takes them.
    outcomes
        Those that were named: the grade should have them all.
    """
    if wanted or not _has_outcomes(indicator):
        return tuple(wanted)
    scores = district.placed("assessments").filter(
        f"{SCORED} AND placed_grade IS NOT NULL AND placed_school_year IS NOT NULL"
    )
    if outcomes:
        named = ", ".join(literal(o) for o in outcomes)
        scores = scores.filter(f"{NAME} IN ({named}) OR subject IN ({named})")
    place = "placed_school_year, placed_grade"
    counts = f"count(DISTINCT {NAME}) AS outcomes, count(DISTINCT student_id) AS students"
    found = scores.aggregate(f"{place}, {counts}", place).fetchall()
    if not found:
        return ()
    year, grade, _, students = max(found, key=lambda f: (f[2] if outcomes else 0, f[0], f[3], f[1]))
    whole = (f"school_year={year}",) if students >= ENOUGH * district.policy.minimum_n else ()
    return (f"grade={grade}", *whole)


def asked(indicator: str, district: District, wanted: Sequence[str] = (), *, where: Where = None) -> Chosen:
    """The outcomes with which to measure an indicator, as `outcomes` takes them; none where it has no outcomes."""
    if _has_outcomes(indicator):
        return outcomes(district, wanted, where=where, room=MOST)
    if wanted:
        raise UsageError(f"'{indicator}' has no outcomes", "outcomes", "leave outcomes empty")
    return Chosen(())


def options(chosen: Chosen) -> tuple[dict[str, str], ...]:
    """The options of one measurement for every outcome; one empty set where the indicator has no outcomes."""
    return tuple({"outcome": outcome} for outcome in chosen.taken) or ({},)


def since(district: District, indicator: str = "", where: Where = None) -> str:
    """The first date, of enough students, in what the indicator reads, YYYY-MM-DD; empty where none is.

    Empty, too, where a school year was chosen, which says it.

    Parameters
    ----------
    indicator
        Empty for all tables.
    """
    if any(condition.column.rpartition(".")[2] == "school_year" for condition in conditions(where)):
        return ""
    entry = _entry(indicator) if indicator else None
    read = (*entry.tables, *entry.optional_tables) if entry else district.tables
    day = district.since([t for t in read if t in district.tables])
    return str(day) if day else ""


def _entry(indicator: str) -> Indicator:
    from cbe_analysis.indicators import CATALOGUE

    if indicator not in CATALOGUE:
        raise UsageError(f"there is no indicator '{indicator}'", remedy=f"choose one of: {listed(CATALOGUE)}")
    return CATALOGUE[indicator]


def _has_outcomes(indicator: str) -> bool:
    return "outcome" in _entry(indicator).options


def _is(outcome: str, name: str) -> bool:
    """True when an outcome, instrument:subject or a subject alone or nothing, means this one."""
    return outcome in ("", name, name.partition(":")[2])
