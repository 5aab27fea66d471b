"""Levels that no file tells are derived from evidence, and every answer says so."""

import pytest

import cbe_analysis as cbe
from cbe_analysis.errors import CriticalFindings
from cbe_analysis.load.findings import Finding, Findings
from cbe_analysis.measure.offer import availability
from cbe_analysis.validate.inspection import inspect

STUDENTS = "\n".join(["student_id", *(str(n) for n in range(1, 13))])
TARGETS = "target_id,subject,level,title,kind,required\n" + "\n".join(
    f"m5-{i},math,5,A target,academic,true" for i in range(4)
)
EVIDENCE = "evidence_id,student_id,target_id,date,score,proficient\n" + "\n".join(
    f"{n}-{i},{n},m5-{i},2025-09-1{i},3,{'true' if i < n % 4 else 'false'}" for n in range(1, 13) for i in range(4)
)


@pytest.fixture
def home(write):
    return lambda **more: write(students=STUDENTS, targets=TARGETS, evidence=EVIDENCE, **more)


def test_status_reads_derived_levels_by_itself_and_says_how_they_came_to_be(home):
    found = cbe.measure("status", home())
    assert found.rows.iloc[0]["value"] == pytest.approx(5 + (0 + 1 + 2 + 3) / 4 / 4)
    assert found.unit == "levels"
    assert found.method.endswith("levels derived from evidence by the rule 'highest'")
    assert found.as_of == "2025-09-13"


def test_a_file_of_levels_counts_and_the_method_says_so(home):
    rows = "\n".join(["student_id,subject,date,level", *(f"{n},math,2025-09-30,3" for n in range(1, 13))])
    found = cbe.measure("status", home(levels=rows))
    assert found.rows.iloc[0]["value"] == pytest.approx(3)
    assert found.method.endswith("levels as exported, not derived from evidence")


def test_nothing_is_said_of_levels_where_another_measure_is_meant(home):
    scores = "\n".join(
        ["student_id,instrument,subject,date,score", *(f"{n},map,math,2025-09-10,200" for n in range(12))]
    )
    found = cbe.measure("status", home(assessments=scores), outcome="map:math")
    assert "derived" not in found.method


def test_a_critical_finding_in_the_ratings_stops_what_reads_the_levels(home):
    words = ("several rows have the same evidence_id", "counts", "mend it")
    fault = Finding("duplicate_key", "critical", "evidence", ("evidence_id",), 2, 48, (1, 2), *words)
    district = home().with_findings(Findings((fault,), checks=1, passed=0, not_checked=(), fingerprint=""))
    with pytest.raises(CriticalFindings, match="evidence"):
        cbe.measure("status", district)
    (offer,) = [offer for offer in availability(district) if offer.id == "status"]
    assert (offer.missing, offer.blocked) == ((), ("evidence",))


def test_validate_judges_the_files_and_not_what_is_made_of_them(home):
    findings = inspect(home(), "0" * 64)
    assert "levels" not in {finding.table for finding in findings.findings}
    assert not [said for said in findings.not_checked if said.startswith("levels")]
