"""What a data-quality check found in a district: counts and row numbers, never a value."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from cbe_analysis.tables import TABLES

Severity = Literal["critical", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in one table.

    Parameters
    ----------
    check
        Short name of the check that was not met: "type", "duplicate_key" ...
    severity
        A critical finding blocks the indicators that read the table.
    columns
        The columns that the check is about.
    count, total
        Rows at fault, and rows of the table.
    first_rows
        Row numbers of the first rows at fault; the first row under the header is 1.
    says, distorts, remedy
        What is wrong, what it would distort, and how to mend it; never a value.
    details
        Where it is, in a few lines: schools, terms, groups and their counts. Internal: the counts may be small.
    """

    check: str
    severity: Severity
    table: str
    columns: tuple[str, ...]
    count: int
    total: int
    first_rows: tuple[int, ...]
    says: str
    distorts: str
    remedy: str
    details: tuple[str, ...] = ()

    @property
    def size(self) -> str:
        """How many rows are at fault, of how many, and their share; empty where no rows are counted."""
        if not self.total:
            return ""
        share = 100 * self.count / self.total
        told = "under 0.1 %" if 0 < share < 0.1 else "over 99.9 %" if 99.9 < share < 100 else f"{share:.1f} %"
        return f"{self.count:,} of {self.total:,} rows ({told})" if self.count else f"none of {self.total:,} rows"

    def sentence(self, clause: str) -> str:
        """One of its clauses as a sentence; a column's name at the start keeps its spelling."""
        first, _, _ = clause.partition(" ")
        return (clause if first in self.columns else clause[:1].upper() + clause[1:]) + "."


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the suites found, and what they could not check.

    Parameters
    ----------
    checks, passed
        How many checks ran, and how many were met.
    not_checked
        What was left out, as sentences: a foreign key into a table that is absent.
    fingerprint
        What the checked data were.
    """

    findings: tuple[Finding, ...]
    checks: int
    passed: int
    not_checked: tuple[str, ...]
    fingerprint: str

    @property
    def critical(self) -> tuple[Finding, ...]:
        """The findings that would distort results."""
        return tuple(f for f in self.findings if f.severity == "critical")

    @property
    def ordered(self) -> tuple[Finding, ...]:
        """In the order in which to mend: the critical ones first, then tables that others rest on, then many rows."""
        places = list(TABLES)
        at = {f.table: places.index(f.table) if f.table in TABLES else len(places) for f in self.findings}
        return tuple(sorted(self.findings, key=lambda f: (f.severity != "critical", at[f.table], f.table, -f.count)))

    def blocking(self, tables: Iterable[str]) -> tuple[Finding, ...]:
        """The critical findings in any of the tables that an indicator reads."""
        read = set(tables)
        return tuple(f for f in self.critical if f.table in read)

    def verdict(self) -> str:
        """The outcome in one clause: "41 checks, all passed", "41 checks: 39 passed, 1 critical finding, 1 warning"."""
        critical = len(self.critical)
        warnings = len(self.findings) - critical
        found = [
            _counted(count, word) for count, word in ((critical, "critical finding"), (warnings, "warning")) if count
        ]
        checks = _counted(self.checks, "check")
        said = f"{checks}: {', '.join([f'{self.passed:,} passed', *found])}" if found else f"{checks}, all passed"
        return said + (f"; {len(self.not_checked)} not checked" if self.not_checked else "")

    def to_json(self) -> str:
        """The findings as one JSON object; `from_json` reads it back."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Findings:
        """The findings that `to_json` wrote.

        Raises
        ------
        ValueError
            When the text is anything else.
        """
        try:
            told = json.loads(text)
            found = tuple(Finding(**_with_tuples(one, "columns", "first_rows", "details")) for one in told["findings"])
            return cls(**{**_with_tuples(told, "not_checked"), "findings": found})
        except (TypeError, KeyError, AttributeError) as e:
            raise ValueError("this is not a record of findings") from e


def _with_tuples(told: dict[str, Any], *names: str) -> dict[str, Any]:
    """The same, with the lists of JSON as tuples again."""
    return {key: tuple(value) if key in names else value for key, value in told.items()}


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
