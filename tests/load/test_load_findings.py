import pytest

from cbe_analysis.load.findings import Finding, Findings

WORDS = {"says": "several rows have the same student_id", "distorts": "counts", "remedy": "remove the repeated rows"}
CRITICAL = Finding("duplicate_key", "critical", "students", ("student_id",), 2, 10, (3, 7), **WORDS)
WARNING = Finding("unusual", "warning", "students", ("gender",), 1, 10, (4,), **WORDS)


def test_json_reads_back():
    findings = Findings((CRITICAL, WARNING), 12, 10, ("marks.term_id: calendar is not in the folder",), "f00d")
    assert Findings.from_json(findings.to_json()) == findings


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"findings": [{}]}', "null", '{"findings": 3}'])
def test_other_text_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        Findings.from_json(text)


def test_critical_findings_block_the_tables_that_hold_them():
    findings = Findings((CRITICAL, WARNING), 12, 10, (), "f00d")
    assert findings.critical == findings.blocking(["students", "marks"]) == (CRITICAL,)
    assert findings.blocking(["marks"]) == ()


@pytest.mark.parametrize(
    ("found", "checks", "left", "said"),
    [
        ((), 41, (), "41 checks, all passed"),
        ((CRITICAL, WARNING), 41, (), "41 checks: 39 passed, 1 critical finding, 1 warning"),
        ((WARNING, WARNING), 1_041, ("x",), "1,041 checks: 1,039 passed, 2 warnings; 1 not checked"),
    ],
)
def test_the_verdict_counts(found, checks, left, said):
    assert Findings(found, checks, checks - len(found), left, "f00d").verdict() == said


def test_a_clause_becomes_a_sentence_and_a_column_keeps_its_spelling():
    assert CRITICAL.sentence(CRITICAL.remedy) == "Remove the repeated rows."
    assert CRITICAL.sentence("student_id is empty") == "student_id is empty."
