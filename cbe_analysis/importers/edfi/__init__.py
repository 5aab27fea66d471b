"""Ed-Fi XML interchanges (5.2, and what 3.3 and 4.0 share with it) as canonical tables.

Ed-Fi holds exceptions and roll-ups: absences without the days to set them against, interventions without a student's
own days, ratings without a rater. What cannot be filled is left out and counted, with the interchange that would fill
it.

References
----------
Ed-Fi Alliance (2024), Ed-Fi Data Standard 5.2, Bulk Load XML Core.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cbe_analysis.importers.harvest import Harvest


def read(source: Path, *, proficient_share: str = "") -> Harvest:
    """The tables of the interchanges.

    Parameters
    ----------
    source
        A folder of XML files, a zip of them, or one of them.
    proficient_share
        The share of an objective's most points from which a score counts as proficient, above 0 and up to 1, where no
        performance level and no cut score says so.

    Raises
    ------
    UsageError, UnreadableData
        When there is no such file, one is no Ed-Fi interchange or declares entities, or the option is not a share.
    """
    from cbe_analysis.importers.edfi.harvesting import harvest

    return harvest(Path(source), proficient_share)
