"""Bad files given to the importers of measures and gradebooks: an error of three parts, or an account; never a cell."""

import json

import pytest
from foreign_files import csv_text
from test_importers_canvas import GRADEBOOK, RATING
from test_importers_case import item, package
from test_importers_iready import READING
from test_importers_nwea import COMBO
from test_importers_star360 import RESULT

from cbe_analysis.errors import CbeError, UnreadableData
from cbe_analysis.importers import case, importer
from cbe_analysis.importers.merge import import_into

MARKER = "MARKER"
SOURCES = {
    "nwea": ("AssessmentResults.csv", COMBO),
    "iready": ("ela.csv", READING),
    "star360": ("SR.csv", RESULT),
    "canvas": ("results.csv", RATING),
}
IDS = {"nwea": "StudentID", "iready": "Student ID", "star360": "StudentIdentifier", "canvas": "student sis id"}
NAMES = {
    "nwea": "StudentLastName",
    "iready": "Last Name",
    "star360": "StudentLastName",
    "canvas": "student name",
}
kinds = pytest.mark.parametrize("kind", SOURCES)


@pytest.fixture
def given(tmp_path):
    def write(kind, content):
        file = tmp_path / SOURCES[kind][0]
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


def text(kind, **changes):
    row = SOURCES[kind][1]
    return csv_text([{**row, **changes}])


@kinds
@pytest.mark.parametrize(
    "spoil",
    [
        lambda good: b"",
        lambda good: good.encode("utf-16"),
        lambda good: good.encode("utf-32"),
        lambda good: good.encode() + b"\0",
        lambda good: good.encode() + b"\xff\xfe,\n",
        lambda good: good.replace(",", "~").encode(),
        lambda good: good.split("\n", 1)[1].encode() * 2,
        lambda good: good.encode() + b'"' + MARKER.encode() + b",1\n" * 50,
        lambda good: b"PK\x03\x04" + bytes(range(1, 128)) * 20,
        lambda good: (
            good.replace("\r\n", ",\r\n", 1).replace("Name", "Name\x07", 1).replace("name", "na\x07me").encode()
        ),
    ],
    ids=["empty", "utf16", "utf32", "nul", "mixed", "separator", "no-header", "open-quote", "zip", "control"],
)
def test_what_cannot_be_read_is_refused_without_a_cell(given, tmp_path, kind, spoil):
    file = given(kind, spoil(text(kind, **{NAMES[kind]: MARKER})))
    with pytest.raises(CbeError) as refused:
        import_into(kind, file, tmp_path / "district", ids="own")
    assert MARKER not in str(refused.value)
    assert refused.value.remedy
    assert not (tmp_path / "district").exists()


@kinds
@pytest.mark.parametrize(
    "mark", ["=1+1", "<b>x</b>", "../../x", "\u202eabc", "#~", "{0.__class__}", "-1~", "Ünïcode ñ"]
)
def test_odd_ids_stay_text(given, kind, mark):
    harvest = importer(kind).read(given(kind, text(kind, **{IDS[kind]: mark})))
    for name in harvest.tables:
        if "student_id" in harvest.tables[name].columns:
            assert harvest.tables[name]["student_id"].tolist()[0] == mark
    assert mark not in str(harvest.summary)


@kinds
def test_line_ends_and_a_mark_make_no_difference(given, kind):
    good = text(kind)
    one = importer(kind).read(given(kind, good))
    for other in (good.replace("\r\n", "\n"), "﻿" + good, good + "\r\n\r\n"):
        again = importer(kind).read(given(kind, other))
        assert str(again.summary) == str(one.summary)
        for name, rows in one.tables.items():
            assert rows.to_csv() == again.tables[name].to_csv()


@kinds
def test_a_file_twice_in_a_folder_counts_once(given, tmp_path, kind):
    file = given(kind, text(kind))
    (tmp_path / f"again {file.name}").write_bytes(file.read_bytes())
    harvest = importer(kind).read(tmp_path)
    [main] = [tally for tally in harvest.summary.tallies if tally.table in ("assessments", "evidence")]
    assert (main.read, main.written) == (2, 1)
    assert harvest.summary.records == 2


@kinds
def test_names_do_not_go_into_the_folder(given, tmp_path, kind):
    import_into(kind, given(kind, text(kind, **{NAMES[kind]: MARKER})), tmp_path / "district", ids="own")
    written = [file for file in (tmp_path / "district").rglob("*") if file.is_file()]
    assert len(written) > 2
    for file in written:
        assert MARKER not in file.read_text()


def test_a_framework_in_utf_16_is_read_and_one_that_is_no_text_refused(tmp_path):
    file = tmp_path / "framework.json"
    file.write_bytes(json.dumps(package([item("a")])).encode("utf-16"))
    assert len(case.read(file).tables["targets"]) == 1
    for spoilt in (b"\xff" * 100, b"\0" * 100, b"PK\x03\x04" * 50):
        file.write_bytes(spoilt)
        with pytest.raises(UnreadableData, match="not JSON"):
            case.read(file)


def test_a_gradebook_with_nothing_in_it(tmp_path):
    file = tmp_path / "gradebook.csv"
    file.write_text(csv_text([], list(GRADEBOOK)))
    harvest = importer("canvas").read(file, date="2026-06-10")
    assert dict(harvest.tables) == {}
