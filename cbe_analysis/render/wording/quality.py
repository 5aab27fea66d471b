"""The words of a data-quality brief; counts come from releases alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cbe_analysis.policy import Policy
from cbe_analysis.render.blocks import Note, Table
from cbe_analysis.render.numbers import counted, listed
from cbe_analysis.render.readings import Reading
from cbe_analysis.render.wording.shares import at_least, percent
from cbe_analysis.tables import TABLES

if TYPE_CHECKING:
    from cbe_analysis.load.findings import Finding, Findings

TITLE = "Can we trust these data, and what should be mended first?"
FULL = 0.98  # a column is called full from this share on
HALF = 0.5  # a column is called mostly empty below this share
CERTAIN = 0.95  # what a coded share must promise for us to speak of its column at all
NAMED = 3  # columns that a sentence names
MOST = 12  # findings that a brief lists


def column(name: str, policy: Policy) -> str:
    """A column as the district calls it: its label, else its name in plain letters."""
    own = name.rpartition(".")[2]
    label = policy.label(own)
    return label[:1].upper() + label[1:]


def gaps(readings: Sequence[Reading], policy: Policy) -> tuple[Reading, ...]:
    """The columns that are seen not to be full: first those that reports need, then the others, the emptiest first.

    A share that is coded as "at least" tells of no gap, whatever it says: all cells may be filled.
    """
    told = [r for r in readings if not r.protected and (r.known or not at_least(r)) and at_least(r) < FULL]
    return tuple(sorted(told, key=lambda r: (not _needed(r, policy), at_least(r))))


def named(found: Sequence[Reading], policy: Policy, *, filled: bool = False) -> str:
    """The first of the columns, each with its share where that is wanted, and how many more there are."""
    several = [column(r.group, policy) for r in found]
    words = []
    for reading in found[:NAMED]:
        own = column(reading.group, policy)
        told = f"“{own}”" if filled else own
        if several.count(own) > 1:
            told += f" of {_table(reading)}"
        words.append(f"{told} ({percent(reading)} filled)" if filled else told)
    more = len(found) - len(words)
    return listed([*words, f"{counted(more, 'other column')}"] if more else words)


def _table(reading: Reading) -> str:
    return reading.group.partition(".")[0].replace("_", " ")


def _needed(reading: Reading, policy: Policy) -> bool:
    """True for a required column, and for one that makes groups."""
    table, _, own = reading.group.partition(".")
    declared = TABLES.get(table)
    return own in policy.factors or (declared is not None and own in declared and declared[own].required)


def _mostly_empty(readings: Sequence[Reading], policy: Policy) -> list[str]:
    """The columns that reports need and that hold a value in less than half of the rows."""
    found = [r for r in gaps(readings, policy) if _needed(r, policy) and at_least(r) < HALF]
    return list(dict.fromkeys(f"“{column(r.group, policy)}”" for r in found))


def facts(findings: Findings) -> tuple[str, ...]:
    """Lines beside the title."""
    return (f"{findings.checks} checks of every row of every table",)


def answer(findings: Findings, completeness: Sequence[Reading], policy: Policy) -> str:
    """Whether the data may be used, and how much is to be mended."""
    critical, warnings = len(findings.critical), len(findings.findings) - len(findings.critical)
    passed = f"{findings.passed} of {findings.checks} checks passed"
    if critical:
        return (
            f"Not yet. {passed}, and {counted(critical, 'fault')} would distort results: reports on those tables stop."
        )
    if empty := _mostly_empty(completeness, policy):
        be, them = ("is", "it") if len(empty) == 1 else ("are", "them")
        return (
            f"Not for every report. {passed}. {listed(empty)} {be} mostly empty: reports that use {them} rest on less "
            "than half of the rows, or cannot be made."
        )
    if warnings:
        return f"Yes, with care. {passed}; {counted(warnings, 'warning')} should be looked at, and none stops a report."
    return f"Yes. All {findings.checks} checks passed."


def sure(findings: Findings, completeness: Sequence[Reading], policy: Policy) -> str:
    """What checks can see, what they cannot, and where values are missing."""
    text = (
        "**How sure are we?** Very sure of what was checked: every row was read. A wrong value that looks right stays."
    )
    found, told = gaps(completeness, policy), [r for r in completeness if not r.protected]
    if found:
        text += f" Values are missing in {named(found, policy, filled=True)}."
    elif told:
        text += f" Every column that we may tell of is about {min(map(at_least, told)):.0%} filled or more."
    left = f" {counted(len(findings.not_checked), 'check')} could not be made." if findings.not_checked else ""
    return text + left


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
        rows=tuple(rows or [("All tables", "No fault was found.", "0", "Nothing to do.")]),
        align="llrl",
        widths=(92.0, None, 78.0, 160.0),
        rules=tuple(range(2, len(rows) + 1)),
        pad=5,
    )


def _more(found: int) -> str:
    return f"; the first {MOST} of {found}" if found > MOST else ""


def _row(finding: Finding, share: Reading | None) -> tuple[str | None, ...]:
    kind = "**Critical.** " if finding.severity == "critical" else ""
    rows = percent(share) if share is not None and not share.protected else None if finding.total else "no rows"
    return (f"**{finding.table}**", f"{kind}{finding.sentence(finding.says)}", rows, finding.sentence(finding.remedy))


def notes(findings: Findings, completeness: Sequence[Reading], policy: Policy) -> tuple[Note, ...]:
    """What it may mean, what it cannot mean, and questions for the team."""
    found, empty = gaps(completeness, policy), _mostly_empty(completeness, policy)
    first = column(found[0].group, policy) if found and _needed(found[0], policy) else ""
    may = f"Reports that do not use {listed(empty, 'or')} may be made." if empty else "The reports may be made."
    if findings.critical:
        may = "Mend the critical faults first, then export again."
    if first:
        missing = f"Students with no value in “{first}” are missing from its results. Who are they?"
    elif found:
        missing = "Every gap that we can see is in a column that most reports can do without."
    elif any(r.protected or at_least(r) < CERTAIN for r in completeness):
        missing = "How full small tables are is protected."
    else:
        missing = "Few students, if any, are left out for want of a value."
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
                _ask(found, first),
                "Which export should be checked before it is sent?",
                "Which numbers should be set beside the official counts?",
            ),
        ),
    )


def _ask(found: Sequence[Reading], first: str) -> str:
    if first:
        return f"Who can fill in “{first}”?"
    return "Which of these gaps matter to us?" if found else "Who keeps the data this complete, and how?"
