"""The list of students whose pace surely stands out: for staff alone, by id, without ranks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Table
from cbe_analysis.render.numbers import counted
from cbe_analysis.render.progress import SCHOOL
from cbe_analysis.render.readings import ALL, Reading, readings
from cbe_analysis.render.wording.pace_charts import school
from cbe_analysis.render.wording.tables import aligned

if TYPE_CHECKING:
    from cbe_analysis.protect import Release

MOST = 45  # students that one page has room for
STUDENT, STALLED = "student_id", "stalled"


def tables(releases: Sequence[Release], policy: Policy) -> tuple[Table, ...]:
    """Each student with pace, interval and the day of the last evidence; none where nobody stands out.

    Parameters
    ----------
    releases
        Of exceptions, for staff; none for the public.
    """
    found = [(r, release) for release in releases for r in readings(release) if r.quantity == "slope"]
    if not found:
        return ()
    rows = [
        (r.groups[STUDENT], school(policy, r.groups.get(SCHOOL, "")), r.shown, r.interval(), r.at, _side(r, release))
        for r, release in found[:MOST]
    ]
    left = len(found) - len(rows)
    more = f" {counted(left, 'more student')} stand in cbe measure exceptions DIR --audience staff." if left else ""
    table = Table(
        title="Students whose pace stands out",
        sub=f"Internal. In the order of their ids. A reason to look, not a judgement.{more}",
        columns=("Student", "School", "Pace", "95% interval", "Last evidence", "Levels a year"),
        rows=aligned(rows, (2,)),
        align="llrrrr",
        widths=(96, None, 44, 70, 66, 66),
        pad=2.3,
        after=18,
    )
    return (table,)


def counts(releases: Sequence[Release]) -> str:
    """How many stand out, or that this is not known, as a line of the receipt; empty for the public."""
    found = [(r, e) for e in releases for r in readings(e) if r.quantity == "count" and r.group == ALL]
    told = [f"{r.shown} {_side(r, e)}" for r, e in found if r.shown]
    if not found:
        return ""
    if not told:
        return "None is listed: how far an observed pace errs cannot be told from true differences between students."
    return f"With the whole 95% interval of the observed pace {', '.join(told)} levels a year. Never for the public."


def _side(reading: Reading, release: Release) -> str:
    """On which side a pace stands out: "below 0.5"."""
    stalled = reading.note.startswith(STALLED)
    mark = release.parameters["stalled_below" if stalled else "fast_above"]
    return f"{'below' if stalled else 'above'} {mark:g}"
