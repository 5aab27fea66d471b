"""Findings are kept by the bytes that they are about; whatever changes them asks for a new validation."""

import os
import subprocess
import sys

import pytest

import cbe_analysis as cbe
from cbe_analysis.load.findings import Findings
from cbe_analysis.validate import inspection, keep

PROGRAM = """
import os, socket, sys

def refuse(*arguments, **options):
    print("the network was asked for", file=sys.stderr)
    os._exit(9)

for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = refuse
import cbe_analysis as cbe
print(cbe.validate(cbe.load(sys.argv[1])).findings.to_json())
print("imported" if "great_expectations" in sys.modules else "not imported")
"""


def in_a_new_process(folder):
    """What a fresh interpreter finds, whether it imported Great Expectations, and what it wrote to standard error."""
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )
    *findings, imported = told.stdout.splitlines()
    return Findings.from_json("\n".join(findings)), imported, told.stderr


@pytest.fixture
def inspected(monkeypatch):
    """Fingerprints of the districts that were really inspected."""
    seen = []
    inspect = inspection.inspect

    def spied(district, fingerprint, *, progress=None):
        seen.append(fingerprint)
        return inspect(district, fingerprint, progress=progress)

    monkeypatch.setattr(inspection, "inspect", spied)
    return seen


@pytest.fixture
def small(write):
    """A folder of the required tables alone."""

    def written(name="district", **tables):
        optional = dict.fromkeys(("assessments", "programs", "participation"))
        return write(name, **(optional | tables))

    return written


def test_a_second_process_reads_what_the_first_kept(small, clean):
    folder = small(enrollments=clean["enrollments"].replace("never", "LEP"))
    first, imported, errors = in_a_new_process(folder)
    assert (imported, errors) == ("imported", "")
    second, imported, errors = in_a_new_process(folder)
    assert (imported, errors) == ("not imported", "")
    assert first == second
    assert [f.check for f in first.findings] == ["allowed"]


def test_findings_are_kept_until_a_byte_changes(small, clean, inspected, internal):
    folder = small()
    first = cbe.validate(cbe.load(folder)).findings
    assert cbe.validate(cbe.load(folder)).findings == first
    assert inspected == [first.fingerprint]
    assert [file.name for file in internal.rglob("*.json")] == [f"{first.fingerprint}.json"]
    (folder / "students.csv").write_text(clean["students"].replace("0001,asian", "0001,white"), encoding="utf-8")
    assert cbe.validate(cbe.load(folder)).findings.fingerprint == inspected[1] != inspected[0]


def test_a_new_version_policy_or_declaration_asks_anew(small, monkeypatch):
    folder = small()
    prints = [keep.fingerprint(cbe.load(folder))]
    (folder / "district.toml").write_text('school_year_days = ["08-01", "06-10"]\n', encoding="utf-8")
    prints.append(keep.fingerprint(cbe.load(folder)))
    monkeypatch.setattr(keep, "__version__", "99")
    prints.append(keep.fingerprint(cbe.load(folder)))
    monkeypatch.setattr(keep, "TABLES", {})
    keep._contract.cache_clear()
    prints.append(keep.fingerprint(cbe.load(folder)))
    keep._contract.cache_clear()
    assert len(set(prints)) == len(prints)


def test_a_table_under_another_name_is_other_data(small, clean):
    calendar = "start_date,end_date\n2025-12-20,2026-01-04\n"
    assert keep.fingerprint(cbe.load(small("a", closures=calendar))) != keep.fingerprint(cbe.load(small("b")))


@pytest.mark.parametrize("damage", ["", "[]", '{"findings": [{"check": 1}]}'])
def test_a_damaged_record_is_made_anew(small, inspected, internal, damage):
    folder = small()
    first = cbe.validate(cbe.load(folder)).findings
    [file] = internal.rglob("*.json")
    file.write_text(damage, encoding="utf-8")
    assert cbe.validate(cbe.load(folder)).findings == first
    assert len(inspected) == 2


def test_a_record_under_a_foreign_name_is_not_believed(small, clean, inspected, internal):
    cbe.validate(cbe.load(small("a")))
    [file] = internal.rglob("*.json")
    faulty = cbe.load(small("b", enrollments=clean["enrollments"].replace("never", "LEP")))
    file.rename(file.with_name(f"{keep.fingerprint(faulty)}.json"))
    assert [f.check for f in cbe.validate(faulty).findings.findings] == ["allowed"]


def test_where_nothing_can_be_kept_the_data_are_validated_all_the_same(small, internal):
    internal.write_text("a file where the folder should be", encoding="utf-8")
    assert cbe.validate(cbe.load(small())).findings.findings == ()


def test_progress_counts_the_tables(small, internal):
    told = []
    folder = small()
    cbe.validate(cbe.load(folder), progress=lambda *step: told.append(step))
    tables = [(done, total, step) for done, total, step in told if "," not in step]
    assert tables == [(0, 3, "schools"), (1, 3, "students"), (2, 3, "enrollments"), (3, 3, "done")]
    assert (2, 3, "enrollments, entry after exit") in told
    told.clear()
    cbe.validate(cbe.load(folder), progress=lambda *step: told.append(step))
    assert told == [(3, 3, "kept from before")]
