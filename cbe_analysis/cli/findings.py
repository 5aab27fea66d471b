"""Findings on the screen and in files: counts and row numbers, never a student's value."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis.run.places import STAFF_ALONE, cannot_write, folder, write

if TYPE_CHECKING:
    from cbe_analysis.load import District
    from cbe_analysis.load.findings import Finding, Findings

WIDE = 120  # columns of text where nobody says how wide the screen is
MOST_ROWS = 5  # row numbers shown; the report has more


def show(findings: Findings) -> None:
    """Print the findings, the critical ones first, and the verdict."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDE
    if findings.findings:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_lines=True)
        for heading in ("severity", "where", "rows", "what"):
            table.add_column(heading, overflow="fold")
        for finding in sorted(findings.findings, key=lambda f: (f.severity != "critical", f.table)):
            table.add_row(*_cells(finding))
        console.print(table)
    console.print(findings.verdict())
    for left in findings.not_checked:
        console.print(f"not checked: {left}")


def _cells(finding: Finding) -> tuple[str, str, str, str]:
    """A finding as the table shows it."""
    first = ", ".join(str(number) for number in finding.first_rows[:MOST_ROWS])
    more = " ..." if finding.count > MOST_ROWS else ""
    rows = f"\nRows {first}{more}" if first else ""
    where = "\n".join((finding.table, *finding.columns))
    what = f"{finding.sentence(finding.says)} {finding.sentence(finding.remedy)}{rows}"
    return finding.severity, where, f"{finding.count:,} of\n{finding.total:,}" if finding.total else "", what


def keep(findings: Findings, district: District, reports: Path) -> tuple[Path, ...]:
    """The files written under reports/internal/validation: the findings as JSON, and the report as a page."""
    from cbe_analysis.validate import write_report

    place = folder(reports, STAFF_ALONE, "validation")
    record, page = place / "findings.json", place / "findings.html"
    write({record: findings.to_json().encode()}, own=place)
    try:
        write_report(findings, district, page)
    except OSError as e:
        raise cannot_write(place, e) from None
    return record, page
