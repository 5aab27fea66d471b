"""The words of a data-quality brief; counts come from releases alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Note, Table
from cbe_analysis.render.numbers import counted, listed
from cbe_analysis.render.readings import Reading
from cbe_analysis.render.wording.shares import at_least, percent

if TYPE_CHECKING:
    from cbe_analysis.load.findings import Finding, Findings

TITLE = "Can we trust these data, and what should be mended first?"
FULL = 0.98  # a column is called full from this share on
MOST = 12  # findings that a brief lists


def column(name: str, policy: Policy) -> str:
    """A column as the district calls it: its label, else its name in plain letters."""
    own = name.rpartition(".")[2]
    label = policy.label(own)
    return label[:1].upper() + label[1:]


def gaps(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The columns that are not full, the emptiest first."""
    return tuple(sorted((r for r in readings if not r.protected and at_least(r) < FULL), key=at_least))


def facts(findings: Findings) -> tuple[str, ...]:
    """Lines beside the title."""
    return (f"{findings.checks} checks of every row of every table",)


def answer(findings: Findings) -> str:
    """Whether the data may be used, and how much is to be mended."""
    critical, warnings = len(findings.critical), len(findings.findings) - len(findings.critical)
    passed = f"{findings.passed} of {findings.checks} checks passed"
    if critical:
        return (
            f"Not yet. {passed}, and {counted(critical, 'fault')} would distort results: reports on those tables stop."
        )
    if warnings:
        return f"Yes, with care. {passed}; {counted(warnings, 'warning')} should be looked at, and none stops a report."
    return f"Yes. All {findings.checks} checks passed."


def sure(findings: Findings, completeness: Sequence[Reading], policy: Policy) -> str:
    """What checks can see, what they cannot, and where values are missing."""
    text = (
        "**How sure are we?** Very sure of what was checked: every row was read. A wrong value that looks right stays."
    )
    empty = [f"“{column(r.group, policy)}” ({percent(r)} filled)" for r in gaps(completeness)[:3]]
    missing = f" Values are missing most in {listed(empty)}." if empty else ""
    left = f" {counted(len(findings.not_checked), 'check')} could not be made." if findings.not_checked else ""
    return text + missing + left


def table(findings: Findings, faults: Sequence[Reading], names: Sequence[str]) -> Table:
    """What was found, worst first: the table, the fault, the share of rows, the way to mend it.

    Parameters
    ----------
    names
        The name of each finding among the groups of `faults`, in the order of the findings.
    """
    shares = {r.group: r for r in faults}
    ordered = sorted(zip(findings.findings, names, strict=True), key=lambda pair: pair[0].severity != "critical")
    rows = [_row(finding, shares.get(name)) for finding, name in ordered[:MOST]]
    return Table(
        title="What should be mended",
        sub="critical faults stop a report; warnings do not" + _more(len(ordered)),
        columns=("Table", "What was found", "Rows", "How to mend it"),
        rows=tuple(rows or [("None", "No fault was found.", "0", "Nothing to do.")]),
        align="llrl",
        widths=(92.0, None, 78.0, 160.0),
        rules=tuple(range(2, len(rows) + 1)),
        pad=5,
    )


def _more(found: int) -> str:
    return f"; the first {MOST} of {found}" if found > MOST else ""


def _row(finding: Finding, share: Reading | None) -> tuple[str | None, ...]:
    kind = "**Critical.** " if finding.severity == "critical" else ""
    rows = percent(share) if share is not None and not share.protected else None
    return (f"**{finding.table}**", f"{kind}{finding.sentence(finding.says)}", rows, finding.sentence(finding.remedy))


def notes(findings: Findings, completeness: Sequence[Reading], policy: Policy) -> tuple[Note, ...]:
    """What it may mean, what it cannot mean, and questions for the team."""
    empty = gaps(completeness)
    first = column(empty[0].group, policy) if empty else ""
    may = "The reports may be made." if not findings.critical else "Mend the critical faults first, then export again."
    if first:
        missing = f"Students with no value in “{first}” are missing from its results. Who are they?"
    elif any(r.protected for r in completeness):
        missing = "How full small tables are is protected."
    else:
        missing = "No group loses students for want of a value."
    return (
        Note("What this may mean", (may, missing)),
        Note(
            "What it cannot mean",
            (
                "Clean data can still be wrong: a score given to the wrong student passes every check.",
                "An empty cell means that we do not know; it is never read as no or as zero.",
            ),
        ),
        Note(
            "For the next inquiry cycle",
            steps=(
                f"Who can fill in “{first}”?" if first else "Who keeps the data this complete, and how?",
                "Which export should be checked before it is sent?",
                "Which numbers should be set beside the official counts?",
            ),
        ),
    )
