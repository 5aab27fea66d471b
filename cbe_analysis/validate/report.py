"""Findings -> one HTML page that works offline: no script, no outside host, never a value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis import disk

if TYPE_CHECKING:
    from cbe_analysis.load import District
    from cbe_analysis.load.findings import Finding, Findings

MOST_STEPS = 5
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write_report(findings: Findings, district: District, path: Path) -> Path:
    """The path of the written page, which a person opens in any browser.

    Parameters
    ----------
    path
        The file to write; its folder is made when missing. Internal: the page holds row numbers.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    disk.write({path: page(findings, district.policy.name, district.tables).encode()}, own=path.parent)
    return path


def page(findings: Findings, name: str, tables: Sequence[str]) -> str:
    """The page as HTML text.

    Parameters
    ----------
    name
        The district's name.
    tables
        The tables that were checked.
    """
    ordered = findings.ordered
    warnings = [f for f in ordered if f.severity != "critical"]
    critical = [f for f in ordered if f.severity == "critical"]
    body = [
        f'<p class="place">{escape(name)} · data quality · internal</p>',
        "<h1>Can these data be used?</h1>",
        f'<p class="answer">{escape(_answer(findings, tables))}</p>',
        _facts(findings, len(warnings)),
        _first(ordered),
        _overview(findings, tables),
        _section("Critical findings", critical, "They block every indicator that reads the table."),
        _section("Warnings", warnings, "They block nothing; read what they would distort."),
        _not_checked(findings.not_checked),
        "<footer><p>Row 1 is the first row under the header; in a spreadsheet, add 1. The page holds counts and row "
        f"numbers, never a student’s value. Verdict: {escape(findings.verdict())}. "
        f"Data: {escape(findings.fingerprint[:16])}.</p></footer>",
    ]
    style = files("cbe_analysis.validate").joinpath("report.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Data quality: {escape(name)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#main">To the findings</a>\n<main id="main">\n'
        + "\n".join(part for part in body if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _answer(findings: Findings, tables: Sequence[str]) -> str:
    blocked = list(dict.fromkeys(f.table for f in findings.ordered if f.severity == "critical"))
    if blocked:
        others = " Indicators that read only other tables can be used." if set(tables) - set(blocked) else ""
        return f"Not yet: mend {_and(blocked)} first.{others}"
    if findings.findings:
        return "Yes, with care: nothing blocks, but the warnings below may tilt results."
    return "Yes: every check was met."


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _facts(findings: Findings, warnings: int) -> str:
    told = (
        (f"{findings.checks:,}", "checks run"),
        (f"{findings.passed:,}", "met"),
        (f"{len(findings.critical):,}", "critical"),
        (f"{warnings:,}", "warnings" if warnings != 1 else "warning"),
        (f"{len(findings.not_checked):,}", "not checked"),
    )
    return f'<ul class="facts">{"".join(f"<li><b>{count}</b> {word}</li>" for count, word in told)}</ul>'


def _first(ordered: Sequence[Finding]) -> str:
    """What to mend first, in order; one line tells of a finding that several tables share."""
    if not ordered:
        return ""
    severity = ordered[0].severity
    steps: dict[tuple[str, str], list[Finding]] = {}
    for finding in ordered:
        if finding.severity == severity:
            steps.setdefault((finding.says, finding.remedy), []).append(finding)
    lines = [_step(found) for found in list(steps.values())[:MOST_STEPS]]
    more = len(steps) - len(lines)
    rest = f"<p>Then the {more} other{'s' if more > 1 else ''} below.</p>" if more else ""
    order = (
        "In this order: what other tables rest on comes first, and mending it may mend more."
        if len(lines) > 1
        else "One thing to mend."
    )
    return f'<h2>What to do first</h2>\n<p>{order}</p>\n<ol class="steps">{"".join(lines)}</ol>{rest}'


def _step(found: Sequence[Finding]) -> str:
    where = ", ".join(f'<a href="#{_place(f)}">{escape(f.table)}</a>' for f in found)
    one = found[0]
    return f"<li>{where}: {escape(one.says)}. <span>{escape(one.sentence(one.remedy))}</span></li>"


def _place(finding: Finding) -> str:
    """The name of the finding's place on the page."""
    words = "-".join((finding.severity, finding.table, finding.check, *finding.columns))
    return re.sub(r"[^a-z0-9_-]+", "_", words.lower())


def _overview(findings: Findings, tables: Sequence[str]) -> str:
    """The tables with findings as a table, the others in a sentence."""
    rows, sound = [], []
    for table in [*tables, *sorted({f.table for f in findings.findings} - set(tables))]:
        critical = sum(f.table == table for f in findings.critical)
        warnings = sum(f.table == table for f in findings.findings) - critical
        if not critical and not warnings:
            sound.append(table)
            continue
        verdict = "blocked" if critical else "usable, with care"
        rows.append(
            f'<tr><th scope="row">{escape(table)}</th><td class="number">{critical:,}</td>'
            f'<td class="number">{warnings:,}</td><td>{verdict}</td></tr>'
        )
    named = f"<p>Without a finding: {escape(', '.join(sound))}.</p>" if sound else ""
    listed = (
        '<div class="scroll"><table><caption>Findings by table</caption><thead><tr><th scope="col">Table</th>'
        '<th scope="col" class="number">Critical</th><th scope="col" class="number">Warnings</th>'
        f'<th scope="col">Indicators that read it</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )
    return f"<h2>Tables</h2>\n{listed if rows else ''}{named}"


def _section(title: str, findings: Sequence[Finding], meaning: str) -> str:
    """The findings of one severity, table by table."""
    if not findings:
        return ""
    parts = [f"<h2>{title}</h2>\n<p>{meaning}</p>"]
    for table, found in groupby(findings, key=lambda f: f.table):
        parts += [f"<h3>{escape(table)}</h3>", *(_card(f) for f in found)]
    return "\n".join(parts)


def _card(finding: Finding) -> str:
    size = f"{finding.size} · " if finding.size else ""
    first = ", ".join(f"{row:,}" for row in finding.first_rows)
    more = " …" if finding.count > len(finding.first_rows) else ""
    rows = f"<dt>{'First rows' if more else 'Rows'}</dt><dd>{first}{more}</dd>" if first else ""
    details = "".join(f"<li>{escape(line)}</li>" for line in finding.details)
    where = f"<dt>Where</dt><dd><ul>{details}</ul></dd>" if details else ""
    columns = f"{', '.join(finding.columns)} · " if finding.columns else ""
    return (
        f'<article class="{escape(finding.severity)}" id="{_place(finding)}">'
        f'<h4>{escape(finding.sentence(finding.says))}</h4><p class="size"><span class="mark">'
        f"{escape(finding.severity)}</span>{escape(columns)}{size}check “{escape(finding.check)}”</p><dl>{where}{rows}"
        f"<dt>Would distort</dt><dd>{escape(finding.sentence(finding.distorts))}</dd>"
        f"<dt>How to fix it</dt><dd>{escape(finding.sentence(finding.remedy))}</dd></dl></article>"
    )


def _not_checked(sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    return "<h2>Not checked</h2>\n<ul>" + "".join(f"<li>{escape(s)}</li>" for s in sentences) + "</ul>"
