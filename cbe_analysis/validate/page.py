"""The page on validation: `python -m cbe_analysis.validate.page` writes it to docs/validate.md."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path

from cbe_analysis.policy import Policy
from cbe_analysis.policy.quality import Count, Limits, Official, Scales
from cbe_analysis.tables import TABLES
from cbe_analysis.validate.checks import Check, Known
from cbe_analysis.validate.suites import suite_of

PAGE = "docs/validate.md"
MOST_TABLES = 10  # named in one line
HEAD = """\
# Check your data

    cbe validate my-district

counts what is wrong, table by table, and says how to mend it. Nothing is changed, nothing leaves the computer, and no
student's value is shown: row numbers lead to the rows. The same list stands as a page that opens in any browser, and
as JSON, in `reports/internal/validation`. This page is made from the declarations in `cbe_analysis/tables` and
`cbe_analysis/validate`; change those, then run `make docs`.

## How to read the findings

1. **Critical** findings stop every indicator that reads the table: a number computed from it would be wrong, and nobody
   could see it. Begin with the tables that others rest on (`schools`, `students`, `enrollments`): mending them often
   mends findings further down. The page lists what to do first.
2. **Warnings** stop nothing. Each says what it would distort; decide whether that touches your question.
3. Mend the fault in the source system and export again. Where that takes time, `--quarantine` writes a copy without the
   rows that have critical findings ([bring your own data](your-data.md)).
4. The exit code is 1 as long as a finding is critical, so that a nightly job can stop there.

Rows are counted from 1, the first row under the header. A finding about groups (a school's term, a subgroup) says where
it is in a few lines; the counts in them may be small, so they are internal, for staff.

The judge is Great Expectations: each check becomes an expectation of a table's suite, generated from the declarations.
It judges the distinct values of each column and the counts of faulty rows or groups that DuckDB finds, so ten million
rows are judged by as few values as they have.
"""
LIMITS = """\
## Limits, scales and official counts

Some checks need a limit, which `district.toml` may set. These are the defaults:

    [checks]
{limits}

Scales tell which values are possible. Without them `cbe validate` still finds scores far from all others of their kind.

    [scales]
    ratings = [1, 4]              # score of evidence and target_status
    levels = [0, 13]              # without it: the levels of the subject's targets, else -1 to 13
    marks = ["A", "B", "C"]       # as printed
    points = [0, 4]               # of a mark

    [scales.instruments]
    map = [100, 350]              # or "map:math" for one subject

The students that officials counted on a day, by school and grade as far as you know them; `all` is the whole district,
or the whole of a school:

    [official.enrollment]
    on = 2025-10-01
    all = 1312
    S01 = 402
    S02 = {{ all = 910, 9 = 240, 10 = 236 }}

Whoever knows these numbers reads percentages more closely; so they also make shares of small places rougher in public
([what may leave the building](privacy.md)).
"""
# Checks made from a column's or a table's declaration, in the words of all of them: what is found, what it distorts.
GENERAL = {
    "required": ("a required column is empty", "the rows drop out of whatever uses the column"),
    "empty_key": ("a column that names the row is empty", "the row belongs to nobody and falls out of every count"),
    "type": ("a value is not of its column's type", "the value counts as unknown"),
    "allowed": ("a word is outside its column's closed list", "groups come out too small"),
    "unusual": ("a word is not among the usual ones of its column", "two spellings count as two groups"),
    "range": ("a number is outside what is possible", "means, slopes and shares move away from the truth"),
    "duplicate_key": ("several rows have the same key", "what a row stands for counts more than once"),
    "either": ("none of the columns that place the row in time is filled", "the row drops out of every period"),
    "reversed_dates": ("what a row tells ends before it begins", "the row holds no day, and drops out"),
    "outside_enrollment": (
        "a day lies before, between or after the student's enrollments",
        "school, grade and groups come from the last spell ended, or the row counts as unplaced",
    ),
    "parent": ("an id has no row in the table that it refers to", "the row falls out of every group from there"),
    "scale": ("a rating, level, mark, score or answer is off its scale", "means and spreads are pulled far away"),
    "share_moved": (
        "a subgroup's share of students moved by more than the limit, and than chance, since the last school year",
        "a gap that opens or closes may be students who changed groups, not students who learned",
    ),
    "last_year_again": (
        "a school year holds the rows of the year before under new dates",
        "nothing seems to change from one year to the next; students stay in their grades",
    ),
}

TAIL = """
`levels` that are derived from ratings have no file and no check of their own: their steps follow from the ratings and
targets by the rule, and faults are looked for in these. `jump` looks at the levels that a file tells, placements
included.
"""


def checks_page() -> str:
    """The page in Markdown."""
    listed = [
        *(
            "## The checks",
            "",
            "Of the folder: tables without rows, and names in `district.toml` that no table has. Of",
        ),
        *("each table, as far as its columns are there:", ""),
        *("| check | severity | what is found | what it would distort | tables |", "|---|---|---|---|---|"),
    ]
    return "\n".join([HEAD, LIMITS.format(limits="\n".join(_limits())), *listed, *map(_line, _by_id()), TAIL])


def every_check() -> list[Check]:
    """The checks of a district that has every table and column, and tells every scale and count."""
    scales = Scales((1, 4), None, ("A",), (0, 4), (("map", (100, 350)),))
    policy = Policy(scales=scales, official=Official(date(2025, 10, 1), (Count(None, None, 1),)))
    silent = Policy()
    tables = {table.name: frozenset(c.name for c in table.columns) for table in TABLES.values()}
    found = {
        (c.table, c.key): c for p in (policy, silent) for t in TABLES.values() for c in suite_of(t, Known(tables, p))
    }
    return list(found.values())


def _by_id() -> list[list[Check]]:
    """The checks of one name together, in the order of their first."""
    found: dict[str, list[Check]] = {}
    for check in every_check():
        found.setdefault(check.id, []).append(check)
    return list(found.values())


def _line(checks: Sequence[Check]) -> str:
    one = checks[0]
    found, distorts = GENERAL.get(one.id, (one.words.says, one.words.distorts))
    tables = list(dict.fromkeys(c.table for c in checks))
    where = ", ".join(f"`{name}`" for name in tables)
    if len(tables) > MOST_TABLES:
        where = "every table" if len(tables) == len(TABLES) else "every table with such a column"
    severities = " or ".join(sorted({c.severity for c in checks}))
    return f"| `{one.id}` | {severities} | {found} | {distorts} | {where} |"


def _limits() -> Iterator[str]:
    """The limits with their defaults, each under its meaning."""
    told = inspect.cleandoc(Limits.__doc__ or "").partition("----------\n")[2].splitlines()
    meaning: dict[str, list[str]] = {}
    for line in told:
        if line.startswith(" "):
            meaning[next(reversed(meaning))].append(line.strip())
        else:
            meaning[line] = []
    for limit in fields(Limits):
        yield f"    # {' '.join(meaning[limit.name])}"
        yield f"    {limit.name} = {limit.default:g}"


if __name__ == "__main__":
    Path(*sys.argv[1:2] or [PAGE]).write_text(checks_page(), encoding="utf-8", newline="\n")
