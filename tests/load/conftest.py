"""Small districts, written out in the test that reads them."""

import pytest

from cbe_analysis.load import load

SCHOOLS = "school_id,name,kind\n01,North,elementary\n02,South,elementary\n"
STUDENTS = "student_id,gender\n007,female\n008,male\n"
ENROLLMENTS = (
    "student_id,school_id,entry_date,exit_date,school_year,grade\n"
    "007,01,2025-08-20,2026-06-05,2026,3\n"
    "008,02,2025-08-20,,2026,4\n"
)


@pytest.fixture
def folder(tmp_path):
    """A function that writes a district's folder: the three required tables, and what is given as text or bytes."""

    def write(**tables):
        place = tmp_path / "district"
        place.mkdir(exist_ok=True)
        given = {"schools": SCHOOLS, "students": STUDENTS, "enrollments": ENROLLMENTS} | tables
        for name, content in given.items():
            if content is not None:
                data = content if isinstance(content, bytes) else content.encode()
                (place / (name if name == "district.toml" else f"{name}.csv")).write_bytes(data)
        return place

    return write


@pytest.fixture
def district(folder):
    """A function that loads such a folder."""
    return lambda **tables: load(folder(**tables))
