"""The gate between validate and measure: critical findings stop what reads their table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cbe_analysis.errors import CriticalFindings, choices

if TYPE_CHECKING:
    from cbe_analysis.load.findings import Findings


def require(findings: Findings | None, tables: Iterable[str], *, reader: str, allow: bool = False) -> tuple[str, ...]:
    """What every output must say about the quality of the tables; nothing where they are sound.

    Parameters
    ----------
    findings
        Of the district; None when it was not validated.
    tables
        The tables that are about to be read.
    reader
        What is about to read them: the id of an indicator.
    allow
        True lets pass what else is refused.

    Raises
    ------
    CriticalFindings
        When the district was not validated, or has critical findings in these tables, and that is not allowed.
    """
    if findings is None:
        if allow:
            return ("the data were not validated",)
        raise CriticalFindings(
            "the data were not validated", remedy="run: cbe validate DIR; in Python: cbe.validate(cbe.load(DIR))"
        )
    blocking = findings.blocking(tables)
    if not blocking:
        return ()
    said = (
        f"{len(blocking)} critical finding{'s' if len(blocking) > 1 else ''} in {choices({f.table for f in blocking})}"
    )
    if allow:
        return (f"computed in spite of {said}",)
    raise CriticalFindings(
        f"'{reader}' reads tables with {said}",
        f"{blocking[0].table}: {blocking[0].says}",
        "mend the data (cbe validate DIR lists every finding), or use --allow-findings, which every output then says",
    )
