"""What is told of a folder as a whole: tables without rows, and names in district.toml that nothing bears."""

import pytest

import cbe_analysis as cbe
from cbe_analysis.validate.report import page


@pytest.fixture
def found(write):
    """The findings on the clean district with this district.toml and these tables."""

    def checked(settings="", **tables):
        folder = write(**tables)
        (folder / "district.toml").write_text(settings, encoding="utf-8")
        return cbe.validate(cbe.load(folder)).findings

    return checked


def short(findings):
    return [(f.check, f.severity, f.table, f.columns) for f in findings.findings]


def test_a_table_with_a_header_alone_is_told(found, clean):
    findings = found(assessments=clean["assessments"].partition("\n")[0] + "\n", participation=None)
    assert short(findings) == [("no_rows", "warning", "assessments", ())]
    assert findings.passed == findings.checks - 1
    [finding] = findings.findings
    assert finding.says == "the file assessments.csv has a header and no rows"
    assert "take assessments.csv out of the folder" in finding.remedy
    assert "0 of 0" not in page(findings, "Hill", ["assessments"])


SETTINGS = {
    'factors = ["gendre"]': ("unknown_factor", ("gendre",), "is called gendre", "did you mean gender?"),
    'factors = ["gender", "club"]': ("unknown_factor", ("club",), "is called club", "correct factors"),
    'factors = ["gender", "economically_disadvantaged"]': (
        *("unknown_factor", ("economically_disadvantaged",)),
        *("is called economically_disadvantaged", "or the export"),
    ),
    'published_dimensions = ["gendre"]': ("unknown_factor", ("gendre",), "is called gendre", "did you mean gender?"),
    '[references]\ngender = "mael"': ("unknown_reference", ("gender",), "'mael'", "correct [references]"),
    '[units]\nmpa = "RIT points"': ("unknown_instrument", ("mpa",), "is of mpa", "did you mean map?"),
}


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_name_that_nothing_in_the_tables_bears_is_told(found, settings):
    check, columns, says, remedy = SETTINGS[settings]
    findings = found(settings)
    assert short(findings) == [(check, "warning", "district.toml", columns)]
    assert findings.passed == findings.checks - 1
    [finding] = findings.findings
    assert says in finding.says
    assert remedy in finding.remedy


RIGHT = """factors = ["gender", "club", "english_learner", "disability"]
published_dimensions = ["gender", "club", "subject", "school_year"]
[references]
gender = "male"
club = "chess"
disability = false
[units]
map = "RIT points"
"""


def test_names_that_the_tables_bear_are_not_told(found, clean):
    lines = clean["students"].splitlines()
    students = "".join(f"{line},{club}\n" for line, club in zip(lines, ["club", "chess", "go", ""], strict=True))
    assert short(found(RIGHT, students=students)) == []


def test_without_scores_a_unit_is_not_judged(found):
    assert short(found('[units]\nmap = "RIT points"', assessments=None)) == []
