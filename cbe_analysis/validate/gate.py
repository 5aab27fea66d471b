"""The gate between validate and measure: critical findings stop what reads their table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cbe_analysis.errors import CriticalFindings, choices

if TYPE_CHECKING:
    from cbe_analysis.load.findings import Finding, Findings


def require(findings: Findings | None, tables: Iterable[str], *, allow: bool = False) -> tuple[Finding, ...]:
    """The critical findings in the tables, empty unless they are allowed.

    Parameters
    ----------
    findings
        Of the district; None when it was not validated.
    tables
        The tables that are about to be read.
    allow
        True lets critical findings pass; the caller then says so in every output.

    Raises
    ------
    CriticalFindings
        When the district was not validated, or has critical findings in these tables and they are not allowed.
    """
    if findings is None:
        raise CriticalFindings(
            "the data were not validated", remedy="run: cbe validate DIR; in Python: cbe.validate(cbe.load(DIR))"
        )
    blocking = findings.blocking(tables)
    if blocking and not allow:
        count = "1 critical finding" if len(blocking) == 1 else f"{len(blocking)} critical findings"
        raise CriticalFindings(
            f"the data have {count}",
            choices({f.table for f in blocking}),
            "see them with: cbe validate DIR; mend the data, or use --allow-findings, which every output then says",
        )
    return blocking
