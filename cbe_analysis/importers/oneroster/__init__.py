"""OneRoster 1.1 and 1.2 CSV, a zip or a folder, as canonical tables.

OneRoster describes classes, not stays in a school: enrollments are derived from classes, and said to be. It has no
programs, no lunch status, no English learners: those need an export of their own.

References
----------
1EdTech (2022), OneRoster 1.2: CSV Binding. IMS Global (2017), OneRoster 1.1: CSV Tables.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cbe_analysis.importers.harvest import Harvest


def read(  # noqa: PLR0913 - what OneRoster leaves open, each said by the district
    source: Path,
    *,
    dates: str = "",
    subjects: Path | None = None,
    undated: str = "leave_out",
    final: str = "",
    proficient_at: str = "",
) -> Harvest:
    """The tables of a bulk export.

    Parameters
    ----------
    source
        A zip, or a folder.
    dates
        The order of dates that are not YYYY-MM-DD, when none proves it: "day/month/year" or "month/day/year".
    subjects
        A CSV file with the columns course (its code, or sourcedId) and subject, where classes and courses do not tell.
    undated
        What becomes of class enrollments without first day: "leave_out", or "term" for the first day of the term.
    final
        Titles of categories, separated by semicolons, whose results are course marks, beside the usual ones.
    proficient_at
        The score from which the rating of an objective counts as proficient, where no word says so.

    Raises
    ------
    UsageError, UnreadableData
        When an option is unknown, the files hold only changes (delta), or cannot be read.
    """
    from cbe_analysis.importers.oneroster.harvesting import Choices, harvest

    return harvest(Path(source), Choices(dates, subjects, undated, final, proficient_at))
