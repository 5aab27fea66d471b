"""Which scores are meant: an `outcome` is instrument:subject, or the subject alone where that is unambiguous."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.indicators.declare import Relation
from cbe_analysis.policy import Policy
from cbe_analysis.tables.quoting import literal

DEFAULTS = Policy()
LEVELS = "levels"  # the instrument of an outcome taken from the table levels


@dataclass(frozen=True, slots=True)
class Outcome:
    """The scores of one instrument and subject.

    Parameters
    ----------
    rows
        The rows of the table with a further column `value`; scores that do not count are left out.
    """

    instrument: str
    subject: str
    rows: Relation

    @property
    def name(self) -> str:
        """The choice as it is written: instrument:subject."""
        return f"{self.instrument}:{self.subject}"

    def among(self, assessments: Relation) -> Outcome:
        """The scores of the same test in other rows of the table."""
        return replace(self, rows=_rows(assessments, None, self.instrument, self.subject))

    def unit(self, policy: Policy) -> str:
        """The unit of the scores, in words."""
        return "levels" if self.instrument == LEVELS else policy.units.get(self.instrument, "scale points")


def spelled(assessments: Relation, outcome: str | None) -> Outcome | None:
    """The scores that an outcome spelt out as instrument:subject names, whether or not there are any; else None."""
    instrument, _, subject = (outcome or "").strip().partition(":")
    if not instrument or not subject or ":" in subject:
        return None
    return Outcome(instrument, subject, _rows(assessments, None, instrument, subject))


def only(assessments: Relation) -> str | None:
    """The one test, as instrument:subject, of which there are scores; None where there is none, or another."""
    pairs = assessments.filter("score IS NOT NULL").aggregate("instrument, subject, count(*) AS n").limit(2).df()
    found = [
        f"{instrument}:{subject}" for instrument, subject in zip(pairs["instrument"], pairs["subject"], strict=True)
    ]
    return found[0] if len(found) == 1 else None


def chosen(
    assessments: Relation | None,
    outcome: str | None,
    *,
    levels: Relation | None = None,
    option: str = "outcome",
    policy: Policy = DEFAULTS,
) -> Outcome:
    """The scores that `outcome` names; without a name, the only ones there are.

    Parameters
    ----------
    option
        The option to name in messages.
    policy
        Its smallest group: a message names no test that fewer students took, for it could be a name in the wrong cell.

    Raises
    ------
    UsageError
        When there are none, or the name fits none or several; the message lists the choices.
    """
    offered = _offered(assessments, levels)
    if not offered:
        read = [f"'{name}'" for name, rows in (("assessments", assessments), (LEVELS, levels)) if rows is not None]
        raise UsageError(
            "the rows asked for hold no score",
            f"table {' or '.join(read)}",
            "ask for other rows, or fill in the scores",
        )
    wanted = (outcome or "").strip()
    fitting = [o for o in offered if not wanted or wanted == f"{o[0]}:{o[1]}" or wanted == o[1]]
    if len(fitting) != 1:
        fault = "is not chosen" if not wanted else "fits several" if fitting else "is not among the scores"
        taken = _taken(assessments, levels, policy.minimum_n)
        told = [
            f"{instrument}:{subject}" for instrument, subject in fitting or offered if (instrument, subject) in taken
        ]
        more = choices(told) if told else f"none has scores of {policy.minimum_n} students or more"
        raise UsageError(f"{option} {fault}", remedy=f"set {option} to one of: {more}")
    instrument, subject = fitting[0]
    return Outcome(instrument, subject, _rows(assessments, levels, instrument, subject))


def _offered(assessments: Relation | None, levels: Relation | None) -> list[tuple[str, str]]:
    """Instrument and subject of all scores there are."""
    found: list[tuple[str, str]] = []
    if assessments is not None:
        pairs = assessments.filter("score IS NOT NULL").aggregate("instrument, subject, count(*) AS n").df()
        found += zip(pairs["instrument"], pairs["subject"], strict=True)
    if levels is not None:
        found += [(LEVELS, s) for s in levels.aggregate("subject, count(*) AS n").df()["subject"]]
    return sorted(found)


def _taken(assessments: Relation | None, levels: Relation | None, least: int) -> set[tuple[str, str]]:
    """Instrument and subject of the scores that at least so many students have."""
    found: set[tuple[str, str]] = set()
    if assessments is not None:
        scored = assessments.filter("score IS NOT NULL")
        pairs = scored.aggregate("instrument, subject, count(DISTINCT student_id) AS n").filter(f"n >= {least}").df()
        found |= set(zip(pairs["instrument"], pairs["subject"], strict=True))
    if levels is not None:
        subjects = levels.aggregate("subject, count(DISTINCT student_id) AS n").filter(f"n >= {least}").df()["subject"]
        found |= {(LEVELS, subject) for subject in subjects}
    return found


def _rows(assessments: Relation | None, levels: Relation | None, instrument: str, subject: str) -> Relation:
    """The scores that count: a placement sets the entry level and is not measured; a practice test is not official."""
    if instrument == LEVELS and levels is not None:
        measured = " AND method IS DISTINCT FROM 'placement'" if "method" in levels.columns else ""
        return levels.filter(f"subject = {literal(subject)}{measured}").select("*, level AS value")
    assert assessments is not None
    official = " AND coalesce(official, true)" if "official" in assessments.columns else ""
    wanted = f"instrument = {literal(instrument)} AND subject = {literal(subject)} AND score IS NOT NULL{official}"
    return assessments.filter(wanted).select("*, score AS value")
