"""Findings -> one HTML page that works offline: no script, no outside host, never a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis import disk

if TYPE_CHECKING:
    from cbe_analysis.load import District
    from cbe_analysis.load.findings import Finding, Findings

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
    warnings = [f for f in findings.findings if f.severity != "critical"]
    body = [
        f'<p class="place">{escape(name)} · data quality · internal</p>',
        "<h1>Can these data be used?</h1>",
        f'<p class="answer">{escape(_answer(findings, tables))}</p>',
        _facts(findings, len(warnings)),
        "<h2>Tables</h2>",
        _overview(findings, tables),
        _section("Critical findings", findings.critical, "They block every indicator that reads the table."),
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
    blocked = sorted({f.table for f in findings.critical})
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


def _overview(findings: Findings, tables: Sequence[str]) -> str:
    rows = []
    for table in tables:
        critical = sum(f.table == table for f in findings.critical)
        warnings = sum(f.table == table for f in findings.findings) - critical
        verdict = "blocked" if critical else "usable, with care" if warnings else "usable"
        rows.append(
            f'<tr><th scope="row">{escape(table)}</th><td class="number">{critical:,}</td>'
            f'<td class="number">{warnings:,}</td><td>{verdict}</td></tr>'
        )
    return (
        '<div class="scroll"><table><caption>Findings by table</caption><thead><tr><th scope="col">Table</th>'
        '<th scope="col" class="number">Critical</th><th scope="col" class="number">Warnings</th>'
        f'<th scope="col">Indicators that read it</th></tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _section(title: str, findings: Iterable[Finding], meaning: str) -> str:
    cards = [_card(f) for f in findings]
    return f"<h2>{title}</h2>\n<p>{meaning}</p>\n" + "\n".join(cards) if cards else ""


def _card(finding: Finding) -> str:
    where = f"{finding.table} · {', '.join(finding.columns)}" if finding.columns else finding.table
    size = f"{finding.count:,} of {finding.total:,} rows{_share(finding)} · " if finding.total else ""
    first = ", ".join(f"{row:,}" for row in finding.first_rows)
    more = " …" if finding.count > len(finding.first_rows) else ""
    rows = f"<dt>{'First rows' if more else 'Rows'}</dt><dd>{first}{more}</dd>" if first else ""
    return (
        f'<article class="{escape(finding.severity)}"><h3><span class="mark">{escape(finding.severity)}</span>'
        f"{escape(where)}</h3><p>{escape(finding.sentence(finding.says))} "
        f'<span class="size">{size}check “{escape(finding.check)}”</span></p><dl>'
        f"<dt>Would distort</dt><dd>{escape(finding.sentence(finding.distorts))}</dd>"
        f"<dt>How to fix it</dt><dd>{escape(finding.sentence(finding.remedy))}</dd>{rows}</dl></article>"
    )


def _share(finding: Finding) -> str:
    if not finding.total:
        return ""
    share = 100 * finding.count / finding.total
    return " (under 0.1 %)" if 0 < share < 0.1 else f" ({share:.1f} %)"


def _not_checked(sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    return "<h2>Not checked</h2>\n<ul>" + "".join(f"<li>{escape(s)}</li>" for s in sentences) + "</ul>"
