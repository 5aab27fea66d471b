"""The whole chain at once: the same brief from CSV and from Parquet, and no student in anything it writes or says."""

import json
import logging
import random
import re
import zlib

import duckdb
import nbformat
import pikepdf
import pytest

from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.run import run
from cbe_analysis.run.notebooks import find, read

MARK = "Canary"  # begins every id and every free text of the district
STUDENTS, SCHOOLS, YEARS = 160, 8, (2025, 2026)
INQUIRIES = {
    "data_quality": {},
    "growth": {"factors": ["gender"]},
    "disparities": {"factors": ["gender"], "crossed": [], "where": ["grade=4"]},
    "intervention": {"program": "tutoring", "factors": ["gender"]},
    "pace": {"factors": ["gender"]},
}
POLICY = """name = "Harbor County"
factors = ["gender"]
[references]
gender = "male"
[labels.school_id]
""" + "".join(f'{MARK}School{n} = "School {n}"\n' for n in range(SCHOOLS))


def tables():
    """Each table's lines: students of eight schools, their scores in two years, one program; seeded."""
    chance = random.Random(20260605)
    students = [(f"{MARK}{n:04}", f"{MARK}School{n % SCHOOLS}", n) for n in range(STUDENTS)]
    years = [(*student, year) for student in students for year in YEARS]
    return {
        "schools": [
            "school_id,name,kind",
            *(f"{MARK}School{n},{MARK} Hill,elementary" for n in range(SCHOOLS)),
        ],
        "students": [
            "student_id,gender,nickname",
            *(f"{id},{('female', 'male', 'male')[n // SCHOOLS % 3]},{MARK} Jo{n}" for id, _, n in students),
        ],
        "enrollments": [
            "student_id,school_id,entry_date,exit_date,school_year,grade",
            *(f"{id},{school},{y - 1}-08-20,{y}-06-05,{y},{y - 2022}" for id, school, _, y in years),
        ],
        "assessments": [
            "student_id,instrument,subject,date,score",
            *(f"{id},map,math,{y}-05-10,{200 + 9 * (y - 2025) + chance.gauss(0, 8):.1f}" for id, _, _, y in years),
        ],
        "levels": [
            "student_id,subject,date,level,method",
            *(
                f"{id},math,{day},{y - 2022 + gained * chance.gauss(1, 0.3):.2f},highest"
                for id, _, _, y in years
                for gained, day in enumerate((f"{y - 1}-09-10", f"{y}-05-10"))
            ),
        ],
        "programs": [
            "program_id,name,subject,assignment,start_date,outcomes,minimum_effect,certainty,next_step_yes,next_step_no,"
            "next_step_unsure",
            "tutoring,Tutoring,math,randomized,2025-09-10,map:math,2,0.8,Go on.,Stop.,Wait.",
        ],
        "participation": [
            "program_id,student_id,arm,block,cluster_id,start_date,end_date",
            *(
                f"tutoring,{id},{('treatment', 'comparison')[n // SCHOOLS % 2]},{school},{MARK}Class{n % 40},"
                "2025-09-10,2026-06-05"
                for id, school, n in students
            ),
        ],
    }


@pytest.fixture
def districts(tmp_path):
    """The same tables as CSV and, in another order of rows, as Parquet."""
    folders = [tmp_path / "csv", tmp_path / "parquet"]
    for folder in folders:
        folder.mkdir()
        (folder / "district.toml").write_text(POLICY, encoding="utf-8")
    with duckdb.connect() as connection:
        for name, lines in tables().items():
            file = folders[0] / f"{name}.csv"
            file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            target = (folders[1] / f"{name}.parquet").as_posix()
            rows = f"FROM read_csv('{file.as_posix()}', header = true) ORDER BY ALL DESC"
            connection.execute(f"COPY ({rows}) TO '{target}' (FORMAT parquet)")
    return folders


def insides(file):
    """Everything in a file: its bytes, and for a PDF each stream unpacked and each object."""
    yield file.read_bytes()
    if file.suffix == ".pdf":
        with pikepdf.open(file) as pdf:
            for item in pdf.objects:
                yield item.read_bytes() if isinstance(item, pikepdf.Stream) else repr(item).encode()


def marked(file):
    """Whether a marker is anywhere in the file, in any of the encodings that these formats use."""
    patterns = [re.escape(MARK.encode(code)) for code in ("utf-8", "utf-16-be", "utf-16-le")]
    return any(re.search(b"|".join(patterns), content, re.IGNORECASE) for content in insides(file))


def test_a_marker_would_be_found_in_a_packed_stream(tmp_path):
    file = tmp_path / "packed.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        stream = pikepdf.Stream(pdf, zlib.compress(f"({MARK}0001) Tj".encode()))
        stream.Filter = pikepdf.Name.FlateDecode
        pdf.pages[0].Contents = stream
        pdf.save(file)
    assert MARK.encode() not in file.read_bytes()
    assert marked(file)


@pytest.mark.sockets
@pytest.mark.parametrize("name", INQUIRIES)
def test_a_brief_is_the_same_from_csv_and_parquet_and_holds_no_student(
    name, districts, tmp_path, monkeypatch, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.chdir(tmp_path)
    reports = tmp_path / "reports"
    drafts = []
    for district in districts:
        made = run(name, district, parameters=INQUIRIES[name], out=reports)
        drafts.append({file.name: file.read_bytes() for file in made.paths if "drafts" in file.parts})
    assert sorted(drafts[0]) == [f"{name}.html", f"{name}.pdf"]
    assert drafts[0] == drafts[1]
    assert [file for file in reports.rglob("*") if file.is_file() and file.name != "draft.json" and marked(file)] == []
    record = (reports / "internal" / name / "public" / "draft.json").read_text(encoding="utf-8")
    assert MARK not in record.replace(f"{MARK}School", "")  # a release names schools as the data do
    said = "".join([*capfd.readouterr(), caplog.text])
    assert MARK.casefold() not in said.casefold()


@pytest.mark.sockets
@pytest.mark.parametrize("unnamed", [False, True])
def test_a_brief_goes_out_only_with_a_public_release(districts, tmp_path, monkeypatch, unnamed):
    """A notebook that forgets its audience writes nothing to the drafts, nor does one that names no release at all."""
    monkeypatch.chdir(tmp_path)
    book = read(find("data_quality"))
    text = json.dumps(book).replace("policy, audience)", 'policy, \\"staff\\")')
    assert text != json.dumps(book)
    bare = text.replace("brief.receipt(\\n    releases", "brief.receipt(\\n    []")
    assert bare != text
    text = bare if unnamed else text
    nbformat.write(nbformat.reads(text, as_version=4), tmp_path / "careless.ipynb")
    with pytest.raises(ReleaseRefused, match="same audience"):
        run(tmp_path / "careless.ipynb", districts[0], out=tmp_path / "reports")
    assert not list((tmp_path / "reports").glob("drafts/*/*"))
