"""Critical findings stop what reads their table, and nothing else."""

import subprocess
import sys

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
        require(None, ["students"], reader="status")
    assert require(None, ["students"], reader="status", allow=True) == ("the data were not validated",)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (["enrollments", "students"], "1 critical finding in enrollments"),
        (["evidence"], "2 critical findings in evidence"),
        (["evidence", "enrollments"], "3 critical findings in enrollments, evidence"),
    ],
)
def test_critical_findings_block_what_reads_their_table(tables, said):
    with pytest.raises(CriticalFindings) as caught:
        require(FAULTY, tables, reader="status")
    assert str(caught.value).startswith(f"'status' reads tables with {said} (")
    assert f"({FAULTY.blocking(tables)[0].table}: says)" in str(caught.value)
    assert "--allow-findings" in str(caught.value)
    assert caught.value.exit_code == 1
    assert require(FAULTY, tables, reader="status", allow=True) == (f"computed in spite of {said}",)


def test_findings_elsewhere_and_warnings_block_nothing():
    assert require(FAULTY, ["students", "schools"], reader="status") == ()
    assert require(findings(), ["students"], reader="status") == ()


def test_the_gate_opens_without_the_heavy_libraries():
    script = (
        "import sys, cbe_analysis.validate.gate;"
        "print({'numpy', 'pandas', 'duckdb', 'great_expectations'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"
