"""Findings on the screen: table by table, the critical ones first, within the width."""

from dataclasses import replace

from cbe_analysis.cli import findings as shown
from cbe_analysis.load.findings import Finding, Findings

ONE = Finding(
    *("parent", "critical", "evidence", ("student_id",), 1_234, 98_765, (3, 4_000)),
    *("student_id has no row in students", "the row falls out", "export both on the same day", ()),
)
WARNING = replace(
    ONE, severity="warning", table="students", details=("school S01, 2025-26-S2: 370 ratings, usual 710",)
)


def printed(capsys, *found):
    shown.show(Findings(found, 60, 60 - len(found), (), "f" * 64))
    return capsys.readouterr().out


def test_the_critical_come_first_and_tables_in_the_order_of_mending(capsys):
    below = replace(ONE, table="marks")
    out = printed(capsys, WARNING, below, ONE)
    places = [
        out.index(words) for words in ("Critical:", "  evidence", "  marks", "Warnings:", "  students", "60 checks")
    ]
    assert places == sorted(places)


def test_a_finding_says_what_how_much_where_and_how_to_mend_it(capsys):
    out = printed(capsys, WARNING)
    assert "  - student_id has no row in students: 1,234 of 98,765 rows (1.2 %); rows 3, 4000 ..." in out
    assert "      school S01, 2025-26-S2: 370 ratings, usual 710" in out
    assert "    > Export both on the same day." in out
    assert "The report says" not in out


def test_of_many_warnings_the_report_tells_the_remedies(capsys):
    many = [replace(WARNING, check=f"check_{n}") for n in range(shown.FEW)]
    out = printed(capsys, ONE, *many)
    assert out.count("> Export both") == 1
    assert "The report says what each would distort and how to mend it." in out


def test_lines_keep_within_the_width_and_percent_signs_with_their_numbers():
    long = replace(ONE, says="student_id " + "has no row in students, and " * 4)
    for width in range(60, 100):
        lines = "\n".join(shown._by_table([long, WARNING], full=True, width=width)).splitlines()
        assert max(map(len, lines)) <= width
        assert not [line for line in lines if line.lstrip().startswith("%")]


def test_a_finding_about_no_rows_gives_no_count(capsys):
    out = printed(capsys, replace(WARNING, count=0, total=0, first_rows=(), details=()))
    assert "  - student_id has no row in students\n" in out
    assert "none of 98,765 rows" in printed(capsys, replace(WARNING, count=0, first_rows=()))
