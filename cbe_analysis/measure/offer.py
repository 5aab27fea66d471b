"""Which indicators a district's tables allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cbe_analysis.indicators import CATALOGUE

if TYPE_CHECKING:
    from cbe_analysis.load import District


@dataclass(frozen=True, slots=True)
class Offer:
    """An indicator and whether it can be computed.

    Parameters
    ----------
    missing
        Tables that it needs and that were not loaded or have no rows; empty when it can be computed.
    blocked
        Tables that it reads and that have critical findings.
    """

    id: str
    question: str
    unit: str
    missing: tuple[str, ...]
    blocked: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """True when it can be computed now."""
        return not self.missing and not self.blocked


def availability(district: District) -> tuple[Offer, ...]:
    """Every indicator of the catalogue, with what is missing for it in this district."""
    found = []
    for entry in CATALOGUE.values():
        reads = (*entry.tables, *entry.optional_tables, "students", "enrollments")
        findings = district.findings.blocking(district.rests_on(reads)) if district.findings else ()
        blocked = tuple(dict.fromkeys(f.table for f in findings))
        found.append(Offer(entry.id, entry.question, entry.unit, entry.missing(district.filled), blocked))
    return tuple(found)
