"""Findings on the screen and in files: counts and row numbers, never a student's value."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis.run.places import cannot_write, folder, write

if TYPE_CHECKING:
    from cbe_analysis.load import District
    from cbe_analysis.load.findings import Findings

WIDE = 160


def show(findings: Findings) -> None:
    """Print the findings, the critical ones first, and the verdict."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDE
    if findings.findings:
        table = Table("severity", "table", "columns", "rows", "of", "what", "first rows", box=box.SIMPLE_HEAD)
        for finding in sorted(findings.findings, key=lambda f: (f.severity != "critical", f.table)):
            first = ", ".join(str(number) for number in finding.first_rows)
            where = ", ".join(finding.columns)
            numbers = f"{finding.count:,}", f"{finding.total:,}"
            table.add_row(finding.severity, finding.table, where, *numbers, f"{finding.says}. {finding.remedy}", first)
        console.print(table)
    console.print(findings.verdict())
    for left in findings.not_checked:
        console.print(f"not checked: {left}")


def keep(findings: Findings, district: District, reports: Path) -> tuple[Path, ...]:
    """The files written under reports/internal/validation: the findings as JSON, and the report as a page."""
    from cbe_analysis.validate import write_report

    place = folder(reports, "internal", "validation")
    record, page = place / "findings.json", place / "findings.html"
    write({record: findings.to_json().encode()})
    try:
        write_report(findings, district, page)
    except OSError as e:
        raise cannot_write(place, e) from None
    return record, page
