"""Data-quality briefs: the verdict hangs on the findings, the numbers on the releases."""

import re
from types import MappingProxyType

import drawn
import pandas as pd
import pytest
from small_releases import POLICY

from cbe_analysis.load.findings import Finding, Findings
from cbe_analysis.measure import quality as measured
from cbe_analysis.measure.estimates import AFTER, BEFORE, Estimates, Population
from cbe_analysis.protect import protect
from cbe_analysis.render.figures.quality import completeness
from cbe_analysis.render.readability import grade
from cbe_analysis.render.readings import readings
from cbe_analysis.render.wording import quality as words
from cbe_analysis.render.wording.shares import at_least, in_100


def shares(by, filled, audience="public"):
    """Readings of shares of rows: group -> (rows that count, rows)."""
    rows = [
        {"quantity": "share", by: g, "n": n, "numerator": k, "denominator": n, "value": k / n, "unit": measured.SHARE}
        for g, (k, n) in filled.items()
    ]
    frame = pd.DataFrame(rows).reindex(columns=[*BEFORE, by, *AFTER])
    for name in AFTER:
        if name in ("arm", "at", "reference", "note"):
            frame[name] = None
        else:
            frame[name] = pd.to_numeric(frame[name]).astype("Int64" if name in measured.COUNTS else float)
    made = Estimates(
        indicator="completeness",
        question="",
        unit=measured.SHARE,
        method="",
        source="",
        by=(by,),
        fingerprint="f" * 64,
        as_of="2025-05-01",
        minimum_n=0,
        parameters=MappingProxyType({"by": [by]}),
        warnings=(),
        population=Population(measured.ENTITY, (), ("", ""), pd.DataFrame({"n": [len(rows)]})),
        rows=frame,
    )
    return readings(protect(made, POLICY, audience))


def finding(number=0, severity="warning", count=40, total=1000):
    told = ("gender holds an odd word", "groups", "map it to one of the usual words")
    return Finding(f"check_{number}", severity, "students", ("gender",), count, total, (7,), *told)


def checked(*findings, not_checked=()):
    return Findings(findings, checks=20, passed=20 - len(findings), not_checked=not_checked, fingerprint="")


def told(findings, filled):
    notes = [t for n in words.notes(findings, filled, POLICY) for t in (*n.text, *n.steps)]
    return " ".join(
        [words.TITLE, words.answer(findings, filled, POLICY), words.sure(findings, filled, POLICY), *notes]
    ).replace("**", "")


def table(*findings):
    """The table of these findings, their shares protected."""
    names = [measured.fault_name(f) for f in findings]
    faults = shares("fault", {n: (f.count, f.total) for n, f in zip(names, findings, strict=True)}) if findings else ()
    return words.table(checked(*findings), faults, names)


FULL = {"students.gender": (1000, 1000), "students.team": (995, 1000)}
GAPS = FULL | {"students.support": (600, 1000), "supports.minutes": (300, 1000)}
EMPTY = GAPS | {"assessments.score": (2, 1000)}  # a required column


@pytest.mark.parametrize(
    ("found", "answer"),
    [
        ((), "Yes. All 20 checks passed."),
        (
            (finding(),),
            "Yes, with care. 19 of 20 checks passed; 1 warning should be looked at, and none stops a report.",
        ),
        (
            (finding(severity="critical"), finding(1)),
            "Not yet. 18 of 20 checks passed, and 1 fault would distort results: reports on those tables stop.",
        ),
        (
            tuple(finding(i, "critical") for i in range(3)),
            "Not yet. 17 of 20 checks passed, and 3 faults would distort results: reports on those tables stop.",
        ),
    ],
)
def test_answer_hangs_on_the_worst_finding(found, answer):
    assert words.answer(checked(*found), shares("column", GAPS), POLICY) == answer


def test_gaps_are_told_as_released_those_that_reports_need_first():
    filled = shares("column", GAPS)
    text = words.sure(checked(), filled, POLICY)
    assert text.endswith("Values are missing in “Reading support” (60% filled) and “Minutes” (30% filled).")
    told = words.sure(checked(), shares("column", EMPTY), POLICY)
    assert "“Score” (at most 1% filled), “Reading support” (60% filled) and “Minutes”" in told
    assert "missing" not in words.sure(checked(), shares("column", FULL), POLICY)
    assert "2 checks could not be made" in words.sure(checked(not_checked=("a", "b")), filled, POLICY)
    assert "1 check could not be made" in words.sure(checked(not_checked=("a",)), filled, POLICY)


def test_columns_of_one_name_are_told_apart_and_many_are_counted():
    filled = shares("column", {f"{table}.minutes": (100 + i, 1000) for i, table in enumerate("abcde")})
    assert (
        words.named(words.gaps(filled, POLICY), POLICY)
        == "Minutes of a, Minutes of b, Minutes of c and 2 other columns"
    )


def test_no_brief_calls_data_full_whose_scores_are_empty():
    findings, filled = checked(finding(count=1000)), shares("column", EMPTY)
    assert words.answer(findings, filled, POLICY) == (
        "Not for every report. 19 of 20 checks passed. “Score” is mostly empty: reports that use it rest on less than "
        "half of the rows, or cannot be made."
    )
    assert words.notes(findings, filled, POLICY)[0].text == (
        "Reports that do not use “Score” may be made.",
        "Students with no value in “Score” are missing from its results. Who are they?",
    )


@pytest.mark.parametrize("audience", ["public", "staff"])
def test_full_columns_are_no_gaps_however_their_share_is_coded(audience):
    filled = shares("column", {"students.gender": (1000, 1000), "supports.minutes": (45, 45)}, audience)
    assert words.gaps(filled, POLICY) == ()
    least = {"public": 75, "staff": 100}[audience]  # 10 of 40 rows may be empty
    text = words.sure(checked(), filled, POLICY)
    assert text.endswith(f"Every column that we may tell of is about {least}% filled or more.")


def test_table_without_findings_says_so():
    assert table().rows == (("All tables", "No fault was found.", "0", "Nothing to do."),)


def test_table_names_fault_share_and_remedy():
    assert table(finding()).rows == (
        ("**students**", "gender holds an odd word.", "4%", "Map it to one of the usual words."),
    )
    assert table(finding(count=2)).rows[0][2] == "at most 1%"


def test_rare_rows_of_small_tables_are_protected():
    assert table(finding(count=3, total=7)).rows[0][2] is None


def test_critical_findings_come_first_and_long_lists_are_cut():
    made = table(*(finding(i) for i in range(14)), finding(20, "critical"))
    assert len(made.rows) == words.MOST
    assert made.rows[0][1].startswith("**Critical.** ")
    assert made.sub.endswith("the first 12 of 15")


@pytest.mark.parametrize("found", [(), (finding(),), (finding(severity="critical"),)])
@pytest.mark.parametrize(
    "filled", [FULL, GAPS, EMPTY, {"students.gender": (3, 4)}], ids=["full", "gaps", "empty", "hidden"]
)
def test_briefs_are_easy_to_read(found, filled):
    text = told(checked(*found), shares("column", filled))
    assert grade(text) <= 9
    assert not re.search(r"\b(nan|None|inf)\b", text)


def test_notes_hang_on_the_findings():
    stop, go = checked(finding(severity="critical")), checked()
    assert words.notes(stop, (), POLICY)[0].text[0].startswith("Mend the critical faults first")
    assert words.notes(go, (), POLICY)[0].text[0] == "The reports may be made."
    assert "“Reading support”" in words.notes(go, shares("column", GAPS), POLICY)[2].steps[0]
    assert words.notes(go, shares("column", FULL), POLICY)[0].text[1].startswith("Few students, if any")
    hidden = shares("column", {"students.gender": (3, 4)})
    assert words.notes(go, hidden, POLICY)[0].text[1] == "How full small tables are is protected."


@pytest.mark.parametrize("columns", [1, 12, 90])
@pytest.mark.parametrize("tables", [1, 8])
def test_words_of_the_chart_stay_on_the_canvas_and_apart(columns, tables, monkeypatch):
    canvases = drawn.kept(monkeypatch)
    held = {f"table_{i % tables}.a_long_name_of_a_column_that_goes_on_{i:02}": (5 * i, 1000) for i in range(columns)}
    filled = shares("column", dict(sorted(held.items())))
    (picture,) = completeness(filled, POLICY)
    assert drawn.outside(canvases[0]) == drawn.overlapping(canvases[0]) == []
    assert (" of 90." in picture.sub) == (columns == 90)


def test_chart_has_the_shares_of_the_release():
    (picture,) = completeness(shares("column", GAPS), POLICY)
    assert picture.title == "Values are missing in Reading support and Minutes"
    assert "Reading support in students: 60%" in picture.alt
    assert ">30%<" in picture.svg
    assert "Gender" not in picture.alt + picture.svg  # at least 99%: no gap to tell of


def test_gaps_that_reports_can_do_without_are_called_so():
    note, _, ask = words.notes(checked(), shares("column", {"levels.std_error": (2, 1000)}), POLICY)
    assert note.text == (
        "The reports may be made.",
        "Every gap that we can see is in a column that most reports can do without.",
    )
    assert ask.steps[0] == "Which of these gaps matter to us?"


@pytest.mark.parametrize("filled", [{"students.gender": (3, 4)}, FULL, {}], ids=["hidden", "full", "none"])
def test_nothing_is_drawn_where_no_gap_may_be_shown(filled):
    assert completeness(shares("column", filled) if filled else (), POLICY) == ()


def test_coded_shares_are_words_and_bounds():
    low, middle, high = shares("c", {"t.a": (1, 1000), "t.b": (310, 1000), "t.c": (999, 1000)})
    assert [in_100(r) for r in (low, middle, high, None)] == [
        "at most 1\u00a0in\u00a0100",
        "31\u00a0in\u00a0100",
        "at least 99\u00a0in\u00a0100",
        "protected",
    ]
    assert [at_least(r) for r in (low, middle, high, None)] == [0.0, 0.31, 0.99, 0.0]
