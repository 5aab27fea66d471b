"""A draft of a mapping says what headers and cells prove, asks where they do not, and shows no cell."""

import tomllib

import pytest

from cbe_analysis.errors import CbeError
from cbe_analysis.importers.mapping import draft, read

SURE = (
    "Student ID,Standard Code,Date Assessed,Rating,Mastered\n00012,M.5.1,09/14/2025,3,Y\n00013,M.5.2,10/02/2025,2,N\n"
)


@pytest.fixture
def drafted(tmp_path):
    """The draft for a file with this text."""

    def write(text, name="export.csv"):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return draft(tmp_path / name)

    return write


def test_a_certain_draft_imports_as_it_stands(drafted, tmp_path):
    text = drafted(SURE)
    (tmp_path / "mapping.toml").write_text(text)
    told = tomllib.loads(text)["source"][0]["table"][0]
    assert told["table"] == "target_status"
    assert told["columns"]["date"] == {"column": "Date Assessed", "format": "%m/%d/%Y"}
    assert read(tmp_path).tables["target_status"].iloc[0].tolist() == ["00012", "M.5.1", "2025-09-14", "3", "true"]


def line(text, start):
    (found,) = [line for line in text.splitlines() if line.removeprefix("# choose: ").startswith(start)]
    return found


def test_a_date_that_could_be_two_is_left_to_choose(drafted):
    assert line(drafted(SURE.replace("/14/", "/04/")), "date = ").startswith("# choose: ")
    assert 'format = "%m/%d/%Y" or "%d/%m/%Y"' in drafted(SURE.replace("/14/", "/04/"))


def test_dates_in_several_forms_are_left_to_choose(drafted):
    assert line(drafted(SURE.replace("10/02/2025", "2025-10-02")), "date = ").startswith("# choose: ")


def test_two_columns_that_may_be_one_are_left_to_choose(drafted):
    text = drafted(SURE.replace("Rating,", "Rating,Points,").replace(",3,", ",3,9,").replace(",2,", ",2,8,"))
    assert line(text, "score = ") == '# choose: score = "Rating" or "Points"'
    assert "score" not in tomllib.loads(text)["source"][0]["table"][0]["columns"]


def test_codes_without_a_word_are_left_to_choose(drafted):
    text = drafted(SURE.replace(",Y\n", ",Perhaps\n"))
    assert line(text, "proficient = ").startswith("# choose: ")
    assert "Perhaps" not in text


def test_a_table_that_could_be_another_is_left_to_choose(drafted):
    text = drafted("Student ID,Colour\n1,red\n2,blue\n")
    assert "# choose: which table is it?" in text
    assert "red" not in text


def test_no_cell_is_in_a_draft(drafted):
    cells = ("00012", "M.5.1", "09/14/2025", "Zylphia")
    text = drafted(
        SURE.replace("Mastered", "Mastered,Last Name").replace(",Y\n", ",Y,Zylphia\n").replace(",N\n", ",N,\n")
    )
    assert [cell for cell in cells if cell in text] == []
    assert '#   "Last Name"' in text


@pytest.mark.parametrize(
    ("content", "delimiter", "encoding"),
    [
        (SURE.replace(",", ";"), ";", "utf-8"),
        (SURE.replace(",", "\t"), "\t", "utf-8"),
        (SURE.encode("utf-16"), ",", "utf-16"),
        (SURE.replace("M.5.1", "é").encode("cp1252"), ",", "cp1252"),
        ("\ufeff" + SURE, ",", "utf-8"),
    ],
)
def test_delimiter_and_encoding(drafted, tmp_path, content, delimiter, encoding):
    text = drafted(content)
    told = tomllib.loads(text)["source"][0]
    assert (told["delimiter"], told["encoding"]) == (delimiter, encoding)
    (tmp_path / "mapping.toml").write_text(text)
    assert len(read(tmp_path).tables["target_status"]) == 2


def test_headers_that_toml_would_misread(drafted):
    text = drafted('Student ID,"say ""hi""\n[x]",a\\b,# choose\n1,2,3,4\n'.replace("\n[x]", " [x]"))
    assert tomllib.loads(text)["name"] == "export"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a,a\n1,2\n", b"a\x00b\n"])
def test_what_is_no_table_is_refused(drafted, content):
    with pytest.raises(CbeError, match=r"export\.csv"):
        drafted(content)
