"""Findings on the screen and in files: counts and row numbers, never a student's value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from cbe_analysis.run.places import STAFF_ALONE, cannot_write, folder, write

if TYPE_CHECKING:
    from cbe_analysis.load import District
    from cbe_analysis.load.findings import Finding, Findings

WIDE = 120  # columns of text where nobody says how wide the screen is
WIDEST = 100  # on a screen: longer lines are hard to read
FEW = 8  # findings that are told in full
MEANING = {"Critical": "these stop what reads their table", "Warnings": "these stop nothing, and may tilt results"}
MOST_ROWS = 5  # row numbers shown; the report has more


def show(findings: Findings) -> None:
    """Print the findings, table by table and the critical ones first, and the verdict.

    Of many warnings only what is wrong is said; the report says of each what it would distort and how to mend it.
    """
    from rich.console import Console

    console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
    width = min(console.width, WIDEST) if console.is_terminal else WIDE
    warnings = [f for f in findings.ordered if f.severity != "critical"]
    critical = [f for f in findings.ordered if f.severity == "critical"]
    full = len(findings.findings) <= FEW
    for title, found, told in (("Critical", critical, True), ("Warnings", warnings, full)):
        if found:
            console.print(f"{title}: {MEANING[title]}", style="bold")
            for line in _by_table(found, full=told, width=width):
                console.print(line)
            console.print()
    console.print(findings.verdict())
    if warnings and not full:
        console.print("The report says what each would distort and how to mend it.")
    for left in findings.not_checked:
        console.print(f"not checked: {left}")


def _by_table(findings: Iterable[Finding], *, full: bool, width: int) -> Iterator[str]:
    """The lines of the findings, under the names of their tables.

    Parameters
    ----------
    full
        How to mend each is said too.
    """
    for table, found in groupby(findings, key=lambda f: f.table):
        yield f"\n  {table}"
        for finding in found:
            yield from _told(finding, full=full, width=width)


def _told(finding: Finding, *, full: bool, width: int) -> Iterator[str]:
    """A finding in a few lines: what, how much, where, and how to mend it."""
    first = ", ".join(str(number) for number in finding.first_rows[:MOST_ROWS])
    more = " ..." if finding.count > MOST_ROWS else ""
    parts = [finding.size, f"row{'s' if finding.count > 1 else ''} {first}{more}" if first else ""]
    told = ": ".join(part for part in (finding.sentence(finding.says)[:-1], "; ".join(filter(None, parts))) if part)
    yield _wrapped(told, width, "  - ", "    ")
    for line in finding.details:
        yield _wrapped(line, width, "      ", "        ")
    if full:
        yield _wrapped(finding.sentence(finding.remedy), width, "    > ", "      ")


def _wrapped(text: str, width: int, first: str, others: str) -> str:
    """The text within the width; a percent sign stays with its number."""
    held = text.replace(" %", "\N{NO-BREAK SPACE}%")
    return fill(held, width, initial_indent=first, subsequent_indent=others).replace("\N{NO-BREAK SPACE}%", " %")


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
