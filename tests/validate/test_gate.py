"""Critical findings stop what reads their table, and nothing else."""

import pytest

from cbe_analysis.errors import CriticalFindings
from cbe_analysis.load.findings import Finding, Findings
from cbe_analysis.validate import require


def finding(table, severity="critical"):
    return Finding("type", severity, table, ("grade",), 1, 10, (1,), "says", "distorts", "remedy")


def findings(*found):
    return Findings(found, 10, 10 - len(found), (), "print")


FAULTY = findings(finding("enrollments"), finding("evidence"), finding("evidence"), finding("students", "warning"))


def test_data_that_were_not_validated_are_refused():
    with pytest.raises(CriticalFindings, match=r"not validated.*cbe validate DIR"):
        require(None, ["students"])


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (
            ["enrollments", "students"],
            "the data have 1 critical finding (enrollments); see them with: cbe validate DIR",
        ),
        (["evidence"], "the data have 2 critical findings (evidence); see them with: cbe validate DIR"),
        (["evidence", "enrollments"], "the data have 3 critical findings (enrollments, evidence); see them with"),
    ],
)
def test_critical_findings_block_what_reads_their_table(tables, said):
    with pytest.raises(CriticalFindings) as caught:
        require(FAULTY, tables)
    assert str(caught.value).startswith(said)
    assert "--allow-findings" in str(caught.value)
    assert caught.value.exit_code == 1


def test_findings_elsewhere_and_warnings_block_nothing():
    assert require(FAULTY, ["students", "schools"]) == ()
    assert require(findings(), ["students"]) == ()


def test_allowed_findings_are_handed_on():
    assert require(FAULTY, ["evidence"], allow=True) == (finding("evidence"), finding("evidence"))
